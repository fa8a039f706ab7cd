#include "agency-adapters/child-psychiatry/person_reader.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "agency-adapters/common/personal_number.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"

namespace sluss::fhir {
namespace {

constexpr absl::string_view kTelecomSystems[] = {"phone", "email", "sms"};

struct Name {
  std::string given;
  std::string family;
  std::string Whole() const {
    return std::string(absl::StripAsciiWhitespace(absl::StrCat(given, " ", family)));
  }
};

// At most one HumanName, as HL7 Sweden's base profiles have it. A name without parts is kept whole.
absl::StatusOr<Name> ReadName(JsonObject& person) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> names, person.Objects("name"));
  if (names.empty()) return Name();
  if (names.size() > 1) return JsonError(names[1].place(), "a second name: send the one in use");
  JsonObject& name = names[0];
  Name read;
  ASSIGN_OR_RETURN(const std::vector<std::string> given, name.Texts("given"));
  read.given = absl::StrJoin(given, " ");
  ASSIGN_OR_RETURN(read.family, name.OptionalText("family"));
  ASSIGN_OR_RETURN(const std::string text, name.OptionalText("text"));
  if (read.given.empty() && read.family.empty()) read.given = text;
  // Middle names and call names stand in `given` and `family` too.
  name.Ignore({"use", "prefix", "suffix", "period", "extension", "_given", "_family"});
  RETURN_IF_ERROR(name.Finish());
  return read;
}

// Telephone and e-mail of a ContactPoint list; the first of each.
absl::Status ReadTelecom(JsonObject& person, std::string* telephone, std::string* email) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> points, person.Objects("telecom"));
  for (JsonObject& point : points) {
    ASSIGN_OR_RETURN(const size_t system, point.Code("system", kTelecomSystems));
    ASSIGN_OR_RETURN(const std::string value, point.Text("value"));
    point.Ignore({"use", "rank", "period"});
    RETURN_IF_ERROR(point.Finish());
    std::string* field = kTelecomSystems[system] == "email" ? email : telephone;
    if (field->empty()) *field = value;
  }
  return absl::OkStatus();
}

// The first address in one line.
absl::StatusOr<std::string> ReadAddress(JsonObject& person) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> addresses, person.Objects("address"));
  if (addresses.empty()) return std::string();
  if (addresses.size() > 1)
    return JsonError(addresses[1].place(), "a second address: send the one in use");
  JsonObject& address = addresses[0];
  ASSIGN_OR_RETURN(std::vector<std::string> parts, address.Texts("line"));
  for (const absl::string_view name : {"postalCode", "city", "country"}) {
    ASSIGN_OR_RETURN(std::string part, address.OptionalText(name));
    if (!part.empty()) parts.push_back(std::move(part));
  }
  address.Ignore({"use", "type", "text", "district", "state", "period", "extension"});
  RETURN_IF_ERROR(address.Finish());
  return absl::StrJoin(parts, ", ");
}

absl::Status ReadInformed(JsonObject& person, v1::YesNo* informed, std::string* reason) {
  ASSIGN_OR_RETURN(auto extensions, ReadExtensions(person, {kInformed, kInformedReason}));
  for (auto& [name, extension] : extensions) {
    if (name == kInformed) {
      ASSIGN_OR_RETURN(const bool value, extension.Bool("valueBoolean"));
      *informed = value ? v1::YES : v1::NO;
    } else {
      ASSIGN_OR_RETURN(*reason, extension.Text("valueString"));
    }
    RETURN_IF_ERROR(extension.Finish());
  }
  return absl::OkStatus();
}

absl::Status ReadNumber(const Bundle& bundle, const Identifier& identifier, v1::Identity* identity,
                        absl::CivilDay* birth_date) {
  if (identifier.value.size() != 12) return JsonError(identifier.place, "must have 12 digits");
  const absl::StatusOr<PersonalNumber> number =
      ParsePersonalNumber(identifier.value, SwedishDay(bundle.timestamp()));
  if (!number.ok()) return JsonError(identifier.place, number.status().message());
  const v1::IdentifierType type =
      identifier.system == kPersonnummer ? v1::PERSONNUMMER : v1::SAMORDNINGSNUMMER;
  if (number->type != type) {
    return JsonError(identifier.place, "is of another kind than its system says");
  }
  if (!identity->number().empty()) return JsonError(identifier.place, "a second personal number");
  identity->set_type(type);
  identity->set_number(number->digits);
  *birth_date = number->birth_date;
  return absl::OkStatus();
}

