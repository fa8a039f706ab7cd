// Facts that suit a rule best: what to ask in order to see what it really lets pass, walls and all.
#ifndef SLUSS_POLICY_SUITING_FACTS_H_
#define SLUSS_POLICY_SUITING_FACTS_H_

#include <string>
#include <vector>

#include "policy/policy_set.h"

namespace sluss {

// One agency for each that the columns mean: ids as they are, "kind/example" for "kind/*". For "*"
// one for each kind of the vocabulary.
std::vector<std::string> ExampleAgencies(
    const v1::Vocabulary& vocabulary, const google::protobuf::RepeatedPtrField<std::string>& names);

// The ids of the categories that the column means, groups taken apart, in the vocabulary's order.
std::vector<std::string> ExpandCategories(
    const PolicySet& set, const google::protobuf::RepeatedPtrField<std::string>& names);

// Facts between the two agencies that satisfy every column of the permit on `day`, one for each of
// its purposes and paragraphs, asking for every category of the rule under a consent that covers
// all. Whether something passes is then for Decide to say.
std::vector<v1::Facts> SuitingFacts(const PolicySet& set, const v1::Rule& rule,
                                    const std::string& sender, const std::string& recipient,
                                    const std::string& day);

}  // namespace sluss

#endif  // SLUSS_POLICY_SUITING_FACTS_H_
