#include "agency-adapters/child-psychiatry/fhir_format.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/child-psychiatry/bundle_reader.h"
#include "agency-adapters/child-psychiatry/notification_writer.h"
#include "agency-adapters/child-psychiatry/outcome_writer.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

class FhirFormat : public NativeFormat {
 public:
  explicit FhirFormat(v1::MappingConfig mapping) : mapping_(std::move(mapping)) {}

  absl::StatusOr<v1::NeutralNotification> Read(const NativeFile& file) const override {
    RETURN_IF_ERROR(CheckNativeSize(file));
    return fhir::ReadBundle(file.bytes, mapping_);
  }

  absl::StatusOr<std::vector<NativeFile>> Write(
      const v1::DeliveredNotification& delivered) const override {
    ASSIGN_OR_RETURN(NativeFile file, fhir::WriteNotification(delivered, mapping_));
    return std::vector<NativeFile>{std::move(file)};
  }

  absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome) const override {
    return fhir::WriteOutcome(outcome, mapping_);
  }

 private:
  const v1::MappingConfig mapping_;
};

absl::Status Lacks(absl::string_view field, absl::string_view cure) {
  return absl::FailedPreconditionError(absl::StrCat("mapping: `", field, "` ", cure));
}

}  // namespace

absl::StatusOr<std::unique_ptr<NativeFormat>> MakeFhirFormat(const v1::MappingConfig& mapping) {
  if (mapping.agency().empty()) return Lacks("agency", "is missing");
  const bool itself =
      std::any_of(mapping.peer().begin(), mapping.peer().end(), [&](const v1::Peer& peer) {
        return peer.agency() == mapping.agency() &&
               !(peer.hsa_id().empty() && peer.organisation_number().empty());
      });
  if (!itself) {
    return Lacks("peer",
                 "has no row for the agency itself with hsa_id or organisation_number: "
                 "MessageHeader.sender is compared with it");
  }
  if (mapping.route().empty()) return Lacks("route", "is missing: no event would be read");
  for (const v1::Route& route : mapping.route()) {
    if (route.native_type().empty() || route.purpose().empty() || route.legal_basis().empty()) {
      return Lacks("route", "needs native_type, purpose and legal_basis");
    }
  }
  return std::make_unique<FhirFormat>(mapping);
}

}  // namespace sluss