// The number that other agencies know the child by; a care giver's own identifiers stay there.
absl::Status ReadNumbers(const Bundle& bundle, JsonObject& patient, v1::Identity* identity,
                         absl::CivilDay* birth_date) {
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiers(patient));
  for (const Identifier& identifier : identifiers) {
    if (identifier.system == kReservnummer) {
      return JsonError(identifier.place,
                       "a nationellt reservnummer is known to the region alone and no other agency "
                       "can match it: find the personnummer or samordningsnummer, or phone");
    }
    if (identifier.system == kPersonnummer || identifier.system == kSamordningsnummer) {
      RETURN_IF_ERROR(ReadNumber(bundle, identifier, identity, birth_date));
    }
  }
  if (!identity->number().empty()) return absl::OkStatus();
  return patient.Error("identifier", "holds no personnummer and no samordningsnummer");
}

absl::Status CheckBirthDate(JsonObject& patient, absl::CivilDay birth_date) {
  ASSIGN_OR_RETURN(const std::string text, patient.OptionalText("birthDate"));
  if (text.empty() || text == absl::FormatCivilTime(birth_date)) return absl::OkStatus();
  return patient.Error("birthDate", "does not agree with the personal number");
}

// Patient.communication: the language in which the child needs an interpreter.
absl::Status ReadInterpreter(JsonObject& patient, v1::Contact* contact) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> languages, patient.Objects("communication"));
  for (JsonObject& entry : languages) {
    ASSIGN_OR_RETURN(JsonObject language, entry.Object("language"));
    ASSIGN_OR_RETURN(const std::string text, language.Text("text"));
    language.Ignore({"coding"});
    entry.Ignore({"preferred"});
    RETURN_IF_ERROR(language.Finish());
    RETURN_IF_ERROR(entry.Finish());
    if (contact->interpreter_language().empty()) contact->set_interpreter_language(text);
  }
  return absl::OkStatus();
}

absl::Status RefuseWhereabouts(const Bundle& bundle, const Bundle::Entry& entry,
                               absl::string_view address, absl::string_view telephone) {
  if (!bundle.protected_identity() || (address.empty() && telephone.empty())) {
    return absl::OkStatus();
  }
  return JsonError(entry.place,
                   "a person with protected identity: leave `address` and `telecom` out");
}

absl::StatusOr<v1::Person> ReadRelatedPerson(const Bundle& bundle, const Bundle::Entry& entry,
                                             const Bundle::Entry& patient) {
  ASSIGN_OR_RETURN(JsonObject resource, Open(entry));
  ASSIGN_OR_RETURN(JsonObject reference, resource.Object("patient"));
  ASSIGN_OR_RETURN(const Bundle::Entry* child, bundle.Resolve(reference, "Patient"));
  if (child != &patient) return reference.Error("reference", "is not the child of this message");
  v1::Person person;
  ASSIGN_OR_RETURN(const Name name, ReadName(resource));
  person.set_name(name.Whole());
  ASSIGN_OR_RETURN(std::vector<JsonObject> relations, resource.Objects("relationship"));
  for (JsonObject& relation : relations) {
    ASSIGN_OR_RETURN(const std::vector<Coding> codings, ReadConcept(std::move(relation)));
    for (const Coding& coding : codings) {
      if (coding.system == kRoleCode && coding.code == kGuardian) person.set_role("guardian");
    }
  }
  RETURN_IF_ERROR(ReadTelecom(resource, person.mutable_telephone(), person.mutable_email()));
  ASSIGN_OR_RETURN(*person.mutable_address(), ReadAddress(resource));
  RETURN_IF_ERROR(RefuseWhereabouts(bundle, entry, person.address(), person.telephone()));
  v1::YesNo informed = v1::UNKNOWN;
  RETURN_IF_ERROR(ReadInformed(resource, &informed, person.mutable_informed_reason()));
  person.set_informed(informed);
  // A relative's own number, birth date and photo are not part of the concern.
  resource.Ignore({"identifier", "active", "gender", "birthDate", "photo", "period"});
  RETURN_IF_ERROR(resource.Finish());
  return person;
}

