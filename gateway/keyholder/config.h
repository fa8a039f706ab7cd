// The key holder's configuration file: read once at start, checked as a whole, every fault with its
// line.
#ifndef SLUSS_GATEWAY_KEYHOLDER_CONFIG_H_
#define SLUSS_GATEWAY_KEYHOLDER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/config.pb.h"

namespace sluss {

// Returns the configuration with paths resolved against the file's directory and every budget
// filled in with its standard value. INVALID_ARGUMENT has one line a fault. Sample with all fields:
// deploy/config/keyholder.txtpb.
absl::StatusOr<v1::KeyHolderConfig> LoadKeyHolderConfig(const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_KEYHOLDER_CONFIG_H_
