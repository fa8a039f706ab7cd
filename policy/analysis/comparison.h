// Where two sets of rules decide a category differently: the exact difference, by case distinction
// along the axes.
//
// At each axis the atoms that no rule still in question tells apart go on together. A rule that has
// been followed down to an axis is known only by what it still says below (its rest): rules with
// the same rest are one, a state is a set of rests, and equal states are worked out once. A state
// whose two sides are the same rests ends at once, so the work is about what differs and not about
// what there is.
#ifndef SLUSS_POLICY_ANALYSIS_COMPARISON_H_
#define SLUSS_POLICY_ANALYSIS_COMPARISON_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "policy/analysis/diagram.h"
#include "policy/analysis/rule_boxes.h"
#include "policy/analysis/space.h"
#include "policy/analysis/terms_table.h"
#include "proto/analysis.pb.h"

namespace sluss {

// In which of the two sets a rule is; both as bits.
inline constexpr uint32_t kBefore = 1, kAfter = 2, kBoth = 3;

// The values of the difference.
inline constexpr uint32_t kNewlyPermitted = 1, kNewlyDenied = 2;
inline constexpr uint32_t kFirstTermsChange = 3;  // and above: permitted in both, with other terms

// Not thread-safe. What the arguments point to must outlive it.
class Comparison {
 public:
  // Without `terms`, rules are compared by what they permit only.
  Comparison(const Space* space, bool terms) : space_(*space), terms_compared_(terms) {}

  // A rule as the other calls name it; the same number for the same box, effect and terms.
  uint32_t Add(const RuleBox& rule);

  struct Entry {
    uint32_t rule;  // as Add returned it
    uint32_t sides;
  };
  // The difference as a function of cells that can occur: kNothing where both decide alike.
  NodeId Build(const std::vector<Entry>& entries, Diagram* diagram);
  // Some cell of `within` where they differ; the same for the same arguments.
  std::optional<Cell> Find(const std::vector<Entry>& entries, const AtomBox& within);

  // The terms before and after of a value from kFirstTermsChange on.
  std::pair<v1::Terms, v1::Terms> TermsOf(uint32_t value) const;

  // RESOURCE_EXHAUSTED once some call had to give up; its result says nothing.
  absl::Status status() const;

 private:
  // What a rule says from one axis on.
  struct Rest {
    uint32_t set;   // number in sets_ of the axis
    uint32_t next;  // number of the rest below; below the last axis, of the end
    bool free;      // every atom of every axis from here
    bool forbid;
    uint32_t terms;
  };
  // Rests with their sides, `rest << 2 | sides`, ascending.
  using State = std::vector<uint32_t>;
  struct Class {
    AtomSet atoms;
    State state;
  };
  struct Search;

  uint32_t SetNumber(size_t axis, const AtomSet& set);
  uint32_t EndNumber(const RuleBox& rule);
  // Drops what no longer matters. False where nothing can differ any more.
  bool Simplify(size_t axis, State* state) const;
  const Rest& RestOf(size_t axis, uint32_t entry) const { return rests_[axis][entry >> 2]; }
  std::vector<Class> Part(size_t axis, const State& state, const AtomSet& live) const;
  // What of the axis can go along with the atom chosen on the one before, and can differ.
  AtomSet Live(size_t axis, const State& state, uint32_t context) const;
  // Atoms that may not go on together whatever the rules say: the parts by which ContextOf differs.
  std::vector<AtomSet> Forced(size_t axis, const AtomSet& live) const;
  // What the next axis has to know of this choice: 0, or more where not everything goes along.
  uint32_t ContextOf(size_t axis, const AtomSet& atoms) const;
  uint32_t Value(const State& state);
  NodeId BuildNode(size_t axis, State state, uint32_t context, Diagram* diagram);
  bool FindCell(size_t axis, State state, uint32_t context, Search* search);

  const Space& space_;
  const bool terms_compared_;
  std::array<std::vector<AtomSet>, kAxes> sets_;
  std::array<absl::flat_hash_map<AtomSet, uint32_t>, kAxes> set_numbers_;
  std::array<std::vector<Rest>, kAxes> rests_;
  std::array<absl::flat_hash_map<uint64_t, uint32_t>, kAxes> rest_numbers_;  // by set and next
  std::vector<Rest> ends_;
  absl::flat_hash_map<uint64_t, uint32_t> end_numbers_;  // by effect and terms
  TermsTable terms_;
  std::vector<std::pair<uint32_t, uint32_t>> changes_;
  absl::flat_hash_map<uint64_t, uint32_t> change_numbers_;
  std::array<absl::flat_hash_map<State, NodeId>, kAxes> built_;  // key: the state and its context
  Diagram* built_in_ = nullptr;
  size_t steps_ = 0;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_COMPARISON_H_
