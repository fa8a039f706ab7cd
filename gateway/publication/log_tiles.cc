#include "gateway/publication/log_tiles.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/tile.h"

namespace sluss {

absl::StatusOr<LogTiles> LogTiles::Of(const StoreView& view) {
  ASSIGN_OR_RETURN(LogHead head, view.ReadHead(/*gateway=*/""));
  if (head.size == 0) return LogTiles(&view, Appender(), "");
  ASSIGN_OR_RETURN(Appender tree, Appender::Restore(head.tree));
  return LogTiles(&view, std::move(tree), std::move(head.checkpoint));
}

absl::StatusOr<std::string> LogTiles::Tile(int tile_level, uint64_t index, uint64_t width) const {
  const uint64_t full = HashesAt(tile_level, size()) / kTileWidth;
  if (index < full) {
    ASSIGN_OR_RETURN(std::string hashes, view_->ReadTile(tile_level, index));
    hashes.resize(width * kHashBytes);
    return hashes;
  }
  const std::span<const Hash> partial = tree_.PartialTile(tile_level);
  if (index > full || width > partial.size()) {
    return absl::NotFoundError(absl::StrCat("the log of ", size(), " entries has no such tile"));
  }
  return TileBytes(partial.first(width));
}

absl::StatusOr<std::string> LogTiles::Bundle(uint64_t index, uint64_t width) const {
  if (index > size() / kTileWidth || index * kTileWidth + width > size()) {
    return absl::NotFoundError(absl::StrCat("the log of ", size(), " entries has no such bundle"));
  }
  std::string bundle;
  for (uint64_t row = 0; row < width; ++row) {
    ASSIGN_OR_RETURN(const std::string entry, view_->ReadEntry(index * kTileWidth + row));
    RETURN_IF_ERROR(AppendToBundle(entry, &bundle));
  }
  return bundle;
}

// A node within a tile covers some of its hashes.
absl::StatusOr<Hash> LogTiles::Node(NodeId id) const {
  const int tile_level = id.level / kTileHeight;
  const int above = id.level % kTileHeight;
  const uint64_t first = id.index << above;
  const uint64_t count = uint64_t{1} << above;
  const uint64_t width = first % kTileWidth + count;
  ASSIGN_OR_RETURN(const std::string bytes, Tile(tile_level, first / kTileWidth, width));
  ASSIGN_OR_RETURN(std::vector<Hash> hashes, ParseTile(bytes, width));
  hashes.erase(hashes.begin(), hashes.begin() + static_cast<int64_t>(first % kTileWidth));
  while (hashes.size() > 1) {
    for (size_t i = 0; i < hashes.size() / 2; ++i) {
      hashes[i] = NodeHash(hashes[2 * i], hashes[2 * i + 1]);
    }
    hashes.resize(hashes.size() / 2);
  }
  return hashes[0];
}

absl::StatusOr<std::vector<Hash>> LogTiles::ConsistencyBetween(uint64_t old_size,
                                                               uint64_t new_size) const {
  return ConsistencyProof(old_size, new_size, [this](NodeId id) { return Node(id); });
}

}  // namespace sluss
