// Builds a FHIR R4 message bundle, resource by resource, and shows it as bytes.
//
// The same calls give the same bytes: ids come from the caller's prefix, not from a random source,
// so a message that is written again after a crash is the same message.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_BUILDER_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_BUILDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fhir {

using Json = nlohmann::ordered_json;

Json MakeCoding(absl::string_view system, absl::string_view code);
// A CodeableConcept of one coding and, where it is not empty, the text that a person reads.
Json MakeConcept(absl::string_view system, absl::string_view code, absl::string_view text = "");
Json MakeExtension(absl::string_view name, absl::string_view value_name, const Json& value);
// Nothing is set where `text` is empty: FHIR has no empty strings.
void SetText(absl::string_view name, absl::string_view text, Json* object);
std::string Instant(absl::Time time);

class BundleBuilder {
 public:
  // `prefix` begins every id: at most 40 characters of FHIR's `id`.
  explicit BundleBuilder(std::string prefix) : prefix_(std::move(prefix)) {}

  // Adds `resource` as "<prefix>-<name>", or as the prefix itself for an empty name, and returns a
  // Reference to it. `resource` has its resourceType.
  Json Add(absl::string_view name, Json resource);

  // An Organization for the agency: as the mapping's peer names it, else by its agency id.
  Json AddOrganization(absl::string_view name, absl::string_view agency,
                       const v1::MappingConfig& mapping);

  // What the bundle is, with `header` as its first entry. Ends the building.
  std::string Finish(Json header) &&;

  void set_timestamp(absl::Time time) { timestamp_ = Instant(time); }

 private:
  Json Entry(absl::string_view name, Json resource) const;

  std::string prefix_;
  std::string timestamp_;
  Json entries_ = Json::array();
};

// "sluss://agency/<agency>", as its certificate names it.
std::string Endpoint(absl::string_view agency);

// A Task that answers with one of the three statuses of SoL 19 kap. 6 § and nothing more.
Json FeedbackTask(v1::FeedbackStatus status, absl::string_view answered_id);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_BUILDER_H_
