#include "agency-adapters/social-services/sluss_part.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/common/native_format.h"
#include "agency-adapters/common/statement.h"
#include "gateway/base/hex.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "proto/notification.pb.h"

namespace sluss::fiks {
namespace {

// In the order of v1::Urgency, from its value 1.
constexpr absl::string_view kUrgencies[] = {"normal", "today", "now"};
// In the order of v1::CorrectionKind, from its value 1.
constexpr absl::string_view kCorrections[] = {"correction", "retraction"};
// In the order of v1::FeedbackStatus, from its value 1.
constexpr absl::string_view kStatuses[] = {"opened", "not-opened", "already-running"};

struct CategoryName {
  absl::string_view property;
  absl::string_view category;
};
constexpr CategoryName kCategories[] = {{"anonymous", "ANONYMOUS"},
                                        {"attendance", "ATTENDANCE"},
                                        {"narrative", "NARRATIVE"},
                                        {"health", "HEALTH"},
                                        {"crime", "CRIME"},
                                        {"plan", "PLAN"},
                                        {"socialDecisions", "SOCIAL_DECISIONS"}};

absl::Status ReadUrgency(JsonObject& part, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(const std::optional<bool> phoned, part.OptionalBool("phonedFirst"));
  notification->set_phoned_first(phoned.value_or(false));
  notification->set_urgency(v1::NORMAL);
  if (!part.Has("urgency")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const size_t urgency, part.Code("urgency", kUrgencies));
  notification->set_urgency(static_cast<int>(urgency) + 1);
  if (notification->urgency() == v1::NOW && !notification->phoned_first()) {
    return part.Error("urgency",
                      "`now` needs a telephone call first: phone, then send with "
                      "`phonedFirst` true");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::OfficerAct> ReadOfficer(JsonObject& officer, const v1::MappingConfig& mapping) {
  v1::OfficerAct act;
  ASSIGN_OR_RETURN(*act.mutable_name(), officer.Text("name"));
  ASSIGN_OR_RETURN(const std::string role, officer.Text("role"));
  ASSIGN_OR_RETURN(*act.mutable_reason(), officer.Text("reason"));
  ASSIGN_OR_RETURN(*act.mutable_weighing(), officer.OptionalText("weighing"));
  RETURN_IF_ERROR(officer.Finish());
  const auto known = std::find_if(mapping.role().begin(), mapping.role().end(),
                                  [&](const v1::RoleName& row) { return row.native() == role; });
  if (known == mapping.role().end()) {
    return officer.Error("role", "is no `role` of the mapping");
  }
  act.set_role(known->role());
  return act;
}

absl::Status ReadOfficers(JsonObject& part, const v1::MappingConfig& mapping,
                          v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> officers, part.Objects("officers"));
  if (officers.empty()) {
    return part.Error("officers", "is missing: an officer must attest with a reason");
  }
  std::set<std::string> names;
  for (JsonObject& officer : officers) {
    ASSIGN_OR_RETURN(v1::OfficerAct act, ReadOfficer(officer, mapping));
    if (!names.insert(act.name()).second) {
      return officer.Error("name", "the same officer attests twice: it must be another person");
    }
    *notification->add_officer() = std::move(act);
  }
  return absl::OkStatus();
}

absl::Status ReadConsents(JsonObject& part, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(const std::vector<std::string> consents, part.Texts("consents"));
  for (const std::string& id : consents) {
    if (id.size() != 32 || !FromHex(id).ok()) {
      return part.Error("consents", "each must be 32 hexadecimal digits");
    }
    notification->add_consent_id(id);
  }
  return absl::OkStatus();
}

// Who occurs in it beside the one whom it is about.
absl::Status ReadPersons(JsonObject& object, v1::Statement* statement) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> persons, object.Objects("persons"));
  for (JsonObject& one : persons) {
    v1::PersonInStatement& person = *statement->add_person();
    ASSIGN_OR_RETURN(const size_t role, one.Code("role", kPersonRoleCodes));
    person.set_role(static_cast<v1::PersonRole>(role + 1));
    ASSIGN_OR_RETURN(*person.mutable_name(), one.OptionalText("name"));
    RETURN_IF_ERROR(one.Finish());
  }
  return absl::OkStatus();
}

// What names it, and what it does to an earlier one.
absl::Status ReadReferences(JsonObject& object, v1::Statement* statement) {
  ASSIGN_OR_RETURN(*statement->mutable_id(), object.OptionalText("id"));
  ASSIGN_OR_RETURN(*statement->mutable_corrects(), object.OptionalText("corrects"));
  ASSIGN_OR_RETURN(const std::optional<bool> retracted, object.OptionalBool("retracted"));
  statement->set_retracted(retracted.value_or(false));
  if (statement->retracted() && statement->corrects().empty()) {
    return object.Error("corrects", "is missing: it says which statement is taken back");
  }
  return absl::OkStatus();
}

absl::Status ReadStatements(JsonObject& categories, const CategoryName& name,
                            v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> objects, categories.Objects(name.property));
  for (JsonObject& object : objects) {
    v1::Statement statement;
    ASSIGN_OR_RETURN(*statement.mutable_text(), object.Text("text"));
    if (object.Has("source")) {
      ASSIGN_OR_RETURN(const size_t source, object.Code("source", kSourceCodes));
      statement.set_source(static_cast<v1::SourceType>(source + 1));
    }
    if (object.Has("about")) {
      ASSIGN_OR_RETURN(const size_t about, object.Code("about", kPersonRoleCodes));
      statement.set_about(static_cast<v1::PersonRole>(about + 1));
    }
    ASSIGN_OR_RETURN(*statement.mutable_date(), object.OptionalText("date"));
    if (!statement.date().empty() && !IsDay(statement.date())) {
      return object.Error("date", "must be YYYY-MM-DD");
    }
    RETURN_IF_ERROR(ReadPersons(object, &statement));
    RETURN_IF_ERROR(ReadReferences(object, &statement));
    RETURN_IF_ERROR(object.Finish());
    RETURN_IF_ERROR(AddStatement(name.category, std::move(statement), notification));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadDisclosure(JsonObject& part, const v1::MappingConfig& mapping,
                            v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(*notification->mutable_native_id(), part.Text("id"));
  if (!IsPlainId(notification->native_id())) {
    return part.Error("id", "must be 1 to 64 letters, digits, '-' and '.'");
  }
  ASSIGN_OR_RETURN(*notification->mutable_purpose(), part.Text("purpose"));
  ASSIGN_OR_RETURN(*notification->mutable_legal_basis(), part.Text("legalBasis"));
  ASSIGN_OR_RETURN(*notification->mutable_recipient(), part.Text("recipient"));
  if (!ParseAgencyId(notification->recipient()).ok()) {
    return part.Error("recipient", "must be an agency, as \"police/region-mitt\"");
  }
  RETURN_IF_ERROR(ReadUrgency(part, notification));
  RETURN_IF_ERROR(ReadOfficers(part, mapping, notification));
  ASSIGN_OR_RETURN(*notification->mutable_reply_to(), part.OptionalText("replyTo"));
  ASSIGN_OR_RETURN(*notification->mutable_conversation(), part.OptionalText("conversation"));
  if (part.Has("correction")) {
    ASSIGN_OR_RETURN(const size_t kind, part.Code("correction", kCorrections));
    notification->set_correction(static_cast<int>(kind) + 1);
    if (notification->reply_to().empty()) {
      return part.Error("replyTo", "is missing: it names the record that is corrected");
    }
  }
  return absl::OkStatus();
}

absl::Status ReadConcern(JsonObject& part, v1::NeutralNotification* notification) {
  RETURN_IF_ERROR(ReadConsents(part, notification));
  ASSIGN_OR_RETURN(const std::optional<bool> is_protected, part.OptionalBool("protectedIdentity"));
  notification->set_protected_identity(is_protected.value_or(false));
  ASSIGN_OR_RETURN(const std::optional<bool> escrow, part.OptionalBool("escrowIdentity"));
  notification->set_escrow_identity(escrow.value_or(false));
  ASSIGN_OR_RETURN(const std::vector<std::string> concerns, part.Texts("concerns"));
  for (const std::string& code : concerns) {
    if (std::find(std::begin(kConcernCodes), std::end(kConcernCodes), code) ==
        std::end(kConcernCodes)) {
      return part.Error("concerns", "holds a code that is not known");
    }
    (*notification->mutable_compartment())["NARRATIVE"].mutable_narrative()->add_concern(code);
  }
  if (!part.Has("categories")) return absl::OkStatus();
  ASSIGN_OR_RETURN(JsonObject categories, part.Object("categories"));
  for (const CategoryName& name : kCategories) {
    RETURN_IF_ERROR(ReadStatements(categories, name, notification));
  }
  return categories.Finish();
}

absl::Status ReadFeedback(JsonObject& part, v1::NeutralNotification* notification) {
  if (notification->reply_to().empty()) {
    return part.Error("replyTo", "is missing: feedback answers a report");
  }
  ASSIGN_OR_RETURN(JsonObject feedback, part.Object("feedback"));
  ASSIGN_OR_RETURN(const size_t status, feedback.Code("status", kStatuses));
  (*notification->mutable_compartment())["STATUS"].mutable_feedback()->set_status(
      static_cast<v1::FeedbackStatus>(status + 1));
  return feedback.Finish(kNothingMore);
}

absl::string_view FeedbackCode(v1::FeedbackStatus status) {
  const int i = status - 1;
  return i >= 0 && i < std::ssize(kStatuses) ? kStatuses[i] : absl::string_view();
}

}  // namespace sluss::fiks
