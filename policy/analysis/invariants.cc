#include "policy/analysis/invariants.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/comparison.h"
#include "policy/analysis/determining_rules.h"
#include "policy/analysis/subject.h"

namespace sluss {
namespace {

using Values = google::protobuf::RepeatedPtrField<std::string>;

void AddPatterns(const PolicySet& set, const Values& patterns, Space::Extra* extra) {
  const auto& groups = set.names().agency_groups();
  for (const std::string& pattern : patterns) {
    if (!groups.contains(pattern) && pattern != "*" && !absl::EndsWith(pattern, "/*")) {
      extra->agencies.push_back(pattern);
    }
  }
}

absl::StatusOr<Space::Extra> ExtraOf(const PolicySet& set, const v1::InvariantSet& invariants) {
  Space::Extra extra;
  for (const v1::Invariant& invariant : invariants.invariant()) {
    AddPatterns(set, invariant.sender(), &extra);
    AddPatterns(set, invariant.recipient(), &extra);
    extra.ages.push_back(invariant.age().from());
    extra.ages.push_back(invariant.age().below());
    extra.officers.push_back(invariant.without().officers());
    ASSIGN_OR_RETURN(const DayRange days, ParseValidity(invariant.valid()));
    if (days.from != DayRange().from) extra.days.push_back(days.from);
    if (days.to != DayRange().to) extra.days.push_back(days.to);
  }
  return extra;
}

// Where one invariant is broken as soon as anything passes: one box for each need.
class Breaches {
 public:
  Breaches(const Subject& subject, const v1::Invariant& invariant)
      : subject_(subject), space_(subject.space), invariant_(invariant) {}

  struct Breach {
    AtomBox box;
    std::string lacks;
  };
  std::vector<Breach> All() const;

 private:
  AtomBox Where() const;
  AtomSet Agencies(const Values& patterns) const;
  AtomSet Named(Axis axis, const Values& names) const;

  const Subject& subject_;
  const Space& space_;
  const v1::Invariant& invariant_;
};

AtomSet Breaches::Agencies(const Values& patterns) const {
  if (patterns.empty()) return space_.All(kSenderAxis);
  AtomSet atoms(space_.size(kSenderAxis));
  const auto& groups = subject_.set.names().agency_groups();
  for (const std::string& pattern : patterns) {
    const auto group = groups.find(pattern);
    if (group == groups.end()) {
      atoms |= space_.Agencies(pattern);
      continue;
    }
    for (const std::string& member : group->second) atoms |= space_.Agencies(member);
  }
  return atoms;
}

AtomSet Breaches::Named(Axis axis, const Values& names) const {
  if (names.empty()) return space_.All(axis);
  AtomSet atoms(space_.size(axis));
  const VocabularyIndex& vocabulary = subject_.set.names();
  for (const std::string& name : names) {
    const auto group = vocabulary.category_groups().find(name);
    if (axis == kCategoryAxis && group != vocabulary.category_groups().end()) {
      for (uint32_t i = 0; i < vocabulary.categories().size(); ++i) {
        if ((group->second & Bit(i)) == 0) continue;
        atoms.Add(*space_.Named(axis, vocabulary.categories().name(i)));
      }
    } else if (name == "ANY") {
      atoms |= space_.All(axis);
      if (axis == kBasisAxis || axis == kRoleAxis) {  // ANY does not include UNKNOWN
        atoms -= AtomSet::Only(space_.size(axis), kUnknownAtom);
      }
    } else if (const auto atom = space_.Named(axis, name)) {
      atoms.Add(*atom);
    }
  }
  return atoms;
}

AtomBox Breaches::Where() const {
  AtomBox box = space_.Everything();
  box[kSenderAxis] = Agencies(invariant_.sender());
  box[kRecipientAxis] = Agencies(invariant_.recipient());
  if (!invariant_.recipient_cover().empty()) {
    uint8_t covers = 0;
    for (const std::string& cover : invariant_.recipient_cover()) covers |= ParseCover(cover);
    const NameTable& kinds = subject_.set.names().kinds();
    for (uint32_t kind = 0; kind < kinds.size(); ++kind) {
      if ((subject_.set.names().cover(kind) & covers) != 0) continue;
      box[kRecipientAxis] -= space_.Agencies(absl::StrCat(kinds.name(kind), "/*"));
    }
  }
  box[kPurposeAxis] = Named(kPurposeAxis, invariant_.purpose());
  box[kCategoryAxis] = Named(kCategoryAxis, invariant_.category());
  box[kBasisAxis] = Named(kBasisAxis, invariant_.legal_basis());
  const absl::StatusOr<DayRange> days = ParseValidity(invariant_.valid());
  if (days.ok()) box[kDayAxis] = space_.DaysWithin(*days);
  if (invariant_.has_age()) {
    box[kYoungestAxis] = space_.AgesWithin(0, invariant_.age().below());
    box[kOldestAxis] = space_.AgesWithin(invariant_.age().from(), 0);
    box[kYoungestAxis].Add(kUnknownAtom);
    box[kOldestAxis].Add(kUnknownAtom);
  }
  return box;
}

std::vector<Breaches::Breach> Breaches::All() const {
  const v1::Need& need = invariant_.without();
  std::vector<Breach> breaches;
  const auto add = [&](bool asked, Axis axis, const AtomSet& fulfils, absl::string_view lacks) {
    if (!asked) return;
    AtomBox box = Where();
    box[axis] -= fulfils;
    breaches.push_back({std::move(box), std::string(lacks)});
  };
  add(need.consent(), kConsentAxis, AtomSet::Only(space_.size(kConsentAxis), v1::VALID), "consent");
  add(need.officers() > 0, kOfficersAxis, space_.OfficersFrom(need.officers()), "officers");
  add(need.reason(), kReasonAxis, AtomSet::Only(2, 1), "reason");
  add(need.weighing(), kWeighingAxis, AtomSet::Only(2, 1), "weighing");
  add(!need.legal_basis().empty(), kBasisAxis, Named(kBasisAxis, need.legal_basis()),
      "legal_basis");
  add(!need.sender_role().empty(), kRoleAxis, Named(kRoleAxis, need.sender_role()), "sender_role");
  add(need.not_protected(), kProtectedAxis, AtomSet::Only(2, 0), "not_protected");
  if (breaches.empty()) breaches.push_back({Where(), ""});
  return breaches;
}

AtomBox BoxOf(const Space& space, const Cell& cell) {
  AtomBox box;
  for (size_t axis = 0; axis < kAxes; ++axis) {
    box[axis] = AtomSet::Only(space.size(static_cast<Axis>(axis)), cell[axis]);
  }
  return box;
}

class Checker {
 public:
  Checker(const PolicySet& set, const Space::Extra& extra)
      : subject_(set, extra),
        index_(subject_.space, subject_.rules),
        comparison_(&subject_.space, /*terms=*/false) {
    for (const RuleBox& rule : subject_.rules) numbers_.push_back(comparison_.Add(rule));
  }

