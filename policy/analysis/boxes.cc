#include "policy/analysis/boxes.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

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

bool BindsNext(size_t axis) { return axis == kOfficersAxis || axis == kYoungestAxis; }

// Widens one box within the cells of one value.
class Widening {
 public:
  Widening(const Space& space, const Diagram& diagram, NodeId root, uint32_t value, AtomBox box)
      : space_(space), diagram_(diagram), root_(root), value_(value), box_(std::move(box)) {}

  // The last axes first: they say how, the first ones say who and what.
  AtomBox Widest() {
    for (size_t axis = kAxes; axis-- > 0;) {
      for (auto& held : held_) held.clear();
      for (auto& allowed : allowed_) allowed.clear();
      box_[axis] = Allowed(0, root_, space_.All(kSenderAxis), axis);
    }
    return std::move(box_);
  }

 private:
  AtomSet Partners(size_t axis, const AtomSet& atoms) const {
    return space_.Partners(static_cast<Axis>(axis), atoms);
  }
  // Whether no cell of the box that goes through the atom can occur.
  bool Impossible(size_t axis, uint32_t atom) const {
    if (!BindsNext(axis)) return false;
    const AtomSet only = AtomSet::Only(space_.size(static_cast<Axis>(axis)), atom);
    return !Partners(axis, only).Intersects(box_[axis + 1]);
  }
  // Atoms that leave the next axis the same freedom.
  std::vector<AtomSet> Alike(size_t axis, const AtomSet& atoms) const {
    if (!BindsNext(axis)) return {atoms};
    std::vector<AtomSet> single;
    atoms.ForEach([&](uint32_t atom) {
      single.push_back(AtomSet::Only(space_.size(static_cast<Axis>(axis)), atom));
    });
    return single;
  }

  // Whether all cells of the box below `node` that can occur have the value. `possible` are the
  // atoms of the axis that can go along with the choice above.
  bool Holds(size_t axis, NodeId node, const AtomSet& possible) {
    if (axis == kAxes) return node == value_;
    const bool shared = axis == 0 || !BindsNext(axis - 1);
    if (shared) {
      const auto held = held_[axis].find(node);
      if (held != held_[axis].end()) return held->second;
    }
    const bool holds = HoldsEach(axis, node, box_[axis] & possible);
    if (shared) held_[axis].emplace(node, holds);
    return holds;
  }

  bool HoldsEach(size_t axis, NodeId node, AtomSet needed) {
    if (node != kNothing) {
      for (const Edge& edge : diagram_.edges(axis, node)) {
        const AtomSet part = edge.atoms & needed;
        if (part.Empty()) continue;
        if (!Holds(axis + 1, edge.child, Partners(axis, part))) return false;
        needed -= part;
      }
    }
    bool covered = true;
    needed.ForEach([&](uint32_t atom) { covered = covered && Impossible(axis, atom); });
    return covered;
  }

  // Which atoms of `wanted` the box could have there, as far as the cells below `node` tell.
  AtomSet Allowed(size_t axis, NodeId node, const AtomSet& possible, size_t wanted) {
    if (axis == wanted) return AllowedHere(axis, node, possible);
    const bool shared = axis == 0 || !BindsNext(axis - 1);
    if (shared) {
      const auto known = allowed_[axis].find(node);
      if (known != allowed_[axis].end()) return known->second;
    }
    AtomSet allowed = space_.All(static_cast<Axis>(wanted));
    AtomSet needed = box_[axis] & possible;
    if (node != kNothing) {
      for (const Edge& edge : diagram_.edges(axis, node)) {
        const AtomSet part = edge.atoms & needed;
        if (part.Empty()) continue;
        allowed &= Allowed(axis + 1, edge.child, Partners(axis, part), wanted);
        needed -= part;
      }
    }
    needed.ForEach([&](uint32_t atom) {
      const AtomSet only = AtomSet::Only(space_.size(static_cast<Axis>(axis)), atom);
      if (BindsNext(axis) && axis + 1 == wanted) {
        allowed -= Partners(axis, only);
      } else if (!Impossible(axis, atom)) {
        allowed -= allowed;
      }
    });
    if (shared) allowed_[axis].emplace(node, allowed);
    return allowed;
  }

  AtomSet AllowedHere(size_t axis, NodeId node, const AtomSet& possible) {
    AtomSet allowed = space_.All(static_cast<Axis>(axis)) - possible;
    possible.ForEach([&](uint32_t atom) {
      if (Impossible(axis, atom)) allowed.Add(atom);
    });
    if (node == kNothing) return allowed;
    for (const Edge& edge : diagram_.edges(axis, node)) {
      for (const AtomSet& part : Alike(axis, edge.atoms)) {
        if (Holds(axis + 1, edge.child, Partners(axis, part))) allowed |= part;
      }
    }
    return allowed;
  }

  const Space& space_;
  const Diagram& diagram_;
  const NodeId root_;
  const uint32_t value_;
  AtomBox box_;
  ByNode<bool> held_;
  ByNode<AtomSet> allowed_;
};

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

NodeId SubtractBelow(Diagram* diagram, size_t axis, NodeId node, const AtomBox& box,
                     ByNode<NodeId>* done) {
  if (node == kNothing || axis == kAxes) return kNothing;
  if (const auto at = (*done)[axis].find(node); at != (*done)[axis].end()) return at->second;
  Edges edges;
  for (const Edge& edge : diagram->edges(axis, node)) {
    edges.push_back({edge.atoms - box[axis], edge.child});
    if (!edge.atoms.Intersects(box[axis])) continue;
    const NodeId child = SubtractBelow(diagram, axis + 1, edge.child, box, done);
    edges.push_back({edge.atoms & box[axis], child});
  }
  const NodeId left = diagram->Node(axis, std::move(edges));
  (*done)[axis].emplace(node, left);
  return left;
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

// The first path from the root.
ValuedBox FirstPath(const Diagram& diagram, NodeId root) {
  ValuedBox path;
  NodeId node = root;
  for (size_t axis = 0; axis < kAxes; ++axis) {
    const Edge& edge = diagram.edges(axis, node).front();
    path.box[axis] = edge.atoms;
    node = edge.child;
  }
  path.value = node;
  return path;
}

}  // namespace

NodeId Select(Diagram* diagram, NodeId root, const std::function<bool(uint32_t)>& keep) {
  ByNode<NodeId> done;
  return SelectBelow(diagram, 0, root, keep, &done);
}

NodeId Subtract(Diagram* diagram, NodeId root, const AtomBox& box) {
  ByNode<NodeId> done;
  return SubtractBelow(diagram, 0, root, box, &done);
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

BoxList MaximalBoxes(const Space& space, Diagram* diagram, NodeId root, size_t most) {
  BoxList list;
  list.cells = CountCells(*diagram, root);
  NodeId left = root;
  while (left != kNothing && list.boxes.size() < most) {
    ValuedBox box = FirstPath(*diagram, left);
    box.box = Widening(space, *diagram, root, box.value, std::move(box.box)).Widest();
    box.cells = CountCells(space, box.box);
    left = Subtract(diagram, left, box.box);
    list.boxes.push_back(std::move(box));
  }
  list.cells_unlisted = CountCells(*diagram, left);
  return list;
}

}  // namespace sluss
