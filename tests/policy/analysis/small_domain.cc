#include "tests/policy/analysis/small_domain.h"

#include <algorithm>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/policy/oracle.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using Values = google::protobuf::RepeatedPtrField<std::string>;

void AddObligations(RandomPolicies* random, v1::Rule* rule) {
  if (rule->effect() != v1::PERMIT) return;
  if (random->Chance(30)) rule->add_obligation()->mutable_retain()->set_days(30 + random->Below(2));
  if (random->Chance(20)) rule->add_obligation()->set_review(true);
}

bool Has(const Values& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool Free(const Values& values, const std::string& value) {
  return values.empty() || Has(values, value);
}

bool AgencyIn(const Values& values, const Values& except, const std::string& agency) {
  if (values.empty() && except.empty()) return true;
  if (Has(except, agency)) return false;
  return Has(values, agency) || Has(values, agency.substr(0, agency.find('/')) + "/*");
}

bool InAges(const google::protobuf::RepeatedPtrField<v1::AgeBox>& ages, uint32_t age) {
  return ages.empty() || std::any_of(ages.begin(), ages.end(), [&](const v1::AgeBox& box) {
           return box.from() <= age && (box.below() == 0 || age < box.below());
         });
}

bool AgeIn(const v1::Box& box, const v1::Facts& facts) {
  if (facts.age_from() == 0 && facts.age_below() == 0) return box.age() != v1::AGE_KNOWN;
  const uint32_t oldest = facts.age_below() == 0 ? 1000 : facts.age_below() - 1;
  return box.age() != v1::AGE_UNKNOWN && InAges(box.youngest(), facts.age_from()) &&
         InAges(box.oldest(), oldest);
}

bool FlagIn(v1::Given given, bool flag) {
  return given == v1::GIVEN_FREE || (given == v1::GIVEN_YES) == flag;
}

std::string ConsentName(const v1::Facts& facts) {
  if (facts.consent() == v1::CONSENT_STATE_UNSPECIFIED) return "UNKNOWN";
  if (facts.consent() == v1::VALID && !Has(facts.consent_category(), facts.category(0))) {
    return "VALID_NOT_COVERING";
  }
  return v1::ConsentState_Name(facts.consent());
}

void SetAge(int number, v1::Facts* facts) {
  static constexpr uint32_t kAges[][2] = {{0, 0},   {0, 5},   {0, 6},   {0, 7},   {5, 7},
                                          {6, 9},   {8, 10},  {9, 12},  {12, 15}, {3, 15},
                                          {14, 16}, {15, 21}, {20, 22}, {21, 0},  {6, 0}};
  facts->set_age_from(kAges[number % 15][0]);
  facts->set_age_below(kAges[number % 15][1]);
}

void SetOfficers(int number, v1::Facts* facts) {
  static const std::vector<std::vector<std::string>> kOfficers = {
      {}, {""}, {"clerk"}, {"chief"}, {"clerk", "chief"}, {"", "clerk"}};
  for (const std::string& role : kOfficers[number % 6]) facts->add_officer_role(role);
}

}  // namespace

std::shared_ptr<const PolicySet> LoadRules(const std::vector<v1::Rule>& rules) {
  v1::Policy policy;
  for (const v1::Rule& rule : rules) *policy.add_rule() = rule;
  std::string text;
  google::protobuf::TextFormat::PrintToString(policy, &text);
  const auto set = LoadSmall(text);
  EXPECT_OK(set) << text;
  return set.ok() ? *set : nullptr;
}

std::vector<v1::Rule> RandomRules(RandomPolicies* random, int count) {
  std::vector<v1::Rule> rules = random->Rules(count, /*permits_list_unknown=*/true);
  for (v1::Rule& rule : rules) AddObligations(random, &rule);
  return rules;
}

std::vector<v1::Rule> RandomEdit(RandomPolicies* random, std::vector<v1::Rule> rules) {
  for (int edits = 1 + random->Below(3); edits > 0; --edits) {
    const int at = random->Below(static_cast<int>(rules.size()));
    switch (random->Below(5)) {
      case 0:
        rules.push_back(random->Permit("new-" + std::to_string(edits), true));
        AddObligations(random, &rules.back());
        break;
      case 1:
        rules.push_back(random->Forbid("new-" + std::to_string(edits)));
        break;
      case 2:
        if (rules.size() > 1) rules.erase(rules.begin() + at);
        break;
      case 3:
        if (rules[at].effect() == v1::PERMIT) rules[at].clear_obligation();
        AddObligations(random, &rules[at]);
        break;
      default:
        rules[at] = random->Permit(rules[at].id(), true);
        AddObligations(random, &rules[at]);
    }
  }
  return rules;
}

