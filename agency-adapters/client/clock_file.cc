#include "agency-adapters/client/clock_file.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "agency-adapters/common/strict_json.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr JsonLimits kLimits = {.max_bytes = 4096, .max_depth = 2};
// In the order of CaseEvent (clock_rules.h).
constexpr absl::string_view kEvents[] = {"assessed",        "opened",   "not-opened",
                                         "already-running", "finished", "not-requested",
                                         "extended",        "erased"};

absl::StatusOr<absl::Time> ReadTime(JsonObject& object, absl::Time now) {
  ASSIGN_OR_RETURN(const std::string text, object.OptionalText("at"));
  if (text.empty()) return now;
  absl::Time at;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &at, &error)) {
    return object.Error("at", "must be a time with its zone, 2026-03-02T09:30:00+01:00");
  }
  if (at > now) return object.Error("at", "lies in the future");
  return at;
}

// The end of the day that is named; other events name none.
absl::StatusOr<absl::Time> ReadUntil(JsonObject& object, CaseEvent event) {
  if (event != CaseEvent::kExtended) {
    if (object.Has("until")) return object.Error("until", "goes with \"extended\" only");
    return absl::InfinitePast();
  }
  ASSIGN_OR_RETURN(const std::string text, object.Text("until"));
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) {
    return object.Error("until", "must be a day, 2026-04-01");
  }
  return StartOfSwedishDay(day + 1);
}

absl::StatusOr<std::vector<std::string>> ReadCategories(JsonObject& object, CaseEvent event) {
  if (event != CaseEvent::kErased && object.Has("categories")) {
    return object.Error("categories", "goes with \"erased\" only");
  }
  return object.Texts("categories");
}

}  // namespace

absl::StatusOr<ClockFile> ReadClockFile(absl::string_view text, absl::Time now) {
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, kLimits));
  ASSIGN_OR_RETURN(JsonObject object, JsonObject::From(json, ""));
  ASSIGN_OR_RETURN(const std::string hex, object.Text("message"));
  const absl::StatusOr<std::string> bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != 16) {
    return object.Error("message", "must be 32 hex digits, as the native file's name begins");
  }
  ASSIGN_OR_RETURN(const size_t code, object.Code("event", kEvents));
  CaseReport report;
  report.event = static_cast<CaseEvent>(code);
  ASSIGN_OR_RETURN(report.at, ReadTime(object, now));
  ASSIGN_OR_RETURN(report.until, ReadUntil(object, report.event));
  ASSIGN_OR_RETURN(report.categories, ReadCategories(object, report.event));
  RETURN_IF_ERROR(object.Finish());
  return ClockFile{MessageId(*bytes), std::move(report)};
}

}  // namespace sluss
