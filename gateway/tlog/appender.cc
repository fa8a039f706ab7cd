#include "gateway/tlog/appender.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

constexpr size_t kSizeBytes = 8;

// Where the partial tile of a tile level begins, counted in its hashes.
uint64_t PartialStart(int tile_level, uint64_t size) {
  return HashesAt(tile_level, size) & ~(kTileWidth - 1);
}

}  // namespace

// state := u64be size || for each tile level from 0, while the tree has hashes there: its partial
// tile's hashes.
std::string Appender::Save() const {
  std::string state;
  for (int shift = 56; shift >= 0; shift -= 8) state.push_back(static_cast<char>(size_ >> shift));
  for (int level = 0; HashesAt(level, size_) > 0; ++level) {
    absl::StrAppend(&state, TileBytes(PartialTile(level)));
  }
  return state;
}

absl::StatusOr<Appender> Appender::Restore(absl::string_view state) {
  const absl::Status bad = absl::DataLossError("the saved right edge of the log is damaged");
  if (state.size() < kSizeBytes) return bad;
  uint64_t size = 0;
  for (const char c : state.substr(0, kSizeBytes)) size = size << 8 | static_cast<uint8_t>(c);
  state.remove_prefix(kSizeBytes);

  Appender appender;
  appender.size_ = appender.last_batch_ = size;
  for (int level = 0; HashesAt(level, size) > 0; ++level) {
    const uint64_t width = HashesAt(level, size) % kTileWidth;
    if (state.size() < width * kHashBytes) return bad;
    ASSIGN_OR_RETURN(const std::vector<Hash> hashes,
                     ParseTile(state.substr(0, width * kHashBytes), width));
    state.remove_prefix(width * kHashBytes);
    for (int row = 0; row < kTileHeight; ++row) {
      appender.RowAt(kTileHeight * level + row).first = PartialStart(level, size) >> row;
    }
    for (const Hash& hash : hashes) appender.AddNode(kTileHeight * level, hash, nullptr);
  }
  if (!state.empty()) return bad;
  return appender;
}

Appender::Row& Appender::RowAt(int level) {
  if (rows_.size() <= static_cast<size_t>(level)) rows_.resize(level + 1);
  return rows_[level];
}

// Every second node completes its parent; the 256th of a tile level completes the tile.
void Appender::AddNode(int level, const Hash& hash, std::vector<FullTile>* full) {
  Row& row = RowAt(level);
  row.nodes.push_back(hash);
  const uint64_t count = row.first + row.nodes.size();
  if (level % kTileHeight == 0 && count % kTileWidth == 0) {
    const std::span<const Hash> tile = std::span(row.nodes).last(kTileWidth);
    full->push_back({level / kTileHeight, count / kTileWidth - 1, TileBytes(tile)});
  }
  if (count % 2 == 0) {
    const size_t last = row.nodes.size() - 1;
    AddNode(level + 1, NodeHash(row.nodes[last - 1], row.nodes[last]), full);
  }
}

void Appender::DropFullTiles() {
  for (size_t level = 0; level < rows_.size(); ++level) {
    Row& row = rows_[level];
    const int tile_level = static_cast<int>(level) / kTileHeight;
    const uint64_t first = PartialStart(tile_level, size_) >> (level % kTileHeight);
    row.nodes.erase(row.nodes.begin(), row.nodes.begin() + (first - row.first));
    row.first = first;
  }
}

// What the last batch needed for its proofs is dropped only now.
std::vector<FullTile> Appender::Append(std::span<const Hash> leaves) {
  DropFullTiles();
  last_batch_ = size_;
  std::vector<FullTile> full;
  for (const Hash& leaf : leaves) AddNode(0, leaf, &full);
  size_ += leaves.size();
  return full;
}

// Never outside the rows: the right edge holds every node that the root and the last batch's proofs
// are made of.
Hash Appender::Node(NodeId id) const {
  const Row& row = rows_[id.level];
  return row.nodes[id.index - row.first];
}

Hash Appender::root() const {
  return RootOf(size_, [this](NodeId id) { return Node(id); }).value();
}

absl::StatusOr<std::vector<Hash>> Appender::InclusionProofOf(uint64_t index) const {
  if (index < last_batch_ || index >= size_) {
    return absl::OutOfRangeError(
        absl::StrCat("entry ", index, " was not in the last batch appended"));
  }
  return InclusionProof(index, size_, [this](NodeId id) { return Node(id); });
}

std::span<const Hash> Appender::PartialTile(int tile_level) const {
  const size_t level = kTileHeight * tile_level;
  if (level >= rows_.size()) return {};
  const Row& row = rows_[level];
  return std::span(row.nodes).subspan(PartialStart(tile_level, size_) - row.first);
}

}  // namespace sluss
