// One policy set laid out for questions about it.
#ifndef SLUSS_POLICY_ANALYSIS_SUBJECT_H_
#define SLUSS_POLICY_ANALYSIS_SUBJECT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "policy/analysis/box_words.h"
#include "policy/analysis/rule_boxes.h"
#include "policy/analysis/space.h"
#include "policy/policy_set.h"

namespace sluss {

// The set must outlive it. Immutable, thread-safe; neither copied nor moved.
struct Subject {
  explicit Subject(const PolicySet& policy_set, const Space::Extra& extra = {});
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  bool IsWall(const RuleBox& rule) const { return walls.contains(rule.id()); }

  const PolicySet& set;
  const Space space;
  const BoxWords words;
  const std::vector<RuleBox> rules;
  absl::flat_hash_set<std::string> walls;
};

// Finds the rules whose boxes meet a box, by a bit for each rule at each atom.
class OverlapIndex {
 public:
  using Bits = AtomSet;  // of rule numbers

  OverlapIndex(const Space& space, const std::vector<RuleBox>& rules);
  // Which rules have the atom.
  const Bits& RulesWith(Axis axis, uint32_t atom) const { return bits_[axis][atom]; }
  // Ascending numbers in the vector given.
  std::vector<uint32_t> Overlapping(const AtomBox& box) const;

 private:
  std::array<AtomSet, kAxes> all_;
  std::array<std::vector<Bits>, kAxes> bits_;
  size_t rules_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_SUBJECT_H_
