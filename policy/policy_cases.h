// Test cases of policies, kept as data beside them: facts, day, and what must be decided.
//
// The format is v1::PolicyCases (policy/README.md), in text format in files named *.cases.txtpb, or
// as JSON in files named *.json.
#ifndef SLUSS_POLICY_POLICY_CASES_H_
#define SLUSS_POLICY_POLICY_CASES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/policy_set.h"

namespace sluss {

struct CaseReport {
  int cases = 0;
  // A line for each expectation that was not met: "sspf.cases.txtpb:12:3: `name`: verdict is ...";
  // a file of JSON has no lines: "case 3" stands in their place.
  std::vector<std::string> failures;
};

// Decides every case of one file. INVALID_ARGUMENT where the file cannot be read or holds no case:
// a file that checks nothing is a fault.
absl::StatusOr<CaseReport> RunPolicyCases(const PolicySet& set, const PolicySource& file);

// The facts of every case of one file, as RunPolicyCases decides them. INVALID_ARGUMENT as there.
absl::StatusOr<std::vector<v1::Facts>> CaseFacts(const PolicySource& file);

// The policy set that the file itself names, as paths from the working directory; both empty where
// it names none. INVALID_ARGUMENT where the file cannot be read.
struct NamedSet {
  std::string catalogue;
  std::vector<std::string> policies;
};
absl::StatusOr<NamedSet> SetNamedBy(const PolicySource& file);

// The paths of all `*.cases.txtpb` of a directory, sorted.
absl::StatusOr<std::vector<std::string>> FindPolicyCases(const std::string& directory);

}  // namespace sluss

#endif  // SLUSS_POLICY_POLICY_CASES_H_
