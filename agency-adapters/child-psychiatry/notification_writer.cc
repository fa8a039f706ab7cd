#include "agency-adapters/child-psychiatry/notification_writer.h"

#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agency-adapters/child-psychiatry/bundle_builder.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "agency-adapters/common/render.h"
#include "agency-adapters/common/statement.h"
#include "agency-adapters/common/swedish_words.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "proto/notification.pb.h"

namespace sluss::fhir {
namespace {

absl::string_view Priority(int urgency) {
  switch (urgency) {
    case v1::NOW:
      return "stat";
    case v1::TODAY:
      return "urgent";
    default:
      return "routine";
  }
}

void AddTelecom(absl::string_view telephone, absl::string_view email, Json* resource) {
  Json points = Json::array();
  if (!telephone.empty()) {
    points.push_back({{"system", "phone"}, {"value", std::string(telephone)}});
  }
  if (!email.empty()) points.push_back({{"system", "email"}, {"value", std::string(email)}});
  if (!points.empty()) (*resource)["telecom"] = std::move(points);
}

void AddInformed(v1::YesNo informed, absl::string_view reason, Json* resource) {
  Json extensions = Json::array();
  if (informed != v1::UNKNOWN) {
    extensions.push_back(MakeExtension(kInformed, "valueBoolean", informed == v1::YES));
  }
  if (!reason.empty()) {
    extensions.push_back(MakeExtension(kInformedReason, "valueString", std::string(reason)));
  }
  if (!extensions.empty()) (*resource)["extension"] = std::move(extensions);
}

Json HumanName(absl::string_view given, absl::string_view family) {
  Json name = Json::object();
  SetText("text", absl::StrCat(given, given.empty() || family.empty() ? "" : " ", family), &name);
  SetText("family", family, &name);
  if (!family.empty() && !given.empty()) name["given"] = Json::array({std::string(given)});
  return name;
}

Json PatientResource(const v1::DeliveredNotification& delivered, const v1::Contact* contact) {
  const v1::NeutralNotification& notification = delivered.notification();
  const v1::Identity& identity = notification.identity();
  Json patient = {{"resourceType", "Patient"}};
  if (notification.protected_identity() || identity.protected_identity()) {
    patient["meta"] = {{"security", Json::array({MakeCoding(kSecurityLabel, kProtectedPerson)})}};
  }
  if (contact != nullptr) {
    AddInformed(contact->child_informed(), contact->child_informed_reason(), &patient);
  }
  Json identifiers = Json::array();
  if (!identity.number().empty()) {
    const absl::string_view system =
        identity.type() == v1::SAMORDNINGSNUMMER ? kSamordningsnummer : kPersonnummer;
    identifiers.push_back({{"system", std::string(system)}, {"value", identity.number()}});
  }
  if (!delivered.matched_case().empty()) {
    identifiers.push_back(
        {{"system", std::string(kMatchedCase)}, {"value", delivered.matched_case()}});
  }
  if (!identifiers.empty()) patient["identifier"] = std::move(identifiers);
  Json name = HumanName(identity.given_name(), identity.family_name());
  if (!name.empty()) patient["name"] = Json::array({std::move(name)});
  if (contact != nullptr) {
    AddTelecom(contact->child_telephone(), /*email=*/"", &patient);
    if (!contact->child_address().empty()) {
      patient["address"] = Json::array({{{"text", contact->child_address()}}});
    }
  }
  return patient;
}

Json GuardianResource(const v1::Person& guardian, const Json& patient) {
  Json person = {{"resourceType", "RelatedPerson"}};
  AddInformed(guardian.informed(), guardian.informed_reason(), &person);
  person["patient"] = patient;
  person["relationship"] = Json::array({MakeConcept(kRoleCode, kGuardian)});
  if (!guardian.name().empty()) person["name"] = Json::array({HumanName(guardian.name(), "")});
  AddTelecom(guardian.telephone(), guardian.email(), &person);
  if (!guardian.address().empty()) {
    person["address"] = Json::array({{{"text", guardian.address()}}});
  }
  return person;
}

// The professional who reports, as far as the contact compartment tells.
Json AddReporter(const v1::Person& reporter, const Json& organization, BundleBuilder* bundle) {
  Json practitioner = {{"resourceType", "Practitioner"}};
  practitioner["name"] = Json::array({HumanName(reporter.name(), "")});
  const Json person = bundle->Add("reporter", std::move(practitioner));
  Json role = {{"resourceType", "PractitionerRole"},
               {"practitioner", person},
               {"organization", organization}};
  if (!reporter.role().empty()) {
    role["code"] = Json::array({MakeConcept(kPartyRole, reporter.role())});
  }
  AddTelecom(reporter.telephone(), reporter.email(), &role);
  return bundle->Add("reporter-role", std::move(role));
}

void AddReferences(const v1::Statement& statement, Json* extensions) {
  const std::pair<absl::string_view, const std::string&> texts[] = {
      {kStatementId, statement.id()}, {kCorrectsStatement, statement.corrects()}};
  for (const auto& [name, text] : texts) {
    if (!text.empty()) extensions->push_back(MakeExtension(name, "valueString", text));
  }
  if (statement.retracted()) {
    extensions->push_back(MakeExtension(kRetracted, "valueBoolean", true));
  }
}

// One extension a role; FHIR has no empty strings.
void AddPersons(const v1::Statement& statement, Json* extensions) {
  for (int role = 1; role <= std::ssize(kPersons); ++role) {
    std::string names;
    for (const v1::PersonInStatement& person : statement.person()) {
      if (person.role() != role) continue;
      absl::StrAppend(&names, names.empty() ? "" : "; ",
                      person.name().empty() ? "okänd" : person.name());
    }
    if (!names.empty()) {
      extensions->push_back(MakeExtension(kPersons[role - 1], "valueString", names));
    }
  }
}

Json PayloadExtensions(absl::string_view category, const v1::Statement& statement) {
  Json extensions = Json::array({MakeExtension(kDataCategory, "valueCode", std::string(category))});
  // A newer sender may have values that have no code here yet.
  if (const int i = statement.source() - 1; i >= 0 && i < std::ssize(kSourceCodes)) {
    extensions.push_back(MakeExtension(kSource, "valueCode", std::string(kSourceCodes[i])));
  }
  if (const int i = statement.about() - 1; i >= 0 && i < std::ssize(kPersonRoleCodes)) {
    extensions.push_back(MakeExtension(kAbout, "valueCode", std::string(kPersonRoleCodes[i])));
  }
  if (IsDay(statement.date())) {
    extensions.push_back(MakeExtension(kStatementDate, "valueDate", statement.date()));
  }
  AddReferences(statement, &extensions);
  AddPersons(statement, &extensions);
  return extensions;
}

void AddText(absl::string_view category, const v1::Statement& statement, Json* payloads) {
  if (statement.text().empty() && !statement.retracted()) return;
  // What is taken back may say nothing more; FHIR has no payload without content.
  payloads->push_back(
      {{"extension", PayloadExtensions(category, statement)},
       {"contentString", statement.text().empty() ? "Återtagen." : statement.text()}});
}

// Statements one by one; what else the compartment tells as one text; then its files.
void AddPayloads(absl::string_view category, v1::CompartmentContent content, Json* payloads) {
  if (content.has_narrative()) {
    for (const v1::Statement& s : content.narrative().statement()) AddText(category, s, payloads);
    content.mutable_narrative()->clear_statement();
    content.mutable_narrative()->clear_concern();  // Communication.reasonCode
  } else if (content.has_text()) {
    for (const v1::Statement& s : content.text().statement()) AddText(category, s, payloads);
    content.mutable_text()->clear_statement();
  }
  const google::protobuf::RepeatedPtrField<v1::Attachment> files = content.attachment();
  content.clear_attachment();
  v1::Statement rest;
  rest.set_text(RenderContent(content));
  AddText(category, rest, payloads);
  for (const v1::Attachment& file : files) {
    Json attachment = {{"contentType", file.content_type()}};
    attachment["data"] = absl::Base64Escape(file.content());
    SetText("title", file.file_name(), &attachment);
    payloads->push_back({{"extension", PayloadExtensions(category, v1::Statement())},
                         {"contentAttachment", std::move(attachment)}});
  }
}

Json Notes(const v1::DeliveredNotification& delivered) {
  Json notes = Json::array();
  const auto add = [&notes](absl::string_view text) {
    if (!text.empty()) notes.push_back({{"text", std::string(text)}});
  };
  add(delivered.decision_text());
  for (const std::string& obligation : delivered.obligation()) {
    add(absl::StrCat("Att göra: ", obligation));
  }
  if (delivered.withheld() > 0) {
    add(absl::StrCat("Delar som inte lämnades ut: ", delivered.withheld()));
  }
  return notes;
}

Json CommunicationResource(const v1::DeliveredNotification& delivered) {
  const v1::NeutralNotification& notification = delivered.notification();
  Json communication = {{"resourceType", "Communication"}};
  Json extensions = Json::array();
  if (!notification.legal_basis().empty()) {
    extensions.push_back(MakeExtension(kLegalBasis, "valueCode", notification.legal_basis()));
  }
  if (notification.phoned_first()) {
    extensions.push_back(MakeExtension(kPhonedFirst, "valueBoolean", true));
  }
  if (const int i = notification.correction() - 1; i >= 0 && i < std::ssize(kCorrectionCodes)) {
    extensions.push_back(MakeExtension(kCorrection, "valueCode", std::string(kCorrectionCodes[i])));
    if (IsPlainId(notification.reply_to())) {
      communication["inResponseTo"] = Json::array(
          {{{"identifier",
             {{"system", std::string(kMessageId)}, {"value", notification.reply_to()}}}}});
    }
  }
  if (!extensions.empty()) communication["extension"] = std::move(extensions);
  communication["identifier"] = Json::array(
      {{{"system", std::string(kMessageId)}, {"value", ToHex(delivered.message_id())}}});
  communication["status"] = "completed";
  communication["category"] = Json::array(
      {MakeConcept(kPurpose, notification.purpose(), PurposeInSwedish(notification.purpose()))});
  communication["priority"] = std::string(Priority(notification.urgency()));
  communication["sent"] = Instant(absl::FromUnixMicros(notification.created_us()));
  Json concerns = Json::array();
  Json payloads = Json::array();
  const std::map<std::string, v1::CompartmentContent> sorted(notification.compartment().begin(),
                                                             notification.compartment().end());
  for (const auto& [category, content] : sorted) {
    for (const std::string& code : content.narrative().concern()) {
      concerns.push_back(MakeConcept(kConcern, code, ConcernInSwedish(code)));
    }
    // The child is the Patient; what the escrow holds is closed to this agency.
    if (content.has_identity() || content.has_escrow()) continue;
    AddPayloads(category, content, &payloads);
  }
  if (!concerns.empty()) communication["reasonCode"] = std::move(concerns);
  if (!payloads.empty()) communication["payload"] = std::move(payloads);
  if (Json notes = Notes(delivered); !notes.empty()) communication["note"] = std::move(notes);
  return communication;
}

// The Communication with everybody in it.
Json AddCommunication(const v1::DeliveredNotification& delivered, const Json& sender,
                      const Json& receiver, BundleBuilder* bundle) {
  const v1::NeutralNotification& notification = delivered.notification();
  const auto found = notification.compartment().find("CONTACT");
  const v1::Contact* contact =
      found == notification.compartment().end() ? nullptr : &found->second.contact();
  Json communication = CommunicationResource(delivered);
  communication["sender"] = sender;
  communication["recipient"] = Json::array({receiver});
  if (notification.has_identity() || !delivered.matched_case().empty()) {
    const Json patient = bundle->Add("patient", PatientResource(delivered, contact));
    communication["subject"] = patient;
    for (int i = 0; contact != nullptr && i < contact->guardian_size(); ++i) {
      bundle->Add(absl::StrCat("guardian-", i), GuardianResource(contact->guardian(i), patient));
    }
  }
  if (contact != nullptr && !contact->reporter().name().empty()) {
    communication["sender"] = AddReporter(contact->reporter(), sender, bundle);
  }
  return bundle->Add("communication", std::move(communication));
}

}  // namespace

absl::StatusOr<NativeFile> WriteNotification(const v1::DeliveredNotification& delivered,
                                             const v1::MappingConfig& mapping) {
  const v1::NeutralNotification& notification = delivered.notification();
  if (delivered.message_id().size() != 16) {
    return absl::InvalidArgumentError("`message_id`: must have 16 bytes");
  }
  const std::string id = ToHex(delivered.message_id());
  BundleBuilder bundle(id);
  bundle.set_timestamp(absl::FromUnixMicros(notification.created_us()));
  const Json sender = bundle.AddOrganization("sender", delivered.sender(), mapping);
  const Json receiver = bundle.AddOrganization("receiver", mapping.agency(), mapping);

  Json focus;
  if (const auto status = notification.compartment().find("STATUS");
      status != notification.compartment().end()) {
    const v1::FeedbackStatus value = status->second.feedback().status();
    if (!v1::FeedbackStatus_IsValid(value) || value == v1::FEEDBACK_STATUS_UNSPECIFIED) {
      return absl::InvalidArgumentError("`STATUS.feedback.status`: must be one of three");
    }
    focus = bundle.Add("feedback", FeedbackTask(value, notification.reply_to()));
  } else {
    focus = AddCommunication(delivered, sender, receiver, &bundle);
  }

  Json header = {{"resourceType", "MessageHeader"}};
  header["eventCoding"] = MakeCoding(kPurpose, notification.purpose());
  header["destination"] =
      Json::array({{{"endpoint", Endpoint(mapping.agency())}, {"receiver", receiver}}});
  header["sender"] = sender;
  header["source"] = {{"name", "Sluss"}, {"endpoint", Endpoint(delivered.sender())}};
  if (IsPlainId(notification.reply_to())) {
    header["response"] = {{"identifier", notification.reply_to()}, {"code", "ok"}};
  }
  header["focus"] = Json::array({focus});
  return NativeFile{.name = absl::StrCat(id, ".json"),
                    .bytes = std::move(bundle).Finish(std::move(header))};
}

}  // namespace sluss::fhir
