// Which openings live and die together: a retention class, by the kind of the entry, and a calendar
// month.
//
// Months are those of UTC: the same for every reader, and whoever counts years from the end of one
// keeps an entry an hour or two longer than a Swedish calendar would, never shorter.
#ifndef SLUSS_GATEWAY_TLOG_OPENING_CLASS_H_
#define SLUSS_GATEWAY_TLOG_OPENING_CLASS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "proto/record.pb.h"

namespace sluss {

// The numbers are stored.
enum class OpeningClass {
  kDisclosure = 1,  // what agencies tell each other, and consents to it
  kOversight = 2,   // what officers do with the log
  kOperation = 3,   // policies, keys, officers' registers
};
inline constexpr OpeningClass kOpeningClasses[] = {
    OpeningClass::kDisclosure, OpeningClass::kOversight, OpeningClass::kOperation};

// Of every kind; a kind that this program does not know is kept as a disclosure.
OpeningClass ClassOf(v1::RecordKind kind);

// "disclosure", "oversight", "operation".
absl::string_view ClassName(OpeningClass opening_class);
absl::StatusOr<OpeningClass> ParseOpeningClass(absl::string_view name);

struct OpeningMonth {
  OpeningClass opening_class = OpeningClass::kDisclosure;
  absl::CivilMonth month;

  friend bool operator==(const OpeningMonth& a, const OpeningMonth& b) {
    return a.opening_class == b.opening_class && a.month == b.month;
  }
  friend bool operator<(const OpeningMonth& a, const OpeningMonth& b) {
    return a.opening_class != b.opening_class ? a.opening_class < b.opening_class
                                              : a.month < b.month;
  }
};

OpeningMonth MonthOf(v1::RecordKind kind, absl::Time time);

// "2026-11", as leaves, key files and officers name it.
std::string MonthText(absl::CivilMonth month);
absl::StatusOr<absl::CivilMonth> ParseMonth(absl::string_view text);
// "disclosure/2026-11".
std::string OpeningMonthText(const OpeningMonth& month);
absl::StatusOr<OpeningMonth> ParseOpeningMonth(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_OPENING_CLASS_H_
