#include "gateway/witness/witness_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr size_t kNameBytes = 8;
constexpr char kSuffix[] = ".checkpoint";

std::string ShortName(absl::string_view bytes) {
  return ToHex(Sha256String(bytes).substr(0, kNameBytes));
}

absl::Status Fault(absl::string_view what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, " `", path, "`: ", std::strerror(errno)));
}

// Whole and durable before it has its name.
absl::Status Write(const std::string& path, const std::string& bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return Fault("write", path);
  const ssize_t written = write(file, bytes.data(), bytes.size());
  const bool whole = written == static_cast<ssize_t>(bytes.size()) && fsync(file) == 0;
  const absl::Status status = whole ? absl::OkStatus() : Fault("write", path);
  close(file);
  return status;
}

absl::Status SyncDirectory(const std::string& path) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return Fault("open", path);
  const absl::Status status = fsync(directory) == 0 ? absl::OkStatus() : Fault("sync", path);
  close(directory);
  return status;
}

absl::Status Replace(const std::string& directory, const std::string& name,
                     const std::string& bytes) {
  const std::string path = absl::StrCat(directory, "/", name), draft = absl::StrCat(path, ".new");
  RETURN_IF_ERROR(Write(draft, bytes));
  if (rename(draft.c_str(), path.c_str()) != 0) return Fault("write", path);
  return SyncDirectory(directory);
}

bool MakeDirectory(const std::string& path) {
  return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WitnessDir>> WitnessDir::Open(const std::string& path, bool create) {
  if (create && (!MakeDirectory(path) || !MakeDirectory(absl::StrCat(path, "/evidence")))) {
    return Fault("make", path);
  }
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0 && errno == ENOENT) {
    return absl::NotFoundError(
        absl::StrCat("there is no `", path,
                     "`: make it with `sluss-witness init`; if it was lost, this witness must be "
                     "retired and another take its place"));
  }
  if (directory < 0) return Fault("open", path);
  if (flock(directory, LOCK_EX | LOCK_NB) != 0) {
    close(directory);
    return absl::FailedPreconditionError(
        absl::StrCat("another witness runs on `", path, "`: stop it first"));
  }
  return std::unique_ptr<WitnessDir>(new WitnessDir(path, directory));
}

WitnessDir::~WitnessDir() { close(lock_); }

absl::StatusOr<std::string> WitnessDir::Last(const std::string& origin) {
  absl::StatusOr<std::string> note = ReadFile(absl::StrCat(path_, "/", ShortName(origin), kSuffix));
  if (absl::IsNotFound(note.status())) return std::string();
  return note;
}

absl::Status WitnessDir::Keep(const std::string& origin, const std::string& note) {
  return Replace(path_, absl::StrCat(ShortName(origin), kSuffix), note);
}

absl::Status WitnessDir::KeepEvidence(const std::string& origin, const std::string& note) {
  return Replace(absl::StrCat(path_, "/evidence"),
                 absl::StrCat(ShortName(origin), "-", ShortName(note), kSuffix), note);
}

}  // namespace sluss
