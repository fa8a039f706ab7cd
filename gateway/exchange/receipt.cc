#include "gateway/exchange/receipt.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/base/status_macros.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/merkle.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

// Nodes of complete subtrees, folded from the tiles below them.
class StoredNodes {
 public:
  StoredNodes(const StoreView* view, Appender tree) : view_(view), tree_(std::move(tree)) {}

  absl::StatusOr<Hash> Read(NodeId id) {
    const int tile_level = id.level / kTileHeight;
    const int below = id.level % kTileHeight;
    const uint64_t first = id.index << below;  // among the hashes of the tile level
    ASSIGN_OR_RETURN(const std::vector<Hash>* tile, Tile(tile_level, first / kTileWidth));
    const size_t begin = first % kTileWidth;
    if (begin + (size_t{1} << below) > tile->size()) {
      return absl::DataLossError("the stored log is not whole: a tile is too short");
    }
    std::vector<Hash> row(tile->begin() + begin, tile->begin() + begin + (size_t{1} << below));
    while (row.size() > 1) {
      for (size_t i = 0; i < row.size() / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
      row.resize(row.size() / 2);
    }
    return row.front();
  }

 private:
  absl::StatusOr<const std::vector<Hash>*> Tile(int tile_level, uint64_t index) {
    const auto key = std::make_pair(tile_level, index);
    if (const auto found = tiles_.find(key); found != tiles_.end()) return &found->second;
    std::vector<Hash> hashes;
    if ((index + 1) * kTileWidth <= HashesAt(tile_level, tree_.size())) {
      ASSIGN_OR_RETURN(std::string bytes, view_->ReadTile(tile_level, index));
      ASSIGN_OR_RETURN(hashes, ParseTile(bytes, kTileWidth));
    } else {
      const auto partial = tree_.PartialTile(tile_level);
      hashes.assign(partial.begin(), partial.end());
    }
    return &tiles_.emplace(key, std::move(hashes)).first->second;
  }

  const StoreView* const view_;
  const Appender tree_;
  std::map<std::pair<int, uint64_t>, std::vector<Hash>> tiles_;
};

}  // namespace

absl::StatusOr<v1::LogReceipt> ReceiptOf(const StoreView& view, absl::string_view gateway,
                                         uint64_t index) {
  ASSIGN_OR_RETURN(const LogHead head, view.ReadHead(gateway));
  ASSIGN_OR_RETURN(Appender tree, Appender::Restore(head.tree));
  v1::LogReceipt receipt;
  receipt.set_index(index);
  ASSIGN_OR_RETURN(*receipt.mutable_leaf(), view.ReadEntry(index));
  StoredNodes nodes(&view, std::move(tree));
  ASSIGN_OR_RETURN(std::vector<Hash> path,
                   InclusionProof(index, head.size, [&](NodeId id) { return nodes.Read(id); }));
  receipt.set_proof(FormatProofFile({std::nullopt, index, std::move(path), head.checkpoint}));
  return receipt;
}

absl::StatusOr<v1::LogReceipt> ReceiptOfFirst(const StoreView& view, absl::string_view gateway,
                                              const std::optional<uint64_t>& before,
                                              std::vector<v1::LogReceipt> made) {
  if (before.has_value()) return ReceiptOf(view, gateway, *before);
  return std::move(made.front());
}

}  // namespace sluss
