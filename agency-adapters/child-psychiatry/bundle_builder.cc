#include "agency-adapters/child-psychiatry/bundle_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "agency-adapters/common/swedish_words.h"

namespace sluss::fhir {
namespace {

std::string Str(absl::string_view text) { return std::string(text); }

}  // namespace

Json MakeCoding(absl::string_view system, absl::string_view code) {
  return {{"system", Str(system)}, {"code", Str(code)}};
}

Json MakeConcept(absl::string_view system, absl::string_view code, absl::string_view text) {
  Json concept_object = {{"coding", Json::array({MakeCoding(system, code)})}};
  SetText("text", text, &concept_object);
  return concept_object;
}

Json MakeExtension(absl::string_view name, absl::string_view value_name, const Json& value) {
  return {{"url", absl::StrCat(kExtension, name)}, {Str(value_name), value}};
}

void SetText(absl::string_view name, absl::string_view text, Json* object) {
  if (!text.empty()) (*object)[Str(name)] = Str(text);
}

std::string Instant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

Json BundleBuilder::Entry(absl::string_view name, Json resource) const {
  const std::string id = name.empty() ? prefix_ : absl::StrCat(prefix_, "-", name);
  const std::string type = resource["resourceType"];
  Json with_id = {{"resourceType", type}, {"id", id}};
  with_id.update(resource);
  return {{"fullUrl", absl::StrCat("https://sluss.example/fhir/", type, "/", id)},
          {"resource", std::move(with_id)}};
}

Json BundleBuilder::Add(absl::string_view name, Json resource) {
  entries_.push_back(Entry(name, std::move(resource)));
  const Json& added = entries_.back()["resource"];
  return {{"reference", absl::StrCat(added["resourceType"].get<std::string>(), "/",
                                     added["id"].get<std::string>())}};
}

Json BundleBuilder::AddOrganization(absl::string_view name, absl::string_view agency,
                                    const v1::MappingConfig& mapping) {
  Json identifiers = Json::array({{{"system", Str(kAgencyId)}, {"value", Str(agency)}}});
  std::string shown(agency);
  for (const v1::Peer& peer : mapping.peer()) {
    if (peer.agency() != agency) continue;
    if (!peer.name().empty()) shown = peer.name();
    if (!peer.hsa_id().empty()) {
      identifiers.push_back({{"system", Str(kHsaId)}, {"value", peer.hsa_id()}});
    }
    if (!peer.organisation_number().empty()) {
      identifiers.push_back(
          {{"system", Str(kOrganisationNumber)}, {"value", peer.organisation_number()}});
    }
  }
  return Add(name,
             {{"resourceType", "Organization"}, {"identifier", identifiers}, {"name", shown}});
}

std::string BundleBuilder::Finish(Json header) && {
  Json entries = Json::array({Entry("", std::move(header))});
  for (Json& entry : entries_) entries.push_back(std::move(entry));
  Json bundle = {{"resourceType", "Bundle"}, {"type", "message"}};
  SetText("timestamp", timestamp_, &bundle);
  bundle["entry"] = std::move(entries);
  return bundle.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

std::string Endpoint(absl::string_view agency) { return absl::StrCat("sluss://agency/", agency); }

Json FeedbackTask(v1::FeedbackStatus status, absl::string_view answered_id) {
  const absl::string_view code = kFeedbackCodes[status - 1];
  const auto* value = v1::FeedbackStatus_descriptor()->FindValueByNumber(status);
  Json output = {{"type", {{"text", "Återkoppling enligt SoL 19 kap. 6 §"}}},
                 {"valueCodeableConcept", MakeConcept(kFeedback, code, ValueInSwedish(*value))}};
  Json task = {{"resourceType", "Task"}, {"status", "completed"}, {"intent", "order"}};
  if (!answered_id.empty()) {
    task["focus"] = {{"identifier", {{"system", Str(kMessageId)}, {"value", Str(answered_id)}}}};
  }
  task["output"] = Json::array({output});
  return task;
}

}  // namespace sluss::fhir