  v1::InvariantResult Check(const v1::Invariant& invariant);
  absl::Status status() const { return comparison_.status(); }

 private:
  std::optional<Cell> Passing(const AtomBox& box);

  const Subject subject_;
  const OverlapIndex index_;
  Comparison comparison_;
  std::vector<uint32_t> numbers_;
};

std::optional<Cell> Checker::Passing(const AtomBox& box) {
  std::vector<Comparison::Entry> entries;
  for (const uint32_t rule : index_.Overlapping(box)) {
    entries.push_back({numbers_[rule], subject_.rules[rule].forbid() ? kBoth : kBefore});
  }
  return comparison_.Find(entries, box);
}

v1::InvariantResult Checker::Check(const v1::Invariant& invariant) {
  v1::InvariantResult result;
  result.set_id(invariant.id());
  result.set_holds(true);
  result.set_sentence_sv(absl::StrCat("Håller: ", invariant.sentence_sv()));
  result.set_sentence_en(absl::StrCat("Holds: ", invariant.sentence_en()));
  for (const auto& breach : Breaches(subject_, invariant).All()) {
    const std::optional<Cell> cell = Passing(breach.box);
    if (!cell.has_value()) continue;
    result.set_holds(false);
    result.set_lacks(breach.lacks);
    *result.mutable_witness() = subject_.space.Example(BoxOf(subject_.space, *cell));
    const Determining rules = DeterminingRules(subject_.set, result.witness());
    *result.mutable_rule() = {rules.ids.begin(), rules.ids.end()};
    result.set_sentence_sv(absl::StrCat("Bryts: ", invariant.sentence_sv()));
    result.set_sentence_en(absl::StrCat("Broken: ", invariant.sentence_en()));
    break;
  }
  return result;
}

}  // namespace

absl::StatusOr<v1::InvariantReport> CheckInvariants(const PolicySet& set,
                                                    const v1::InvariantSet& invariants) {
  ASSIGN_OR_RETURN(const Space::Extra extra, ExtraOf(set, invariants));
  Checker checker(set, extra);
  v1::InvariantReport report;
  for (const v1::Invariant& invariant : invariants.invariant()) {
    *report.add_result() = checker.Check(invariant);
    RETURN_IF_ERROR(checker.status());
  }
  return report;
}

}  // namespace sluss
