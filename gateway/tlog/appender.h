// The growing tree: takes leaf hashes, gives full tiles, the root and the proofs of what was new.
//
// Holds the tree's right edge only: at each tile level the hashes after the last full tile (at most
// 255) and the nodes above them. So neither appending nor the proofs of the last batch read
// anything back, and a log of any size starts from the few kilobytes that Save() gave.
//
// A value: copy it, append to the copy, write, and put the copy in place once the write is durable.
// Not thread-safe.
#ifndef SLUSS_GATEWAY_TLOG_APPENDER_H_
#define SLUSS_GATEWAY_TLOG_APPENDER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/tlog/merkle.h"

namespace sluss {

struct FullTile {
  int tile_level = 0;
  uint64_t index = 0;
  std::string hashes;  // 8192 bytes
};

class Appender {
 public:
  // The empty tree.
  Appender() = default;

  // The tree that Save() was asked of. DATA_LOSS when the bytes are not such a state; that they
  // belong to the log's entries is for the caller to check against the signed root.
  static absl::StatusOr<Appender> Restore(absl::string_view state);
  std::string Save() const;

  // The tiles that these leaves completed, in the order in which they became full.
  std::vector<FullTile> Append(std::span<const Hash> leaves);

  uint64_t size() const { return size_; }
  Hash root() const;

  // The proof, in the present tree, of an entry of the last Append. OUT_OF_RANGE for any other.
  absl::StatusOr<std::vector<Hash>> InclusionProofOf(uint64_t index) const;

  // The hashes after the last full tile of a tile level: the partial tile, possibly empty.
  std::span<const Hash> PartialTile(int tile_level) const;

 private:
  // The nodes of one level of the tree, from number `first` on.
  struct Row {
    uint64_t first = 0;
    std::vector<Hash> nodes;
  };

  Row& RowAt(int level);
  void AddNode(int level, const Hash& hash, std::vector<FullTile>* full);
  void DropFullTiles();
  Hash Node(NodeId id) const;

  uint64_t size_ = 0;
  uint64_t last_batch_ = 0;  // the size before the last Append
  std::vector<Row> rows_;    // by level of the tree
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_APPENDER_H_
