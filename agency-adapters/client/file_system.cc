#include "agency-adapters/client/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

absl::Status Fault(absl::string_view operation, const std::string& directory, int error) {
  const std::string text =
      absl::StrCat("cannot ", operation, " in `", directory, "`: ", std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(absl::StrCat(text, "; free space there"));
    case ENOENT:
      return absl::NotFoundError(text);
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
      return absl::PermissionDeniedError(text);
    default:
      return absl::InternalError(text);
  }
}

// Closes what an early return leaves open. Close() tells the errors that a write may end with.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) : fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int Close() { return close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

absl::Status WriteAndSync(Descriptor file, absl::string_view bytes, const std::string& directory) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fault("write", directory, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(file.get()) != 0) return Fault("sync a file", directory, errno);
  if (file.Close() != 0) return Fault("close a file", directory, errno);
  return absl::OkStatus();
}

class Posix : public FileSystem {
 public:
  absl::StatusOr<std::string> Read(const std::string& path, size_t max_bytes) override {
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.get() < 0) return Fault("read", DirectoryOf(path), errno);
    std::string bytes;
    char buffer[1 << 16];
    while (true) {
      const ssize_t got = read(file.get(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Fault("read", DirectoryOf(path), errno);
      if (got == 0) return bytes;
      bytes.append(buffer, static_cast<size_t>(got));
      if (bytes.size() > max_bytes) {
        return absl::OutOfRangeError(absl::StrCat("a file in `", DirectoryOf(path),
                                                  "` is larger than ", max_bytes, " bytes"));
      }
    }
  }

  absl::Status WriteSynced(const std::string& path, absl::string_view bytes, mode_t mode) override {
    Descriptor file(
        open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    // The mode that was asked for, whatever the process's mask.
    if (file.get() < 0 || fchmod(file.get(), mode) != 0) {
      return Fault("create a file", DirectoryOf(path), errno);
    }
    return WriteAndSync(std::move(file), bytes, DirectoryOf(path));
  }

  absl::Status AppendSynced(const std::string& path, absl::string_view bytes) override {
    Descriptor file(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) return Fault("append", DirectoryOf(path), errno);
    return WriteAndSync(std::move(file), bytes, DirectoryOf(path));
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return Fault(absl::StrCat("move a file to `", DirectoryOf(to), "`"), DirectoryOf(from), errno);
  }

  absl::Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) == 0) return absl::OkStatus();
    return Fault("remove a file", DirectoryOf(path), errno);
  }

  absl::Status SyncDirectory(const std::string& path) override {
    Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0) return Fault("open the directory", path, errno);
    if (fsync(directory.get()) != 0) return Fault("sync the directory", path, errno);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
    if (directory == nullptr) return Fault("list", path, errno);
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* found = readdir(directory.get())) {
      struct stat info;
      if (fstatat(dirfd(directory.get()), found->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        entries.push_back(
            {.name = found->d_name,
             .regular = S_ISREG(info.st_mode),
             .size = static_cast<uint64_t>(info.st_size),
             .modified_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec});
      }
      errno = 0;
    }
    if (errno != 0) return Fault("list", path, errno);
    std::sort(entries.begin(), entries.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    return entries;
  }

  absl::Status MakeDirectory(const std::string& path) override {
    if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
    return Fault("make a directory", DirectoryOf(path), errno);
  }
};

}  // namespace

FileSystem* PosixFileSystem() {
  static Posix* const posix = new Posix;
  return posix;
}

}  // namespace sluss
