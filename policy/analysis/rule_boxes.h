// Compiled rules as boxes of atoms.
#ifndef SLUSS_POLICY_ANALYSIS_RULE_BOXES_H_
#define SLUSS_POLICY_ANALYSIS_RULE_BOXES_H_

#include <array>
#include <string>
#include <vector>

#include "policy/analysis/space.h"

namespace sluss {

// One rule of a set as a box.
struct RuleBox {
  AtomBox box;
  const CompiledRule* rule = nullptr;

  bool forbid() const { return rule->row.forbid; }
  const std::string& id() const { return rule->source->id(); }
  // No facts fulfil it: the receiver's cover fits no recipient, for example.
  bool empty() const;
};

// In the order of set.table().rules(), which must live as long as the result. `set` is one of those
// that the space was made of.
std::vector<RuleBox> RuleBoxes(const Space& space, const PolicySet& set);

// What the arguments point to must outlive it. Const and thread-safe after construction.
class RuleBoxMaker {
 public:
  RuleBoxMaker(const Space& space, const PolicySet& set);
  RuleBox Make(const CompiledRule& rule) const;

 private:
  AtomSet Agencies(const std::vector<uint32_t>& nodes) const;
  AtomSet Bases(const CompiledRule& rule) const;
  AtomSet Consents(const Row& row) const;
  AtomSet Names(Axis axis, Mask mask) const;

  const Space& space_;
  const VocabularyIndex& names_;
  AtomSet everybody_;                               // whose kind the set knows
  std::vector<AtomSet> kinds_;                      // by the set's number of the kind
  std::vector<uint32_t> named_;                     // atoms, by node - kinds - 1
  std::array<AtomSet, 8> covers_;                   // recipients by mask of covers
  std::array<std::vector<uint32_t>, kAxes> atoms_;  // by the set's number, where an axis has names
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_RULE_BOXES_H_
