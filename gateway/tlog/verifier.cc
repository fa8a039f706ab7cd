#include "gateway/tlog/verifier.h"

#include <algorithm>
#include <limits>
#include <optional>
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
  Verification(LogFiles read, const VerifierKey& key, LogChecks checks)
      : read_(read), accepted_({key}), checks_(std::move(checks)) {
    std::stable_sort(checks_.seen.begin(), checks_.seen.end(), [](const auto& a, const auto& b) {
      return a.checkpoint.size < b.checkpoint.size;
    });
  }

  absl::StatusOr<VerifiedLog> Run() {
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint());
    if (!checks_.seen.empty() && checks_.seen.back().checkpoint.size > checkpoint.size) {
      const SeenCheckpoint& longest = checks_.seen.back();
      return Fault(absl::StrCat("the log has ", checkpoint.size, " entries, fewer than the ",
                                longest.checkpoint.size, " of ", longest.where));
    }
    RETURN_IF_ERROR(CheckSeen());
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
    RETURN_IF_ERROR(history_.Finish());
    const absl::StatusOr<VerifierKey> signer = SignerOf(parsed_, checkpoint);
    if (!signer.ok()) return InFile(std::string(kCheckpointPath), signer.status());
    return VerifiedLog{checkpoint, std::move(history_), *signer, std::move(note_)};
  }

 private:
  // Who signed it is known now, or a way to find it out is, or it is refused.
  absl::StatusOr<Checkpoint> ReadCheckpoint() {
    const std::string path(kCheckpointPath);
    absl::StatusOr<std::string> note = read_(path);
    if (absl::IsNotFound(note.status())) return absl::NotFoundError("checkpoint is missing");
    if (!note.ok()) return InFile(path, note.status());
    note_ = *std::move(note);
    const absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(note_, accepted_.front());
    if (absl::IsInvalidArgument(checkpoint.status())) return InFile(path, checkpoint.status());
    ASSIGN_OR_RETURN(parsed_, ParseNote(note_));
    if (checkpoint.ok()) return checkpoint;
    ASSIGN_OR_RETURN(const bool found, FindBridge());
    if (!found) return InFile(path, checkpoint.status());
    absl::StatusOr<Checkpoint> unproven = ParseCheckpointText(parsed_.text);
    if (!unproven.ok()) return InFile(path, unproven.status());
    if (unproven->origin == accepted_.front().name()) return unproven;
    return InFile(path, checkpoint.status());
  }

  // The accepted key that signed the note and was not retired before it.
  absl::StatusOr<VerifierKey> SignerOf(const Note& note, const Checkpoint& checkpoint) const {
    absl::Status why;
    for (auto key = accepted_.rbegin(); key != accepted_.rend(); ++key) {
      absl::Status status = key->Verify(note);
      for (const KeyChange& change : history_.key_changes()) {
        if (status.ok() && change.retired == key->Label() && change.entry < checkpoint.size) {
          status = absl::PermissionDeniedError(absl::StrCat(
              "it is signed by `", key->Label(), "`, which entry ", change.entry, " retired"));
        }
      }
      if (status.ok()) return *key;
      why = status;
    }
    return why;
  }

  // The kept checkpoint with this number, parsed; empty when there is none.
  absl::StatusOr<std::optional<Note>> ReadKept(uint64_t number) const {
    const std::string path = KeptCheckpointPath(number);
    const absl::StatusOr<std::string> bytes = read_(path);
    if (absl::IsNotFound(bytes.status())) return std::nullopt;
    if (!bytes.ok()) return InFile(path, bytes.status());
    absl::StatusOr<Note> note = ParseNote(*bytes);
    if (!note.ok()) return InFile(path, note.status());
    return *std::move(note);
  }

  bool AcceptedSigned(const Note& note) const {
    return std::any_of(accepted_.begin(), accepted_.end(),
                       [&](const VerifierKey& key) { return key.Verify(note).ok(); });
  }

  // How many are kept; their numbers have no gaps.
  absl::StatusOr<uint64_t> CountKept() const {
    uint64_t there = 0, beyond = 1;
    for (;; beyond *= 2) {
      ASSIGN_OR_RETURN(const std::optional<Note> note, ReadKept(beyond - 1));
      if (!note.has_value()) break;
      there = beyond;
    }
    while (there + 1 < beyond) {
      const uint64_t middle = there + (beyond - there) / 2;
      ASSIGN_OR_RETURN(const std::optional<Note> note, ReadKept(middle - 1));
      (note.has_value() ? there : beyond) = middle;
    }
    return there;
  }

  absl::StatusOr<bool> AcceptedSignedKept(uint64_t number) const {
    ASSIGN_OR_RETURN(const std::optional<Note> note, ReadKept(number));
    return note.has_value() && AcceptedSigned(*note);
  }

  // The last kept checkpoint that an accepted key signed. A key signs for one stretch of time, so
  // that stretch is looked for in growing steps back from the end, then its end within the step;
  // where the steps have leapt over it, one by one.
  absl::StatusOr<std::optional<uint64_t>> LastAccepted() const {
    ASSIGN_OR_RETURN(const uint64_t count, CountKept());
    uint64_t after = count;
    for (uint64_t step = 1; after > 0; step *= 2) {
      uint64_t number = count - std::min(step, count);
      ASSIGN_OR_RETURN(const bool hit, AcceptedSignedKept(number));
      if (!hit) {
        after = number;
        continue;
      }
      while (number + 1 < after) {
        const uint64_t middle = number + (after - number) / 2;
        ASSIGN_OR_RETURN(const bool is, AcceptedSignedKept(middle));
        (is ? number : after) = middle;
      }
      return number;
    }
    for (uint64_t number = count; number-- > 0;) {
      ASSIGN_OR_RETURN(const bool hit, AcceptedSignedKept(number));
      if (hit) return number;
    }
    return std::nullopt;
  }

  // False when there is none beyond the present tree.
  absl::StatusOr<bool> FindBridge() {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> number, LastAccepted());
    if (!number.has_value()) return false;
    ASSIGN_OR_RETURN(const std::optional<Note> note, ReadKept(*number));
    if (!note.has_value()) return false;
    absl::StatusOr<Checkpoint> bridge = ParseCheckpointText(note->text);
    if (!bridge.ok()) return InFile(KeptCheckpointPath(*number), bridge.status());
    if (bridge->size <= tree_.size() || bridge->origin != accepted_.front().name()) return false;
    bridge_ = *std::move(bridge);
    bridge_note_ = *note;
    return true;
  }

  // The tree is now that of the bridge: what it says of keys, an accepted key has signed.
  absl::Status CrossBridge() {
    const Checkpoint bridge = *std::exchange(bridge_, std::nullopt);
    if (bridge.root != tree_.root()) {
      return Fault(absl::StrCat("the first ", bridge.size,
                                " entries are not those of a kept checkpoint: two different logs "
                                "were signed with this key"));
    }
    RETURN_IF_ERROR(SignerOf(bridge_note_, bridge).status());
    for (const KeyChange& change : history_.key_changes()) {
      if (change.entry < bridge.size && change.added && change.added->name() == bridge.origin) {
        accepted_.push_back(*change.added);
      }
    }
    return AcceptedSigned(parsed_) ? absl::OkStatus() : FindBridge().status();
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
      if (checks_.on_entry) RETURN_IF_ERROR(checks_.on_entry(first + row, (*entries)[row]));
    }
    return Grow(tile.hashes);
  }

  absl::Status Grow(std::span<const Hash> leaves) {
    const uint64_t end = tree_.size() + leaves.size();
    if (const uint64_t stop = NextStop(); stop < end) {
      const uint64_t before = stop - tree_.size();
      RETURN_IF_ERROR(Grow(leaves.first(before)));
      return Grow(leaves.subspan(before));
    }
    for (const FullTile& full : tree_.Append(leaves)) {
      if (full.tile_level == 0) continue;  // compared with the entries already
      ASSIGN_OR_RETURN(const std::vector<Hash> expected, ParseTile(full.hashes, kTileWidth));
      RETURN_IF_ERROR(CheckTile(read_, full.tile_level, full.index, expected));
    }
    if (bridge_ && bridge_->size == tree_.size()) RETURN_IF_ERROR(CrossBridge());
    return CheckSeen();
  }

  // The next size beyond the present at which the root is to be compared.
  uint64_t NextStop() const {
    uint64_t stop = std::numeric_limits<uint64_t>::max();
    if (bridge_ && bridge_->size > tree_.size()) stop = bridge_->size;
    if (compared_ == checks_.seen.size()) return stop;
    return std::min(stop, checks_.seen[compared_].checkpoint.size);
  }

  absl::Status CheckSeen() {
    for (; compared_ < checks_.seen.size(); ++compared_) {
      const auto& [checkpoint, where] = checks_.seen[compared_];
      if (checkpoint.size != tree_.size()) break;
      if (checkpoint.root == tree_.root()) continue;
      return Fault(absl::StrCat("the first ", checkpoint.size, " entries are not those of ", where,
                                ": two different logs were signed with this key"));
    }
    return absl::OkStatus();
  }

  LogFiles read_;
  std::vector<VerifierKey> accepted_;
  LogChecks checks_;     // what was seen, in the order of sizes
  size_t compared_ = 0;  // of these
  Appender tree_;
  std::string note_;
  Note parsed_;
  std::optional<Checkpoint> bridge_;  // a kept checkpoint that leads to another key
  Note bridge_note_;
  History history_;
};

}  // namespace

absl::StatusOr<VerifiedLog> VerifyLog(LogFiles read, const VerifierKey& key, LogChecks checks) {
  return Verification(read, key, std::move(checks)).Run();
}

}  // namespace sluss
