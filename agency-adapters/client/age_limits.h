// The age limits of the gateway's policies, remembered so that a record can be sealed while the
// gateway is away. Thread-safe. Errors: those of DurableDir.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_AGE_LIMITS_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_AGE_LIMITS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/base/mutex.h"
#include "proto/agency_state.pb.h"

namespace sluss {

class AgeLimitStore {
 public:
  static absl::StatusOr<std::unique_ptr<AgeLimitStore>> Open(FileSystem* files,
                                                             const std::string& path) {
    ASSIGN_OR_RETURN(auto directory, RecordDir<v1::AgeLimits>::Open(files, path));
    const absl::StatusOr<v1::AgeLimits> stored = directory.Get(kOnly);
    if (!stored.ok() && !absl::IsNotFound(stored.status())) return stored.status();
    std::unique_ptr<AgeLimitStore> store(new AgeLimitStore(std::move(directory)));
    if (stored.ok()) {
      MutexLock lock(&store->mutex_);
      store->limits_.assign(stored->limit().begin(), stored->limit().end());
    }
    return store;
  }

  // Ascending; empty before the gateway was first asked.
  std::vector<uint32_t> Get() const {
    MutexLock lock(&mutex_);
    return limits_;
  }

  absl::Status Set(const std::vector<uint32_t>& limits) {
    MutexLock lock(&mutex_);
    if (limits == limits_) return absl::OkStatus();
    v1::AgeLimits stored;
    stored.mutable_limit()->Assign(limits.begin(), limits.end());
    RETURN_IF_ERROR(directory_.Put(kOnly, stored));
    limits_ = limits;
    return absl::OkStatus();
  }

 private:
  static constexpr char kOnly[] = "limits";

  explicit AgeLimitStore(RecordDir<v1::AgeLimits> directory) : directory_(std::move(directory)) {}

  const RecordDir<v1::AgeLimits> directory_;
  mutable Mutex mutex_;
  std::vector<uint32_t> limits_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_AGE_LIMITS_H_
