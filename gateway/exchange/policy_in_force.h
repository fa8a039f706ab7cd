// Where the policy in force comes from.
#ifndef SLUSS_GATEWAY_EXCHANGE_POLICY_IN_FORCE_H_
#define SLUSS_GATEWAY_EXCHANGE_POLICY_IN_FORCE_H_

#include <memory>

#include "policy/policy_set.h"

namespace sluss {

// Thread-safe. A decision takes the set once and sees that one only. The set changes in the
// ledger's thread alone, so within a unit of work it is that of the unit's place in the log.
class PolicyInForce {
 public:
  virtual ~PolicyInForce() = default;
  // Never null.
  virtual std::shared_ptr<const PolicySet> Current() const = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_POLICY_IN_FORCE_H_
