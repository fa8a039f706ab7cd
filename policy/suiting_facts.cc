#include "policy/suiting_facts.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/bounds.h"
#include "policy/vocabulary.h"

namespace sluss {
namespace {

constexpr absl::string_view kAny = "ANY";

std::string Example(absl::string_view kind) { return absl::StrCat(kind, "/example"); }

// Whom the rule lets attest first; ANY means whoever is named first in the vocabulary.
std::string FirstRole(const v1::Vocabulary& vocabulary, const v1::Rule& rule) {
  if (!absl::c_linear_search(rule.sender_role(), kAny)) return rule.sender_role(0);
  return vocabulary.role().empty() ? "" : vocabulary.role(0).id();
}

}  // namespace

std::vector<std::string> ExampleAgencies(
    const v1::Vocabulary& vocabulary,
    const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<std::string> agencies;
  for (const std::string& name : ExpandAgencies(vocabulary, names)) {
    if (name == "*") {
      for (const auto& kind : vocabulary.agency_kind()) agencies.push_back(Example(kind.kind()));
    } else if (absl::EndsWith(name, "/*")) {
      agencies.push_back(Example(absl::StripSuffix(name, "/*")));
    } else {
      agencies.push_back(name);
    }
  }
  return agencies;
}

std::vector<std::string> ExpandCategories(
    const PolicySet& set, const google::protobuf::RepeatedPtrField<std::string>& names) {
  const VocabularyIndex& index = set.names();
  Mask mask = 0;
  for (const std::string& name : names) {
    const auto group = index.category_groups().find(name);
    if (name == kAny) {
      mask |= index.all_categories();
    } else if (group != index.category_groups().end()) {
      mask |= group->second;
    } else {
      mask |= Bit(*index.categories().Find(name));
    }
  }
  std::vector<std::string> ids;
  for (uint32_t number = 0; number < index.categories().size(); ++number) {
    if ((mask & Bit(number)) != 0) ids.push_back(index.categories().name(number));
  }
  return ids;
}

std::vector<v1::Facts> SuitingFacts(const PolicySet& set, const v1::Rule& rule,
                                    const std::string& sender, const std::string& recipient,
                                    const std::string& day) {
  v1::Facts facts;
  facts.set_sender(sender);
  facts.set_recipient(recipient);
  const std::string role = FirstRole(set.bundle().vocabulary(), rule);
  for (uint32_t i = 0; i < std::max(1u, rule.attestation().officers()); ++i) {
    facts.add_officer_role(role);
  }
  facts.set_reason(true);
  facts.set_weighing(true);
  facts.set_age_from(rule.age().from());
  facts.set_age_below(rule.age().from() + 1);
  facts.set_consent(v1::VALID);
  facts.set_day(day);
  for (const std::string& category : ExpandCategories(set, rule.category())) {
    facts.add_category(category);
    facts.add_consent_category(category);
  }
  std::vector<std::string> purposes(rule.purpose().begin(), rule.purpose().end());
  if (absl::c_linear_search(purposes, kAny)) {
    purposes.clear();
    for (const v1::Purpose& one : set.bundle().vocabulary().purpose()) purposes.push_back(one.id());
  }
  std::vector<v1::Facts> all;
  for (const std::string& purpose : purposes) {
    for (const std::string& basis : rule.legal_basis()) {
      facts.set_purpose(purpose);
      facts.set_legal_basis(basis == "UNKNOWN" ? "" : basis);
      all.push_back(facts);
    }
  }
  return all;
}

}  // namespace sluss
