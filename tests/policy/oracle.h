// The eight sentences of policy/README.md read literally over the messages as written: no index, no
// masks, no numbers. Slow, and beside the engine to be compared with it.
#ifndef SLUSS_TESTS_POLICY_ORACLE_H_
#define SLUSS_TESTS_POLICY_ORACLE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/policy.pb.h"

namespace sluss::testing {

struct OracleDecision {
  v1::Verdict verdict = v1::VERDICT_DENY;
  std::set<std::string> passed;
  std::map<std::string, std::set<std::string>> permits, forbids;  // matching rules by category
};

// `facts` hold only values of the vocabulary.
OracleDecision AskOracle(const v1::Vocabulary& vocabulary, const std::vector<v1::Rule>& rules,
                         const v1::Facts& facts);

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_POLICY_ORACLE_H_
