#include "agency-adapters/social-services/fiks_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "agency-adapters/common/native_format.h"
#include "agency-adapters/common/personal_number.h"
#include "agency-adapters/common/strict_json.h"
#include "agency-adapters/social-services/sluss_part.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"

namespace sluss::fiks {
namespace {

v1::Contact* ContactOf(v1::NeutralNotification* notification) {
  return (*notification->mutable_compartment())["CONTACT"].mutable_contact();
}

// Swedish time without a zone, as Fiks has it.
absl::StatusOr<absl::Time> ReadLocalTime(JsonObject& record, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, record.Text(name));
  absl::CivilSecond local;
  if (text.size() == 19 && absl::ParseCivilTime(text, &local) &&
      absl::FormatCivilTime(local) == text) {
    return FromSwedishTime(local);
  }
  return record.Error(name, "must be local time without a zone, as 2026-03-02T08:30:00");
}

absl::StatusOr<std::string> ReadAddress(JsonObject& owner) {
  if (!owner.Has("adresse")) return std::string();
  ASSIGN_OR_RETURN(JsonObject address, owner.Object("adresse"));
  std::vector<std::string> parts;
  for (const absl::string_view name :
       {"adresselinje1", "adresselinje2", "adresselinje3", "postnummer", "poststed"}) {
    ASSIGN_OR_RETURN(std::string part, address.OptionalText(name));
    if (!part.empty()) parts.push_back(std::move(part));
  }
  RETURN_IF_ERROR(address.Finish());
  return absl::StrJoin(parts, ", ");
}

absl::Status ReadInformed(JsonObject& person, v1::YesNo* informed, std::string* reason) {
  ASSIGN_OR_RETURN(const std::optional<bool> told, person.OptionalBool("orientert"));
  *informed = !told.has_value() ? v1::UNKNOWN : *told ? v1::YES : v1::NO;
  ASSIGN_OR_RETURN(*reason, person.OptionalText("orientertGrunn"));
  return absl::OkStatus();
}

absl::Status ReadIdentity(JsonObject& child, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(const bool unborn, child.Bool("ufoedt"));
  if (unborn) {
    return child.Error("ufoedt", "an unborn child has no number to be matched by: phone");
  }
  ASSIGN_OR_RETURN(const std::string written, child.Text("fnr"));
  const absl::StatusOr<PersonalNumber> number =
      ParsePersonalNumber(written, SwedishDay(absl::FromUnixMicros(notification->created_us())));
  if (!number.ok()) return child.Error("fnr", number.status().message());
  v1::Identity& identity = *notification->mutable_identity();
  identity.set_type(number->type);
  identity.set_number(number->digits);
  identity.set_protected_identity(notification->protected_identity());
  // Fiks has one name; where it is to be parted is not guessed.
  ASSIGN_OR_RETURN(*identity.mutable_given_name(), child.Text("personnavn"));
  return absl::OkStatus();
}

// One child: what may be told is decided for each by its own age and consent.
absl::Status ReadChild(JsonObject& record, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> children, record.Objects("offentligBarn"));
  if (children.size() != 1) {
    return record.Error("offentligBarn",
                        children.empty() ? "is missing" : "send one record for each child");
  }
  JsonObject& child = children[0];
  RETURN_IF_ERROR(ReadIdentity(child, notification));
  v1::Contact* contact = ContactOf(notification);
  ASSIGN_OR_RETURN(*contact->mutable_child_address(), ReadAddress(child));
  ASSIGN_OR_RETURN(*contact->mutable_child_telephone(), child.OptionalText("telefonnummer"));
  v1::YesNo informed = v1::UNKNOWN;
  RETURN_IF_ERROR(ReadInformed(child, &informed, contact->mutable_child_informed_reason()));
  contact->set_child_informed(informed);
  if (notification->protected_identity() &&
      !(contact->child_address().empty() && contact->child_telephone().empty())) {
    return JsonError(child.place(),
                     "a person with protected identity: leave `adresse` and `telefonnummer` out");
  }
  return child.Finish();
}

absl::Status ReadGuardians(JsonObject& record, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> guardians, record.Objects("foresatte"));
  if (guardians.size() > 2) return record.Error("foresatte", "must be two at most");
  for (JsonObject& object : guardians) {
    v1::Person& guardian = *ContactOf(notification)->add_guardian();
    guardian.set_role("guardian");
    ASSIGN_OR_RETURN(*guardian.mutable_name(), object.Text("personnavn"));
    ASSIGN_OR_RETURN(*guardian.mutable_telephone(), object.OptionalText("telefonnummer"));
    if (notification->protected_identity() && !guardian.telephone().empty()) {
      return object.Error("telefonnummer", "a person with protected identity: leave it out");
    }
    v1::YesNo informed = v1::UNKNOWN;
    RETURN_IF_ERROR(ReadInformed(object, &informed, guardian.mutable_informed_reason()));
    guardian.set_informed(informed);
    RETURN_IF_ERROR(object.Finish());
  }
  return absl::OkStatus();
}

