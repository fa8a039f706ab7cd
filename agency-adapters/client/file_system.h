// The seam between the agency's edge and its disk, so that a test can fail any step.
//
// Promises no more than the calls say: what is not synced may be gone after a power loss, a renamed
// file may be found under either name until its directory is synced. DurableDir builds on this.
// Errors name the operation and the directory, never the file: its name may hold personal data.
// A full disk or quota is RESOURCE_EXHAUSTED, a missing file NOT_FOUND, missing rights
// PERMISSION_DENIED. Implementations are thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_FILE_SYSTEM_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_FILE_SYSTEM_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

struct DirectoryEntry {
  std::string name;
  bool regular = false;  // not a directory, link, socket ...
  uint64_t size = 0;
  int64_t modified_ns = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // At most `max_bytes`; a larger file is OUT_OF_RANGE. Symbolic links are not followed.
  virtual absl::StatusOr<std::string> Read(const std::string& path, size_t max_bytes) = 0;
  // Creates or replaces the file with permissions `mode` and syncs its bytes (not its name).
  virtual absl::Status WriteSynced(const std::string& path, absl::string_view bytes,
                                   mode_t mode) = 0;
  // Appends to a file that exists and syncs its bytes.
  virtual absl::Status AppendSynced(const std::string& path, absl::string_view bytes) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  // Makes the names in a directory durable.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;
  // In the order of names.
  virtual absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) = 0;
  // With permissions 0700; one that exists is left as it is.
  virtual absl::Status MakeDirectory(const std::string& path) = 0;
};

// POSIX. Never null, never destroyed.
FileSystem* PosixFileSystem();

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_FILE_SYSTEM_H_
