#include "gateway/policies/active_policy.h"

#include <utility>

namespace sluss {

ActivePolicy::ActivePolicy(std::shared_ptr<const PolicySet> set) : set_(std::move(set)) {}

std::shared_ptr<const PolicySet> ActivePolicy::Current() const {
  MutexLock lock(&mutex_);
  return set_;
}

void ActivePolicy::Replace(std::shared_ptr<const PolicySet> set) {
  MutexLock lock(&mutex_);
  set_.swap(set);  // the old one dies outside the lock where nobody holds it
}

}  // namespace sluss
