#include "gateway/publication/published_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/publication/log_tiles.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

absl::Status NotPublished() { return absl::NotFoundError("there is no such file in this log"); }

absl::StatusOr<PublishedFile> Kept(const StoreView& view, uint64_t number) {
  ASSIGN_OR_RETURN(const auto checkpoint, view.FindPublished(number));
  if (!checkpoint.has_value()) return NotPublished();
  ASSIGN_OR_RETURN(std::string note, CosignedNote(view, *checkpoint));
  return PublishedFile{.bytes = std::move(note), .text = true};
}

absl::StatusOr<PublishedFile> Shown(const StoreView& view, const ShownCheckpoint& shown) {
  ASSIGN_OR_RETURN(const std::optional<uint64_t> number, shown(view));
  if (!number.has_value()) return NotPublished();
  return Kept(view, *number);
}

absl::StatusOr<PublishedFile> Stamp(const StoreView& view, const LogPath& path) {
  ASSIGN_OR_RETURN(auto stamp, view.FindTimestamp(path.index));
  if (!stamp.has_value()) return NotPublished();
  const bool note = path.kind == LogPath::Kind::kStamped;
  return PublishedFile{
      .bytes = std::move(note ? stamp->note : stamp->response), .text = note, .immutable = true};
}

absl::StatusOr<PublishedFile> OfTree(const StoreView& view, const LogPath& path) {
  ASSIGN_OR_RETURN(const auto newest, view.LastPublished());
  const bool entries = path.kind == LogPath::Kind::kEntries;
  const uint64_t rows = newest.has_value() ? HashesAt(path.tile_level, newest->size) : 0;
  if (path.index > rows / kTileWidth || path.index * kTileWidth + path.width > rows) {
    return NotPublished();
  }
  ASSIGN_OR_RETURN(const LogTiles tiles, LogTiles::Of(view));
  ASSIGN_OR_RETURN(std::string bytes, entries
                                          ? tiles.Bundle(path.index, path.width)
                                          : tiles.Tile(path.tile_level, path.index, path.width));
  return PublishedFile{.bytes = std::move(bytes), .immutable = true};
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> NewestPublished(const StoreView& view) {
  ASSIGN_OR_RETURN(const auto last, view.LastPublished());
  return last.has_value() ? std::make_optional(last->number) : std::nullopt;
}

absl::StatusOr<std::string> CosignedNote(const StoreView& view,
                                         const PublishedCheckpoint& checkpoint) {
  ASSIGN_OR_RETURN(const auto cosignatures, view.CosignaturesOf(checkpoint.number));
  std::string note = checkpoint.note;
  for (const CosignatureRow& one : cosignatures) absl::StrAppend(&note, one.line);
  return note;
}

absl::StatusOr<PublishedFile> ReadPublished(const StoreView& view, absl::string_view path,
                                            const ShownCheckpoint& shown,
                                            absl::string_view verifier_key) {
  const std::optional<LogPath> parsed = ParseLogPath(path);
  if (!parsed.has_value()) return NotPublished();
  switch (parsed->kind) {
    case LogPath::Kind::kCheckpoint:
      return Shown(view, shown);
    case LogPath::Kind::kKept:
      return Kept(view, parsed->index);
    case LogPath::Kind::kTile:
    case LogPath::Kind::kEntries:
      return OfTree(view, *parsed);
    case LogPath::Kind::kStamped:
    case LogPath::Kind::kTimestamp:
      return Stamp(view, *parsed);
    case LogPath::Kind::kVerifierKey:
      if (verifier_key.empty()) return NotPublished();
      return PublishedFile{.bytes = absl::StrCat(verifier_key, "\n"), .text = true};
  }
  return NotPublished();
}

}  // namespace sluss
