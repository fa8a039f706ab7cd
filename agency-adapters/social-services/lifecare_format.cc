#include "agency-adapters/social-services/lifecare_format.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/social-services/actualisation_writer.h"
#include "agency-adapters/social-services/fiks_reader.h"
#include "agency-adapters/social-services/fiks_writer.h"
#include "agency-adapters/social-services/outcome_files.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "proto/notification.pb.h"

namespace sluss {
namespace {

class LifecareFormat : public NativeFormat {
 public:
  explicit LifecareFormat(v1::MappingConfig mapping) : mapping_(std::move(mapping)) {}

  absl::StatusOr<v1::NeutralNotification> Read(const NativeFile& file) const override {
    RETURN_IF_ERROR(CheckNativeSize(file));
    return fiks::ReadRecord(file.bytes, mapping_);
  }

  absl::StatusOr<std::vector<NativeFile>> Write(
      const v1::DeliveredNotification& delivered) const override {
    if (delivered.message_id().size() != 16) {
      return absl::InvalidArgumentError("`message_id`: must have 16 bytes");
    }
    ASSIGN_OR_RETURN(std::vector<NativeFile> files,
                     lifecare::WriteActualisation(delivered, mapping_));
    if (delivered.notification().correction() != v1::CORRECTION_KIND_UNSPECIFIED) {
      return files;  // no new report: it belongs to the one that it corrects
    }
    if (std::optional<std::string> record = fiks::WriteRecord(delivered, mapping_)) {
      files.push_back(
          {.name = absl::StrCat(ToHex(delivered.message_id()), ".bekymringsmelding.json"),
           .bytes = *std::move(record)});
    }
    return files;
  }

  absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome) const override {
    return fiks::WriteOutcome(outcome);
  }

 private:
  const v1::MappingConfig mapping_;
};

absl::Status Lacks(absl::string_view field, absl::string_view cure) {
  return absl::FailedPreconditionError(absl::StrCat("mapping: `", field, "` ", cure));
}

bool IsDigits(const std::string& text, size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NativeFormat>> MakeLifecareFormat(const v1::MappingConfig& mapping) {
  if (mapping.agency().empty()) return Lacks("agency", "is missing");
  if (mapping.role().empty()) return Lacks("role", "is missing: no officer would be known");
  const v1::FiksMunicipality& municipality = mapping.lifecare().municipality();
  if (!IsDigits(municipality.number(), 4) || !IsDigits(municipality.district_number(), 2)) {
    return Lacks("lifecare.municipality", "needs a number of 4 and a district_number of 2 digits");
  }
  RETURN_IF_ERROR(lifecare::CheckCodes(mapping.lifecare()));
  return std::make_unique<LifecareFormat>(mapping);
}

}  // namespace sluss
