#include "tests/policy/random_policies.h"

#include <algorithm>

namespace sluss::testing {
namespace {

const std::vector<std::string> kAgencies = {"school/ek",   "school/alm", "social/sund",
                                            "police/mitt", "bup/sund",   "club/ik"};
const std::vector<std::string> kAgencyPatterns = {"*",       "*",     "school/*",  "social/*",
                                                  "carers",  "bup/*", "school/ek", "police/*",
                                                  "club/ik", "club/*"};
const std::vector<std::string> kCategories = {"A", "B", "C"};
const std::vector<std::string> kCategoryPatterns = {"A", "B", "C", "AB"};
const std::vector<std::string> kPurposes = {"CARE", "ALL", "NEED"};
const std::vector<std::string> kRoles = {"chief", "clerk"};
const std::vector<std::string> kCovers = {"STRONG", "WEAK", "NONE"};
const std::vector<std::string> kParagraphs = {"LAW-1", "LAW-2", "LAW-3"};
// All within a month of the change of law, so that borders are met often.
const std::vector<std::string> kDays = {"2025-06-15", "2025-06-29", "2025-06-30",
                                        "2025-07-01", "2025-07-02", "2025-07-15"};

}  // namespace

const std::string& RandomPolicies::OneOf(const std::vector<std::string>& values) {
  return values[Below(static_cast<int>(values.size()))];
}

void RandomPolicies::Some(const std::vector<std::string>& values, Values* out) {
  const int count = 1 + Below(2);
  for (int i = 0; i < count; ++i) *out->Add() = OneOf(values);
}

void RandomPolicies::Common(v1::Rule* rule) {
  Some(kAgencyPatterns, rule->mutable_sender());
  Some(kAgencyPatterns, rule->mutable_recipient());
  if (Chance(40)) {
    rule->add_purpose("ANY");
  } else {
    Some(kPurposes, rule->mutable_purpose());
  }
  if (Chance(30)) {
    rule->add_category("ANY");
  } else {
    Some(kCategoryPatterns, rule->mutable_category());
  }
  if (Chance(60)) {
    rule->add_sender_role("ANY");
  } else {
    Some(kRoles, rule->mutable_sender_role());
  }
  rule->add_legal_basis(OneOf(kParagraphs));
  if (Chance(30)) rule->add_legal_basis("LAW-1");
  if (Chance(30)) Some(kCovers, rule->mutable_recipient_cover());
  if (Chance(50)) {
    const uint32_t from = Below(3) * 6, below = Below(3) * 6 + 9;
    rule->mutable_age()->set_from(from);
    if (below > from && Chance(80)) rule->mutable_age()->set_below(below);
  }
  // Only where a day is left beside the paragraph's own dates.
  if (Chance(30) && rule->legal_basis(0) != "LAW-2") rule->mutable_valid()->set_from("2025-06-30");
  if (Chance(30) && rule->legal_basis(0) != "LAW-3") rule->mutable_valid()->set_to("2025-07-02");
}

v1::Rule RandomPolicies::Permit(const std::string& id, bool permits_list_unknown) {
  v1::Rule rule;
  rule.set_id(id);
  rule.set_effect(v1::PERMIT);
  Common(&rule);
  rule.set_consent(Chance(30) ? v1::REQUIRED : v1::NOT_REQUIRED);
  if (Chance(40)) rule.mutable_attestation()->set_officers(Below(3));
  if (Chance(20)) rule.mutable_attestation()->set_reason(v1::TEXT_REQUIRED);
  if (Chance(20)) rule.mutable_attestation()->set_weighing(v1::TEXT_REQUIRED);
  rule.set_protected_identity(Chance(50));
  if (permits_list_unknown) {
    rule.set_age_unknown(Chance(50));
    if (Chance(30)) rule.add_sender_role("UNKNOWN");
    if (Chance(30)) rule.add_legal_basis("UNKNOWN");
  }
  return rule;
}

v1::Rule RandomPolicies::Forbid(const std::string& id) {
  v1::Rule rule;
  rule.set_id(id);
  rule.set_effect(v1::FORBID);
  Common(&rule);
  rule.set_reason_sv("nej");
  rule.set_reason_en("no");
  if (Chance(30)) {
    Some(kParagraphs, rule.mutable_cited_basis());
  } else if (Chance(40)) {
    Some(kParagraphs, rule.mutable_except_legal_basis());
  }
  if (Chance(40)) {
    rule.add_consent_state(static_cast<v1::ConsentState>(1 + Below(v1::ConsentState_MAX)));
  }
  return rule;
}

std::vector<v1::Rule> RandomPolicies::Rules(int count, bool permits_list_unknown) {
  std::vector<v1::Rule> rules;
  for (int i = 0; i < count; ++i) {
    const std::string id = "r" + std::to_string(i);
    rules.push_back(Chance(88) ? Permit(id, permits_list_unknown) : Forbid(id));
  }
  return rules;
}

v1::Facts RandomPolicies::Facts() {
  v1::Facts facts;
  facts.set_sender(OneOf(kAgencies));
  facts.set_recipient(OneOf(kAgencies));
  facts.set_purpose(OneOf(kPurposes));
  if (Chance(85)) facts.set_legal_basis(OneOf(kParagraphs));
  for (const std::string& category : kCategories) {
    if (Chance(60)) facts.add_category(category);
    if (Chance(60)) facts.add_consent_category(category);
  }
  if (facts.category().empty()) facts.add_category("B");
  for (int officers = Below(3); officers > 0; --officers) {
    facts.add_officer_role(Chance(85) ? OneOf(kRoles) : "");
  }
  facts.set_reason(Chance(70));
  facts.set_weighing(Chance(70));
  if (Chance(85)) {
    facts.set_age_from(Below(22));
    if (Chance(85)) facts.set_age_below(facts.age_from() + 1 + Below(4));
  }
  facts.set_consent(Chance(50) ? v1::VALID
                               : static_cast<v1::ConsentState>(Below(v1::ConsentState_MAX + 1)));
  facts.set_day(OneOf(kDays));
  facts.set_protected_identity(Chance(20));
  return facts;
}

v1::Facts RandomPolicies::Hide(v1::Facts facts) {
  switch (Below(9)) {
    case 0:
      facts.clear_legal_basis();
      break;
    case 1:
      if (!facts.officer_role().empty()) facts.set_officer_role(0, "");
      break;
    case 2:
      facts.clear_officer_role();
      break;
    case 3:
      facts.clear_age_from();
      facts.clear_age_below();
      break;
    case 4:  // wider: known less exactly; an unknown age stays unknown
      if (facts.age_from() != 0 || facts.age_below() != 0) {
        if (facts.age_below() != 0) facts.set_age_below(facts.age_below() + 1 + Below(6));
        if (facts.age_from() > 0) facts.set_age_from(Below(static_cast<int>(facts.age_from())));
      }
      break;
    case 5:
      facts.clear_consent();
      break;
    case 6:
      facts.clear_consent_category();
      break;
    case 7:
      facts.clear_reason();
      break;
    default:
      facts.clear_weighing();
  }
  return facts;
}

}  // namespace sluss::testing