absl::Status ReadReporter(JsonObject& record, v1::NeutralNotification* notification) {
  if (!record.Has("offentligMelder")) return absl::OkStatus();
  ASSIGN_OR_RETURN(JsonObject object, record.Object("offentligMelder"));
  v1::Person& reporter = *ContactOf(notification)->mutable_reporter();
  ASSIGN_OR_RETURN(*reporter.mutable_name(), object.Text("personnavn"));
  ASSIGN_OR_RETURN(*reporter.mutable_role(), object.OptionalText("rolle"));
  ASSIGN_OR_RETURN(*reporter.mutable_telephone(), object.OptionalText("telefonnummer"));
  ASSIGN_OR_RETURN(*reporter.mutable_email(), object.OptionalText("epost"));
  if (object.Has("virksomhet")) {
    ASSIGN_OR_RETURN(JsonObject unit, object.Object("virksomhet"));
    unit.Ignore({"navn", "orgnr"});  // the sender is known by its certificate
    ASSIGN_OR_RETURN(*reporter.mutable_address(), ReadAddress(unit));
    RETURN_IF_ERROR(unit.Finish());
  }
  return object.Finish();
}

absl::Status ReadNarrative(JsonObject& record, v1::NeutralNotification* notification) {
  if (!record.Has("melding")) return absl::OkStatus();
  ASSIGN_OR_RETURN(JsonObject object, record.Object("melding"));
  v1::Narrative& narrative =
      *(*notification->mutable_compartment())["NARRATIVE"].mutable_narrative();
  ASSIGN_OR_RETURN(const std::string now, object.Text("melding"));
  narrative.add_statement()->set_text(now);
  ASSIGN_OR_RETURN(*narrative.mutable_history(), object.OptionalText("historie"));
  ASSIGN_OR_RETURN(const std::string other, object.OptionalText("andreSynspunkter"));
  if (!other.empty()) narrative.add_statement()->set_text(other);
  return object.Finish();
}

absl::Status ReadAboutChild(JsonObject& record, v1::NeutralNotification* notification) {
  RETURN_IF_ERROR(ReadChild(record, notification));
  RETURN_IF_ERROR(ReadGuardians(record, notification));
  RETURN_IF_ERROR(ReadReporter(record, notification));
  RETURN_IF_ERROR(ReadNarrative(record, notification));
  ASSIGN_OR_RETURN(std::string interpreter, record.OptionalText("behovForTolk"));
  if (!interpreter.empty()) {
    ContactOf(notification)->set_interpreter_language(std::move(interpreter));
  }
  ASSIGN_OR_RETURN(std::string others, record.OptionalText("andreHjelpeinstanser"));
  if (!others.empty()) ContactOf(notification)->set_other_agencies(std::move(others));
  if (ContactOf(notification)->ByteSizeLong() == 0) {
    notification->mutable_compartment()->erase("CONTACT");
  }
  // Where it goes is `sluss.recipient`; these are the municipality's own name and channel.
  record.Ignore({"kommunenummer", "kommunenavn", "bydelsnummer", "bydelsnavn", "leveringskanal"});
  return record.Finish();
}

absl::Status ReadContent(JsonObject& record, JsonObject& part,
                         v1::NeutralNotification* notification) {
  if (notification->purpose() == "FEEDBACK") {
    RETURN_IF_ERROR(ReadFeedback(part, notification));
    RETURN_IF_ERROR(part.Finish(kNothingMore));
    return record.Finish(kNothingMore);
  }
  RETURN_IF_ERROR(ReadConcern(part, notification));
  RETURN_IF_ERROR(part.Finish());
  if (!HasSubject(notification->purpose())) {
    return record.Finish("a consultation names nobody: leave it out");
  }
  return ReadAboutChild(record, notification);
}

}  // namespace

absl::StatusOr<v1::NeutralNotification> ReadRecord(absl::string_view bytes,
                                                   const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseStrictJson(bytes));
  ASSIGN_OR_RETURN(JsonObject record, JsonObject::From(document, ""));
  ASSIGN_OR_RETURN(JsonObject part, record.Object("sluss"));
  v1::NeutralNotification notification;
  ASSIGN_OR_RETURN(const absl::Time sent, ReadLocalTime(record, "sendingstidspunkt"));
  notification.set_created_us(absl::ToUnixMicros(sent));
  RETURN_IF_ERROR(ReadDisclosure(part, mapping, &notification));
  RETURN_IF_ERROR(ReadContent(record, part, &notification));
  if (notification.compartment().empty()) {
    return absl::InvalidArgumentError("the record tells nothing: no part of it has content");
  }
  return notification;
}

}  // namespace sluss::fiks
