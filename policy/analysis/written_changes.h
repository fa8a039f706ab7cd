// What differs between two sets as written, beside what they decide.
#ifndef SLUSS_POLICY_ANALYSIS_WRITTEN_CHANGES_H_
#define SLUSS_POLICY_ANALYSIS_WRITTEN_CHANGES_H_

#include "policy/analysis/box_words.h"
#include "policy/policy_set.h"
#include "proto/analysis.pb.h"

namespace sluss {

// Adds the ids of rules that are new, gone or written otherwise, walls included, sorted.
void AddRuleChanges(const PolicySet& before, const PolicySet& after, v1::PolicyDiff* diff);

// Adds the purposes that treat the whole otherwise, or that only one vocabulary knows, sorted.
void AddPurposeChanges(const PolicySet& before, const PolicySet& after, const BoxWords& words,
                       v1::PolicyDiff* diff);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_WRITTEN_CHANGES_H_
