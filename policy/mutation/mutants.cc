#include "policy/mutation/mutants.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

bool Has(const Names& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Mutants {
 public:
  Mutants(const v1::Rule& rule, const v1::Vocabulary& vocabulary)
      : rule_(rule), vocabulary_(vocabulary) {}

  std::vector<Mutant> Make() {
    mutants_.push_back({"deleted", std::nullopt});
    if (rule_.effect() == v1::FORBID) {
      Narrower();
    } else {
      WiderAges();
      WiderConditions();
      WiderParties(&v1::Rule::sender, &v1::Rule::mutable_sender, "sender");
      WiderParties(&v1::Rule::recipient, &v1::Rule::mutable_recipient, "recipient");
      WiderSubjects();
      FewerObligations();
    }
    return std::move(mutants_);
  }

 private:
  template <typename Change>
  void Add(std::string what, Change change) {
    v1::Rule rule = rule_;
    change(&rule);
    mutants_.push_back({std::move(what), std::move(rule)});
  }

  void WiderAges() {
    const uint32_t from = rule_.age().from(), below = rule_.age().below();
    if (from > 0) {
      Add(absl::StrCat("from ", from, " -> ", from - 1),
          [&](v1::Rule* rule) { rule->mutable_age()->set_from(from - 1); });
      Add("no lower age", [](v1::Rule* rule) { rule->mutable_age()->clear_from(); });
    }
    if (below > 0) {
      Add(absl::StrCat("below ", below, " -> ", below + 1),
          [&](v1::Rule* rule) { rule->mutable_age()->set_below(below + 1); });
      Add("no upper age", [](v1::Rule* rule) { rule->mutable_age()->clear_below(); });
    }
    if (!rule_.age_unknown()) {
      Add("unknown age", [](v1::Rule* rule) { rule->set_age_unknown(true); });
    }
  }

  void WiderConditions() {
    const bool every_role = Has(rule_.sender_role(), "ANY");
    if (!every_role) {
      Add("every known role", [](v1::Rule* rule) {
        rule->clear_sender_role();
        rule->add_sender_role("ANY");
      });
    }
    if (!Has(rule_.sender_role(), "UNKNOWN")) {
      Add("unknown role", [](v1::Rule* rule) { rule->add_sender_role("UNKNOWN"); });
    }
    if (rule_.consent() == v1::REQUIRED) {
      Add("no consent", [](v1::Rule* rule) { rule->set_consent(v1::NOT_REQUIRED); });
    }
    if (rule_.attestation().officers() > 0) {
      Add("an officer less", [](v1::Rule* rule) {
        rule->mutable_attestation()->set_officers(rule->attestation().officers() - 1);
      });
    }
    if (rule_.attestation().reason() == v1::TEXT_REQUIRED) {
      Add("no reason", [](v1::Rule* rule) { rule->mutable_attestation()->clear_reason(); });
    }
    if (rule_.attestation().weighing() == v1::TEXT_REQUIRED) {
      Add("no weighing", [](v1::Rule* rule) { rule->mutable_attestation()->clear_weighing(); });
    }
    if (!rule_.valid().from().empty()) {
      Add("no first day", [](v1::Rule* rule) { rule->mutable_valid()->clear_from(); });
    }
    if (!rule_.valid().to().empty()) {
      Add("no last day", [](v1::Rule* rule) { rule->mutable_valid()->clear_to(); });
    }
    if (!rule_.protected_identity()) {
      Add("protected identity", [](v1::Rule* rule) { rule->set_protected_identity(true); });
    }
    if (!rule_.recipient_cover().empty()) {
      Add("any secrecy cover", [](v1::Rule* rule) { rule->clear_recipient_cover(); });
    }
    if (!rule_.duty()) Add("a duty", [](v1::Rule* rule) { rule->set_duty(true); });
  }

  void WiderParties(const Names& (v1::Rule::*get)() const, Names* (v1::Rule::*field)(),
                    absl::string_view column) {
    const Names& names = (rule_.*get)();
    for (int i = 0; i < names.size(); ++i) {
      const size_t slash = names[i].find('/');
      if (slash == std::string::npos || absl::EndsWith(names[i], "/*")) continue;
      Add(absl::StrCat(column, " ", names[i], " -> its kind"), [&](v1::Rule* rule) {
        *(rule->*field)()->Mutable(i) = absl::StrCat(names[i].substr(0, slash), "/*");
      });
    }
    if (Has(names, "*")) return;
    Add(absl::StrCat(column, " -> everybody"), [&](v1::Rule* rule) {
      (rule->*field)()->Clear();
      *(rule->*field)()->Add() = "*";
    });
  }

  void WiderSubjects() {
    if (!Has(rule_.category(), "ANY")) {
      for (const v1::Category& category : vocabulary_.category()) {
        if (Speaks(category.id())) continue;
        Add(absl::StrCat("category ", category.id()),
            [&](v1::Rule* rule) { rule->add_category(category.id()); });
      }
    }
    if (!Has(rule_.purpose(), "ANY")) {
      Add("every purpose", [](v1::Rule* rule) {
        rule->clear_purpose();
        rule->add_purpose("ANY");
      });
    }
    if (!rule_.duty() && !Has(rule_.legal_basis(), "UNKNOWN")) {
      Add("no paragraph cited", [](v1::Rule* rule) { rule->add_legal_basis("UNKNOWN"); });
    }
  }

  bool Speaks(const std::string& category) const {
    if (Has(rule_.category(), category)) return true;
    const auto& groups = vocabulary_.category_group();
    return std::any_of(groups.begin(), groups.end(), [&](const v1::Group& group) {
      return Has(rule_.category(), group.id()) && Has(group.member(), category);
    });
  }

  void FewerObligations() {
    for (int i = 0; i < rule_.obligation_size(); ++i) {
      Add(absl::StrCat("without ", rule_.obligation(i).ShortDebugString()),
          [&](v1::Rule* rule) { rule->mutable_obligation()->DeleteSubrange(i, 1); });
    }
  }

  void Fewer(const Names& (v1::Rule::*get)() const, Names* (v1::Rule::*field)(),
             absl::string_view column) {
    const Names& names = (rule_.*get)();
    for (int i = 0; i < names.size(); ++i) {
      if (names.size() == 1) return;  // an empty column does not load, or means everything
      Add(absl::StrCat(column, " without ", names[i]),
          [&](v1::Rule* rule) { (rule->*field)()->DeleteSubrange(i, 1); });
    }
  }

  void Narrower() {
    Fewer(&v1::Rule::sender, &v1::Rule::mutable_sender, "sender");
    Fewer(&v1::Rule::recipient, &v1::Rule::mutable_recipient, "recipient");
    Fewer(&v1::Rule::purpose, &v1::Rule::mutable_purpose, "purpose");
    Fewer(&v1::Rule::category, &v1::Rule::mutable_category, "category");
    Fewer(&v1::Rule::sender_role, &v1::Rule::mutable_sender_role, "sender_role");
    Fewer(&v1::Rule::recipient_cover, &v1::Rule::mutable_recipient_cover, "recipient_cover");
    Fewer(&v1::Rule::cited_basis, &v1::Rule::mutable_cited_basis, "cited_basis");
    for (int i = 0; rule_.consent_state_size() > 1 && i < rule_.consent_state_size(); ++i) {
      Add(absl::StrCat("consent_state without ", v1::ConsentState_Name(rule_.consent_state(i))),
          [&](v1::Rule* rule) {
            rule->mutable_consent_state()->erase(rule->consent_state().begin() + i);
          });
    }
  }

  const v1::Rule& rule_;
  const v1::Vocabulary& vocabulary_;
  std::vector<Mutant> mutants_;
};

}  // namespace

std::vector<Mutant> MutantsOf(const v1::Rule& rule, const v1::Vocabulary& vocabulary) {
  return Mutants(rule, vocabulary).Make();
}

}  // namespace sluss
