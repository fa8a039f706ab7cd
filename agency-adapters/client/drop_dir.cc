#include "agency-adapters/client/drop_dir.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kErrorSuffix = ".error.txt";

absl::StatusOr<bool> Holds(const DurableDir& directory, const std::string& name) {
  ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, directory.List());
  return std::any_of(entries.begin(), entries.end(),
                     [&](const DirectoryEntry& entry) { return entry.name == name; });
}

absl::StatusOr<std::string> FreeName(const DurableDir& directory, const std::string& name) {
  std::string candidate = name;
  for (int i = 1;; ++i) {
    ASSIGN_OR_RETURN(const bool taken, Holds(directory, candidate));
    if (!taken) return candidate;
    candidate = absl::StrCat(name, ".", i);
  }
}

}  // namespace

absl::StatusOr<DropDir> DropDir::Open(FileSystem* files, const std::string& path) {
  ASSIGN_OR_RETURN(DurableDir done, DurableDir::Open(files, path + "/done", kGroupReadable));
  ASSIGN_OR_RETURN(DurableDir rejected,
                   DurableDir::Open(files, path + "/rejected", kGroupReadable));
  RETURN_IF_ERROR(files->MakeDirectory(path + "/evidence"));
  return DropDir(DurableDir::Shared(files, path), std::move(done), std::move(rejected),
                 DurableDir::Shared(files, path + "/evidence"));
}

absl::StatusOr<std::vector<std::string>> DropDir::Settled() {
  ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, incoming_.List());
  std::vector<std::string> settled;
  std::map<std::string, std::pair<uint64_t, int64_t>> seen;
  for (const DirectoryEntry& entry : entries) {
    const std::pair<uint64_t, int64_t> now(entry.size, entry.modified_ns);
    const auto before = seen_.find(entry.name);
    if (before != seen_.end() && before->second == now) settled.push_back(entry.name);
    seen[entry.name] = now;
  }
  seen_ = std::move(seen);
  return settled;
}

absl::StatusOr<DropDir::Depth> DropDir::Count() const {
  ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> incoming, incoming_.List());
  ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> rejected, rejected_.List());
  Depth depth;
  depth.waiting = incoming.size();
  for (const DirectoryEntry& entry : rejected) {
    depth.rejected += absl::EndsWith(entry.name, kErrorSuffix) ? 0 : 1;
  }
  return depth;
}

absl::StatusOr<std::string> DropDir::Read(const std::string& name, size_t max_bytes) const {
  return incoming_.Get(name, max_bytes);
}

absl::StatusOr<std::string> DropDir::DoneName(const std::string& name) const {
  return FreeName(done_, name);
}

absl::StatusOr<bool> DropDir::IsDone(const std::string& done_name) const {
  return Holds(done_, done_name);
}

absl::Status DropDir::MoveToDone(const std::string& name, const std::string& done_name) const {
  return incoming_.MoveTo(name, done_, done_name);
}

absl::Status DropDir::Reject(const std::string& name, absl::string_view reason) const {
  return RejectFrom(incoming_, name, reason);
}

absl::Status DropDir::RejectDone(const std::string& done_name, absl::string_view reason) const {
  return RejectFrom(done_, done_name, reason);
}

absl::Status DropDir::RejectFrom(const DurableDir& from, const std::string& name,
                                 absl::string_view reason) const {
  ASSIGN_OR_RETURN(const std::string to_name, FreeName(rejected_, name));
  // The reason first: a record in rejected/ always has one.
  RETURN_IF_ERROR(rejected_.Put(absl::StrCat(to_name, kErrorSuffix), absl::StrCat(reason, "\n")));
  return from.MoveTo(name, rejected_, to_name);
}

}  // namespace sluss
