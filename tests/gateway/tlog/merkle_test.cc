#include "gateway/tlog/merkle.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gmock/gmock.h"
#include "tests/gateway/tlog/naive_tree.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::Leaves;
using testing::NaiveConsistency;
using testing::NaivePath;
using testing::NaiveRoot;
using testing::StatusIs;

constexpr size_t kLeaves = 130;  // every shape of an edge, one past a power of two

const std::vector<Hash>& SomeLeaves() {
  static const auto* const leaves = [] {
    auto* made = new std::vector<Hash>;
    for (size_t i = 0; i < kLeaves; ++i) made->push_back(LeafHash(absl::StrCat("entry ", i)));
    return made;
  }();
  return *leaves;
}

Leaves First(size_t n) { return Leaves(SomeLeaves()).first(n); }

// Complete subtrees from the leaves; anything outside them is a fault of the code under test.
absl::StatusOr<Hash> ReadNode(NodeId id, size_t size) {
  const size_t width = size_t{1} << id.level;
  if ((id.index + 1) * width > size) return absl::OutOfRangeError("not a complete subtree");
  return NaiveRoot(First(size).subspan(id.index * width, width));
}

TEST(MerkleTest, HashesTheKnownTrees) {  // the eight inputs used by certificate transparency
  const char* const inputs[] = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
  const char* const roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  EXPECT_EQ(ToHex(AsStringView(EmptyRoot())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::vector<Hash> leaves;
  for (size_t i = 0; i < std::size(inputs); ++i) {
    leaves.push_back(LeafHash(*FromHex(inputs[i])));
    const auto read = [&](NodeId id) -> absl::StatusOr<Hash> {
      const size_t width = size_t{1} << id.level;
      return NaiveRoot(Leaves(leaves).subspan(id.index * width, width));
    };
    EXPECT_EQ(ToHex(AsStringView(*RootOf(leaves.size(), read))), roots[i]);
  }
}

TEST(MerkleTest, InclusionProofsAreTheRfcsAndVerify) {
  for (size_t size = 1; size <= kLeaves; ++size) {
    const auto read = [&](NodeId id) { return ReadNode(id, size); };
    const Hash root = NaiveRoot(First(size));
    ASSERT_EQ(*RootOf(size, read), root);
    for (size_t index = 0; index < size; ++index) {
      const auto proof = InclusionProof(index, size, read);
      ASSERT_OK(proof);
      ASSERT_EQ(*proof, NaivePath(index, First(size))) << index << " in " << size;
      ASSERT_OK(VerifyInclusion(SomeLeaves()[index], index, size, *proof, root));
    }
  }
}

TEST(MerkleTest, ConsistencyProofsAreTheRfcsAndVerify) {
  for (size_t size = 0; size <= kLeaves; ++size) {
    const auto read = [&](NodeId id) { return ReadNode(id, size); };
    const Hash root = NaiveRoot(First(size));
    for (size_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = ConsistencyProof(old_size, size, read);
      ASSERT_OK(proof);
      ASSERT_EQ(*proof, NaiveConsistency(old_size, First(size))) << old_size << " to " << size;
      ASSERT_OK(VerifyConsistency(old_size, NaiveRoot(First(old_size)), size, root, *proof));
    }
  }
}

TEST(MerkleTest, RefusesAnInclusionProofChangedAnywhere) {
  for (size_t size = 1; size <= 20; ++size) {
    const Hash root = NaiveRoot(First(size));
    for (size_t index = 0; index < size; ++index) {
      const std::vector<Hash> proof = NaivePath(index, First(size));
      const Hash& leaf = SomeLeaves()[index];
      for (size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> changed = proof;
        changed[i][31] ^= 1;
        EXPECT_THAT(VerifyInclusion(leaf, index, size, changed, root),
                    StatusIs(absl::StatusCode::kDataLoss, ::testing::HasSubstr("does not lead")));
      }
      std::vector<Hash> longer = proof;
      longer.push_back(root);
      EXPECT_THAT(VerifyInclusion(leaf, index, size, longer, root),
                  StatusIs(absl::StatusCode::kInvalidArgument,
                           absl::StrCat("an inclusion proof of ", longer.size(),
                                        " hashes does not fit the size of the tree")));
      for (size_t n = 0; n < proof.size(); ++n) {
        EXPECT_THAT(VerifyInclusion(leaf, index, size, Leaves(proof).first(n), root),
                    StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("fit")));
      }
      for (size_t other = 0; other < size; ++other) {
        EXPECT_EQ(VerifyInclusion(leaf, other, size, proof, root).ok(), other == index);
      }
    }
  }
  EXPECT_THAT(VerifyInclusion(SomeLeaves()[0], 3, 3, {}, EmptyRoot()),
              StatusIs(absl::StatusCode::kInvalidArgument, "entry 3 is not in a tree of 3"));
}

TEST(MerkleTest, RefusesAConsistencyProofChangedAnywhere) {
  for (size_t size = 1; size <= 20; ++size) {
    const Hash root = NaiveRoot(First(size));
    for (size_t old_size = 0; old_size <= size; ++old_size) {
      const std::vector<Hash> proof = NaiveConsistency(old_size, First(size));
      const Hash old_root = NaiveRoot(First(old_size));
      for (size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> changed = proof;
        changed[i][0] ^= 1;
        EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, root, changed).ok());
      }
      std::vector<Hash> longer = proof;
      longer.push_back(root);
      EXPECT_THAT(VerifyConsistency(old_size, old_root, size, root, longer),
                  StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("fit")));
      for (size_t n = 0; n < proof.size(); ++n) {
        EXPECT_THAT(VerifyConsistency(old_size, old_root, size, root, Leaves(proof).first(n)),
                    StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("fit")));
      }
      Hash other = old_root;
      other[7] ^= 1;
      EXPECT_THAT(VerifyConsistency(old_size, other, size, root, proof),
                  StatusIs(absl::StatusCode::kDataLoss,
                           absl::StrCat("the tree of ", old_size,
                                        " is not the beginning of the tree of ", size)));
    }
  }
  EXPECT_THAT(VerifyConsistency(4, EmptyRoot(), 3, EmptyRoot(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a tree of 4 is not the beginning of a tree of 3"));
}

}  // namespace
}  // namespace sluss
