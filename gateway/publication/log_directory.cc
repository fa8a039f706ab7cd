#include "gateway/publication/log_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/publication/log_tiles.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;

// Readable by everybody whatever the process makes elsewhere: it is published, and a web server
// runs as another user.
constexpr mode_t kFileMode = 0644;
constexpr fs::perms kDirectoryMode{0755};

std::error_code LastError() {
  return std::error_code(errno != 0 ? errno : EIO, std::generic_category());
}

std::error_code WriteDurably(const fs::path& path, absl::string_view bytes) {
  errno = 0;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  if (file < 0) return LastError();
  std::error_code error;
  while (!bytes.empty() && !error) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
    if (written <= 0 && errno != EINTR) error = LastError();
  }
  if (!error && fdatasync(file) != 0) error = LastError();
  if (!error && fchmod(file, kFileMode) != 0) error = LastError();
  close(file);
  return error;
}

void MakeDirectories(const fs::path& path, std::error_code& error) {
  if (path.empty() || fs::exists(path, error) || error) return;
  MakeDirectories(path.parent_path(), error);
  if (error || !fs::create_directory(path, error)) return;
  fs::permissions(path, kDirectoryMode, error);
}

class Directory {
 public:
  explicit Directory(fs::path root) : root_(std::move(root)) {}

  bool Has(absl::string_view name) const {
    std::error_code ignored;
    return fs::exists(root_ / std::string(name), ignored);
  }

  absl::StatusOr<std::string> Read(absl::string_view name) const {
    return ReadFile((root_ / std::string(name)).string());
  }

  // Under its name only once it is whole.
  absl::Status Write(absl::string_view name, absl::string_view bytes) const {
    const fs::path path = root_ / std::string(name);
    const fs::path aside = path.string() + ".part";
    std::error_code error;
    MakeDirectories(path.parent_path(), error);
    if (!error) error = WriteDurably(aside, bytes);
    if (!error) fs::rename(aside, path, error);
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("cannot write `", path.string(), "`: ", error.message()));
  }

  // Unless it is so already.
  absl::Status Replace(absl::string_view name, absl::string_view bytes) const {
    if (Has(name)) {
      ASSIGN_OR_RETURN(const std::string present, Read(name));
      if (present == bytes) return absl::OkStatus();
    }
    return Write(name, bytes);
  }

 private:
  const fs::path root_;
};

absl::StatusOr<Checkpoint> ReadCheckpoint(absl::string_view note,
                                          const std::optional<VerifierKey>& key) {
  if (key) return OpenCheckpoint(note, *key);
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  return ParseCheckpointText(parsed.text);
}

// What would hide what an earlier one showed is refused.
absl::Status CheckMayReplace(const Directory& directory, const Checkpoint& next) {
  if (!directory.Has(kCheckpointPath)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string note, directory.Read(kCheckpointPath));
  ASSIGN_OR_RETURN(const Checkpoint present, ReadCheckpoint(note, std::nullopt));
  const bool same = present.size == next.size && present.root != next.root;
  if (present.origin == next.origin && present.size <= next.size && !same) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the directory holds the log `", present.origin, "` of ", present.size,
                   " entries, which is not the beginning of this one, `", next.origin, "` of ",
                   next.size, ": export to an empty directory and compare the two"));
}

// Entries from `from` on, and the tiles above them, of the tree of `size`.
absl::Status WriteTree(const LogTiles& tiles, const Directory& directory, uint64_t from,
                       uint64_t size) {
  for (uint64_t index = from / kTileWidth; index * kTileWidth < size; ++index) {
    const uint64_t width = std::min(kTileWidth, size - index * kTileWidth);
    const std::string path = EntriesPath(index, width);
    if (directory.Has(path)) continue;
    ASSIGN_OR_RETURN(const std::string bundle, tiles.Bundle(index, width));
    RETURN_IF_ERROR(directory.Write(path, bundle));
  }
  for (int level = 0; HashesAt(level, size) > 0; ++level) {
    const uint64_t rows = HashesAt(level, size);
    for (uint64_t index = HashesAt(level, from) / kTileWidth; index * kTileWidth < rows; ++index) {
      const uint64_t width = std::min(kTileWidth, rows - index * kTileWidth);
      const std::string path = TilePath(level, index, width);
      if (directory.Has(path)) continue;
      ASSIGN_OR_RETURN(const std::string hashes, tiles.Tile(level, index, width));
      RETURN_IF_ERROR(directory.Write(path, hashes));
    }
  }
  return absl::OkStatus();
}

