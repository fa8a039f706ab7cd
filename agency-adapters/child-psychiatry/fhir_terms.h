// The names that FHIR messages use: code systems, identifier systems and our extensions.
// agency-adapters/child-psychiatry/README.md says what each of ours means.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_FHIR_TERMS_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_FHIR_TERMS_H_

#include "absl/strings/string_view.h"

namespace sluss::fhir {

// HL7 Sweden, base profiles 1.1.0.
inline constexpr absl::string_view kPersonnummer =
    "http://electronichealth.se/identifier/personnummer";
inline constexpr absl::string_view kSamordningsnummer =
    "http://electronichealth.se/identifier/samordningsnummer";
inline constexpr absl::string_view kReservnummer =
    "http://electronichealth.se/identifier/nationelltReservnummer";
inline constexpr absl::string_view kSecurityLabel =
    "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel";
inline constexpr absl::string_view kProtectedPerson = "sekretessmarkering";
inline constexpr absl::string_view kProtectedRegistration = "skyddadFolkbokforing";
inline constexpr absl::string_view kHsaId = "urn:oid:1.2.752.29.4.19";
inline constexpr absl::string_view kOrganisationNumber = "urn:oid:2.5.4.97";

// HL7 terminology.
inline constexpr absl::string_view kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
inline constexpr absl::string_view kDemographic = "DEMO";
inline constexpr absl::string_view kConfidentiality =
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
inline constexpr absl::string_view kRoleCode = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
inline constexpr absl::string_view kGuardian = "GUARD";

// Ours.
inline constexpr absl::string_view kEvent = "https://sluss.example/fhir/CodeSystem/event";
inline constexpr absl::string_view kConcern = "https://sluss.example/fhir/CodeSystem/concern";
inline constexpr absl::string_view kPurpose = "https://sluss.example/fhir/CodeSystem/purpose";
inline constexpr absl::string_view kFeedback = "https://sluss.example/fhir/CodeSystem/feedback";
inline constexpr absl::string_view kPartyRole = "https://sluss.example/fhir/CodeSystem/role";
inline constexpr absl::string_view kConsentId = "https://sluss.example/fhir/identifier/consent";
inline constexpr absl::string_view kMessageId = "https://sluss.example/fhir/identifier/message";
inline constexpr absl::string_view kAgencyId = "https://sluss.example/fhir/identifier/agency";
inline constexpr absl::string_view kMatchedCase = "https://sluss.example/fhir/identifier/case";

// Our extensions; their urls are kExtension + name.
inline constexpr absl::string_view kExtension = "https://sluss.example/fhir/StructureDefinition/";
inline constexpr absl::string_view kDataCategory = "data-category";    // payload: valueCode
inline constexpr absl::string_view kSource = "source";                 // payload: valueCode
inline constexpr absl::string_view kStatementDate = "statement-date";  // payload: valueDate
inline constexpr absl::string_view kAbout = "about";                   // payload: valueCode
inline constexpr absl::string_view kStatementId = "statement-id";      // payload: valueString
inline constexpr absl::string_view kCorrectsStatement = "corrects-statement";  // the same
inline constexpr absl::string_view kRetracted = "retracted";    // payload: valueBoolean
inline constexpr absl::string_view kCorrection = "correction";  // Communication: valueCode
// Payload: valueString, names joined by "; ". In the order of v1::PersonRole, from its value 1.
inline constexpr absl::string_view kPersons[] = {
    "person-subject", "person-victim", "person-suspect", "person-witness", "person-relative"};
// In the order of v1::CorrectionKind, from its value 1.
inline constexpr absl::string_view kCorrectionCodes[] = {"correction", "retraction"};
inline constexpr absl::string_view kPhonedFirst = "phoned-first";  // Communication: valueBoolean
inline constexpr absl::string_view kLegalBasis = "legal-basis";    // Communication: valueCode
inline constexpr absl::string_view kWeighing = "weighing";         // Provenance: valueString
inline constexpr absl::string_view kInformed = "informed";         // persons: valueBoolean
inline constexpr absl::string_view kInformedReason = "informed-reason";  // persons: valueString

// In the order of v1::Urgency, where `urgent` and `asap` are both TODAY.
inline constexpr absl::string_view kPriorities[] = {"routine", "urgent", "asap", "stat"};

// In the order of v1::FeedbackStatus, from its value 1.
inline constexpr absl::string_view kFeedbackCodes[] = {
    "investigation-opened", "investigation-not-opened", "investigation-already-running"};

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_FHIR_TERMS_H_
