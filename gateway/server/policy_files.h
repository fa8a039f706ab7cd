// The policies in force, loaded from the files that the configuration names.
#ifndef SLUSS_GATEWAY_SERVER_POLICY_FILES_H_
#define SLUSS_GATEWAY_SERVER_POLICY_FILES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "policy/policy_set.h"
#include "proto/config.pb.h"

namespace sluss {

// INVALID_ARGUMENT has a line for each fault, with its file and place; a set that does not load
// whole is not loaded at all, and a gateway without one does not start.
absl::StatusOr<std::shared_ptr<const PolicySet>> LoadPolicies(const v1::GatewayConfig& config);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_POLICY_FILES_H_