std::vector<v1::Facts> AllQuestions(uint32_t seed) {
  RandomPolicies random(seed);
  std::vector<v1::Facts> questions;
  for (const char* sender : {"school/ek", "school/new", "social/sund", "bup/new", "club/ik"}) {
    for (const char* recipient :
         {"school/ek", "social/sund", "police/new", "club/ik", "club/new"}) {
      for (const char* purpose : {"CARE", "ALL", "NEED"}) {
        for (const char* basis : {"", "LAW-1", "LAW-2", "LAW-3"}) {
          for (const char* category : {"A", "B", "C"}) {
            for (int officers = 0; officers < 6; ++officers) {
              for (int consent = 0; consent < 4; ++consent) {
                v1::Facts facts;
                facts.set_sender(sender);
                facts.set_recipient(recipient);
                facts.set_purpose(purpose);
                facts.set_legal_basis(basis);
                facts.add_category(category);
                SetOfficers(officers, &facts);
                facts.set_consent(consent < 2 ? v1::VALID
                                              : static_cast<v1::ConsentState>(
                                                    random.Below(v1::ConsentState_MAX + 1)));
                if (consent % 2 == 0) facts.add_consent_category(category);
                SetAge(random.Below(15), &facts);
                static const char* const kDays[] = {"2025-06-29", "2025-06-30", "2025-07-01",
                                                    "2025-07-02"};
                facts.set_day(kDays[random.Below(4)]);
                facts.set_reason(random.Chance(50));
                facts.set_weighing(random.Chance(50));
                facts.set_protected_identity(random.Chance(30));
                questions.push_back(std::move(facts));
              }
            }
          }
        }
      }
    }
  }
  return questions;
}

std::string Outcome(const PolicySet& set, const std::vector<v1::Rule>& rules,
                    const v1::Facts& facts) {
  const OracleDecision decision = AskOracle(set.bundle().vocabulary(), rules, facts);
  const std::string& category = facts.category(0);
  const auto permits = decision.permits.find(category);
  if (permits == decision.permits.end() || decision.forbids.count(category) != 0) return "";
  uint32_t retain = 0;
  bool review = false, duty = false;
  for (const v1::Rule& rule : rules) {
    if (permits->second.count(rule.id()) == 0) continue;
    duty |= rule.duty();
    for (const v1::Obligation& obligation : rule.obligation()) {
      review |= obligation.review();
      const uint32_t days = obligation.retain().days();
      if (days != 0 && (retain == 0 || days < retain)) retain = days;
    }
  }
  return "permitted, retain " + std::to_string(retain) + (review ? ", review" : "") +
         (duty ? ", duty" : "");
}

bool InBox(const v1::Box& box, const v1::Facts& facts) {
  const auto officers = static_cast<uint32_t>(facts.officer_role_size());
  const bool counted =
      box.officers().empty() ||
      std::any_of(box.officers().begin(), box.officers().end(), [&](const v1::CountRange& range) {
        return range.from() <= officers &&
               (officers <= range.to() || (range.to() == 0 && range.from() > 0));
      });
  const std::string role =
      officers == 0 || facts.officer_role(0).empty() ? "UNKNOWN" : facts.officer_role(0);
  const bool in_force =
      box.day().empty() || std::any_of(box.day().begin(), box.day().end(), [&](const auto& day) {
        return (day.from().empty() || day.from() <= facts.day()) &&
               (day.to().empty() || facts.day() < day.to());
      });
  return AgencyIn(box.sender(), box.sender_except(), facts.sender()) &&
         AgencyIn(box.recipient(), box.recipient_except(), facts.recipient()) &&
         Free(box.purpose(), facts.purpose()) &&
         Free(box.legal_basis(), facts.legal_basis().empty() ? "UNKNOWN" : facts.legal_basis()) &&
         Free(box.category(), facts.category(0)) && Free(box.sender_role(), role) && counted &&
         Free(box.consent(), ConsentName(facts)) && in_force && AgeIn(box, facts) &&
         FlagIn(box.reason(), facts.reason()) && FlagIn(box.weighing(), facts.weighing()) &&
         FlagIn(box.protected_identity(), facts.protected_identity());
}

bool FreeColumn(int column, v1::Box* box) {
  const std::string before = box->SerializeAsString();
  switch (column) {
    case 0:
      box->clear_sender();
      box->clear_sender_except();
      break;
    case 1:
      box->clear_recipient();
      box->clear_recipient_except();
      break;
    case 2:
      box->clear_purpose();
      break;
    case 3:
      box->clear_legal_basis();
      break;
    case 4:
      box->clear_category();
      break;
    case 5:
      box->clear_sender_role();
      break;
    case 6:
      box->clear_officers();
      break;
    case 7:
      box->clear_consent();
      break;
    case 8:
      box->clear_day();
      break;
    case 9:
      box->clear_youngest();
      box->clear_oldest();
      box->clear_age();
      break;
    case 10:
      box->clear_reason();
      break;
    case 11:
      box->clear_weighing();
      break;
    default:
      box->clear_protected_identity();
  }
  return box->SerializeAsString() != before;
}

}  // namespace sluss::testing
