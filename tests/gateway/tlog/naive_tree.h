// The Merkle tree as RFC 6962 2.1 writes it down, recursion for recursion: the oracle that the fast
// code is held against.
#ifndef SLUSS_TESTS_GATEWAY_TLOG_NAIVE_TREE_H_
#define SLUSS_TESTS_GATEWAY_TLOG_NAIVE_TREE_H_

#include <span>
#include <vector>

#include "gateway/tlog/merkle.h"

namespace sluss::testing {

using Leaves = std::span<const Hash>;  // leaf hashes

inline size_t NaiveSplit(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

inline Hash NaiveRoot(Leaves d) {
  if (d.empty()) return EmptyRoot();
  if (d.size() == 1) return d[0];
  const size_t k = NaiveSplit(d.size());
  return NodeHash(NaiveRoot(d.first(k)), NaiveRoot(d.subspan(k)));
}

inline std::vector<Hash> NaivePath(size_t m, Leaves d) {
  if (d.size() <= 1) return {};
  const size_t k = NaiveSplit(d.size());
  std::vector<Hash> path = m < k ? NaivePath(m, d.first(k)) : NaivePath(m - k, d.subspan(k));
  path.push_back(m < k ? NaiveRoot(d.subspan(k)) : NaiveRoot(d.first(k)));
  return path;
}

inline std::vector<Hash> NaiveSubproof(size_t m, Leaves d, bool whole) {
  if (m == d.size()) return whole ? std::vector<Hash>{} : std::vector<Hash>{NaiveRoot(d)};
  const size_t k = NaiveSplit(d.size());
  std::vector<Hash> proof =
      m <= k ? NaiveSubproof(m, d.first(k), whole) : NaiveSubproof(m - k, d.subspan(k), false);
  proof.push_back(m <= k ? NaiveRoot(d.subspan(k)) : NaiveRoot(d.first(k)));
  return proof;
}

inline std::vector<Hash> NaiveConsistency(size_t m, Leaves d) {
  return m == 0 ? std::vector<Hash>{} : NaiveSubproof(m, d, true);
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_TLOG_NAIVE_TREE_H_
