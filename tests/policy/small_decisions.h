// Questions to small policy sets, for tests of single sentences of the semantics.
#ifndef SLUSS_TESTS_POLICY_SMALL_DECISIONS_H_
#define SLUSS_TESTS_POLICY_SMALL_DECISIONS_H_

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "proto/policy.pb.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

// A question that Permit() answers with yes; `more`, text format, sets or adds fields.
inline v1::Facts Facts(const std::string& more = "") {
  v1::Facts facts;
  facts.set_sender("school/ek");
  facts.set_recipient("social/sund");
  facts.set_purpose("CARE");
  facts.set_legal_basis("LAW-1");
  facts.add_officer_role("clerk");
  facts.set_age_from(15);
  facts.set_age_below(16);
  facts.set_consent(v1::NONE_CITED);
  facts.set_day("2025-06-30");
  v1::Facts own;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(more, &own)) << more;
  if (!own.officer_role().empty()) facts.clear_officer_role();
  facts.MergeFrom(own);
  if (facts.category().empty()) facts.add_category("A");
  return facts;
}

// The decision under LoadSmall(rules), which must load.
inline v1::Decision DecideWith(const std::string& rules, const v1::Facts& facts) {
  const auto set = LoadSmall(rules);
  EXPECT_OK(set);
  return set.ok() ? Decide(**set, facts) : v1::Decision();
}

inline v1::Verdict VerdictOf(const std::string& rules, const v1::Facts& facts) {
  return DecideWith(rules, facts).verdict();
}

// The permitted categories, in the decision's order.
inline std::vector<std::string> Passed(const v1::Decision& decision) {
  std::vector<std::string> passed;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) passed.push_back(category.category());
  }
  return passed;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_POLICY_SMALL_DECISIONS_H_
