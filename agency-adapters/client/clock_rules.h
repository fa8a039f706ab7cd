// What the law's clocks do: when they start, what stops them, what moves them. Pure functions over
// one notification's record; clock_book.h keeps the records.
//
// Days are Swedish days, and a time of days or months ends with its last day. Sources: SoL
// (2025:400) 19 kap. 6 §, 20 kap. 1-3 §§; `retain` and the lengths are the rule's.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_RULES_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/agency_state.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// What the agency may say about a notification that it received.
enum class CaseEvent {
  kAssessed,
  kOpened,
  kNotOpened,
  kAlreadyRunning,
  kFinished,
  kNotRequested,  // nobody asked for feedback, and none is given
  kExtended,      // more time to decide, for exceptional reasons (20 kap. 2 §)
  kErased,        // what the rule allows to keep for a time only
};

struct CaseReport {
  CaseEvent event = CaseEvent::kAssessed;
  absl::Time at = absl::InfinitePast();
  absl::Time until = absl::InfinitePast();   // of kExtended: the end of the last day
  std::vector<std::string> categories = {};  // of kErased; none: all whose time is out
};

struct ClockWords {
  absl::string_view code;
  absl::string_view text_sv;
  absl::string_view paragraph;  // empty where the rule alone says it
};

const std::vector<v1::ClockKind>& AllClockKinds();
ClockWords WordsOf(v1::ClockKind kind);

// What `decision` obliges the recipient to; no clock where it obliges to nothing.
v1::ClockRecord StartClocks(const v1::InboxRecord& received, absl::string_view matched_case,
                            const v1::Decision& decision);

// A clock that has stopped stays as it is; the same report twice is as once. INVALID_ARGUMENT names
// what of the report cannot be.
absl::Status Apply(const CaseReport& report, v1::ClockRecord* record);
// Of a correction: the clocks of the report that it is about are not started twice.
void KeepRetentionOnly(v1::ClockRecord* record);
// The reporter was told at `at`.
void Answer(absl::Time at, v1::ClockRecord* record);

// Told once, a clock stays overdue whatever the machine's clock says afterwards.
bool IsOverdue(const v1::StatutoryClock& clock, absl::Time now);
// When the last of the clocks stopped; InfiniteFuture while one runs.
absl::Time EndOf(const v1::ClockRecord& record);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_RULES_H_
