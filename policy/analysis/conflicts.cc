#include "policy/analysis/conflicts.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/analysis/boxes.h"
#include "policy/analysis/subject.h"

namespace sluss {
namespace {

AtomBox Intersection(const AtomBox& a, const AtomBox& b) {
  AtomBox both = a;
  for (size_t axis = 0; axis < kAxes; ++axis) both[axis] &= b[axis];
  return both;
}

v1::Conflict Describe(const Subject& subject, const RuleBox& permit, const RuleBox& forbid,
                      const AtomBox& overlap, uint64_t cells) {
  v1::Conflict conflict;
  conflict.set_permit(permit.id());
  conflict.set_forbid(forbid.id());
  conflict.set_wall(subject.IsWall(forbid));
  conflict.set_situations(cells);
  conflict.set_permit_situations(CountCells(subject.space, permit.box));
  conflict.set_whole(cells == conflict.permit_situations());
  *conflict.mutable_overlap() = BoxMessage(subject.space, overlap);
  *conflict.mutable_example() = subject.space.Example(overlap);
  const Text what =
      subject.words.Sentence(overlap, conflict.whole() ? Text{"får aldrig lämna", "may never tell"}
                                                       : Text{"får inte lämna", "may not tell"});
  conflict.set_sentence_sv(absl::StrCat("`", permit.id(), "` tillåter och ",
                                        conflict.wall() ? "skyddsmuren `" : "`", forbid.id(),
                                        "` förbjuder: ", what.sv, "."));
  conflict.set_sentence_en(absl::StrCat("`", permit.id(), "` permits and ",
                                        conflict.wall() ? "the wall `" : "`", forbid.id(),
                                        "` forbids: ", what.en, "."));
  return conflict;
}

}  // namespace

v1::Conflicts FindConflicts(const PolicySet& set, size_t most_listed) {
  const Subject subject(set);
  std::vector<RuleBox> forbids;
  for (const RuleBox& rule : subject.rules) {
    if (rule.forbid()) forbids.push_back(rule);
  }
  const OverlapIndex index(subject.space, forbids);
  v1::Conflicts conflicts;
  for (const RuleBox& permit : subject.rules) {
    if (permit.forbid() || permit.empty()) continue;
    for (const uint32_t number : index.Overlapping(permit.box)) {
      const AtomBox overlap = Intersection(permit.box, forbids[number].box);
      const uint64_t cells = CountCells(subject.space, overlap);
      if (cells == 0) continue;  // what they share cannot occur
      conflicts.set_pairs(conflicts.pairs() + 1);
      if (static_cast<size_t>(conflicts.conflict_size()) >= most_listed) continue;
      *conflicts.add_conflict() = Describe(subject, permit, forbids[number], overlap, cells);
    }
  }
  return conflicts;
}

}  // namespace sluss
