// What permits bring with them, numbered, and merged as the decision merges it (sentence 6).
#ifndef SLUSS_POLICY_ANALYSIS_TERMS_TABLE_H_
#define SLUSS_POLICY_ANALYSIS_TERMS_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "proto/analysis.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// Rules must outlive it. Not thread-safe.
class TermsTable {
 public:
  // The number of the rule's own terms: the same for the same obligations and duty.
  uint32_t NumberOf(const v1::Rule& rule);
  // The number, among the merged ones, of several terms taken together. Order is irrelevant.
  uint32_t Merge(std::vector<uint32_t> terms);
  const v1::Terms& merged(uint32_t number) const { return merged_[number]; }

 private:
  std::vector<const v1::Rule*> rules_;  // one with the terms, by number
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<v1::Terms> merged_;
  absl::flat_hash_map<std::string, uint32_t> merged_numbers_;
  absl::flat_hash_map<std::vector<uint32_t>, uint32_t> known_;
};

// What several permits bring together.
v1::Terms TermsOfRules(const std::vector<const v1::Rule*>& rules);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_TERMS_TABLE_H_
