#include "gateway/tlog/verifier.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

absl::Status Fault(absl::string_view text) { return absl::DataLossError(text); }

absl::Status EntryFault(uint64_t entry, const std::string& path, absl::string_view text) {
  return Fault(absl::StrCat("entry ", entry, " in ", path, ": ", text));
}

// A file of `width` rows, or the full one that has taken its place.
struct Part {
  std::string path;
  std::string bytes;
  uint64_t width = 0;
};

using PathOfWidth = absl::FunctionRef<std::string(uint64_t width)>;

absl::StatusOr<Part> ReadPart(LogFiles read, uint64_t width, PathOfWidth path_of) {
  const std::string path = path_of(width);
  absl::StatusOr<std::string> bytes = read(path);
  if (bytes.ok()) return Part{path, *std::move(bytes), width};
  if (!absl::IsNotFound(bytes.status())) return InFile(path, bytes.status());
  const std::string full = path_of(kTileWidth);
  bytes = read(full);
  if (bytes.ok()) return Part{full, *std::move(bytes), kTileWidth};
  if (!absl::IsNotFound(bytes.status())) return InFile(full, bytes.status());
  return absl::NotFoundError(absl::StrCat(path, " is missing"));
}

struct Tile {
  std::string path;
  std::vector<Hash> hashes;
};

absl::StatusOr<Tile> ReadTile(LogFiles read, int tile_level, uint64_t index, uint64_t width) {
  ASSIGN_OR_RETURN(const Part part, ReadPart(read, width, [&](uint64_t w) {
                     return TilePath(tile_level, index, w);
                   }));
  absl::StatusOr<std::vector<Hash>> hashes = ParseTile(part.bytes, part.width);
  if (!hashes.ok()) return Fault(absl::StrCat(part.path, ": ", hashes.status().message()));
  hashes->resize(width);
  return Tile{part.path, *std::move(hashes)};
}

// A tile above level 0 against the tree that grew from the entries.
absl::Status CheckTile(LogFiles read, int tile_level, uint64_t index,
                       std::span<const Hash> expected) {
  ASSIGN_OR_RETURN(const Tile tile, ReadTile(read, tile_level, index, expected.size()));
  const auto differs = std::mismatch(expected.begin(), expected.end(), tile.hashes.begin());
  if (differs.first == expected.end()) return absl::OkStatus();
  const uint64_t row = differs.first - expected.begin();
  return Fault(absl::StrCat(tile.path, " does not hold the hash of ",
                            TilePath(tile_level - 1, index * kTileWidth + row, kTileWidth),
                            " in row ", row));
}

class Verification {
 public:
  Verification(LogFiles read, const std::optional<Checkpoint>& earlier)
      : read_(read), earlier_(earlier) {}

  absl::StatusOr<VerifiedLog> Run(const VerifierKey& key) {
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint(key));
    if (earlier_ && earlier_->size > checkpoint.size) {
      return Fault(absl::StrCat("the log has ", checkpoint.size, " entries, fewer than the ",
                                earlier_->size, " of the earlier checkpoint"));
    }
    RETURN_IF_ERROR(CheckEarlierRoot());
    while (tree_.size() < checkpoint.size) {
      RETURN_IF_ERROR(CheckBundle(std::min(kTileWidth, checkpoint.size - tree_.size())));
    }
    for (int level = 1; HashesAt(level, checkpoint.size) > 0; ++level) {
      const std::span<const Hash> partial = tree_.PartialTile(level);
      if (partial.empty()) continue;
      RETURN_IF_ERROR(
          CheckTile(read_, level, HashesAt(level, checkpoint.size) / kTileWidth, partial));
    }
    if (tree_.root() != checkpoint.root) {
      return Fault("the entries and tiles fit together, but not to the root of the checkpoint");
    }
    return VerifiedLog{checkpoint, std::move(history_), std::move(note_)};
  }

 private:
  absl::StatusOr<Checkpoint> ReadCheckpoint(const VerifierKey& key) {
    const std::string path(kCheckpointPath);
    const absl::StatusOr<std::string> note = read_(path);
    if (absl::IsNotFound(note.status())) return absl::NotFoundError("checkpoint is missing");
    if (!note.ok()) return InFile(path, note.status());
    absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(*note, key);
    if (!checkpoint.ok()) return InFile(path, checkpoint.status());
    note_ = *std::move(note);
    return checkpoint;
  }

  // The next entries of the log: their bundle, their tile, what they tell, and the tiles above that
  // they complete.
  absl::Status CheckBundle(uint64_t width) {
    const uint64_t first = tree_.size();
    const uint64_t index = first / kTileWidth;
    ASSIGN_OR_RETURN(const Part part,
                     ReadPart(read_, width, [&](uint64_t w) { return EntriesPath(index, w); }));
    absl::StatusOr<std::vector<absl::string_view>> entries =
        ParseBundle(part.bytes, part.width, first);
    if (!entries.ok()) return Fault(absl::StrCat(part.path, ": ", entries.status().message()));
    ASSIGN_OR_RETURN(const Tile tile, ReadTile(read_, 0, index, width));
    for (uint64_t row = 0; row < width; ++row) {
      if (LeafHash((*entries)[row]) != tile.hashes[row]) {
        return EntryFault(first + row, part.path,
                          absl::StrCat("it does not hash to row ", row, " of ", tile.path));
      }
      if (const absl::Status status = history_.Add((*entries)[row]); !status.ok()) {
        return EntryFault(first + row, part.path, status.message());
      }
    }
    return Grow(tile.hashes);
  }

  absl::Status Grow(std::span<const Hash> leaves) {
    const uint64_t end = tree_.size() + leaves.size();
    if (earlier_ && earlier_->size > tree_.size() && earlier_->size < end) {
      const uint64_t before = earlier_->size - tree_.size();
      RETURN_IF_ERROR(Grow(leaves.first(before)));
      leaves = leaves.subspan(before);
    }
    for (const FullTile& full : tree_.Append(leaves)) {
      if (full.tile_level == 0) continue;  // compared with the entries already
      ASSIGN_OR_RETURN(const std::vector<Hash> expected, ParseTile(full.hashes, kTileWidth));
      RETURN_IF_ERROR(CheckTile(read_, full.tile_level, full.index, expected));
    }
    return CheckEarlierRoot();
  }

  absl::Status CheckEarlierRoot() const {
    if (!earlier_ || earlier_->size != tree_.size() || earlier_->root == tree_.root()) {
      return absl::OkStatus();
    }
    return Fault(absl::StrCat("the first ", earlier_->size,
                              " entries are not those of the earlier checkpoint: two different "
                              "logs were signed with this key"));
  }

  LogFiles read_;
  const std::optional<Checkpoint>& earlier_;
  Appender tree_;
  std::string note_;
  History history_;
};

}  // namespace

absl::StatusOr<VerifiedLog> VerifyLog(LogFiles read, const VerifierKey& key,
                                      const std::optional<Checkpoint>& earlier) {
  return Verification(read, earlier).Run(key);
}

}  // namespace sluss
