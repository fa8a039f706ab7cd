// A box grown as far as its value goes.
#ifndef SLUSS_POLICY_ANALYSIS_WIDENING_H_
#define SLUSS_POLICY_ANALYSIS_WIDENING_H_

#include "policy/analysis/diagram.h"
#include "policy/analysis/space.h"

namespace sluss {

// `box` widened axis by axis, the last first (they say how, the first ones who and what), to all
// atoms with which every cell that can occur has `value` below `root`. `box` itself must be such.
AtomBox WidestBox(const Space& space, const Diagram& diagram, NodeId root, uint32_t value,
                  AtomBox box);

// Whether an atom of the axis limits what can go along on the next one.
bool BindsNext(size_t axis);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_WIDENING_H_
