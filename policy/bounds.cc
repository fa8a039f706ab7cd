#include "policy/bounds.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

bool Covers(const std::string& wider, const std::string& narrower) {
  if (wider == "*" || wider == narrower) return true;
  return wider == absl::StrCat(narrower.substr(0, narrower.find('/')), "/*");
}

bool Among(const v1::Vocabulary& vocabulary, const Names& inner, const Names& outer) {
  const std::vector<std::string> wide = ExpandAgencies(vocabulary, outer);
  const std::vector<std::string> narrow = ExpandAgencies(vocabulary, inner);
  return std::all_of(narrow.begin(), narrow.end(), [&](const std::string& one) {
    return std::any_of(wide.begin(), wide.end(),
                       [&](const std::string& other) { return Covers(other, one); });
  });
}

bool AgeWithin(const v1::AgeBox& inner, const v1::AgeBox& outer) {
  const bool above = inner.from() >= outer.from();
  const bool below = outer.below() == 0 || (inner.below() != 0 && inner.below() <= outer.below());
  return above && below;
}

// The walk over all permits of a set.
class BoundsCheck {
 public:
  explicit BoundsCheck(const v1::Vocabulary& vocabulary) : vocabulary_(vocabulary) {
    for (const auto& paragraph : vocabulary.paragraph()) paragraphs_[paragraph.id()] = &paragraph;
    for (const auto& purpose : vocabulary.purpose()) purposes_[purpose.id()] = &purpose;
  }

  void Rule(const v1::Rule& rule);
  std::vector<BeyondParagraph> Take() { return std::move(beyond_); }

 private:
  void Against(const v1::Rule& rule, const v1::Paragraph& paragraph);
  // Whether the rule passes nothing of which a child could be the subject.
  bool WithoutSubject(const v1::Rule& rule) const;

  const v1::Vocabulary& vocabulary_;
  absl::flat_hash_map<std::string, const v1::Paragraph*> paragraphs_;
  absl::flat_hash_map<std::string, const v1::Purpose*> purposes_;
  std::vector<BeyondParagraph> beyond_;
};

bool BoundsCheck::WithoutSubject(const v1::Rule& rule) const {
  return std::all_of(rule.purpose().begin(), rule.purpose().end(), [&](const std::string& name) {
    const auto at = purposes_.find(name);
    return at != purposes_.end() && at->second->no_subject();
  });
}

void BoundsCheck::Rule(const v1::Rule& rule) {
  if (rule.effect() != v1::PERMIT) return;
  for (const std::string& id : rule.legal_basis()) {
    const auto at = paragraphs_.find(id);
    if (at != paragraphs_.end()) Against(rule, *at->second);
  }
}

void BoundsCheck::Against(const v1::Rule& rule, const v1::Paragraph& paragraph) {
  const auto add = [&](bool beyond, absl::string_view sv, absl::string_view en) {
    if (!beyond) return;
    beyond_.push_back({rule.id(), paragraph.id(), std::string(sv), std::string(en)});
  };
  const bool opens =
      paragraph.law_effect() != v1::FORBIDS && paragraph.law_effect() != v1::RECOMMENDS;
  add(!opens && !WithoutSubject(rule), "paragrafen öppnar ingen sekretess",
      "the paragraph opens no secrecy");
  add(!paragraph.who().empty() && !Among(vocabulary_, rule.sender(), paragraph.who()),
      "fler får lämna uppgifter än paragrafen nämner", "more may tell than the paragraph names");
  add(!paragraph.to_whom().empty() && !Among(vocabulary_, rule.recipient(), paragraph.to_whom()),
      "fler får ta emot uppgifter än paragrafen nämner",
      "more may be told than the paragraph names");
  add(!AgeWithin(rule.age(), paragraph.age()) && !WithoutSubject(rule),
      "åldern går utöver paragrafens", "the ages reach beyond the paragraph's");
  add(paragraph.consent() == v1::REQUIRED && rule.consent() != v1::REQUIRED,
      "paragrafen kräver samtycke", "the paragraph requires consent");
  add(!paragraph.test().empty() && rule.attestation().officers() == 0,
      "paragrafen kräver en bedömning som någon intygar",
      "the paragraph requires a judgement that somebody attests");
}

}  // namespace

std::vector<std::string> ExpandAgencies(const v1::Vocabulary& vocabulary, const Names& names) {
  std::vector<std::string> expanded;
  for (const std::string& name : names) {
    const auto group =
        std::find_if(vocabulary.agency_group().begin(), vocabulary.agency_group().end(),
                     [&](const v1::Group& one) { return one.id() == name; });
    if (group == vocabulary.agency_group().end()) {
      expanded.push_back(name);
    } else {
      expanded.insert(expanded.end(), group->member().begin(), group->member().end());
    }
  }
  return expanded;
}

std::vector<BeyondParagraph> BeyondTheirParagraphs(const PolicySet& set) {
  BoundsCheck check(set.bundle().vocabulary());
  for (const v1::Policy& policy : set.bundle().policy()) {
    for (const v1::Rule& rule : policy.rule()) check.Rule(rule);
  }
  return check.Take();
}

}  // namespace sluss
