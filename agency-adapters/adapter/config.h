// Configuration of one agency's adapter (proto/config.proto, AdapterConfig).
#ifndef SLUSS_AGENCY_ADAPTERS_ADAPTER_CONFIG_H_
#define SLUSS_AGENCY_ADAPTERS_ADAPTER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/config.pb.h"

namespace sluss {

// With paths resolved and defaults filled in. INVALID_ARGUMENT has a line for each fault, with its
// place in the file; among them directories that others may enter: drop and result directories hold
// records in clear, the state directory holds secrets.
absl::StatusOr<v1::AdapterConfig> LoadAdapterConfig(const std::string& path);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_ADAPTER_CONFIG_H_
