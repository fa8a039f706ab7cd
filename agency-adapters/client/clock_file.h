// What an officer or the agency's own system says about a notification that was received:
//
// NAME.clock.json
//   {"message": "32 hex, as the names of the native files begin",
//    "event": "assessed" | "opened" | "not-opened" | "already-running" | "finished" |
//             "not-requested" | "extended" | "erased",
//    "at": "2026-03-02T09:30:00+01:00",          optional: now
//    "until": "2026-04-01",                      of "extended": the last day to decide
//    "categories": ["NARRATIVE"]}                of "erased", optional: all whose time is out
//
// Errors: INVALID_ARGUMENT names the field.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_FILE_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_FILE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agency-adapters/client/clock_rules.h"
#include "gateway/base/ids.h"

namespace sluss {

inline constexpr absl::string_view kClockSuffix = ".clock.json";

struct ClockFile {
  MessageId message;
  CaseReport report;
};

// A time in the future is refused: nothing has happened then.
absl::StatusOr<ClockFile> ReadClockFile(absl::string_view text, absl::Time now);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_FILE_H_
