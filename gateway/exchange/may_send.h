// What an agency may send to whom, listed: the sender's part of the matrix of a day.
#ifndef SLUSS_GATEWAY_EXCHANGE_MAY_SEND_H_
#define SLUSS_GATEWAY_EXCHANGE_MAY_SEND_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// The entries whose sender is `caller`, or its kind where no rule names the caller itself.
std::vector<v1::MatrixEntry> EntriesOf(const v1::Matrix& matrix, const PolicySet& set,
                                       const AgencyId& caller);

// Keeps the last matrix: it is the same for everybody until the policies or the day change.
// Thread-safe.
class MatrixOfDay {
 public:
  // INVALID_ARGUMENT for a day that is none. Takes as long as the analysis the first time.
  absl::StatusOr<std::shared_ptr<const v1::Matrix>> Get(std::shared_ptr<const PolicySet> set,
                                                        const std::string& day);

 private:
  Mutex mutex_;
  std::shared_ptr<const PolicySet> set_ ABSL_GUARDED_BY(mutex_);
  std::string day_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const v1::Matrix> matrix_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_MAY_SEND_H_
