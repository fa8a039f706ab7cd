// AuditEvent of FHIR R4, in the shape of IHE BALP 1.1.
//
// A delivery is BALP's Privacy Disclosure at Source: the gateway is source and observer, the sender
// the custodian that released the data, the recipient the recipient. The patient is whom the
// message is about; the gateway never learns who that is, so the reference holds the message's id
// and nothing else. Other entries are plain AuditEvents: BALP has no pattern for them.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/exports/entry_format.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDicom[] = "http://dicom.nema.org/resources/ontology/DCM";
constexpr char kLifecycle[] = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
constexpr char kDisclosure[] =
    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
    "IHE.BasicAudit.PrivacyDisclosure.Source";
constexpr char kMessageIds[] = "urn:sluss:message";

Json Coding(const char* system, absl::string_view code, absl::string_view display = "") {
  Json coding = {{"system", system}, {"code", std::string(code)}};
  if (!display.empty()) coding["display"] = std::string(display);
  return coding;
}

Json Concept(const Json& coding) { return {{"coding", Json::array({coding})}}; }

Json Identified(const std::string& system, const std::string& value) {
  return {{"identifier", {{"system", system}, {"value", value}}}};
}

std::string Uri(absl::string_view who) {
  return absl::StrCat("sluss://", who.rfind("gateway/", 0) == 0 ? "" : "agency/", who);
}

struct TypeOfEvent {
  const char* code;
  const char* display;
  const char* action;
  const char* lifecycle;  // of ISO 21089; may be empty
};

TypeOfEvent TypeOf(v1::RecordKind kind) {
  switch (kind) {
    case v1::DELIVERY:
      return {"110106", "Export", "R", "disclose"};
    case v1::ACKNOWLEDGEMENT:
      return {"110107", "Import", "C", "receive"};
    case v1::EXPORT:
      return {"110106", "Export", "R", "extract"};
    case v1::DECISION:
    case v1::DELIVERY_DENIED:
    case v1::REJECTED:
      return {"110113", "Security Alert", "E", ""};
    case v1::SEARCH:
    case v1::ACCESS_SCAN:
      return {"110101", "Audit Log Used", "R", "access"};
    case v1::ERASURE:
      return {"110113", "Security Alert", "D", "destroy"};
    case v1::LEGAL_HOLD:
      return {"110113", "Security Alert", "E", "hold"};
    case v1::LEGAL_HOLD_END:
      return {"110113", "Security Alert", "E", "unhold"};
    case v1::REIDENTIFIED:
      return {"110113", "Security Alert", "R", "reidentify"};
    default:
      return {"110100", "Application Activity", "E", ""};
  }
}

// 0 success, 4 in part, 8 refused.
const char* OutcomeOf(const v1::AuditLeaf& leaf) {
  if (leaf.verdict() == "DENY" || leaf.kind() == v1::REFUSAL || leaf.kind() == v1::REJECTED ||
      leaf.kind() == v1::DELIVERY_DENIED) {
    return "8";
  }
  if (leaf.verdict() == "PARTIAL" || leaf.kind() == v1::EXPIRY || leaf.kind() == v1::STOP) {
    return "4";
  }
  return "0";
}

// The paragraphs and the version and rules that authorised it.
Json PoliciesOf(const v1::AuditLeaf& leaf) {
  Json policies = Json::array();
  for (const std::string& basis : leaf.legal_basis()) {
    policies.push_back(absl::StrCat("urn:sluss:legal-basis:", basis));
  }
  if (!leaf.policy_digest().empty()) {
    const std::string version = absl::StrCat("urn:sluss:policy:", ToHex(leaf.policy_digest()));
    for (const std::string& rule : leaf.rule()) {
      policies.push_back(absl::StrCat(version, "#", rule));
    }
    if (leaf.rule().empty()) policies.push_back(version);
  }
  return policies;
}

Json Agent(const Json& type, absl::string_view who, bool requestor) {
  return {{"type", Concept(type)},
          {"who", Identified("urn:ietf:rfc:3986", Uri(who))},
          {"requestor", requestor},
          {"network", {{"address", Uri(who)}, {"type", "5"}}}};
}

Json AgentsOf(const v1::AuditLeaf& leaf) {
  Json agents = Json::array();
  Json gateway = Agent(Coding(kDicom, "110153", "Source Role ID"), leaf.gateway(),
                       /*requestor=*/leaf.sender().empty());
  if (Json policies = PoliciesOf(leaf); !policies.empty()) gateway["policy"] = std::move(policies);
  agents.push_back(std::move(gateway));
  if (!leaf.recipient().empty()) {
    agents.push_back(
        Agent(Coding(kDicom, "110152", "Destination Role ID"), leaf.recipient(), false));
  }
  if (!leaf.sender().empty()) {
    Json custodian = Agent(Coding("http://snomed.info/sct", "159541003"), leaf.sender(), true);
    custodian.erase("network");
    agents.push_back(std::move(custodian));
  }
  return agents;
}

