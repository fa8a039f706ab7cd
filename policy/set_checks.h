// What must hold between the rules of a set before any of them may decide.
#ifndef SLUSS_POLICY_SET_CHECKS_H_
#define SLUSS_POLICY_SET_CHECKS_H_

#include <set>
#include <vector>

#include "policy/faults.h"
#include "policy/rule_table.h"
#include "policy/vocabulary.h"

namespace sluss {

// Reads compiled rules of which each alone is without fault.
class SetChecks {
 public:
  SetChecks(const VocabularyIndex* names, const AgencyNodes* nodes, Faults* faults)
      : names_(names), nodes_(nodes), faults_(faults) {}

  // Each of `commanded` (the catalogue's duties) is permitted whole by one duty rule; each duty
  // rule lies in one of them; no forbid can strike a duty rule, nor its purpose turn it down as a
  // whole.
  void CheckDuties(const std::vector<CompiledRule>& commanded,
                   const std::vector<CompiledRule>& rules) const;

  // Rules that can match together bring obligations that can be merged.
  void CheckObligations(const std::vector<CompiledRule>& rules) const;

  // No permit lies whole within one of the walls: it would read as a permission and be none.
  void CheckWalls(const std::set<const v1::Rule*>& walls,
                  const std::vector<CompiledRule>& rules) const;

  // Whether some facts could match both, the categories left out.
  bool Meet(const CompiledRule& a, const CompiledRule& b) const;
  // Whether whatever facts match `inner` also match the permit `outer`.
  bool Contains(const CompiledRule& outer, const CompiledRule& inner) const;

 private:
  uint8_t CoverOf(uint32_t node) const;
  bool RecipientsMeet(const CompiledRule& a, const CompiledRule& b) const;
  bool Among(const std::vector<uint32_t>& inner, const std::vector<uint32_t>& outer) const;
  // Whether the forbid matches whatever facts the permit matches.
  bool StrikesAll(const CompiledRule& forbid, const CompiledRule& permit) const;
  bool WithinDuty(const CompiledRule& rule, const CompiledRule& duty) const;

  const VocabularyIndex* names_;
  const AgencyNodes* nodes_;
  Faults* faults_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_SET_CHECKS_H_