// The vocabulary's role of PractitionerRole.code: the mapping must know exactly one of the codings.
absl::StatusOr<std::string> ReadRole(JsonObject& resource, const v1::MappingConfig& mapping) {
  std::set<std::string> roles;
  ASSIGN_OR_RETURN(std::vector<JsonObject> concepts, resource.Objects("code"));
  for (JsonObject& one : concepts) {
    ASSIGN_OR_RETURN(const std::vector<Coding> codings, ReadConcept(std::move(one)));
    for (const Coding& coding : codings) {
      for (const v1::RoleName& role : mapping.role()) {
        if (role.native() == coding.code) roles.insert(role.role());
      }
    }
  }
  if (roles.size() == 1) return *roles.begin();
  return resource.Error("code", roles.empty()
                                    ? "no coding of it is a `role` of the mapping"
                                    : "its codings are several roles of the mapping: send one");
}

absl::Status ReadPractitioner(const Bundle& bundle, JsonObject& role, v1::Person* person) {
  ASSIGN_OR_RETURN(JsonObject reference, role.Object("practitioner"));
  ASSIGN_OR_RETURN(const Bundle::Entry* entry, bundle.Resolve(reference, "Practitioner"));
  ASSIGN_OR_RETURN(JsonObject practitioner, Open(*entry));
  ASSIGN_OR_RETURN(const Name name, ReadName(practitioner));
  if (name.Whole().empty()) return practitioner.Error("name", "is missing");
  person->set_name(name.Whole());
  RETURN_IF_ERROR(ReadTelecom(practitioner, person->mutable_telephone(), person->mutable_email()));
  practitioner.Ignore({"identifier", "active", "address", "gender", "birthDate", "photo",
                       "qualification", "communication"});
  return practitioner.Finish();
}

absl::StatusOr<v1::OfficerAct> ReadOfficer(const Bundle& bundle, const Bundle::Entry& entry,
                                           const Bundle::Entry& communication,
                                           const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(JsonObject provenance, Open(entry));
  ASSIGN_OR_RETURN(std::vector<JsonObject> targets, provenance.Objects("target"));
  if (targets.size() != 1) return provenance.Error("target", "must be the Communication alone");
  ASSIGN_OR_RETURN(const Bundle::Entry* target, bundle.Resolve(targets[0], "Communication"));
  if (target != &communication) return targets[0].Error("reference", "is another Communication");
  ASSIGN_OR_RETURN(std::vector<JsonObject> agents, provenance.Objects("agent"));
  if (agents.size() != 1) return provenance.Error("agent", "must be one officer");
  ASSIGN_OR_RETURN(JsonObject who, agents[0].Object("who"));
  agents[0].Ignore({"type", "role", "onBehalfOf"});
  RETURN_IF_ERROR(agents[0].Finish());
  ASSIGN_OR_RETURN(const v1::Person officer, ReadPractitionerRole(bundle, who, mapping));

  v1::OfficerAct act;
  act.set_name(officer.name());
  act.set_role(officer.role());
  ASSIGN_OR_RETURN(std::vector<JsonObject> reasons, provenance.Objects("reason"));
  if (reasons.size() != 1) return provenance.Error("reason", "must be one");
  ASSIGN_OR_RETURN(*act.mutable_reason(), reasons[0].Text("text"));
  reasons[0].Ignore({"coding"});
  RETURN_IF_ERROR(reasons[0].Finish());
  ASSIGN_OR_RETURN(auto extensions, ReadExtensions(provenance, {kWeighing}));
  for (auto& [name, extension] : extensions) {
    ASSIGN_OR_RETURN(*act.mutable_weighing(), extension.Text("valueString"));
    RETURN_IF_ERROR(extension.Finish());
  }
  RETURN_IF_ERROR(ReadInstant(provenance, "recorded").status());
  provenance.Ignore({"occurredPeriod", "occurredDateTime", "activity", "location"});
  RETURN_IF_ERROR(provenance.Finish());
  return act;
}

}  // namespace