// Returns how many there are.
absl::StatusOr<uint64_t> WriteKept(const StoreView& view, const Directory& directory,
                                   uint64_t number) {
  for (;; ++number) {
    ASSIGN_OR_RETURN(const auto kept, view.FindPublished(number));
    if (!kept.has_value()) return number;
    ASSIGN_OR_RETURN(const std::string note, CosignedNote(view, *kept));
    RETURN_IF_ERROR(directory.Replace(KeptCheckpointPath(number), note));
  }
}

absl::StatusOr<uint64_t> WriteStamps(const StoreView& view, const Directory& directory,
                                     uint64_t number) {
  for (;; ++number) {
    ASSIGN_OR_RETURN(const auto stamp, view.FindTimestamp(number));
    if (!stamp.has_value()) return number;
    RETURN_IF_ERROR(directory.Replace(StampedCheckpointPath(number), stamp->note));
    RETURN_IF_ERROR(directory.Replace(TimestampPath(number), stamp->response));
  }
}

}  // namespace

absl::StatusOr<uint64_t> ExportLog(const StoreView& view, const std::string& root,
                                   const std::optional<VerifierKey>& key) {
  const Directory directory{fs::path(root)};
  ASSIGN_OR_RETURN(const LogTiles tiles, LogTiles::Of(view));
  if (tiles.checkpoint().empty()) {
    return absl::FailedPreconditionError("the log is empty: nothing was signed yet");
  }
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint(tiles.checkpoint(), key));
  RETURN_IF_ERROR(CheckMayReplace(directory, checkpoint));
  RETURN_IF_ERROR(WriteTree(tiles, directory, /*from=*/0, tiles.size()));
  RETURN_IF_ERROR(WriteKept(view, directory, 0).status());
  RETURN_IF_ERROR(WriteStamps(view, directory, 0).status());
  if (key) {
    RETURN_IF_ERROR(directory.Replace(kVerifierKeyPath, absl::StrCat(key->ToString(), "\n")));
  }
  RETURN_IF_ERROR(directory.Write(kCheckpointPath, tiles.checkpoint()));
  return tiles.size();
}

absl::Status PublishedDirectory::Update(const StoreView& view, const ShownCheckpoint& shown) {
  const Directory directory{fs::path(path_)};
  ASSIGN_OR_RETURN(const std::optional<uint64_t> number, shown(view));
  if (!number.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto checkpoint, view.FindPublished(*number));
  ASSIGN_OR_RETURN(const auto newest, view.LastPublished());
  if (!checkpoint.has_value() || !newest.has_value()) {
    return absl::DataLossError(absl::StrCat("checkpoint ", *number, " is not there"));
  }
  ASSIGN_OR_RETURN(const Checkpoint next, ReadCheckpoint(checkpoint->note, std::nullopt));
  RETURN_IF_ERROR(CheckMayReplace(directory, next));
  ASSIGN_OR_RETURN(const LogTiles tiles, LogTiles::Of(view));
  RETURN_IF_ERROR(WriteTree(tiles, directory, entries_, newest->size));
  for (const uint64_t again : cosigned_) {
    ASSIGN_OR_RETURN(const auto kept, view.FindPublished(again));
    if (!kept.has_value()) continue;
    ASSIGN_OR_RETURN(const std::string note, CosignedNote(view, *kept));
    RETURN_IF_ERROR(directory.Replace(KeptCheckpointPath(again), note));
  }
  ASSIGN_OR_RETURN(const uint64_t kept, WriteKept(view, directory, checkpoints_));
  ASSIGN_OR_RETURN(const uint64_t stamps, WriteStamps(view, directory, timestamps_));
  if (!verifier_key_.empty()) {
    RETURN_IF_ERROR(directory.Replace(kVerifierKeyPath, absl::StrCat(verifier_key_, "\n")));
  }
  ASSIGN_OR_RETURN(const std::string note, CosignedNote(view, *checkpoint));
  RETURN_IF_ERROR(directory.Replace(kCheckpointPath, note));
  entries_ = newest->size;
  checkpoints_ = kept;
  timestamps_ = stamps;
  cosigned_.clear();
  return absl::OkStatus();
}

}  // namespace sluss
