// What became of a sent notification, in plain Swedish for the person who reported.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_OUTCOME_TEXT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_OUTCOME_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agency-adapters/common/native_format.h"

namespace sluss {

// "accepted", "partial", "denied", "invalid", "delivered", "refused", "stopped", "expired",
// "feedback", "phone-now": the name of an event in mapping files and file names.
absl::string_view EventName(SentEvent event);

// One paragraph a fact, '\n' between: what happened, the sender's own sentence, paragraphs, parts
// that passed and that were withheld, the message id. Holds nothing of the child.
std::string OutcomeText(const SentOutcome& outcome);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_OUTCOME_TEXT_H_
