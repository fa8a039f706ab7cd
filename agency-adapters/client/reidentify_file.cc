#include "agency-adapters/client/reidentify_file.h"

#include <vector>

#include "agency-adapters/common/strict_json.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr JsonLimits kLimits = {.max_bytes = 1 << 16, .max_depth = 3};

absl::Status ReadOfficer(JsonObject& object, v1::OfficerAct* act) {
  ASSIGN_OR_RETURN(*act->mutable_name(), object.Text("name"));
  ASSIGN_OR_RETURN(*act->mutable_role(), object.Text("role"));
  ASSIGN_OR_RETURN(*act->mutable_reason(), object.Text("reason"));
  ASSIGN_OR_RETURN(*act->mutable_weighing(), object.OptionalText("weighing"));
  return object.Finish();
}

}  // namespace

absl::StatusOr<ReidentifyFile> ReadReidentifyFile(absl::string_view text) {
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, kLimits));
  ASSIGN_OR_RETURN(JsonObject object, JsonObject::From(json, ""));
  ReidentifyFile file;
  ASSIGN_OR_RETURN(const std::string hex, object.Text("message"));
  const absl::StatusOr<std::string> bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != 16) {
    return object.Error("message", "must be 32 hex digits, as the native file's name begins");
  }
  file.message = MessageId(*bytes);
  ASSIGN_OR_RETURN(file.legal_basis, object.Text("legalBasis"));
  ASSIGN_OR_RETURN(std::vector<JsonObject> officers, object.Objects("officers"));
  if (officers.empty()) return object.Error("officers", "must name those who ask");
  for (JsonObject& officer : officers) {
    RETURN_IF_ERROR(ReadOfficer(officer, file.officers.Add()));
  }
  RETURN_IF_ERROR(object.Finish());
  return file;
}

}  // namespace sluss
