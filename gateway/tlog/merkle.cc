#include "gateway/tlog/merkle.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kLeafPrefix("\x00", 1);
constexpr absl::string_view kNodePrefix("\x01", 1);

// The leaves [begin, begin + count), as the RFC's recursion meets them: `begin` is a multiple of
// the power of two at or above `count`.
struct Subtree {
  uint64_t begin;
  uint64_t count;
};

// Joined from the right, where the complete parts are smallest.
absl::StatusOr<Hash> SubtreeRoot(Subtree subtree, NodeReader read) {
  uint64_t end = subtree.begin + subtree.count;
  int level = std::countr_zero(end - subtree.begin);
  ASSIGN_OR_RETURN(Hash root, read({level, (end - 1) >> level}));
  end -= uint64_t{1} << level;
  while (end > subtree.begin) {
    level = std::countr_zero(end - subtree.begin);
    ASSIGN_OR_RETURN(const Hash left, read({level, (end - 1) >> level}));
    root = NodeHash(left, root);
    end -= uint64_t{1} << level;
  }
  return root;
}

// One step down towards a leaf: the half without it joins the proof. The RFC splits at the largest
// power of two below the count.
absl::Status Descend(uint64_t leaf, NodeReader read, Subtree* subtree, std::vector<Hash>* proof) {
  const uint64_t split = std::bit_floor(subtree->count - 1);
  const Subtree left{subtree->begin, split};
  const Subtree right{subtree->begin + split, subtree->count - split};
  const bool go_right = leaf >= right.begin;
  ASSIGN_OR_RETURN(const Hash other, SubtreeRoot(go_right ? left : right, read));
  proof->push_back(other);
  *subtree = go_right ? right : left;
  return absl::OkStatus();
}

absl::Status NotInTree(uint64_t index, uint64_t size) {
  return absl::InvalidArgumentError(absl::StrCat("entry ", index, " is not in a tree of ", size));
}

absl::Status NotABeginning(uint64_t old_size, uint64_t new_size) {
  return absl::InvalidArgumentError(
      absl::StrCat("a tree of ", old_size, " is not the beginning of a tree of ", new_size));
}

absl::Status WrongLength(absl::string_view kind, size_t length) {
  return absl::InvalidArgumentError(
      absl::StrCat(kind, " of ", length, " hashes does not fit the size of the tree"));
}

}  // namespace

Hash EmptyRoot() { return Sha256({}); }

Hash LeafHash(absl::string_view entry) { return Sha256({kLeafPrefix, entry}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256({kNodePrefix, AsStringView(left), AsStringView(right)});
}

absl::StatusOr<Hash> RootOf(uint64_t size, NodeReader read) {
  if (size == 0) return EmptyRoot();
  return SubtreeRoot({0, size}, read);
}

absl::StatusOr<std::vector<Hash>> InclusionProof(uint64_t index, uint64_t size, NodeReader read) {
  if (index >= size) return NotInTree(index, size);
  std::vector<Hash> proof;
  Subtree subtree{0, size};
  while (subtree.count > 1) RETURN_IF_ERROR(Descend(index, read, &subtree, &proof));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<std::vector<Hash>> ConsistencyProof(uint64_t old_size, uint64_t new_size,
                                                   NodeReader read) {
  if (old_size > new_size) return NotABeginning(old_size, new_size);
  std::vector<Hash> proof;
  if (old_size == 0 || old_size == new_size) return proof;
  // Down to the subtree that ends where the old tree ended.
  Subtree subtree{0, new_size};
  while (subtree.begin + subtree.count != old_size) {
    RETURN_IF_ERROR(Descend(old_size - 1, read, &subtree, &proof));
  }
  if (subtree.begin != 0) {  // otherwise it is the old root, which the verifier has
    ASSIGN_OR_RETURN(const Hash common, SubtreeRoot(subtree, read));
    proof.push_back(common);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

// RFC 9162 2.1.3.2: `node` and `last` are the entry's and the last entry's positions, level by
// level.
absl::StatusOr<Hash> RootFromInclusion(const Hash& leaf, uint64_t index, uint64_t size,
                                       std::span<const Hash> proof) {
  if (index >= size) return NotInTree(index, size);
  uint64_t node = index;
  uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return WrongLength("an inclusion proof", proof.size());
    if ((node & 1) == 1 || node == last) {
      hash = NodeHash(sibling, hash);
      const int climbed = std::countr_zero(node);  // a ragged edge has no sibling for some levels
      node >>= climbed;
      last >>= climbed;
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength("an inclusion proof", proof.size());
  return hash;
}

absl::Status VerifyInclusion(const Hash& leaf, uint64_t index, uint64_t size,
                             std::span<const Hash> proof, const Hash& root) {
  ASSIGN_OR_RETURN(const Hash reached, RootFromInclusion(leaf, index, size, proof));
  if (reached != root) {
    return absl::DataLossError(absl::StrCat("the proof does not lead from this entry, as number ",
                                            index, ", to the root of the tree of ", size));
  }
  return absl::OkStatus();
}

// RFC 9162 2.1.4.2: the proof is climbed once, for both roots together.
absl::Status VerifyConsistency(uint64_t old_size, const Hash& old_root, uint64_t new_size,
                               const Hash& new_root, std::span<const Hash> proof) {
  if (old_size > new_size) return NotABeginning(old_size, new_size);
  const absl::Status differs = absl::DataLossError(
      absl::StrCat("the tree of ", old_size, " is not the beginning of the tree of ", new_size));
  if (old_size == 0 || old_size == new_size) {
    if (!proof.empty()) return WrongLength("a consistency proof", proof.size());
    const Hash& expected = old_size == 0 ? EmptyRoot() : new_root;
    return old_root == expected ? absl::OkStatus() : differs;
  }
  uint64_t node = old_size - 1;
  uint64_t last = new_size - 1;
  const int complete = std::countr_one(node);  // the old tree's last complete subtree
  node >>= complete;
  last >>= complete;
  if (node != 0 && proof.empty()) return WrongLength("a consistency proof", 0);
  Hash from_old = node == 0 ? old_root : proof.front();
  Hash from_new = from_old;
  for (const Hash& sibling : node == 0 ? proof : proof.subspan(1)) {
    if (last == 0) return WrongLength("a consistency proof", proof.size());
    if ((node & 1) == 1 || node == last) {
      from_old = NodeHash(sibling, from_old);
      from_new = NodeHash(sibling, from_new);
      const int climbed = std::countr_zero(node);
      node >>= climbed;
      last >>= climbed;
    } else {
      from_new = NodeHash(from_new, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength("a consistency proof", proof.size());
  return from_old == old_root && from_new == new_root ? absl::OkStatus() : differs;
}

}  // namespace sluss
