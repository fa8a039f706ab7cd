#include "gateway/server/policy_files.h"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"

namespace sluss {

absl::StatusOr<std::shared_ptr<const PolicySet>> LoadPolicies(const v1::GatewayConfig& config) {
  ASSIGN_OR_RETURN(const std::vector<PolicySource> catalogue,
                   ReadPolicySources(config.catalogue()));
  std::vector<PolicySource> policies;
  for (const std::string& path : config.policy()) {
    ASSIGN_OR_RETURN(std::vector<PolicySource> read, ReadPolicySources(path));
    policies.insert(policies.end(), std::make_move_iterator(read.begin()),
                    std::make_move_iterator(read.end()));
  }
  return PolicySet::Load(catalogue, policies, Sha256String);
}

}  // namespace sluss
