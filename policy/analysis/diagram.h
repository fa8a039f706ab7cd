// A function from cells to small numbers as a reduced, shared multi-valued decision diagram.
//
// Each node asks for one axis, in the order of Axis, and parts its atoms among edges; every path
// from a root asks for all axes. What has no edge is 0. Equal nodes are one node, so two functions
// are the same exactly where their roots are, whatever they were made from.
#ifndef SLUSS_POLICY_ANALYSIS_DIAGRAM_H_
#define SLUSS_POLICY_ANALYSIS_DIAGRAM_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "policy/analysis/space.h"

namespace sluss {

// A node of the level that the holder knows; below the last axis, the value itself. 0: nothing.
using NodeId = uint32_t;
inline constexpr NodeId kNothing = 0;

struct Edge {
  AtomSet atoms;
  NodeId child;

  friend bool operator==(const Edge& a, const Edge& b) {
    return a.child == b.child && a.atoms == b.atoms;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Edge& edge) {
    return H::combine(std::move(h), edge.child, edge.atoms);
  }
};
using Edges = std::vector<Edge>;

// Not thread-safe. Nodes live as long as the diagram.
class Diagram {
 public:
  // The node of these edges: no atom in two of them. Edges to one child become one, edges to
  // kNothing go; kNothing where none is left.
  NodeId Node(size_t level, Edges edges);
  const Edges& edges(size_t level, NodeId node) const { return *nodes_[level][node - 1]; }
  // The value of the cell below `root`, a node of the first level.
  uint32_t ValueAt(NodeId root, const Cell& cell) const;
  size_t size() const { return size_; }

 private:
  std::array<absl::node_hash_map<Edges, NodeId>, kAxes> numbers_;
  std::array<std::vector<const Edges*>, kAxes> nodes_;  // keys of numbers_
  size_t size_ = 0;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_DIAGRAM_H_
