// A directory in which a file is there whole or not at all, through kill -9 and power loss.
//
// Put writes, as the kernel sees it:
//   open(".tmp-NAME", O_CREAT|O_TRUNC)  write  fsync  close  rename(".tmp-NAME", "NAME")
//   fsync(directory)
// so that a reader sees the old bytes or the new ones, and after OK the new ones for good. After an
// error either may be there: callers write so that doing it again is right.
//
// Does not lock: two writers of one name are for the caller to keep apart. Thread-safe otherwise.
// Errors: those of FileSystem; INVALID_ARGUMENT for a name that is no plain file name.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_DURABLE_DIR_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_DURABLE_DIR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/file_system.h"

namespace sluss {

// Only the owner reads and writes: keys, state.
inline constexpr mode_t kPrivateFile = 0600;
// The group reads too: results for the agency's own system.
inline constexpr mode_t kGroupReadable = 0640;

class DurableDir {
 public:
  // Makes the directory where it is missing and removes what an interrupted Put left.
  // `files` must outlive the result.
  static absl::StatusOr<DurableDir> Open(FileSystem* files, std::string path,
                                         mode_t mode = kPrivateFile);

  // A directory that others write as well: nothing is made and nothing is removed.
  static DurableDir Shared(FileSystem* files, std::string path, mode_t mode = kGroupReadable) {
    return DurableDir(files, std::move(path), mode);
  }

  absl::Status Put(const std::string& name, absl::string_view bytes) const;
  absl::StatusOr<std::string> Get(const std::string& name,
                                  size_t max_bytes = size_t{64} << 20) const;
  absl::Status Remove(const std::string& name) const;
  // Regular files in the order of names; hidden ones (".x") and "*.tmp" and "*.part" belong to
  // whoever is still writing them.
  absl::StatusOr<std::vector<DirectoryEntry>> List() const;
  // Moves a file to another directory of the same file system, replacing `to_name` there. After a
  // power loss it is found in one of them or in both.
  absl::Status MoveTo(const std::string& name, const DurableDir& to,
                      const std::string& to_name) const;

  const std::string& path() const { return path_; }

 private:
  DurableDir(FileSystem* files, std::string path, mode_t mode)
      : files_(files), path_(std::move(path)), mode_(mode) {}
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }

  FileSystem* files_;
  std::string path_;
  mode_t mode_;
};

// INVALID_ARGUMENT unless `name` is one visible component of a path, at most 200 bytes.
absl::Status CheckFileName(absl::string_view name);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_DURABLE_DIR_H_