void AddDetail(const char* type, const std::string& value, Json* details) {
  if (!value.empty()) details->push_back({{"type", type}, {"valueString", value}});
}

Json PatientOf(const v1::AuditLeaf& leaf) {
  Json what = Identified(kMessageIds, ToHex(leaf.message_id()));
  what["type"] = "Patient";
  return {
      {"what", what},
      {"type", Coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person")},
      {"role", Coding("http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient")}};
}

Json EntitiesOf(uint64_t index, const v1::AuditLeaf& leaf) {
  Json entities = Json::array();
  if (!leaf.message_id().empty()) entities.push_back(PatientOf(leaf));
  const bool message = !leaf.message_id().empty();
  Json details = Json::array();
  AddDetail("log-entry", absl::StrCat(index), &details);
  AddDetail("verdict", leaf.verdict(), &details);
  AddDetail("outcome", leaf.outcome(), &details);
  AddDetail("categories-passed", absl::StrJoin(leaf.passed(), " "), &details);
  AddDetail("categories-withheld", absl::StrJoin(leaf.withheld(), " "), &details);
  AddDetail("decision-day", leaf.decision_day(), &details);
  if (leaf.count() > 0) AddDetail("count", absl::StrCat(leaf.count()), &details);
  entities.push_back(
      {{"what", message ? Identified(kMessageIds, ToHex(leaf.message_id()))
                        : Identified("urn:sluss:event", ToHex(leaf.event_id()))},
       {"type",
        Coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object")},
       {"role", message ? Coding("http://terminology.hl7.org/CodeSystem/object-role", "3", "Report")
                        : Coding("http://terminology.hl7.org/CodeSystem/object-role", "13",
                                 "Security Resource")},
       {"detail", details}});
  const auto add_consent = [&](const std::string& id) {
    Json what = Identified("urn:sluss:consent", ToHex(id));
    what["type"] = "Consent";
    entities.push_back(
        {{"what", what}, {"type", Coding("http://hl7.org/fhir/resource-types", "Consent")}});
  };
  if (!leaf.consent_id().empty()) add_consent(leaf.consent_id());
  for (const std::string& id : leaf.further_consent_id()) add_consent(id);
  return entities;
}

Json SubtypesOf(const v1::AuditLeaf& leaf, const TypeOfEvent& type) {
  Json subtypes = Json::array();
  if (type.lifecycle[0] != '\0') subtypes.push_back(Coding(kLifecycle, type.lifecycle));
  subtypes.push_back(Coding("urn:sluss:record-kind", v1::RecordKind_Name(leaf.kind())));
  return subtypes;
}

class Fhir final : public EntryFormat {
 public:
  std::string Entry(uint64_t index, const v1::AuditLeaf& leaf) const override {
    const TypeOfEvent type = TypeOf(leaf.kind());
    Json event = {{"resourceType", "AuditEvent"}, {"id", ToHex(leaf.event_id())}};
    if (leaf.kind() == v1::DELIVERY) event["meta"]["profile"] = Json::array({kDisclosure});
    event["type"] = Coding(kDicom, type.code, type.display);
    event["subtype"] = SubtypesOf(leaf, type);
    event["action"] = type.action;
    event["recorded"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ",
                                         absl::FromUnixMicros(leaf.time_us()), absl::UTCTimeZone());
    event["outcome"] = OutcomeOf(leaf);
    if (!leaf.outcome().empty()) event["outcomeDesc"] = leaf.outcome();
    if (!leaf.purpose().empty()) {
      event["purposeOfEvent"] = Json::array({Concept(Coding("urn:sluss:purpose", leaf.purpose()))});
    }
    event["agent"] = AgentsOf(leaf);
    event["source"] = {
        {"site", leaf.gateway()},
        {"observer", Identified("urn:ietf:rfc:3986", Uri(leaf.gateway()))},
        {"type", Json::array({Coding("http://terminology.hl7.org/CodeSystem/security-source-type",
                                     "4", "Application Server")})}};
    event["entity"] = EntitiesOf(index, leaf);
    return absl::StrCat(event.dump(), "\n");
  }
};

}  // namespace

std::unique_ptr<EntryFormat> FhirFormat() { return std::make_unique<Fhir>(); }

}  // namespace sluss
