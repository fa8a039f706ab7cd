// What the findings of a review amount to. Pure; thread-safe.
//
// A finding stands until the same reviewer finds otherwise; each stays in the log. That an act was
// unjustified is a heavy word about a person who is not asked here, so one officer alone cannot say
// it: the entry is settled when a second one has looked. Where the two differ, it is unclear.
#ifndef SLUSS_GATEWAY_OVERSIGHT_REVIEW_STANDING_H_
#define SLUSS_GATEWAY_OVERSIGHT_REVIEW_STANDING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/oversight.pb.h"
#include "proto/review.pb.h"

namespace sluss {

// Unspecified while it is not settled.
v1::ReviewOutcome SettledOutcome(const v1::ReviewItem& item);
uint64_t CountSettled(const v1::Review& review);

// "unjustified", as entries and commands name it.
absl::string_view OutcomeCode(v1::ReviewOutcome outcome);
absl::string_view CriterionCode(v1::ReviewCriterion criterion);
absl::string_view MethodCode(v1::ReviewMethod method);

// "justified=4,unclear=0,unjustified=1,corrected=0"
std::string OutcomeCounts(const v1::Review& review);

// Counts of 1 to 4 are left out. Where that leaves only one out, so that the others and their sum
// would tell it, the lowest of the others goes too.
void SuppressFew(std::vector<v1::ReviewCount*> counts);

// Whether a text holds digits that can be a personal number, in any of the ways to write one.
bool HoldsPersonalNumber(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_REVIEW_STANDING_H_
