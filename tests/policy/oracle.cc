#include "tests/policy/oracle.h"

#include <algorithm>

namespace sluss::testing {
namespace {

using Values = google::protobuf::RepeatedPtrField<std::string>;

bool Has(const Values& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string KindOf(const std::string& agency) { return agency.substr(0, agency.find('/')); }

bool AgencyIn(const v1::Vocabulary& vocabulary, const Values& values, const std::string& agency) {
  const auto direct = [&](const Values& names) {
    return Has(names, "*") || Has(names, agency) || Has(names, KindOf(agency) + "/*");
  };
  if (direct(values)) return true;
  for (const v1::Group& group : vocabulary.agency_group()) {
    if (Has(values, group.id()) && direct(group.member())) return true;
  }
  return false;
}

bool CategoryIn(const v1::Vocabulary& vocabulary, const Values& values,
                const std::string& category) {
  if (Has(values, "ANY") || Has(values, category)) return true;
  for (const v1::Group& group : vocabulary.category_group()) {
    if (Has(values, group.id()) && Has(group.member(), category)) return true;
  }
  return false;
}

std::string CoverOf(const v1::Vocabulary& vocabulary, const std::string& agency) {
  for (const v1::AgencyKindEntry& entry : vocabulary.agency_kind()) {
    if (entry.kind() == KindOf(agency)) return entry.secrecy_cover();
  }
  return "";
}

// Days as texts: YYYY-MM-DD sorts as the days do.
bool DayWithin(const v1::Validity& validity, const std::string& day) {
  return (validity.from().empty() || validity.from() <= day) &&
         (validity.to().empty() || day < validity.to());
}

// Sentence 4.
bool InForce(const v1::Vocabulary& vocabulary, const v1::Rule& rule, const std::string& day) {
  for (const v1::Paragraph& paragraph : vocabulary.paragraph()) {
    if (Has(rule.legal_basis(), paragraph.id()) && !DayWithin(paragraph.in_force(), day)) {
      return false;
    }
  }
  return DayWithin(rule.valid(), day);
}

std::string Role(const v1::Facts& facts) {
  return facts.officer_role().empty() || facts.officer_role(0).empty() ? "UNKNOWN"
                                                                       : facts.officer_role(0);
}

std::string Basis(const v1::Facts& facts) {
  return facts.legal_basis().empty() ? "UNKNOWN" : facts.legal_basis();
}

// Every age that the facts leave possible, one by one; 200 stands for all beyond.
std::vector<uint32_t> PossibleAges(const v1::Facts& facts) {
  std::vector<uint32_t> ages;
  const uint32_t below = facts.age_below() == 0 ? 201 : facts.age_below();
  for (uint32_t age = facts.age_from(); age < below; ++age) ages.push_back(age);
  return ages;
}

bool InBox(const v1::AgeBox& box, uint32_t age) {
  return box.from() <= age && (box.below() == 0 || age < box.below());
}

// Sentence 2, a permit.
bool PermitMatches(const v1::Rule& rule, const v1::Facts& facts, const std::string& category) {
  const std::string role = Role(facts), basis = Basis(facts);
  if (!rule.duty() && !Has(rule.legal_basis(), basis)) return false;
  const bool any_role = Has(rule.sender_role(), "ANY") && role != "UNKNOWN";
  if (!any_role && !Has(rule.sender_role(), role)) return false;
  if (facts.age_from() == 0 && facts.age_below() == 0) {
    if (!rule.age_unknown()) return false;
  } else {
    for (const uint32_t age : PossibleAges(facts)) {
      if (!InBox(rule.age(), age)) return false;
    }
  }
  if (rule.consent() == v1::REQUIRED &&
      (facts.consent() != v1::VALID || !Has(facts.consent_category(), category))) {
    return false;
  }
  const v1::AttestationNeed& need = rule.attestation();
  return need.officers() <= static_cast<uint32_t>(facts.officer_role_size()) &&
         (need.reason() != v1::TEXT_REQUIRED || facts.reason()) &&
         (need.weighing() != v1::TEXT_REQUIRED || facts.weighing()) &&
         (rule.protected_identity() || !facts.protected_identity());
}

// Sentence 2, a forbid.
bool ForbidMatches(const v1::Rule& rule, const v1::Facts& facts) {
  const std::string role = Role(facts), basis = Basis(facts);
  if (!Has(rule.sender_role(), "ANY") && role != "UNKNOWN" && !Has(rule.sender_role(), role)) {
    return false;
  }
  if (!rule.cited_basis().empty() && basis != "UNKNOWN" && !Has(rule.cited_basis(), basis)) {
    return false;
  }
  if (Has(rule.except_legal_basis(), basis)) return false;
  if (!rule.consent_state().empty() && facts.consent() != v1::CONSENT_STATE_UNSPECIFIED &&
      std::find(rule.consent_state().begin(), rule.consent_state().end(), facts.consent()) ==
          rule.consent_state().end()) {
    return false;
  }
  if (facts.age_from() == 0 && facts.age_below() == 0) return true;
  const std::vector<uint32_t> ages = PossibleAges(facts);
  return std::any_of(ages.begin(), ages.end(),
                     [&](uint32_t age) { return InBox(rule.age(), age); });
}

bool Matches(const v1::Vocabulary& vocabulary, const v1::Rule& rule, const v1::Facts& facts,
             const std::string& category) {
  if (!AgencyIn(vocabulary, rule.sender(), facts.sender())) return false;
  if (!AgencyIn(vocabulary, rule.recipient(), facts.recipient())) return false;
  if (!Has(rule.purpose(), "ANY") && !Has(rule.purpose(), facts.purpose())) return false;
  if (!CategoryIn(vocabulary, rule.category(), category)) return false;
  if (!InForce(vocabulary, rule, facts.day())) return false;
  if (!rule.recipient_cover().empty() &&
      !Has(rule.recipient_cover(), CoverOf(vocabulary, facts.recipient()))) {
    return false;
  }
  return rule.effect() == v1::PERMIT ? PermitMatches(rule, facts, category)
                                     : ForbidMatches(rule, facts);
}

}  // namespace

OracleDecision AskOracle(const v1::Vocabulary& vocabulary, const std::vector<v1::Rule>& rules,
                         const v1::Facts& facts) {
  OracleDecision decision;
  const std::set<std::string> categories(facts.category().begin(), facts.category().end());
  for (const std::string& category : categories) {
    for (const v1::Rule& rule : rules) {
      if (!Matches(vocabulary, rule, facts, category)) continue;
      auto& voices = rule.effect() == v1::PERMIT ? decision.permits : decision.forbids;
      voices[category].insert(rule.id());
    }
    // Sentence 3.
    if (decision.permits.count(category) != 0 && decision.forbids.count(category) == 0) {
      decision.passed.insert(category);
    }
  }
  // Sentence 5.
  bool denied = decision.passed.empty();
  for (const v1::Purpose& purpose : vocabulary.purpose()) {
    if (purpose.id() != facts.purpose()) continue;
    if (purpose.whole() && decision.passed != categories) denied = true;
    for (const std::string& needed : purpose.needs_category()) {
      if (decision.passed.count(needed) == 0) denied = true;
    }
  }
  if (denied) decision.passed.clear();
  decision.verdict = denied                          ? v1::VERDICT_DENY
                     : decision.passed == categories ? v1::VERDICT_PERMIT
                                                     : v1::VERDICT_PARTIAL;
  return decision;
}

}  // namespace sluss::testing
