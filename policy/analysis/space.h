// The situations that one or two policy sets can tell apart: axes of atoms.
//
// An atom is a class of values that no rule of the sets distinguishes, save where values are few
// and named: then each is an atom of its own. Facts about one category are one cell; a rule is a
// box, a set of atoms on each axis. UNKNOWN is an atom, so permits and forbids are boxes alike: the
// compiled rules have placed it (policy/README.md, sentence 2).
//
// Most of the product can occur, but not all: without officers there is no role, and the youngest
// possible age is not above the oldest. `Partners` tells which atoms of the next axis can go along.
//
// Immutable, thread-safe. The sets may be written in different vocabularies: a value that a set
// does not know lies in none of its rules, as facts with it are denied by that set.
#ifndef SLUSS_POLICY_ANALYSIS_SPACE_H_
#define SLUSS_POLICY_ANALYSIS_SPACE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/analysis/atom_set.h"
#include "policy/names.h"
#include "policy/policy_set.h"
#include "policy/rule_table.h"
#include "policy/vocabulary.h"
#include "proto/policy.pb.h"

namespace sluss {

// In the order in which a diagram asks for them.
enum Axis : size_t {
  kSenderAxis,
  kRecipientAxis,
  kPurposeAxis,
  kBasisAxis,
  kCategoryAxis,
  kOfficersAxis,  // how many; kRoleAxis follows, because no officer has no role
  kRoleAxis,
  kConsentAxis,
  kDayAxis,
  kYoungestAxis,  // kOldestAxis follows
  kOldestAxis,
  kReasonAxis,
  kWeighingAxis,
  kProtectedAxis,
  kAxes
};

using AtomBox = std::array<AtomSet, kAxes>;
using Cell = std::array<uint32_t, kAxes>;

bool Overlap(const AtomBox& a, const AtomBox& b);
bool Contains(const AtomBox& box, const Cell& cell);

// The atom of UNKNOWN on the axes of basis, role, youngest and oldest.
inline constexpr uint32_t kUnknownAtom = 0;
// Atoms of the consent axis are the states by number, VALID for what covers the category; and:
inline constexpr uint32_t kConsentNotCovering = v1::ConsentState_MAX + 1;

class Space {
 public:
  // `second` may be null. `more_agencies` are atoms too, and `more_ages` and `more_officers`
  // limits, where some question names them that no rule does.
  struct Extra {
    std::vector<std::string> agencies;
    std::vector<uint32_t> ages, officers;
    std::vector<Day> days;
  };
  Space(const PolicySet& first, const PolicySet* second, const Extra& extra);
  Space(const PolicySet& first, const PolicySet* second) : Space(first, second, Extra()) {}

  size_t size(Axis axis) const { return sizes_[axis]; }
  AtomSet All(Axis axis) const { return AtomSet::All(sizes_[axis]); }
  AtomBox Everything() const;

  // What can go along with `atoms` on the axis after `axis`.
  AtomSet Partners(Axis axis, const AtomSet& atoms) const;

  // Values to atoms. Empty for a name that neither set knows.
  AtomSet Agencies(absl::string_view pattern) const;  // "*", "kind/*" or an agency
  std::optional<uint32_t> Named(Axis axis, absl::string_view name) const;
  // Youngest or oldest in [from, below); 0 below: no upper end. Both ends must be limits.
  AtomSet AgesWithin(uint32_t from, uint32_t below) const;
  AtomSet OfficersFrom(uint32_t least) const;
  AtomSet DaysWithin(const DayRange& days) const;
  // The cell of facts for one of their categories; the category axis is `category`'s atom.
  std::optional<Cell> CellOf(const v1::Facts& facts, absl::string_view category) const;

  // Atoms to values.
  const std::vector<std::string>& kinds() const { return kinds_; }
  // Atoms of agencies are the kinds (any agency of the kind that no rule names), then these.
  const std::vector<std::string>& agencies() const { return agencies_; }
  uint32_t KindOf(uint32_t agency_atom) const;  // number in kinds()
  const std::vector<std::string>& names(Axis axis) const { return names_[axis]; }
  DayRange Days(uint32_t atom) const;
  // Lowest and highest number of officers of an atom; ages of a known atom. kNoAge: no upper end.
  std::pair<uint32_t, uint32_t> Officers(uint32_t atom) const;
  std::pair<Age, Age> Ages(uint32_t atom) const;

  // Facts about one category that lie in the box, as ordinary as the box allows: known rather than
  // unknown, today's law rather than yesterday's. The box holds at least one cell that can occur.
  v1::Facts Example(const AtomBox& box) const;

 private:
  void AddLimits(const PolicySet& set);
  void AddAgencies(const PolicySet& set);
  uint32_t AgeAtom(uint32_t age) const;
  std::string OtherAgency(uint32_t atom, absl::string_view name) const;
  void ExampleAttestation(const AtomBox& box, v1::Facts* facts) const;
  void ExampleAge(const AtomBox& box, v1::Facts* facts) const;

  std::array<size_t, kAxes> sizes_{};
  std::vector<std::string> kinds_, agencies_;          // sorted
  std::vector<uint32_t> kind_of_agency_;               // of agencies_
  std::array<std::vector<std::string>, kAxes> names_;  // of purposes, bases, categories, roles
  std::vector<Day> days_;                              // limits, ascending
  std::vector<uint32_t> ages_;                         // limits, ascending, without 0
  std::vector<uint32_t> officers_;                     // lowest number of each atom: 0, 1, ...
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_SPACE_H_
