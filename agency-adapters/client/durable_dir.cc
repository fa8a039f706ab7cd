#include "agency-adapters/client/durable_dir.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kUnfinished = ".tmp-";
constexpr size_t kMaxName = 200;  // leaves room for prefixes within the 255 bytes of Linux

bool BeingWritten(absl::string_view name) {
  return absl::StartsWith(name, ".") || absl::EndsWith(name, ".tmp") ||
         absl::EndsWith(name, ".part");
}

}  // namespace

absl::Status CheckFileName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxName || name[0] == '.' ||
      name.find('/') != absl::string_view::npos || name.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("file name: must be one visible path component of 1 to ", kMaxName, " bytes"));
  }
  return absl::OkStatus();
}

absl::StatusOr<DurableDir> DurableDir::Open(FileSystem* files, std::string path, mode_t mode) {
  RETURN_IF_ERROR(files->MakeDirectory(path));
  DurableDir directory(files, std::move(path), mode);
  ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, files->List(directory.path_));
  for (const DirectoryEntry& entry : entries) {
    if (entry.regular && absl::StartsWith(entry.name, kUnfinished)) {
      RETURN_IF_ERROR(files->Remove(directory.PathOf(entry.name)));
    }
  }
  return directory;
}

absl::Status DurableDir::Put(const std::string& name, absl::string_view bytes) const {
  RETURN_IF_ERROR(CheckFileName(name));
  const std::string unfinished = PathOf(absl::StrCat(kUnfinished, name));
  RETURN_IF_ERROR(files_->WriteSynced(unfinished, bytes, mode_));
  RETURN_IF_ERROR(files_->Rename(unfinished, PathOf(name)));
  return files_->SyncDirectory(path_);
}

absl::StatusOr<std::string> DurableDir::Get(const std::string& name, size_t max_bytes) const {
  RETURN_IF_ERROR(CheckFileName(name));
  return files_->Read(PathOf(name), max_bytes);
}

absl::Status DurableDir::Remove(const std::string& name) const {
  RETURN_IF_ERROR(CheckFileName(name));
  RETURN_IF_ERROR(files_->Remove(PathOf(name)));
  return files_->SyncDirectory(path_);
}

absl::StatusOr<std::vector<DirectoryEntry>> DurableDir::List() const {
  ASSIGN_OR_RETURN(std::vector<DirectoryEntry> entries, files_->List(path_));
  std::erase_if(entries, [](const DirectoryEntry& entry) {
    return !entry.regular || BeingWritten(entry.name);
  });
  return entries;
}

absl::Status DurableDir::MoveTo(const std::string& name, const DurableDir& to,
                                const std::string& to_name) const {
  RETURN_IF_ERROR(CheckFileName(name));
  RETURN_IF_ERROR(CheckFileName(to_name));
  RETURN_IF_ERROR(files_->Rename(PathOf(name), to.PathOf(to_name)));
  // The new name first: a power loss in between may leave two names, never none.
  RETURN_IF_ERROR(to.files_->SyncDirectory(to.path_));
  return files_->SyncDirectory(path_);
}

}  // namespace sluss
