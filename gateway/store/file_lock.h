// A lock on a path that dies with the process: two gateways never write one database.
#ifndef SLUSS_GATEWAY_STORE_FILE_LOCK_H_
#define SLUSS_GATEWAY_STORE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace sluss {

class FileLock {
 public:
  // Locks `path`, made if it is missing and left behind. FAILED_PRECONDITION when another holds it.
  // Not the database file itself: closing any descriptor of that would drop SQLite's own locks.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}

  const int file_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_FILE_LOCK_H_
