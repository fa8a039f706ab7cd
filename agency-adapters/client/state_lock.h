// One process at a time in a state directory: two would send and receive past each other.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_STATE_LOCK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_STATE_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace sluss {

// Held as long as this object lives; the kernel gives it up when the process dies, however it dies.
class StateLock {
 public:
  // FAILED_PRECONDITION when another process holds it.
  static absl::StatusOr<StateLock> Take(const std::string& state_dir);

  StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_STATE_LOCK_H_
