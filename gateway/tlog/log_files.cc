#include "gateway/tlog/log_files.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

// A proof needs one tile a level; several proofs share the upper ones.
constexpr size_t kMostTiles = 64;

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return absl::DataLossError(absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<std::string> LogFileReader::Part(
    uint64_t width, uint64_t* found, const std::function<std::string(uint64_t)>& path_of) {
  *found = width;
  absl::StatusOr<std::string> bytes = read_(path_of(width));
  if (!absl::IsNotFound(bytes.status()) || width == kTileWidth) return bytes;
  *found = kTileWidth;
  absl::StatusOr<std::string> full = read_(path_of(kTileWidth));
  if (!absl::IsNotFound(full.status())) return full;
  return absl::NotFoundError(absl::StrCat(path_of(width), " is missing"));
}

absl::StatusOr<std::string> LogFileReader::Entry(uint64_t index) {
  if (index >= size_) {
    return absl::InvalidArgumentError(
        absl::StrCat("the log has ", size_, " entries, not one of index ", index));
  }
  const uint64_t bundle = index / kTileWidth;
  if (bundle != bundle_) {
    const uint64_t width = std::min(kTileWidth, size_ - bundle * kTileWidth);
    uint64_t found = 0;
    ASSIGN_OR_RETURN(const std::string bytes,
                     Part(width, &found, [&](uint64_t w) { return EntriesPath(bundle, w); }));
    const auto rows = ParseBundle(bytes, found, bundle * kTileWidth);
    if (!rows.ok()) return InFile(EntriesPath(bundle, found), rows.status());
    entries_.clear();
    for (const absl::string_view row : *rows) entries_.emplace_back(row);
    bundle_ = bundle;
  }
  return entries_[index % kTileWidth];
}

absl::StatusOr<Hash> LogFileReader::Node(NodeId id) {
  const int tile_level = id.level / kTileHeight;
  const int above = id.level % kTileHeight;
  const uint64_t first = id.index << above;
  const uint64_t tile = first / kTileWidth;
  auto kept = tiles_.find({tile_level, tile});
  if (kept == tiles_.end()) {
    const uint64_t width = std::min(kTileWidth, HashesAt(tile_level, size_) - tile * kTileWidth);
    uint64_t found = 0;
    ASSIGN_OR_RETURN(const std::string bytes, Part(width, &found, [&](uint64_t w) {
                       return TilePath(tile_level, tile, w);
                     }));
    absl::StatusOr<std::vector<Hash>> hashes = ParseTile(bytes, found);
    if (!hashes.ok()) return InFile(TilePath(tile_level, tile, found), hashes.status());
    if (tiles_.size() >= kMostTiles) tiles_.clear();
    kept = tiles_.emplace(std::make_pair(tile_level, tile), *std::move(hashes)).first;
  }
  const auto begin = kept->second.begin() + static_cast<int64_t>(first % kTileWidth);
  std::vector<Hash> hashes(begin, begin + (int64_t{1} << above));
  while (hashes.size() > 1) {
    for (size_t i = 0; i < hashes.size() / 2; ++i) {
      hashes[i] = NodeHash(hashes[2 * i], hashes[2 * i + 1]);
    }
    hashes.resize(hashes.size() / 2);
  }
  return hashes[0];
}

absl::StatusOr<std::vector<Hash>> LogFileReader::ProofOf(uint64_t index) {
  return InclusionProof(index, size_, [this](NodeId id) { return Node(id); });
}

}  // namespace sluss
