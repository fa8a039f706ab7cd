#include "policy/analysis/widening.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace sluss {
namespace {

template <typename T>
using ByNode = std::array<absl::flat_hash_map<NodeId, T>, kAxes>;

// Widens one box within the cells of one value.
class Widening {
 public:
  Widening(const Space& space, const Diagram& diagram, NodeId root, uint32_t value, AtomBox box)
      : space_(space), diagram_(diagram), root_(root), value_(value), box_(std::move(box)) {}

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
        allowed = AtomSet(space_.size(static_cast<Axis>(wanted)));
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

}  // namespace

bool BindsNext(size_t axis) { return axis == kOfficersAxis || axis == kYoungestAxis; }

AtomBox WidestBox(const Space& space, const Diagram& diagram, NodeId root, uint32_t value,
                  AtomBox box) {
  return Widening(space, diagram, root, value, std::move(box)).Widest();
}

}  // namespace sluss
