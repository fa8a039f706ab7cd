#include "policy/set_checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

bool Subset(Mask inner, Mask outer) { return (inner & ~outer) == 0; }

bool AgesMeet(const Row& a, const Row& b) {
  return std::max(a.age_from, b.age_from) < std::min(a.age_below, b.age_below) ||
         (a.age_unknown && b.age_unknown);
}

bool BasesMeet(const CompiledRule& a, const CompiledRule& b) {
  if (a.row.basis_all_but && b.row.basis_all_but) return true;
  if (b.row.basis_all_but) return BasesMeet(b, a);
  // `b` lists its bases: does `a` match one of them?
  return std::any_of(b.bases.begin(), b.bases.end(), [&](uint32_t basis) {
    const bool listed = std::find(a.bases.begin(), a.bases.end(), basis) != a.bases.end();
    return listed != a.row.basis_all_but;
  });
}

// The guardian's notice of a rule: what it makes an exception for, null where it asks for none.
const std::string* NoticeExcept(const v1::Rule& rule) {
  for (const v1::Obligation& obligation : rule.obligation()) {
    if (obligation.has_notify_guardian()) return &obligation.notify_guardian().unless();
  }
  return nullptr;
}

}  // namespace

uint8_t SetChecks::CoverOf(uint32_t node) const {
  uint8_t cover = 0;
  for (uint32_t kind = 0; kind < names_->kinds().size(); ++kind) {
    const bool meant =
        nodes_->Covers(node, nodes_->Kind(kind)) || nodes_->Covers(nodes_->Kind(kind), node);
    if (meant) cover |= names_->cover(kind);
  }
  return cover;
}

bool SetChecks::RecipientsMeet(const CompiledRule& a, const CompiledRule& b) const {
  for (const uint32_t x : a.recipients) {
    for (const uint32_t y : b.recipients) {
      const uint32_t narrower = nodes_->Covers(x, y) ? y : x;
      if (!nodes_->Covers(x, y) && !nodes_->Covers(y, x)) continue;
      if ((CoverOf(narrower) & a.row.covers & b.row.covers) != 0) return true;
    }
  }
  return false;
}

bool SetChecks::Meet(const CompiledRule& a, const CompiledRule& b) const {
  if ((a.row.purposes & b.row.purposes) == 0 || (a.row.roles & b.row.roles) == 0 ||
      (a.row.consent_states & b.row.consent_states) == 0 ||
      Intersection(a.row.days, b.row.days).empty() || !AgesMeet(a.row, b.row) || !BasesMeet(a, b)) {
    return false;
  }
  const bool senders = std::any_of(a.senders.begin(), a.senders.end(), [&](uint32_t x) {
    return std::any_of(b.senders.begin(), b.senders.end(),
                       [&](uint32_t y) { return nodes_->Covers(x, y) || nodes_->Covers(y, x); });
  });
  return senders && RecipientsMeet(a, b);
}

bool SetChecks::Among(const std::vector<uint32_t>& inner,
                      const std::vector<uint32_t>& outer) const {
  return std::all_of(inner.begin(), inner.end(), [&](uint32_t x) {
    return std::any_of(outer.begin(), outer.end(),
                       [&](uint32_t y) { return nodes_->Covers(y, x); });
  });
}

bool SetChecks::Contains(const CompiledRule& outer, const CompiledRule& inner) const {
  const Row& o = outer.row;
  const Row& i = inner.row;
  return Among(inner.senders, outer.senders) && Among(inner.recipients, outer.recipients) &&
         Subset(i.categories, o.categories) && Subset(i.purposes, o.purposes) &&
         Subset(i.roles, o.roles) && Subset(i.consent_states, o.consent_states) &&
         Subset(i.covers, o.covers) && o.days.Contains(i.days) && o.age_from <= i.age_from &&
         i.age_below <= o.age_below && (o.age_unknown || !i.age_unknown) &&
         (o.protected_identity || !i.protected_identity) && o.officers <= i.officers &&
         (i.needs_reason || !o.needs_reason) && (i.needs_weighing || !o.needs_weighing);
}

bool SetChecks::WithinDuty(const CompiledRule& rule, const CompiledRule& duty) const {
  return rule.paragraphs == duty.paragraphs && Among(rule.senders, duty.senders) &&
         Among(rule.recipients, duty.recipients) && Subset(rule.row.purposes, duty.row.purposes);
}

