#include "agency-adapters/adapter/native.h"

#include "absl/strings/str_cat.h"
#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "agency-adapters/police/sdk_format.h"
#include "agency-adapters/school/open_eplatform_format.h"
#include "agency-adapters/social-services/lifecare_format.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "proto/mapping.pb.h"

namespace sluss {
namespace {

absl::StatusOr<std::unique_ptr<NativeFormat>> Make(v1::NativeFormat format,
                                                   const v1::MappingConfig& mapping) {
  switch (format) {
    case v1::OPEN_EPLATFORM:
      return MakeOpenEplatformFormat(mapping);
    case v1::FIKS_LIFECARE:
      return MakeLifecareFormat(mapping);
    case v1::SDK_MESSAGE:
      return MakeSdkFormat(mapping);
    case v1::FHIR_R4:
      return MakeFhirFormat(mapping);
    default:
      return absl::InvalidArgumentError("`format`: is not one that this adapter has");
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<NativeFormat>> MakeNativeFormat(const v1::AdapterConfig& config) {
  v1::MappingConfig mapping;
  RETURN_IF_ERROR(TextFile::Load(config.mapping(), &mapping).status());
  if (mapping.agency() != config.agency()) {
    return absl::InvalidArgumentError(absl::StrCat(
        config.mapping(), ": `agency`: is `", mapping.agency(), "`, not `", config.agency(), "`"));
  }
  absl::StatusOr<std::unique_ptr<NativeFormat>> format = Make(config.format(), mapping);
  if (format.ok()) return format;
  return absl::Status(format.status().code(),
                      absl::StrCat(config.mapping(), ": ", format.status().message()));
}

}  // namespace sluss
