#include "agency-adapters/child-psychiatry/bundle_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agency-adapters/child-psychiatry/bundle.h"
#include "agency-adapters/child-psychiatry/communication_reader.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "agency-adapters/child-psychiatry/person_reader.h"
#include "agency-adapters/common/native_format.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss::fhir {
namespace {

absl::StatusOr<std::string> ReadId(JsonObject& object, absl::string_view name) {
  ASSIGN_OR_RETURN(std::string id, object.Text(name));
  if (IsPlainId(id)) return id;
  return object.Error(name, "must be 1 to 64 letters, digits, '-' and '.'");
}

// The agency whose row in the mapping has one of the organisation's identifiers.
absl::StatusOr<std::string> ReadAgency(const Bundle& bundle, JsonObject reference,
                                       const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(const Bundle::Entry* entry, bundle.Resolve(reference, "Organization"));
  ASSIGN_OR_RETURN(JsonObject organization, Open(*entry));
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiers(organization));
  for (const Identifier& identifier : identifiers) {
    for (const v1::Peer& peer : mapping.peer()) {
      if ((identifier.system == kHsaId && identifier.value == peer.hsa_id()) ||
          (identifier.system == kOrganisationNumber &&
           identifier.value == peer.organisation_number())) {
        return peer.agency();
      }
    }
  }
  return organization.Error("identifier", "is of no `peer` of the mapping");
}

absl::StatusOr<const v1::Route*> ReadEvent(JsonObject& header, const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(JsonObject object, header.Object("eventCoding"));
  ASSIGN_OR_RETURN(const Coding event, ReadCoding(std::move(object)));
  for (const v1::Route& route : mapping.route()) {
    if (event.system == kEvent && event.code == route.native_type()) return &route;
  }
  return JsonError(event.place,
                   absl::StrCat("this event has no `route` in the mapping for system ", kEvent));
}

// The one recipient: a notification is decided for one.
absl::StatusOr<std::string> ReadRecipient(const Bundle& bundle, JsonObject& header,
                                          const v1::Route& route,
                                          const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> destinations, header.Objects("destination"));
  if (destinations.size() != 1) return header.Error("destination", "must be one");
  JsonObject& destination = destinations[0];
  ASSIGN_OR_RETURN(JsonObject receiver, destination.Object("receiver"));
  destination.Ignore({"endpoint", "name"});  // the route is the gateway's
  RETURN_IF_ERROR(destination.Finish());
  ASSIGN_OR_RETURN(std::string agency, ReadAgency(bundle, receiver, mapping));
  if (!route.recipient().empty() && route.recipient() != agency) {
    return receiver.Error("reference", "is not the recipient that the mapping has for this event");
  }
  return agency;
}

absl::Status CheckSender(const Bundle& bundle, JsonObject& header,
                         const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(JsonObject sender, header.Object("sender"));
  ASSIGN_OR_RETURN(const std::string agency, ReadAgency(bundle, sender, mapping));
  if (agency == mapping.agency()) return absl::OkStatus();
  return sender.Error("reference", "is another unit than this adapter's");
}

absl::Status ReadResponse(JsonObject& header, v1::NeutralNotification* notification) {
  if (!header.Has("response")) return absl::OkStatus();
  ASSIGN_OR_RETURN(JsonObject response, header.Object("response"));
  ASSIGN_OR_RETURN(*notification->mutable_reply_to(), ReadId(response, "identifier"));
  RETURN_IF_ERROR(response.Code("code", {"ok"}).status());
  return response.Finish();
}

absl::Status ReadHeader(const Bundle& bundle, const Bundle::Entry& communication,
                        const v1::MappingConfig& mapping, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(JsonObject header, Open(bundle.header()));
  ASSIGN_OR_RETURN(*notification->mutable_native_id(), ReadId(header, "id"));
  ASSIGN_OR_RETURN(const v1::Route* route, ReadEvent(header, mapping));
  notification->set_purpose(route->purpose());
  notification->set_legal_basis(route->legal_basis());
  notification->set_escrow_identity(route->escrow_identity());
  notification->set_label(route->label());
  notification->set_correction(route->correction());
  ASSIGN_OR_RETURN(*notification->mutable_recipient(),
                   ReadRecipient(bundle, header, *route, mapping));
  RETURN_IF_ERROR(CheckSender(bundle, header, mapping));
  RETURN_IF_ERROR(ReadResponse(header, notification));
  if (notification->correction() != 0 && notification->reply_to().empty()) {
    return header.Error("response", "is missing: its identifier names what this event corrects");
  }
  ASSIGN_OR_RETURN(std::vector<JsonObject> focus, header.Objects("focus"));
  if (focus.size() != 1) return header.Error("focus", "must be the Communication alone");
  ASSIGN_OR_RETURN(const Bundle::Entry* about, bundle.Resolve(focus[0], "Communication"));
  if (about != &communication) return focus[0].Error("reference", "is another Communication");
  // Who typed it and with what; who answers for it is said by Provenance.
  header.Ignore({"source", "enterer", "author", "responsible", "reason", "definition"});
  return header.Finish();
}

