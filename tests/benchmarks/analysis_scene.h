// Random policy sets of a size, edits of them, and recorded notifications: for benchmarks.
#ifndef SLUSS_TESTS_BENCHMARKS_ANALYSIS_SCENE_H_
#define SLUSS_TESTS_BENCHMARKS_ANALYSIS_SCENE_H_

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "policy/policy_set.h"
#include "proto/policy.pb.h"

namespace sluss::testing {

// As large as real vocabularies: 12 kinds with 20 named agencies each, 12 categories, 9 purposes,
// 12 roles, 40 paragraphs of which every fourth has a date.
class AnalysisScene {
 public:
  explicit AnalysisScene(int rules) {
    policy_.set_id("p");
    policy_.set_version("1");
    for (int i = 0; i < rules; ++i) AddRule(i, policy_.add_rule());
  }

  const v1::Policy& policy() const { return policy_; }
  std::shared_ptr<const PolicySet> Load(const v1::Policy& policy) const {
    std::string text;
    google::protobuf::TextFormat::PrintToString(policy, &text);
    auto set = PolicySet::Load(std::vector<PolicySource>{{"v", Vocabulary()}},
                               std::vector<PolicySource>{{"p", std::move(text)}},
                               [](absl::string_view) { return std::string(32, 'x'); });
    if (!set.ok()) {
      fputs(std::string(set.status().message()).c_str(), stderr);
      std::abort();
    }
    return *std::move(set);
  }

  // A rule over everything: what a broad edit adds.
  static v1::Rule Everywhere(v1::Effect effect) {
    v1::Rule rule;
    rule.set_id("everywhere");
    rule.set_effect(effect);
    rule.add_sender("*");
    rule.add_recipient("*");
    rule.add_purpose("ANY");
    rule.add_legal_basis("P1");
    rule.add_category("C3");
    rule.add_sender_role("ANY");
    if (effect == v1::PERMIT) {
      rule.set_consent(v1::NOT_REQUIRED);
      rule.mutable_age()->set_below(18);
    } else {
      rule.set_reason_sv("nej");
      rule.set_reason_en("no");
    }
    return rule;
  }

  v1::Facts MakeFacts() {
    v1::Facts facts;
    facts.set_sender(Agency());
    facts.set_recipient(Agency());
    facts.set_purpose(One("U", kPurposes));
    facts.set_legal_basis(One("P", kParagraphs));
    for (int i = 0; i < 4; ++i) {
      facts.add_category(absl::StrCat("C", (Below(3) + 3 * i) % kCategories));
      facts.add_consent_category(facts.category(i));
    }
    facts.add_officer_role(One("r", kRoles));
    facts.set_age_from(15);
    facts.set_age_below(16);
    facts.set_consent(v1::VALID);
    facts.set_reason(true);
    facts.set_weighing(Below(2) == 0);
    facts.set_day("2026-02-10");
    return facts;
  }

 private:
  static constexpr int kKinds = 12, kAgenciesOfAKind = 20, kCategories = 12, kPurposes = 9,
                       kRoles = 12, kParagraphs = 40;

  static std::string Vocabulary() {
    std::string text = "version: \"1\"\n";
    for (int i = 0; i < kParagraphs; ++i) {
      absl::StrAppend(
          &text, "paragraph { id: \"P", i, "\" citation: \"", i, " §\" short_citation: \"", i,
          " §\" summary_sv: \"s\" summary_en: \"s\" source: \"s\" standing: VERIFIED ",
          i % 4 == 0 ? absl::StrCat("in_force { from: \"20", 10 + i / 4, "-07-01\" }") : "", "}\n");
    }
    for (int i = 0; i < kCategories; ++i) absl::StrAppend(&text, "category { id: \"C", i, "\" }\n");
    for (int i = 0; i < kPurposes; ++i) absl::StrAppend(&text, "purpose { id: \"U", i, "\" }\n");
    for (int i = 0; i < kRoles; ++i) absl::StrAppend(&text, "role { id: \"r", i, "\" }\n");
    for (int i = 0; i < kKinds; ++i) {
      absl::StrAppend(&text, "agency_kind { kind: \"k", i, "\" secrecy_cover: \"",
                      i % 4 == 3 ? "WEAK" : "STRONG", "\" }\n");
    }
    return text;
  }

  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }
  std::string One(absl::string_view letter, int limit) {
    return absl::StrCat(letter, Below(limit));
  }
  std::string Agency() { return absl::StrCat(One("k", kKinds), "/a", Below(kAgenciesOfAKind)); }

  // Half of the rules speak of kinds, as policies do, half of single agencies; one in a hundred of
  // everybody.
  std::string Party(int number) {
    if (number % 100 == 50) return "*";
    return number % 2 == 0 ? One("k", kKinds) + "/*" : Agency();
  }

  void AddRule(int number, v1::Rule* rule) {
    rule->set_id(absl::StrCat("r", number));
    rule->add_sender(Party(number));
    rule->add_recipient(Party(number));
    for (int i = 0; i < 4; ++i) rule->add_category(One("C", kCategories));
    for (int i = 0; i < 2; ++i) rule->add_purpose(One("U", kPurposes));
    for (int i = 0; i < 4; ++i) rule->add_sender_role(One("r", kRoles));
    rule->add_legal_basis(One("P", kParagraphs));
    if (number % 10 == 9) {
      rule->set_effect(v1::FORBID);
      rule->set_reason_sv("nej");
      rule->set_reason_en("no");
      if (Below(2) == 0) rule->add_cited_basis(One("P", kParagraphs));
      return;
    }
    rule->set_effect(v1::PERMIT);
    rule->set_consent(Below(3) == 0 ? v1::REQUIRED : v1::NOT_REQUIRED);
    static constexpr uint32_t kFrom[] = {0, 0, 12, 13, 15}, kBelow[] = {18, 18, 18, 20, 21};
    rule->mutable_age()->set_from(kFrom[Below(5)]);
    rule->mutable_age()->set_below(kBelow[Below(5)]);
    rule->mutable_attestation()->set_officers(Below(3));
    if (Below(3) == 0) rule->mutable_attestation()->set_weighing(v1::TEXT_REQUIRED);
    if (Below(2) == 0) rule->mutable_attestation()->set_reason(v1::TEXT_REQUIRED);
    rule->add_obligation()->mutable_retain()->set_days(30 * (1 + Below(4)));
    if (Below(4) == 0) rule->add_obligation()->set_review(true);
  }

  std::mt19937 random_{7};
  v1::Policy policy_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_BENCHMARKS_ANALYSIS_SCENE_H_