void SetChecks::CheckDuties(const std::vector<CompiledRule>& commanded,
                            const std::vector<CompiledRule>& rules) const {
  for (const CompiledRule& duty : commanded) {
    const bool permitted = std::any_of(rules.begin(), rules.end(), [&](const CompiledRule& rule) {
      return rule.row.duty && WithinDuty(rule, duty) && Contains(rule, duty);
    });
    if (permitted) continue;
    faults_->Add(duty.where, absl::StrCat("no rule permits all of the duty `", duty.source->id(),
                                          "`: a policy needs a permit with `duty: true` for it"));
  }
  for (const CompiledRule& rule : rules) {
    if (!rule.row.duty) continue;
    const bool known = std::any_of(commanded.begin(), commanded.end(),
                                   [&](const auto& duty) { return WithinDuty(rule, duty); });
    if (!known) {
      faults_->Add(rule.where, absl::StrCat("rule `", rule.source->id(),
                                            "` calls itself a duty, but the catalogue states no "
                                            "duty with its paragraphs, agencies and purpose"));
    }
    for (uint32_t purpose = 0; purpose < names_->purposes().size(); ++purpose) {
      const v1::Purpose& entry = names_->purpose(purpose);
      const bool strict = entry.whole() || !entry.needs_category().empty();
      if (!strict || (rule.row.purposes & Bit(purpose)) == 0) continue;
      faults_->Add(rule.where, absl::StrCat("duty `", rule.source->id(), "`: its purpose `",
                                            entry.id(), "` could deny the whole for a part"));
    }
    for (const CompiledRule& forbid : rules) {
      if (!forbid.row.forbid || (forbid.row.categories & rule.row.categories) == 0 ||
          !Meet(forbid, rule)) {
        continue;
      }
      faults_->Add(forbid.where,
                   absl::StrCat("forbid `", forbid.source->id(), "` could strike the duty `",
                                rule.source->id(), "`: nothing may stop a duty"));
    }
  }
}

bool SetChecks::StrikesAll(const CompiledRule& forbid, const CompiledRule& permit) const {
  const Row& f = forbid.row;
  const Row& p = permit.row;
  if (!Subset(p.categories, f.categories) || !Subset(p.purposes, f.purposes) ||
      !Subset(p.roles, f.roles) || !Subset(p.consent_states, f.consent_states) ||
      !f.days.Contains(p.days) || f.age_from > p.age_from || f.age_below < p.age_below) {
    return false;
  }
  const auto struck = [&](uint32_t basis) {
    const bool listed =
        std::find(forbid.bases.begin(), forbid.bases.end(), basis) != forbid.bases.end();
    return listed != f.basis_all_but;
  };
  const bool bases = p.basis_all_but
                         ? f.basis_all_but && forbid.bases.empty()
                         : std::all_of(permit.bases.begin(), permit.bases.end(), struck);
  const bool covers =
      std::all_of(permit.recipients.begin(), permit.recipients.end(),
                  [&](uint32_t node) { return Subset(CoverOf(node) & p.covers, f.covers); });
  return bases && covers && Among(permit.senders, forbid.senders) &&
         Among(permit.recipients, forbid.recipients);
}

void SetChecks::CheckWalls(const std::set<const v1::Rule*>& walls,
                           const std::vector<CompiledRule>& rules) const {
  std::vector<const CompiledRule*> standing;
  for (const CompiledRule& rule : rules) {
    if (walls.count(rule.source) != 0) standing.push_back(&rule);
  }
  for (const CompiledRule& rule : rules) {
    if (rule.row.forbid) continue;
    for (const CompiledRule* wall : standing) {
      if (!StrikesAll(*wall, rule)) continue;
      faults_->Add(rule.where, absl::StrCat("rule `", rule.source->id(),
                                            "` permits nothing: the wall `", wall->source->id(),
                                            "` forbids all of it, and only a "
                                            "newer catalogue can open a wall"));
      break;
    }
  }
}

void SetChecks::CheckObligations(const std::vector<CompiledRule>& rules) const {
  std::vector<const CompiledRule*> notifying;
  for (const CompiledRule& rule : rules) {
    if (NoticeExcept(*rule.source) != nullptr) notifying.push_back(&rule);
  }
  for (size_t i = 0; i < notifying.size(); ++i) {
    for (size_t j = i; j < notifying.size(); ++j) {
      const v1::Rule& a = *notifying[i]->source;
      const v1::Rule& b = *notifying[j]->source;
      if (*NoticeExcept(a) == *NoticeExcept(b) || !Meet(*notifying[i], *notifying[j])) continue;
      faults_->Add(notifying[j]->where,
                   absl::StrCat("rules `", a.id(), "` and `", b.id(),
                                "` can match together and differ in `notify_guardian`: give both "
                                "the same `unless`"));
    }
  }
}

}  // namespace sluss
