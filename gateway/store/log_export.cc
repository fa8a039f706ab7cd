#include "gateway/store/log_export.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;

class Directory {
 public:
  explicit Directory(fs::path root) : root_(std::move(root)) {}

  bool Has(const std::string& name) const {
    std::error_code ignored;
    return fs::exists(root_ / name, ignored);
  }

  absl::StatusOr<std::string> Read(absl::string_view name) const {
    return ReadFile((root_ / std::string(name)).string());
  }

  // Under its name only once it is whole.
  absl::Status Write(absl::string_view name, absl::string_view bytes) const {
    const fs::path path = root_ / std::string(name);
    const fs::path aside = path.string() + ".part";
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (!error) {
      errno = 0;
      std::ofstream file(aside, std::ios::binary | std::ios::trunc);
      file.write(bytes.data(), bytes.size());
      file.close();
      if (!file) error = std::error_code(errno != 0 ? errno : EIO, std::generic_category());
    }
    if (!error) fs::rename(aside, path, error);
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("cannot write `", path.string(), "`: ", error.message()));
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

// An export that would hide what an earlier one showed is refused.
absl::Status CheckMayReplace(const Directory& directory, const Checkpoint& next) {
  if (!directory.Has(std::string(kCheckpointPath))) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string note, directory.Read(kCheckpointPath));
  ASSIGN_OR_RETURN(const Checkpoint present, ReadCheckpoint(note, std::nullopt));
  const bool same = present.size == next.size && present.root != next.root;
  if (present.origin == next.origin && present.size <= next.size && !same) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the directory holds the log `", present.origin, "` of ", present.size,
                   " entries, which is not the beginning of this one, `", next.origin, "` of ",
                   next.size, ": export to an empty directory and compare the two"));
}

absl::Status WriteBundle(const SqlReader& reader, const Directory& directory, uint64_t index,
                         uint64_t width) {
  const std::string path = EntriesPath(index, width);
  if (directory.Has(path)) return absl::OkStatus();
  std::string bundle;
  for (uint64_t row = 0; row < width; ++row) {
    ASSIGN_OR_RETURN(const std::string entry, reader.ReadEntry(index * kTileWidth + row));
    RETURN_IF_ERROR(AppendToBundle(entry, &bundle));
  }
  return directory.Write(path, bundle);
}

absl::Status WriteTiles(const SqlReader& reader, const Directory& directory, const Appender& tree) {
  for (int level = 0; HashesAt(level, tree.size()) > 0; ++level) {
    const uint64_t full = HashesAt(level, tree.size()) / kTileWidth;
    for (uint64_t index = 0; index < full; ++index) {
      const std::string path = TilePath(level, index, kTileWidth);
      if (directory.Has(path)) continue;
      ASSIGN_OR_RETURN(const std::string hashes, reader.ReadTile(level, index));
      RETURN_IF_ERROR(directory.Write(path, hashes));
    }
    const auto partial = tree.PartialTile(level);
    if (partial.empty()) continue;
    RETURN_IF_ERROR(directory.Write(TilePath(level, full, partial.size()), TileBytes(partial)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint64_t> ExportLog(const SqlReader& reader, const std::string& root,
                                   const std::optional<VerifierKey>& key) {
  const Directory directory{fs::path(root)};
  ASSIGN_OR_RETURN(const LogHead head, reader.ReadHead(/*gateway=*/""));
  if (head.checkpoint.empty()) {
    return absl::FailedPreconditionError("the log is empty: nothing was signed yet");
  }
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint(head.checkpoint, key));
  RETURN_IF_ERROR(CheckMayReplace(directory, checkpoint));
  ASSIGN_OR_RETURN(const Appender tree, Appender::Restore(head.tree));
  for (uint64_t first = 0; first < head.size; first += kTileWidth) {
    RETURN_IF_ERROR(WriteBundle(reader, directory, first / kTileWidth,
                                std::min(kTileWidth, head.size - first)));
  }
  RETURN_IF_ERROR(WriteTiles(reader, directory, tree));
  if (key) {
    RETURN_IF_ERROR(directory.Write(kVerifierKeyPath, absl::StrCat(key->ToString(), "\n")));
  }
  RETURN_IF_ERROR(directory.Write(kCheckpointPath, head.checkpoint));
  return head.size;
}

}  // namespace sluss
