#include "policy/analysis/subject.h"

namespace sluss {

Subject::Subject(const PolicySet& policy_set, const Space::Extra& extra)
    : set(policy_set),
      space(policy_set, nullptr, extra),
      words(&space, policy_set, nullptr),
      rules(RuleBoxes(space, policy_set)) {
  for (const v1::Rule& wall : set.bundle().vocabulary().wall()) walls.insert(wall.id());
}

OverlapIndex::OverlapIndex(const Space& space, const std::vector<RuleBox>& rules)
    : all_(space.Everything()), rules_(rules.size()) {
  for (size_t axis = 0; axis < kAxes; ++axis) {
    bits_[axis].assign(space.size(static_cast<Axis>(axis)), Bits(rules.size()));
    for (uint32_t rule = 0; rule < rules.size(); ++rule) {
      rules[rule].box[axis].ForEach([&](uint32_t atom) { bits_[axis][atom].Add(rule); });
    }
  }
}

std::vector<uint32_t> OverlapIndex::Overlapping(const AtomBox& box) const {
  Bits found = Bits::All(rules_);
  for (size_t axis = 0; axis < kAxes; ++axis) {
    Bits here(rules_);
    box[axis].ForEach([&](uint32_t atom) { here |= bits_[axis][atom]; });
    found &= here;
  }
  std::vector<uint32_t> numbers;
  found.ForEach([&](uint32_t rule) { numbers.push_back(rule); });
  return numbers;
}

}  // namespace sluss
