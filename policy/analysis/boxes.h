// The cells of a diagram as few, large boxes for people to read.
//
// A box here is maximal: widened on any axis it would hold a cell that occurs and has another
// value. Boxes of one list cover their cells together and may overlap.
#ifndef SLUSS_POLICY_ANALYSIS_BOXES_H_
#define SLUSS_POLICY_ANALYSIS_BOXES_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/analysis/diagram.h"
#include "policy/analysis/space.h"

namespace sluss {

struct ValuedBox {
  AtomBox box;
  uint32_t value = 0;
  uint64_t cells = 0;  // that occur in it
};

struct BoxList {
  std::vector<ValuedBox> boxes;
  uint64_t cells = 0;           // in all; the highest number where there are more
  uint64_t cells_unlisted = 0;  // in none of the boxes
};

// The same function of cells gives the same boxes in the same order, whatever diagram it stands in.
// At most `most` boxes are made. What the arguments point to must outlive the call.
BoxList MaximalBoxes(const Space& space, const Diagram& diagram, NodeId root, size_t most);

// The function that keeps the values that `keep` says, and is kNothing elsewhere.
NodeId Select(Diagram* diagram, NodeId root, const std::function<bool(uint32_t value)>& keep);
// How many cells are not kNothing.
uint64_t CountCells(const Diagram& diagram, NodeId root);
// How many cells of the box can occur.
uint64_t CountCells(const Space& space, const AtomBox& box);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_BOXES_H_
