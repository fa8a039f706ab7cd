#include "policy/analysis/diagram.h"

#include <algorithm>

namespace sluss {
namespace {

void MergeByChild(Edges* edges) {
  std::sort(edges->begin(), edges->end(),
            [](const Edge& a, const Edge& b) { return a.child < b.child; });
  Edges merged;
  for (Edge& edge : *edges) {
    if (edge.child == kNothing || edge.atoms.Empty()) continue;
    if (!merged.empty() && merged.back().child == edge.child) {
      merged.back().atoms |= edge.atoms;
    } else {
      merged.push_back(std::move(edge));
    }
  }
  *edges = std::move(merged);
}

}  // namespace

NodeId Diagram::Node(size_t level, Edges edges) {
  MergeByChild(&edges);
  if (edges.empty()) return kNothing;
  // By their atoms and not by their children's numbers, which tell what was asked before.
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.atoms.First() < b.atoms.First(); });
  const auto next = static_cast<NodeId>(nodes_[level].size() + 1);
  const auto [at, inserted] = numbers_[level].try_emplace(std::move(edges), next);
  if (inserted) {
    nodes_[level].push_back(&at->first);
    ++size_;
  }
  return at->second;
}

uint32_t Diagram::ValueAt(NodeId root, const Cell& cell) const {
  NodeId node = root;
  for (size_t level = 0; level < kAxes && node != kNothing; ++level) {
    const Edges& from = edges(level, node);
    const auto edge = std::find_if(from.begin(), from.end(), [&](const Edge& candidate) {
      return candidate.atoms.Has(cell[level]);
    });
    node = edge == from.end() ? kNothing : edge->child;
  }
  return node;
}

}  // namespace sluss
