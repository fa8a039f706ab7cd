// Whether rules keep within the paragraphs that they rest on.
//
// Promise: every permit that reaches further than what the catalogue says of one of its paragraphs
// is named: who tells, who is told, the age, consent left out. Non-promise: the catalogue holds a
// summary of the law; a rule within its bounds can still be wrong.
#ifndef SLUSS_POLICY_BOUNDS_H_
#define SLUSS_POLICY_BOUNDS_H_

#include <string>
#include <vector>

#include "policy/policy_set.h"

namespace sluss {

// One permit against one of its paragraphs.
struct BeyondParagraph {
  std::string rule;
  std::string paragraph;
  std::string why_sv;  // "åldern går utöver paragrafens"
  std::string why_en;
};

// In the order of policies, rules and paragraphs; empty where all keep within.
std::vector<BeyondParagraph> BeyondTheirParagraphs(const PolicySet& set);

// The agencies that `names` stand for: groups taken apart, "*", "kind/*" and ids as they are.
std::vector<std::string> ExpandAgencies(
    const v1::Vocabulary& vocabulary, const google::protobuf::RepeatedPtrField<std::string>& names);

}  // namespace sluss

#endif  // SLUSS_POLICY_BOUNDS_H_