absl::Status ReadConsents(const Bundle& bundle, const Bundle::Entry* patient,
                          v1::NeutralNotification* notification) {
  for (const Bundle::Entry* entry : bundle.OfType("Consent")) {
    ASSIGN_OR_RETURN(JsonObject consent, Open(*entry));
    RETURN_IF_ERROR(consent.Code("status", {"active"}).status());
    ASSIGN_OR_RETURN(JsonObject reference, consent.Object("patient"));
    ASSIGN_OR_RETURN(const Bundle::Entry* child, bundle.Resolve(reference, "Patient"));
    if (child != patient) return reference.Error("reference", "is not the child of this message");
    ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiers(consent));
    const auto id = std::find_if(identifiers.begin(), identifiers.end(),
                                 [](const Identifier& i) { return i.system == kConsentId; });
    if (id == identifiers.end()) {
      return consent.Error("identifier", absl::StrCat("holds none of system ", kConsentId,
                                                      ": register the consent first"));
    }
    if (id->value.size() != 32 || !FromHex(id->value).ok()) {
      return JsonError(id->place, "must be 32 hexadecimal digits");
    }
    notification->add_consent_id(id->value);
    // What was consented to is in the record that was registered, and is decided from there.
    consent.Ignore({"scope", "category", "dateTime", "performer", "organization", "policy",
                    "policyRule", "provision", "verification", "sourceReference"});
    RETURN_IF_ERROR(consent.Finish());
  }
  return absl::OkStatus();
}

absl::Status ReadPeople(const Bundle& bundle, const Bundle::Entry* patient, JsonObject* sender,
                        const v1::MappingConfig& mapping, v1::NeutralNotification* notification) {
  const bool no_subject = !HasSubject(notification->purpose());
  if (no_subject && patient != nullptr) {
    return JsonError(patient->place, "this event names nobody: leave the Patient out");
  }
  if (no_subject) return absl::OkStatus();
  if (patient == nullptr) return JsonError("Bundle.entry", "holds no Patient");
  v1::Contact contact;
  RETURN_IF_ERROR(ReadPatient(bundle, *patient, notification->mutable_identity(), &contact));
  RETURN_IF_ERROR(ReadRelatedPersons(bundle, *patient, &contact));
  if (sender != nullptr) {
    ASSIGN_OR_RETURN(*contact.mutable_reporter(), ReadPractitionerRole(bundle, *sender, mapping));
  }
  if (contact.ByteSizeLong() > 0) {
    *(*notification->mutable_compartment())["CONTACT"].mutable_contact() = std::move(contact);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::NeutralNotification> ReadBundle(absl::string_view bytes,
                                                   const v1::MappingConfig& mapping) {
  ASSIGN_OR_RETURN(const Bundle bundle, Bundle::Parse(bytes));
  ASSIGN_OR_RETURN(const Bundle::Entry* communication, bundle.Only("Communication"));
  const Bundle::Entry* patient = nullptr;
  if (!bundle.OfType("Patient").empty()) {
    ASSIGN_OR_RETURN(patient, bundle.Only("Patient"));
  }
  v1::NeutralNotification notification;
  notification.set_created_us(absl::ToUnixMicros(bundle.timestamp()));
  notification.set_protected_identity(bundle.protected_identity());
  RETURN_IF_ERROR(ReadHeader(bundle, *communication, mapping, &notification));
  std::optional<JsonObject> sender;
  RETURN_IF_ERROR(
      ReadCommunication(bundle, *communication, patient, mapping, &sender, &notification));
  RETURN_IF_ERROR(ReadPeople(bundle, patient, sender ? &*sender : nullptr, mapping, &notification));
  RETURN_IF_ERROR(ReadOfficers(bundle, *communication, mapping, &notification));
  RETURN_IF_ERROR(ReadConsents(bundle, patient, &notification));
  return notification;
}

}  // namespace sluss::fhir
