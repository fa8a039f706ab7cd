// The RFC 6962 Merkle tree over SHA-256: hashes, proofs, and the checking of proofs.
//
// A proof convinces whoever has a trustworthy root; where the root comes from (a signed checkpoint)
// is not decided here. Pure functions, thread-safe. Sizes and indexes count leaves.
//
// Generation reads nodes of complete subtrees only, through a NodeReader: node (level, index)
// covers the leaves [index << level, (index + 1) << level). It computes those of the ragged right
// edge.
#ifndef SLUSS_GATEWAY_TLOG_MERKLE_H_
#define SLUSS_GATEWAY_TLOG_MERKLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/sha256.h"

namespace sluss {

using Hash = Sha256Digest;

Hash EmptyRoot();                                    // H("")
Hash LeafHash(absl::string_view entry);              // H(0x00 || entry)
Hash NodeHash(const Hash& left, const Hash& right);  // H(0x01 || left || right)

struct NodeId {
  int level = 0;
  uint64_t index = 0;
};
using NodeReader = absl::FunctionRef<absl::StatusOr<Hash>(NodeId)>;

// The root of the first `size` leaves.
absl::StatusOr<Hash> RootOf(uint64_t size, NodeReader read);

// RFC 6962 2.1.1, from the leaf's sibling up. INVALID_ARGUMENT unless index < size.
absl::StatusOr<std::vector<Hash>> InclusionProof(uint64_t index, uint64_t size, NodeReader read);

// RFC 6962 2.1.2. Empty when old_size is 0 or new_size; INVALID_ARGUMENT when it is larger.
absl::StatusOr<std::vector<Hash>> ConsistencyProof(uint64_t old_size, uint64_t new_size,
                                                   NodeReader read);

// The root to which `proof` leads. INVALID_ARGUMENT when the proof has not the length that the
// index and size ask for.
absl::StatusOr<Hash> RootFromInclusion(const Hash& leaf, uint64_t index, uint64_t size,
                                       std::span<const Hash> proof);

// OK only if `leaf` is entry `index` of the tree with this size and root.
absl::Status VerifyInclusion(const Hash& leaf, uint64_t index, uint64_t size,
                             std::span<const Hash> proof, const Hash& root);

// OK only if the tree (old_size, old_root) is the beginning of (new_size, new_root).
absl::Status VerifyConsistency(uint64_t old_size, const Hash& old_root, uint64_t new_size,
                               const Hash& new_root, std::span<const Hash> proof);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_MERKLE_H_
