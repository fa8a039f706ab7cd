// One small change to one rule at a time: what test cases must notice.
#ifndef SLUSS_POLICY_MUTATION_MUTANTS_H_
#define SLUSS_POLICY_MUTATION_MUTANTS_H_

#include <optional>
#include <string>
#include <vector>

#include "proto/policy.pb.h"

namespace sluss {

struct Mutant {
  std::string what;              // "below 18 -> 19"
  std::optional<v1::Rule> rule;  // in place of the original; none: it is deleted
};

// The rule deleted; and, of a permit, made wider by one step in each column: a year older and
// younger and without limit, the age not known, every role and none, no consent, an officer less,
// no reason, no weighing, whole kinds of agencies and everybody, each category more, every purpose,
// no paragraph cited, no dates, protected identity, any secrecy cover, a duty; each obligation
// less. Of a forbid: made narrower, by each value of each list.
std::vector<Mutant> MutantsOf(const v1::Rule& rule, const v1::Vocabulary& vocabulary);

}  // namespace sluss

#endif  // SLUSS_POLICY_MUTATION_MUTANTS_H_
