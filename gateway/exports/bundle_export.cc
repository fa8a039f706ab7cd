#include "gateway/exports/bundle_export.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/exports/log_period.h"
#include "gateway/publication/log_tiles.h"
#include "gateway/publication/published_files.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/tile.h"
#include "gateway/verify/bundle_layout.h"
#include "proto/stored.pb.h"

namespace sluss {
namespace {

constexpr size_t kProcedureBytes = 16;
constexpr size_t kLongestAgency = 100;
constexpr int kMostTags = 32;

absl::Status NoFile() { return absl::NotFoundError("there is no such file in this log"); }

absl::StatusOr<v1::BundleHead> HeadOf(const v1::ExportBundleRequest& request, int64_t newest_us) {
  v1::BundleHead head;
  head.set_from_us(request.from_us());
  head.set_to_us(std::min(request.to_us(), newest_us + 1));
  head.set_agency(request.agency());
  if (head.from_us() >= head.to_us()) {
    return absl::InvalidArgumentError(
        "`from` must lie before `to`, and before the newest entry of the log");
  }
  if (head.agency().size() > kLongestAgency) {
    return absl::InvalidArgumentError("`agency` is no agency's name");
  }
  const std::set<uint32_t> tags(request.tag().begin(), request.tag().end());
  if (tags.size() > kMostTags || tags.count(0) > 0) {
    return absl::InvalidArgumentError("`field` names a field that no entry has");
  }
  for (const uint32_t tag : tags) head.add_tag(tag);
  if (tags.empty()) {
    for (const uint32_t tag : StandardTags()) head.add_tag(tag);
  }
  head.set_procedure(RandomBytes(kProcedureBytes));
  return head;
}

LeafDraft ExportLeaf(const v1::BundleHead& head, absl::string_view officer) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::EXPORT);
  leaf.clear.set_outcome(std::string(kBundleOutcome));
  leaf.clear.set_procedure(head.procedure());
  leaf.clear.set_from_us(head.from_us());
  leaf.clear.set_to_us(head.to_us());
  leaf.clear.set_count(head.entries());
  if (!head.agency().empty()) leaf.clear.add_party(head.agency());
  v1::OpenedField by;
  by.set_tag(static_cast<uint32_t>(CommitTag::kOfficer));
  by.set_value(std::string(officer));
  leaf.committed.push_back(std::move(by));
  return leaf;
}

// What there is to take away beside the entries.
absl::StatusOr<uint64_t> CountTimestamps(const StoreView& view) {
  ASSIGN_OR_RETURN(const auto last, view.LastTimestamp());
  return last.has_value() ? last->number + 1 : 0;
}

absl::StatusOr<uint64_t> CountKept(const StoreView& view) {
  ASSIGN_OR_RETURN(const auto last, view.LastPublished());
  return last.has_value() ? last->number + 1 : 0;
}

// Only what hashes to what the entry says leaves.
absl::StatusOr<v1::EntryOpening> Opened(const v1::BundleHead& head, uint64_t index,
                                        const v1::AuditLeaf& leaf,
                                        const std::optional<v1::AuditOpening>& opening) {
  v1::EntryOpening entry;
  entry.set_index(index);
  entry.set_event_id(leaf.event_id());
  entry.set_erased(!opening.has_value());
  if (entry.erased()) return entry;
  for (const v1::Commitment* commitment : ToOpen(head, leaf)) {
    const std::string salt = CommitmentSalt(opening->secret(), commitment->tag());
    const auto value =
        std::find_if(opening->field().begin(), opening->field().end(),
                     [&](const v1::OpenedField& one) { return one.tag() == commitment->tag(); });
    if (value == opening->field().end() ||
        CommitmentOf(salt, commitment->tag(), value->value()) != commitment->digest()) {
      return absl::DataLossError(
          absl::StrCat("the stored opening of entry ", index, " does not open it"));
    }
    v1::OpenedCommitment* field = entry.add_field();
    field->set_tag(commitment->tag());
    field->set_salt(salt);
    field->set_value(value->value());
  }
  return entry;
}

absl::StatusOr<std::string> PolicyVersion(const StoreView& view, const std::string& digest) {
  ASSIGN_OR_RETURN(const std::string bytes, view.ReadPolicyVersion(digest));
  v1::StoredPolicyVersion version;
  if (bytes.empty()) return NoFile();
  if (!version.ParseFromString(bytes)) {
    return absl::DataLossError("a stored policy version is damaged");
  }
  return version.bundle();
}

