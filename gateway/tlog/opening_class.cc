#include "gateway/tlog/opening_class.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"

namespace sluss {

OpeningClass ClassOf(v1::RecordKind kind) {
  switch (kind) {
    case v1::EXPORT:
    case v1::SEARCH:
    case v1::ACCESS_SCAN:
    case v1::ERASURE:
    case v1::LEGAL_HOLD:
    case v1::LEGAL_HOLD_END:
    case v1::REVIEW_DRAWN:
    case v1::REVIEW_FINDING:
    case v1::REVIEW_CLOSED:
      return OpeningClass::kOversight;
    case v1::POLICY_ACTIVATION:
    case v1::POLICY_PROPOSAL:
    case v1::POLICY_APPROVAL:
    case v1::POLICY_SCHEDULE:
    case v1::POLICY_END:
    case v1::KEY_CHANGE:
    case v1::GAP:
    case v1::START:
    case v1::OFFICERS:
      return OpeningClass::kOperation;
    case v1::DECISION:
    case v1::DELIVERY:
    case v1::DELIVERY_DENIED:
    case v1::ACKNOWLEDGEMENT:
    case v1::REFUSAL:
    case v1::EXPIRY:
    case v1::WITHDRAWAL:
    case v1::STOP:
    case v1::CONSENT:
    case v1::REJECTED:
    case v1::ENROLMENT:
    case v1::PSEUDONYM:
    case v1::REIDENTIFICATION:
    case v1::REIDENTIFIED:
    case v1::REIDENTIFICATION_REPORT:
    case v1::TRIM:
    case v1::RECALL:
    case v1::RECALL_END:
    case v1::CONSENT_DECISION:
    case v1::PHONE_NOTICE:
    case v1::RECORD_KIND_UNSPECIFIED:
    case v1::RecordKind_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::RecordKind_INT_MAX_SENTINEL_DO_NOT_USE_:
      return OpeningClass::kDisclosure;
  }
  return OpeningClass::kDisclosure;
}

absl::string_view ClassName(OpeningClass opening_class) {
  switch (opening_class) {
    case OpeningClass::kDisclosure:
      return "disclosure";
    case OpeningClass::kOversight:
      return "oversight";
    case OpeningClass::kOperation:
      return "operation";
  }
  return "";
}

absl::StatusOr<OpeningClass> ParseOpeningClass(absl::string_view name) {
  for (const OpeningClass one : kOpeningClasses) {
    if (ClassName(one) == name) return one;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("`", name, "` is no class: write disclosure, oversight or operation"));
}

OpeningMonth MonthOf(v1::RecordKind kind, absl::Time time) {
  return {ClassOf(kind), absl::ToCivilMonth(time, absl::UTCTimeZone())};
}

std::string MonthText(absl::CivilMonth month) { return absl::FormatCivilTime(month); }

absl::StatusOr<absl::CivilMonth> ParseMonth(absl::string_view text) {
  absl::CivilMonth month;
  if (absl::ParseCivilTime(text, &month) && MonthText(month) == text) return month;
  return absl::InvalidArgumentError(absl::StrCat("`", text, "` is no month: write it as 2026-11"));
}

std::string OpeningMonthText(const OpeningMonth& month) {
  return absl::StrCat(ClassName(month.opening_class), "/", MonthText(month.month));
}

absl::StatusOr<OpeningMonth> ParseOpeningMonth(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  OpeningMonth month;
  ASSIGN_OR_RETURN(month.opening_class, ParseOpeningClass(parts.first));
  ASSIGN_OR_RETURN(month.month, ParseMonth(parts.second));
  return month;
}

}  // namespace sluss
