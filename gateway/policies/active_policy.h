// The version in force, as every decision sees it.
#ifndef SLUSS_GATEWAY_POLICIES_ACTIVE_POLICY_H_
#define SLUSS_GATEWAY_POLICIES_ACTIVE_POLICY_H_

#include <memory>

#include "gateway/base/mutex.h"
#include "gateway/exchange/policy_in_force.h"

namespace sluss {

// Thread-safe. Holds what the newest durable activation says; only the ledger's thread replaces it.
class ActivePolicy final : public PolicyInForce {
 public:
  explicit ActivePolicy(std::shared_ptr<const PolicySet> set);

  std::shared_ptr<const PolicySet> Current() const override;
  // A decision that has taken the old set goes on with it as a whole.
  void Replace(std::shared_ptr<const PolicySet> set);

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const PolicySet> set_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_ACTIVE_POLICY_H_
