#include "gateway/crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr size_t kMaxSize = 1 << 20;
constexpr mode_t kOthers = 0077;

// Closes at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

absl::Status Failed(absl::string_view what, absl::string_view path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " `", path, "`"));
}

absl::Status CheckPrivate(int fd, const std::string& path, absl::string_view wanted_mode) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return Failed("examine", path);
  if (info.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat("`", path, "` belongs to another user: run `chown` on it"));
  }
  if ((info.st_mode & kOthers) != 0) {
    return absl::PermissionDeniedError(
        absl::StrFormat("`%s` can be reached by others (mode %04o): run `chmod %s %s`", path,
                        info.st_mode & 07777, std::string(wanted_mode), path));
  }
  return absl::OkStatus();
}

// The directory, open and private; made where it is missing and `create` is set.
absl::StatusOr<int> OpenDirectory(const std::string& directory, bool create) {
  if (create) {
    std::error_code error;
    const auto parent = std::filesystem::path(directory).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return Failed("make", directory);
  }
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Failed("open", directory);
  if (absl::Status status = CheckPrivate(fd, directory, "700"); !status.ok()) {
    close(fd);
    return status;
  }
  return fd;
}

absl::Status WriteAll(int fd, absl::string_view content, absl::string_view path) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Failed("write", path);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("write", path);
}

// What becomes of a file that has the name already.
enum class Taken { kRefuse, kReplace };

// Gives the temporary file its name. A hard link, unlike a rename, fails where the name is taken.
absl::Status Name(int directory, const std::string& temporary, const std::string& name,
                  const std::string& path, Taken taken) {
  if (taken == Taken::kReplace) {
    return renameat(directory, temporary.c_str(), directory, name.c_str()) == 0
               ? absl::OkStatus()
               : Failed("replace", path);
  }
  if (linkat(directory, temporary.c_str(), directory, name.c_str(), 0) == 0) {
    return unlinkat(directory, temporary.c_str(), 0) == 0
               ? absl::OkStatus()
               : Failed("remove the temporary name of", path);
  }
  if (errno != EEXIST) return Failed("make", path);
  return absl::AlreadyExistsError(
      absl::StrCat("`", path, "` exists; move it away first if it is to be replaced"));
}

absl::Status Write(const std::string& directory, const std::string& name, absl::string_view content,
                   Taken taken) {
  const std::string path = absl::StrCat(directory, "/", name);
  ASSIGN_OR_RETURN(const int directory_fd, OpenDirectory(directory, /*create=*/true));
  const Descriptor opened(directory_fd);
  const std::string temporary = absl::StrCat(".", name, ".", getpid());
  const Descriptor file(
      openat(opened.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.ok()) return Failed("make", path);
  absl::Status status = WriteAll(file.get(), content, path);
  if (status.ok()) status = Name(opened.get(), temporary, name, path, taken);
  if (!status.ok()) unlinkat(opened.get(), temporary.c_str(), 0);
  if (status.ok() && fsync(opened.get()) != 0) return Failed("write", directory);
  return status;
}

}  // namespace

absl::Status WritePrivateFile(const std::string& directory, const std::string& name,
                              absl::string_view content) {
  return Write(directory, name, content, Taken::kRefuse);
}

absl::Status ReplacePrivateFile(const std::string& directory, const std::string& name,
                                absl::string_view content) {
  return Write(directory, name, content, Taken::kReplace);
}

absl::Status AppendPrivateFile(const std::string& directory, const std::string& name,
                               absl::string_view content) {
  const std::string path = absl::StrCat(directory, "/", name);
  ASSIGN_OR_RETURN(const int directory_fd, OpenDirectory(directory, /*create=*/false));
  const Descriptor opened(directory_fd);
  const Descriptor file(
      openat(opened.get(), name.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) return Failed("open", path);
  RETURN_IF_ERROR(CheckPrivate(file.get(), path, "600"));
  struct stat info = {};
  if (fstat(file.get(), &info) != 0) return Failed("examine", path);
  const absl::Status status = WriteAll(file.get(), content, path);
  if (!status.ok() && ftruncate(file.get(), info.st_size) == 0) (void)fsync(file.get());
  return status;
}

absl::Status MakePrivateDirectory(const std::string& directory) {
  ASSIGN_OR_RETURN(const int made, OpenDirectory(directory, /*create=*/true));
  close(made);
  const std::string parent = std::filesystem::path(directory).lexically_normal().parent_path();
  const Descriptor opened(
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok()) return Failed("open", parent);
  return fsync(opened.get()) == 0 ? absl::OkStatus() : Failed("write", parent);
}

absl::Status RemoveHalfWritten(const std::string& directory, const std::string& name) {
  const std::string begin = absl::StrCat(".", name, ".");
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(directory, error)) {
    const std::string found = file.path().filename().string();
    if (absl::StartsWith(found, begin)) RETURN_IF_ERROR(DestroyPrivateFile(directory, found));
  }
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot list `", directory, "`"));
}

absl::Status DestroyPrivateFile(const std::string& directory, const std::string& name) {
  const std::string path = absl::StrCat(directory, "/", name);
  absl::StatusOr<int> directory_fd = OpenDirectory(directory, /*create=*/false);
  if (absl::IsNotFound(directory_fd.status())) return absl::OkStatus();
  RETURN_IF_ERROR(directory_fd.status());
  const Descriptor opened(*directory_fd);
  const Descriptor file(openat(opened.get(), name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) return errno == ENOENT ? absl::OkStatus() : Failed("open", path);
  struct stat info = {};
  if (fstat(file.get(), &info) != 0) return Failed("examine", path);
  const size_t size = std::min(kMaxSize, static_cast<size_t>(info.st_size));
  RETURN_IF_ERROR(WriteAll(file.get(), std::string(size, '\0'), path));
  if (unlinkat(opened.get(), name.c_str(), 0) != 0) return Failed("remove", path);
  return fsync(opened.get()) == 0 ? absl::OkStatus() : Failed("write", directory);
}

absl::StatusOr<SecretBytes> ReadPrivateFile(const std::string& directory, const std::string& name) {
  const std::string path = absl::StrCat(directory, "/", name);
  ASSIGN_OR_RETURN(const int directory_fd, OpenDirectory(directory, /*create=*/false));
  const Descriptor opened(directory_fd);
  const Descriptor file(openat(opened.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) return Failed("open", path);
  RETURN_IF_ERROR(CheckPrivate(file.get(), path, "600"));
  struct stat info = {};
  if (fstat(file.get(), &info) != 0) return Failed("examine", path);
  if (info.st_size < 0 || static_cast<size_t>(info.st_size) > kMaxSize) {
    return absl::InvalidArgumentError(absl::StrCat("`", path, "` is larger than 1 MiB"));
  }
  SecretBytes content(static_cast<size_t>(info.st_size));
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t got =
        read(file.get(), content.Data(InsecureSecretAccess::Get()) + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Failed("read", path);
    done += static_cast<size_t>(got);
  }
  return content;
}

}  // namespace sluss