absl::StatusOr<std::string> OfTree(const StoreView& view, const LogPath& path, uint64_t size) {
  ASSIGN_OR_RETURN(const LogTiles tiles, LogTiles::Of(view));
  const uint64_t rows = HashesAt(path.tile_level, std::min(size, tiles.size()));
  if (path.index > rows / kTileWidth || path.index * kTileWidth + path.width > rows) {
    return NoFile();
  }
  return path.kind == LogPath::Kind::kEntries ? tiles.Bundle(path.index, path.width)
                                              : tiles.Tile(path.tile_level, path.index, path.width);
}

}  // namespace

absl::Status BundleExport::Run(absl::string_view officer, const v1::ExportBundleRequest& request,
                               absl::FunctionRef<bool(const v1::BundlePart&)> take) const {
  const StoreView& store = *parts_.store;
  ASSIGN_OR_RETURN(const LogHead before, store.ReadHead(/*gateway=*/""));
  if (before.size == 0) return absl::FailedPreconditionError("the log is empty");
  ASSIGN_OR_RETURN(const v1::AuditLeaf newest, ReadStoredLeaf(store, before.size - 1));
  ASSIGN_OR_RETURN(v1::BundleHead head, HeadOf(request, newest.time_us()));
  ASSIGN_OR_RETURN(const uint64_t first, FirstOfPeriod(store, before.size, head.from_us()));
  const auto each = [&](const auto& seen) {
    return ForEachOfPeriod(store, first, before.size, head.from_us(), head.to_us(), seen);
  };
  std::set<std::string> policies;
  uint64_t to_open = 0;
  RETURN_IF_ERROR(each([&](uint64_t, const v1::AuditLeaf& leaf) {
    if (!InScope(head, leaf)) return absl::OkStatus();
    if (!ToOpen(head, leaf).empty()) ++to_open;
    if (!leaf.verdict().empty()) policies.insert(leaf.policy_digest());
    return absl::OkStatus();
  }));
  policies.erase("");
  head.set_entries(to_open);

  absl::Status refused;
  RETURN_IF_ERROR(
      parts_.ledger
          ->Run([&](Recorder& recorder) -> absl::Status {
            head.set_made_us(absl::ToUnixMicros(recorder.now()));
            if (head.made_us() < head.to_us()) {
              refused =
                  absl::UnavailableError("the newest entry is of this very moment: try again");
              return absl::OkStatus();
            }
            ASSIGN_OR_RETURN(const Entry entry, recorder.Append(ExportLeaf(head, officer)));
            head.set_export_index(entry.index());
            return absl::OkStatus();
          })
          .status());
  RETURN_IF_ERROR(refused);

  // Before the tree, so that none of them goes beyond it.
  ASSIGN_OR_RETURN(const uint64_t kept, CountKept(store));
  head.set_kept_checkpoints(kept);
  ASSIGN_OR_RETURN(const uint64_t stamps, CountTimestamps(store));
  head.set_timestamps(stamps);
  ASSIGN_OR_RETURN(const LogTiles tiles, LogTiles::Of(store));
  head.set_checkpoint(tiles.checkpoint());
  head.set_size(tiles.size());
  head.set_verifier_key(parts_.verifier_key);
  for (const std::string& digest : policies) head.add_policy_digest(digest);
  v1::BundlePart part;
  *part.mutable_head() = head;
  if (!take(part)) return absl::CancelledError("the caller has gone");

  return each([&](uint64_t index, const v1::AuditLeaf& leaf) -> absl::Status {
    if (!InScope(head, leaf) || ToOpen(head, leaf).empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<v1::AuditOpening> opening, parts_.openings->Open(index));
    ASSIGN_OR_RETURN(*part.mutable_entry(), Opened(head, index, leaf, opening));
    return take(part) ? absl::OkStatus() : absl::CancelledError("the caller has gone");
  });
}

absl::StatusOr<std::string> BundleExport::ReadFile(const v1::ReadLogFileRequest& request) const {
  const StoreView& store = *parts_.store;
  if (const std::string digest = PolicyDigestIn(request.path()); !digest.empty()) {
    return request.path() == PolicyPath(digest) ? PolicyVersion(store, digest) : NoFile();
  }
  const std::optional<LogPath> path = ParseLogPath(request.path());
  if (!path.has_value()) return NoFile();
  switch (path->kind) {
    case LogPath::Kind::kTile:
    case LogPath::Kind::kEntries:
      return OfTree(store, *path, request.size());
    case LogPath::Kind::kKept:
    case LogPath::Kind::kStamped:
    case LogPath::Kind::kTimestamp: {
      ASSIGN_OR_RETURN(PublishedFile file,
                       ReadPublished(store, request.path(), NewestPublished, ""));
      return std::move(file.bytes);
    }
    case LogPath::Kind::kCheckpoint:
    case LogPath::Kind::kVerifierKey:
      return NoFile();  // they are in the head
  }
  return NoFile();
}

}  // namespace sluss
