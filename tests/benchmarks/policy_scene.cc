#include "tests/benchmarks/policy_scene.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "policy/question.h"
#include "policy/rule_table.h"

namespace sluss::testing {
namespace {

constexpr int kKinds = 12, kAgenciesOfAKind = 20, kCategories = 12, kPurposes = 9, kRoles = 12,
              kParagraphs = 40, kQuestions = 1024, kAsked = 8, kRulesOfAPair = 8;

std::string Vocabulary() {
  std::string text = "version: \"1\"\n";
  for (int i = 0; i < kParagraphs; ++i) {
    absl::StrAppend(
        &text, "paragraph { id: \"P", i, "\" citation: \"", i, " §\" short_citation: \"", i,
        " §\" summary_sv: \"s\" summary_en: \"s\" source: \"s\" standing: VERIFIED }\n");
  }
  for (int i = 0; i < kCategories; ++i) absl::StrAppend(&text, "category { id: \"C", i, "\" }\n");
  for (int i = 0; i < kPurposes; ++i) absl::StrAppend(&text, "purpose { id: \"U", i, "\" }\n");
  for (int i = 0; i < kRoles; ++i) absl::StrAppend(&text, "role { id: \"r", i, "\" }\n");
  for (int i = 0; i < kKinds; ++i) {
    absl::StrAppend(&text, "agency_kind { kind: \"k", i, "\" secrecy_cover: \"STRONG\" }\n");
  }
  return text;
}

}  // namespace

PolicyScene::PolicyScene(int rules, Spread spread)
    : rules_(rules), spread_(spread), catalogue_{{"v", Vocabulary()}} {
  policy_.set_id("p");
  policy_.set_version("1");
  for (int i = 0; i < rules; ++i) AddRule(i, policy_.add_rule());
  std::string text;
  google::protobuf::TextFormat::PrintToString(policy_, &text);
  policies_.push_back({"p", std::move(text)});
  set_ = Load();
  for (int i = 0; i < kQuestions; ++i) {
    facts_.push_back(MakeFacts());
    questions_.push_back(*ResolveFacts(set_->names(), set_->table().nodes(), facts_.back()));
  }
}

std::shared_ptr<const PolicySet> PolicyScene::Load() const {
  auto set = PolicySet::Load(catalogue_, policies_,
                             [](absl::string_view) { return std::string(32, 'x'); });
  if (!set.ok()) std::abort();
  return *std::move(set);
}

std::string PolicyScene::One(absl::string_view letter, int limit) {
  return absl::StrCat(letter, Below(limit));
}

std::string PolicyScene::Agency() {
  return absl::StrCat(One("k", kKinds), "/a", Below(kAgenciesOfAKind));
}

// An agency of "kind/*", or the agency itself.
std::string PolicyScene::OneOf(const std::string& agencies) {
  if (agencies.back() != '*') return agencies;
  return absl::StrCat(agencies.substr(0, agencies.size() - 1), "a", Below(kAgenciesOfAKind));
}

PolicyScene::Pair PolicyScene::PairOf(int rule) const {
  const int pair = spread_ == kPairs ? rule / kRulesOfAPair : 0;
  return {absl::StrCat("k", pair % kKinds, "/a", pair),
          absl::StrCat("k", (pair + 1) % kKinds, "/b", pair)};
}

void PolicyScene::AddRule(int number, v1::Rule* rule) {
  Pair pair = PairOf(number);
  if (spread_ == kMixed) {
    const bool kinds = number % 2 == 0;
    pair.sender = kinds ? One("k", kKinds) + "/*" : Agency();
    pair.recipient = kinds ? One("k", kKinds) + "/*" : Agency();
  }
  rule->set_id(absl::StrCat("r", number));
  rule->add_sender(pair.sender);
  rule->add_recipient(pair.recipient);
  for (int i = 0; i < 4; ++i) rule->add_category(One("C", kCategories));
  for (int i = 0; i < 2; ++i) rule->add_purpose(One("U", kPurposes));
  for (int i = 0; i < 4; ++i) rule->add_sender_role(One("r", kRoles));
  rule->add_legal_basis(One("P", kParagraphs));
  if (number % 10 == 9) {
    rule->set_effect(v1::FORBID);
    rule->set_reason_sv("nej");
    rule->set_reason_en("no");
    return;
  }
  rule->set_effect(v1::PERMIT);
  rule->set_consent(number % 3 == 0 ? v1::REQUIRED : v1::NOT_REQUIRED);
  rule->mutable_age()->set_below(18);
  rule->add_obligation()->mutable_retain()->set_days(30 + number % 60);
  if (number % 4 == 0) rule->add_obligation()->set_review(true);
}

// Half of the questions are what some rule is for.
v1::Facts PolicyScene::MakeFacts() {
  const v1::Rule& rule = policy_.rule(Below(rules_));
  const bool meant = Below(2) == 0;
  v1::Facts facts;
  facts.set_sender(meant || spread_ != kMixed ? OneOf(rule.sender(0)) : Agency());
  facts.set_recipient(meant || spread_ != kMixed ? OneOf(rule.recipient(0)) : Agency());
  facts.set_purpose(meant ? rule.purpose(0) : One("U", kPurposes));
  facts.set_legal_basis(meant ? rule.legal_basis(0) : One("P", kParagraphs));
  facts.add_officer_role(meant ? rule.sender_role(0) : One("r", kRoles));
  const int first = Below(kCategories);
  for (int i = 0; i < kAsked; ++i) {
    facts.add_category(absl::StrCat("C", (first + i) % kCategories));
    facts.add_consent_category(facts.category(i));
  }
  facts.set_age_from(15);
  facts.set_age_below(16);
  facts.set_consent(v1::VALID);
  facts.set_day("2026-02-10");
  return facts;
}

}  // namespace sluss::testing
