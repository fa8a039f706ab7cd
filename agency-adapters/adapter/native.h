// The native format that a configuration names, made from its mapping file.
#ifndef SLUSS_AGENCY_ADAPTERS_ADAPTER_NATIVE_H_
#define SLUSS_AGENCY_ADAPTERS_ADAPTER_NATIVE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "proto/config.pb.h"

namespace sluss {

// INVALID_ARGUMENT or FAILED_PRECONDITION name the mapping file and the entry at fault.
absl::StatusOr<std::unique_ptr<NativeFormat>> MakeNativeFormat(const v1::AdapterConfig& config);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_ADAPTER_NATIVE_H_
