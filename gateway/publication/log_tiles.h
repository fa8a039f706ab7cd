// The files of a stored log's tree, of whatever size it was published at.
//
// The store keeps full tiles, entries and the right edge of the newest tree. What else a reader may
// ask for (the partial tiles of an earlier, smaller tree) is the beginning of one of these, so no
// hash is computed and each file costs one read, or 256 for a bundle.
#ifndef SLUSS_GATEWAY_PUBLICATION_LOG_TILES_H_
#define SLUSS_GATEWAY_PUBLICATION_LOG_TILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/merkle.h"

namespace sluss {

// The log as it was when this was made: what lies below its size never changes. The view outlives
// it. Const methods are as thread-safe as the view.
class LogTiles {
 public:
  // DATA_LOSS where the stored right edge is damaged, or an error of the view.
  static absl::StatusOr<LogTiles> Of(const StoreView& view);

  uint64_t size() const { return tree_.size(); }
  const std::string& checkpoint() const { return checkpoint_; }  // signed; empty for an empty log

  // The first `width` hashes of a tile, entries of a bundle. NOT_FOUND where the log is not so long
  // yet; DATA_LOSS where the store has lost it.
  absl::StatusOr<std::string> Tile(int tile_level, uint64_t index, uint64_t width) const;
  absl::StatusOr<std::string> Bundle(uint64_t index, uint64_t width) const;

  // From a tree of `old_size` to one of `new_size`, at most size().
  absl::StatusOr<std::vector<Hash>> ConsistencyBetween(uint64_t old_size, uint64_t new_size) const;

 private:
  LogTiles(const StoreView* view, Appender tree, std::string checkpoint)
      : view_(view), tree_(std::move(tree)), checkpoint_(std::move(checkpoint)) {}

  absl::StatusOr<Hash> Node(NodeId id) const;

  const StoreView* view_;
  Appender tree_;
  std::string checkpoint_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_LOG_TILES_H_
