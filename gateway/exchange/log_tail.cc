#include "gateway/exchange/log_tail.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/merkle.h"

namespace sluss {
namespace {

constexpr size_t kEntriesAPage = 512;

absl::Status NotWhole(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the stored log is not whole: ", what,
                   "; restore the newest backup or keep this store for examination, and start with "
                   "a store that `slussctl log verify` accepts"));
}

absl::Status Moved(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the log was changed by somebody else or went back to an earlier state (", what,
                   "): the relay has stopped; verify the log, compare it with its witnesses, and "
                   "restart"));
}

absl::StatusOr<Checkpoint> OpenWithEither(const std::string& checkpoint, const LogIdentity& log) {
  absl::StatusOr<Checkpoint> opened = OpenCheckpoint(checkpoint, log.verifier);
  if (opened.ok() || !log.successor) return opened;
  absl::StatusOr<Checkpoint> by_successor = OpenCheckpoint(checkpoint, *log.successor);
  return by_successor.ok() ? by_successor : opened;
}

absl::StatusOr<Appender> CheckedTree(const LogHead& head, const LogIdentity& log) {
  if (head.size == 0) {
    if (head.counter != 0) return NotWhole("events are counted but none is there");
    return Appender();
  }
  absl::StatusOr<Appender> tree = Appender::Restore(head.tree);
  if (!tree.ok()) return NotWhole(tree.status().message());
  absl::StatusOr<Checkpoint> checkpoint = OpenWithEither(head.checkpoint, log);
  if (!checkpoint.ok()) return NotWhole(checkpoint.status().message());
  if (checkpoint->size != head.size || tree->size() != head.size ||
      checkpoint->root != tree->root()) {
    return NotWhole("its tree is not the one that its checkpoint signs");
  }
  return tree;
}

// The newest entries, as many as the tree has no full tile of: whoever changes an entry of today is
// found at the next start, whatever it did to the rest of the file.
absl::Status CheckNewestEntries(const StoreView& view, const Appender& tree) {
  const std::span<const Hash> hashes = tree.PartialTile(0);
  const uint64_t first = tree.size() - hashes.size();
  ASSIGN_OR_RETURN(const std::vector<std::string> entries, view.ReadEntries(first, hashes.size()));
  if (entries.size() < hashes.size()) {
    return NotWhole(absl::StrCat("entry ", first + entries.size(), " is not there"));
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (LeafHash(entries[i]) != hashes[i]) {
      return NotWhole(absl::StrCat("entry ", first + i, " is not the one that its tree holds"));
    }
  }
  return absl::OkStatus();
}

// Of any kind: a gateway that is brought up to date first may write kinds that this one does not
// know.
std::optional<v1::AuditLeaf> LeafOf(const std::string& entry) {
  v1::AuditLeaf leaf;
  const bool read = absl::StartsWith(entry, "\x01") && leaf.ParseFromString(entry.substr(1));
  return read ? std::optional(std::move(leaf)) : std::nullopt;
}

absl::StatusOr<absl::Time> TimeOfLast(const StoreView& view, const LogHead& head) {
  if (head.size == 0) return absl::InfinitePast();
  ASSIGN_OR_RETURN(const std::string entry, view.ReadEntry(head.size - 1));
  const std::optional<v1::AuditLeaf> leaf = LeafOf(entry);
  if (!leaf.has_value()) return NotWhole("its last entry cannot be read");
  return absl::FromUnixMicros(leaf->time_us());
}

// Takes the entries in [tree's size, size) into the tree.
absl::Status Grow(const StoreView& view, uint64_t size, LogTail* tail, const LogTail::Hear& hear) {
  while (tail->tree.size() < size) {
    const uint64_t first = tail->tree.size();
    ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                     view.ReadEntries(first, std::min<uint64_t>(size - first, kEntriesAPage)));
    if (entries.empty()) return Moved(absl::StrCat("entry ", first, " is not there"));
    std::vector<Hash> leaves;
    for (const std::string& entry : entries) {
      const std::optional<v1::AuditLeaf> leaf = LeafOf(entry);
      if (!leaf.has_value()) {
        return Moved(absl::StrCat("entry ", first + leaves.size(), " is no record"));
      }
      leaves.push_back(LeafHash(entry));
      tail->last = std::max(tail->last, absl::FromUnixMicros(leaf->time_us()));
      RETURN_IF_ERROR(hear(*leaf));
    }
    tail->tree.Append(leaves);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::set<uint32_t>> SignersOf(const std::string& checkpoint,
                                             const std::string& origin) {
  std::set<uint32_t> signers;
  if (checkpoint.empty()) return signers;
  ASSIGN_OR_RETURN(const Note note, ParseNote(checkpoint));
  for (const NoteSignature& line : note.signatures) {
    if (line.key_name == origin) signers.insert(line.key_id);
  }
  return signers;
}

absl::StatusOr<LogTail> LogTail::Read(const StoreView& view, const std::string& gateway,
                                      const LogIdentity& log) {
  LogTail tail;
  ASSIGN_OR_RETURN(tail.head, view.ReadHead(gateway));
  ASSIGN_OR_RETURN(tail.tree, CheckedTree(tail.head, log));
  RETURN_IF_ERROR(CheckNewestEntries(view, tail.tree));
  ASSIGN_OR_RETURN(tail.last, TimeOfLast(view, tail.head));
  return tail;
}

absl::Status LogTail::Follow(const StoreView& view, const std::string& gateway,
                             const LogIdentity& log, uint64_t most, const Hear& hear) {
  ASSIGN_OR_RETURN(const LogHead stored, view.ReadHead(gateway));
  if (stored.counter != head.counter || stored.last_event != head.last_event) {
    return Moved(absl::StrCat("`", gateway, "` has counted ", head.counter,
                              " entries and another process ", stored.counter, " under its name"));
  }
  if (stored.size == head.size && stored.tree == head.tree) return absl::OkStatus();
  if (stored.size <= head.size) {
    return Moved(absl::StrCat(stored.size, " entries where there were ", head.size));
  }
  if (stored.size - head.size > most) {
    return absl::OutOfRangeError(absl::StrCat(stored.size - head.size, " entries behind"));
  }
  LogTail next = *this;
  RETURN_IF_ERROR(Grow(view, stored.size, &next, hear));
  absl::StatusOr<Checkpoint> checkpoint = OpenWithEither(stored.checkpoint, log);
  if (!checkpoint.ok()) return Moved(checkpoint.status().message());
  if (checkpoint->size != next.tree.size() || checkpoint->root != next.tree.root() ||
      stored.tree != next.tree.Save()) {
    return Moved(absl::StrCat("the tree of ", stored.size,
                              " entries that is signed is not that of the entries stored"));
  }
  next.head = stored;
  *this = std::move(next);
  return absl::OkStatus();
}

}  // namespace sluss
