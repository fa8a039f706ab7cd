// Every question of a small domain over the catalogue of policy_texts.h, and the answers that the
// analysis is held against: cell by cell, with nothing of the analysis in it.
#ifndef SLUSS_TESTS_POLICY_ANALYSIS_SMALL_DOMAIN_H_
#define SLUSS_TESTS_POLICY_ANALYSIS_SMALL_DOMAIN_H_

#include <memory>
#include <string>
#include <vector>

#include "policy/policy_set.h"
#include "proto/analysis.pb.h"
#include "proto/policy.pb.h"
#include "tests/policy/random_policies.h"

namespace sluss::testing {

// Loads; a set that does not load fails the test.
std::shared_ptr<const PolicySet> LoadRules(const std::vector<v1::Rule>& rules);

// As RandomPolicies::Rules, with obligations on some permits.
std::vector<v1::Rule> RandomRules(RandomPolicies* random, int count);
// Some rules changed, added or taken away.
std::vector<v1::Rule> RandomEdit(RandomPolicies* random, std::vector<v1::Rule> rules);

// Facts of one category each: all values of most columns, some of the others, `seed` says which.
std::vector<v1::Facts> AllQuestions(uint32_t seed);

// What is decided about the one category of the facts, as the oracle sees it: "" where it is
// denied, else the merged terms as bytes with a mark in front.
std::string Outcome(const PolicySet& set, const std::vector<v1::Rule>& rules,
                    const v1::Facts& facts);

// Whether the facts, of one category, lie in the box: read from the message alone.
bool InBox(const v1::Box& box, const v1::Facts& facts);

// The box with one of its columns set free: 0 to kBoxColumns - 1. False where it was free.
inline constexpr int kBoxColumns = 13;
bool FreeColumn(int column, v1::Box* box);

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_POLICY_ANALYSIS_SMALL_DOMAIN_H_
