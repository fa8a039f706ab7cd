#include "agency-adapters/client/clock_file.h"

#include <string>

#include "agency-adapters/common/strict_json.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr JsonLimits kLimits = {.max_bytes = 4096, .max_depth = 2};
// In the order of CaseEvent.
constexpr absl::string_view kEvents[] = {"assessed",        "opened",   "not-opened",
                                         "already-running", "finished", "not-requested"};

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

}  // namespace

absl::StatusOr<ClockFile> ReadClockFile(absl::string_view text, absl::Time now) {
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, kLimits));
  ASSIGN_OR_RETURN(JsonObject object, JsonObject::From(json, ""));
  ASSIGN_OR_RETURN(const std::string hex, object.Text("message"));
  const absl::StatusOr<std::string> bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != 16) {
    return object.Error("message", "must be 32 hex digits, as the native file's name begins");
  }
  ASSIGN_OR_RETURN(const size_t event, object.Code("event", kEvents));
  ASSIGN_OR_RETURN(const absl::Time at, ReadTime(object, now));
  RETURN_IF_ERROR(object.Finish());
  return ClockFile{MessageId(*bytes), static_cast<CaseEvent>(event), at};
}

}  // namespace sluss
