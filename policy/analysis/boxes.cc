#include "policy/analysis/boxes.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "policy/analysis/widening.h"

namespace sluss {
namespace {

template <typename T>
using ByNode = std::array<absl::flat_hash_map<NodeId, T>, kAxes>;

uint64_t TimesPlus(uint64_t a, uint64_t b, uint64_t sum) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  uint64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return kMost;
  return __builtin_add_overflow(product, sum, &sum) ? kMost : sum;
}

NodeId SelectBelow(Diagram* diagram, size_t axis, NodeId node,
                   const std::function<bool(uint32_t)>& keep, ByNode<NodeId>* done) {
  if (node == kNothing) return kNothing;
  if (axis == kAxes) return keep(node) ? node : kNothing;
  if (const auto at = (*done)[axis].find(node); at != (*done)[axis].end()) return at->second;
  Edges edges = diagram->edges(axis, node);
  for (Edge& edge : edges) edge.child = SelectBelow(diagram, axis + 1, edge.child, keep, done);
  const NodeId selected = diagram->Node(axis, std::move(edges));
  (*done)[axis].emplace(node, selected);
  return selected;
}

uint64_t CountBelow(const Diagram& diagram, size_t axis, NodeId node, ByNode<uint64_t>* done) {
  if (node == kNothing) return 0;
  if (axis == kAxes) return 1;
  if (const auto at = (*done)[axis].find(node); at != (*done)[axis].end()) return at->second;
  uint64_t cells = 0;
  for (const Edge& edge : diagram.edges(axis, node)) {
    cells = TimesPlus(edge.atoms.Count(), CountBelow(diagram, axis + 1, edge.child, done), cells);
  }
  (*done)[axis].emplace(node, cells);
  return cells;
}

// Goes through the cells in the order of their paths and makes a box wherever none lies yet.
class Covering {
 public:
  Covering(const Space& space, const Diagram& diagram, NodeId root, size_t most, BoxList* list)
      : space_(space), diagram_(diagram), root_(root), most_(most), list_(*list) {}

  void Run() {
    if (root_ != kNothing) list_.cells_unlisted = Cover(0, root_, {});
  }

 private:
  // Boxes that hold the path so far, by number, ascending.
  using Active = std::vector<uint32_t>;

  bool Covered(size_t axis, const Active& active) const {
    return std::any_of(active.begin(), active.end(),
                       [&](uint32_t box) { return free_from_[box] <= axis; });
  }

  void AddBox(uint32_t value) {
    ValuedBox box;
    box.value = value;
    box.box = WidestBox(space_, diagram_, root_, value, path_);
    box.cells = CountCells(space_, box.box);
    size_t free = kAxes;
    while (free > 0 && box.box[free - 1] == space_.All(static_cast<Axis>(free - 1))) --free;
    free_from_.push_back(free);
    list_.boxes.push_back(std::move(box));
  }

  // Covers what lies below as long as boxes may be made; returns how many cells stay uncovered.
  uint64_t Cover(size_t axis, NodeId node, Active active) {
    if (Covered(axis, active)) return 0;
    const bool full = list_.boxes.size() >= most_;
    if (axis == kAxes) {
      if (!full) AddBox(node);
      return full ? 1 : 0;
    }
    if (full && active.empty()) return CountBelow(diagram_, axis, node, &counts_);
    if (const auto at = done_[axis].find({node, active}); at != done_[axis].end()) {
      return at->second;
    }
    uint64_t left = 0;
    for (const Edge& edge : diagram_.edges(axis, node)) {
      left = CoverEdge(axis, edge, left, &active);
    }
    // With the boxes made below, which all hold the path here: what was covered stays covered.
    if (left == 0 || full) done_[axis].emplace(std::pair(node, std::move(active)), left);
    return left;
  }

  uint64_t CoverEdge(size_t axis, const Edge& edge, uint64_t left, Active* active) {
    AtomSet remaining = edge.atoms;
    while (!remaining.Empty()) {
      const uint32_t first = remaining.First();
      AtomSet part = remaining;
      Active below;
      for (const uint32_t box : *active) {
        const AtomSet& atoms = list_.boxes[box].box[axis];
        if (atoms.Has(first)) {
          part &= atoms;
          below.push_back(box);
        } else {
          part -= atoms;
        }
      }
      remaining -= part;
      const auto made = static_cast<uint32_t>(list_.boxes.size());
      path_[axis] = part;
      left = TimesPlus(part.Count(), Cover(axis + 1, edge.child, std::move(below)), left);
      for (uint32_t box = made; box < list_.boxes.size(); ++box) active->push_back(box);
    }
    return left;
  }

  const Space& space_;
  const Diagram& diagram_;
  const NodeId root_;
  const size_t most_;
  BoxList& list_;
  AtomBox path_;
  std::vector<size_t> free_from_;  // by box: every axis from this one on is free
  ByNode<uint64_t> counts_;
  std::array<absl::flat_hash_map<std::pair<NodeId, Active>, uint64_t>, kAxes> done_;
};

}  // namespace

NodeId Select(Diagram* diagram, NodeId root, const std::function<bool(uint32_t)>& keep) {
  ByNode<NodeId> done;
  return SelectBelow(diagram, 0, root, keep, &done);
}

uint64_t CountCells(const Diagram& diagram, NodeId root) {
  ByNode<uint64_t> done;
  return CountBelow(diagram, 0, root, &done);
}

uint64_t CountCells(const Space& space, const AtomBox& box) {
  uint64_t cells = 1;
  for (size_t i = 0; i < kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    if (!BindsNext(i)) {
      cells = TimesPlus(cells, box[i].Count(), 0);
      continue;
    }
    uint64_t pairs = 0;
    box[i].ForEach([&](uint32_t atom) {
      pairs += (space.Partners(axis, AtomSet::Only(space.size(axis), atom)) & box[i + 1]).Count();
    });
    cells = TimesPlus(cells, pairs, 0);
    ++i;  // the pair is counted
  }
  return cells;
}

BoxList MaximalBoxes(const Space& space, const Diagram& diagram, NodeId root, size_t most) {
  BoxList list;
  list.cells = CountCells(diagram, root);
  Covering(space, diagram, root, most, &list).Run();
  return list;
}

}  // namespace sluss
