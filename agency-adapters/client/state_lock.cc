#include "agency-adapters/client/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace sluss {

absl::StatusOr<StateLock> StateLock::Take(const std::string& state_dir) {
  const std::string path = state_dir + "/lock";
  StateLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("cannot open `", path, "`: ", std::strerror(errno),
                     ": the adapter must be able to write to its state directory"));
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", state_dir, "` is in use by another sluss-adapter: stop that one first"));
  }
  return lock;
}

StateLock::~StateLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace sluss