absl::Status ReadPatient(const Bundle& bundle, const Bundle::Entry& entry, v1::Identity* identity,
                         v1::Contact* contact) {
  ASSIGN_OR_RETURN(JsonObject patient, Open(entry));
  absl::CivilDay birth_date;
  RETURN_IF_ERROR(ReadNumbers(bundle, patient, identity, &birth_date));
  RETURN_IF_ERROR(CheckBirthDate(patient, birth_date));
  ASSIGN_OR_RETURN(Name name, ReadName(patient));
  identity->set_given_name(std::move(name.given));
  identity->set_family_name(std::move(name.family));
  identity->set_protected_identity(bundle.protected_identity());
  ASSIGN_OR_RETURN(*contact->mutable_child_address(), ReadAddress(patient));
  std::string email;  // a child is not written to
  RETURN_IF_ERROR(ReadTelecom(patient, contact->mutable_child_telephone(), &email));
  RETURN_IF_ERROR(
      RefuseWhereabouts(bundle, entry, contact->child_address(), contact->child_telephone()));
  v1::YesNo informed = v1::UNKNOWN;
  RETURN_IF_ERROR(ReadInformed(patient, &informed, contact->mutable_child_informed_reason()));
  contact->set_child_informed(informed);
  RETURN_IF_ERROR(ReadInterpreter(patient, contact));
  // Of no weight for the concern; who the guardians are is said by RelatedPerson.
  patient.Ignore({"active", "gender", "maritalStatus", "multipleBirthBoolean",
                  "multipleBirthInteger", "generalPractitioner", "managingOrganization"});
  return patient.Finish();
}

absl::Status ReadRelatedPersons(const Bundle& bundle, const Bundle::Entry& patient,
                                v1::Contact* contact) {
  for (const Bundle::Entry* entry : bundle.OfType("RelatedPerson")) {
    ASSIGN_OR_RETURN(v1::Person person, ReadRelatedPerson(bundle, *entry, patient));
    if (person.role() != "guardian") {
      return JsonError(entry->place, "only guardians (relationship GUARD) are carried");
    }
    *contact->add_guardian() = std::move(person);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Person> ReadPractitionerRole(const Bundle& bundle, JsonObject reference,
                                                const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(const Bundle::Entry* entry, bundle.Resolve(reference, "PractitionerRole"));
  ASSIGN_OR_RETURN(JsonObject resource, Open(*entry));
  v1::Person person;
  ASSIGN_OR_RETURN(*person.mutable_role(), ReadRole(resource, mapping));
  RETURN_IF_ERROR(ReadTelecom(resource, person.mutable_telephone(), person.mutable_email()));
  RETURN_IF_ERROR(ReadPractitioner(bundle, resource, &person));
  resource.Ignore({"identifier", "active", "period", "organization", "specialty", "location",
                   "healthcareService"});
  RETURN_IF_ERROR(resource.Finish());
  return person;
}

absl::Status ReadOfficers(const Bundle& bundle, const Bundle::Entry& communication,
                          const v1::MappingConfig& mapping, v1::NeutralNotification* notification) {
  std::set<std::string> names;
  for (const Bundle::Entry* entry : bundle.OfType("Provenance")) {
    ASSIGN_OR_RETURN(v1::OfficerAct act, ReadOfficer(bundle, *entry, communication, mapping));
    if (!names.insert(act.name()).second) {
      return JsonError(entry->place, "the same officer attests twice: it must be another person");
    }
    *notification->add_officer() = std::move(act);
  }
  if (notification->officer().empty()) {
    return JsonError("Bundle.entry", "holds no Provenance: an officer must attest with a reason");
  }
  return absl::OkStatus();
}

}  // namespace sluss::fhir
