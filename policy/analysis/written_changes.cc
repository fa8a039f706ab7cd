#include "policy/analysis/written_changes.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/canonical.h"
#include "policy/rule_table.h"

namespace sluss {
namespace {

// By id, before and after.
using Pairs = std::map<std::string, std::pair<std::string, std::string>>;

// What a purpose makes of the whole.
std::string Traits(const v1::Purpose& purpose) {
  v1::Purpose bare;
  bare.set_id(purpose.id());
  bare.set_whole(purpose.whole());
  *bare.mutable_needs_category() = purpose.needs_category();
  return CanonicalBytes(bare);
}

Text WhatHappens(bool added, bool removed) {
  if (added) return {" är nytt.", " is new."};
  if (removed) return {" tas bort.", " is removed."};
  return {" prövar nu meddelandet som helhet på ett annat sätt.",
          " now judges a notification as a whole in another way."};
}

}  // namespace

void AddRuleChanges(const PolicySet& before, const PolicySet& after, v1::PolicyDiff* diff) {
  Pairs rules;
  for (const CompiledRule& rule : before.table().rules()) {
    rules[rule.source->id()].first = CanonicalBytes(*rule.source);
  }
  for (const CompiledRule& rule : after.table().rules()) {
    rules[rule.source->id()].second = CanonicalBytes(*rule.source);
  }
  for (const auto& [id, bytes] : rules) {
    if (bytes.first.empty()) {
      diff->add_rule_added(id);
    } else if (bytes.second.empty()) {
      diff->add_rule_removed(id);
    } else if (bytes.first != bytes.second) {
      diff->add_rule_changed(id);
    }
  }
}

void AddPurposeChanges(const PolicySet& before, const PolicySet& after, const BoxWords& words,
                       v1::PolicyDiff* diff) {
  Pairs purposes;
  for (const v1::Purpose& purpose : before.bundle().vocabulary().purpose()) {
    purposes[purpose.id()].first = Traits(purpose);
  }
  for (const v1::Purpose& purpose : after.bundle().vocabulary().purpose()) {
    purposes[purpose.id()].second = Traits(purpose);
  }
  for (const auto& [id, traits] : purposes) {
    if (traits.first == traits.second) continue;
    const Text name = words.NameOf(kPurposeAxis, id);
    const Text what = WhatHappens(traits.first.empty(), traits.second.empty());
    v1::PurposeChange* change = diff->add_purpose();
    change->set_purpose(id);
    change->set_sentence_sv(absl::StrCat("Ändamålet ", name.sv, what.sv));
    change->set_sentence_en(absl::StrCat("The purpose ", name.en, what.en));
  }
}

}  // namespace sluss
