#include "policy/analysis/rule_boxes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

std::vector<uint32_t> AtomsOf(const Space& space, Axis axis, const NameTable& table) {
  std::vector<uint32_t> atoms;
  for (uint32_t i = 0; i < table.size(); ++i) atoms.push_back(*space.Named(axis, table.name(i)));
  return atoms;
}

}  // namespace

bool RuleBox::empty() const {
  return std::any_of(box.begin(), box.end(), [](const AtomSet& set) { return set.Empty(); });
}

std::vector<RuleBox> RuleBoxes(const Space& space, const PolicySet& set) {
  const RuleBoxMaker maker(space, set);
  std::vector<RuleBox> boxes;
  boxes.reserve(set.table().rules().size());
  for (const CompiledRule& rule : set.table().rules()) boxes.push_back(maker.Make(rule));
  return boxes;
}

RuleBoxMaker::RuleBoxMaker(const Space& space, const PolicySet& set)
    : space_(space), names_(set.names()), everybody_(space.size(kSenderAxis)) {
  covers_.fill(everybody_);
  for (uint32_t kind = 0; kind < names_.kinds().size(); ++kind) {
    kinds_.push_back(space.Agencies(absl::StrCat(names_.kinds().name(kind), "/*")));
    everybody_ |= kinds_.back();
    for (uint32_t mask = 0; mask < covers_.size(); ++mask) {
      if ((mask & names_.cover(kind)) != 0) covers_[mask] |= kinds_.back();
    }
  }
  const AgencyNodes& nodes = set.table().nodes();
  for (uint32_t i = 0; i < space.agencies().size(); ++i) {
    const std::optional<uint32_t> node = nodes.Find(space.agencies()[i]);
    if (!node.has_value()) continue;
    const size_t at = *node - nodes.kinds() - 1;
    if (named_.size() <= at) named_.resize(at + 1);
    named_[at] = static_cast<uint32_t>(space.kinds().size()) + i;
  }
  atoms_[kPurposeAxis] = AtomsOf(space, kPurposeAxis, names_.purposes());
  atoms_[kCategoryAxis] = AtomsOf(space, kCategoryAxis, names_.categories());
  atoms_[kRoleAxis] = AtomsOf(space, kRoleAxis, names_.roles());
  atoms_[kBasisAxis] = AtomsOf(space, kBasisAxis, names_.paragraphs());
}

AtomSet RuleBoxMaker::Agencies(const std::vector<uint32_t>& nodes) const {
  AtomSet atoms(space_.size(kSenderAxis));
  for (const uint32_t node : nodes) {
    if (node == AgencyNodes::kEverybody) {
      atoms |= everybody_;
    } else if (node <= kinds_.size()) {
      atoms |= kinds_[node - 1];
    } else {
      atoms.Add(named_[node - kinds_.size() - 1]);
    }
  }
  return atoms;
}

AtomSet RuleBoxMaker::Bases(const CompiledRule& rule) const {
  AtomSet listed(space_.size(kBasisAxis));
  for (const uint32_t basis : rule.bases) listed.Add(atoms_[kBasisAxis][basis]);
  if (!rule.row.basis_all_but) return listed;
  AtomSet all(space_.size(kBasisAxis));
  for (const uint32_t atom : atoms_[kBasisAxis]) all.Add(atom);
  return all - listed;
}

// A consent that does not cover the category is in the state VALID all the same.
AtomSet RuleBoxMaker::Consents(const Row& row) const {
  AtomSet atoms(space_.size(kConsentAxis));
  for (uint32_t state = 0; state <= v1::ConsentState_MAX; ++state) {
    if ((row.consent_states >> state & 1) != 0) atoms.Add(state);
  }
  if (atoms.Has(v1::VALID) && !row.consent_bound) atoms.Add(kConsentNotCovering);
  return atoms;
}

AtomSet RuleBoxMaker::Names(Axis axis, Mask mask) const {
  AtomSet atoms(space_.size(axis));
  for (uint32_t i = 0; i < atoms_[axis].size(); ++i) {
    if ((mask & Bit(i)) != 0) atoms.Add(atoms_[axis][i]);
  }
  return atoms;
}

RuleBox RuleBoxMaker::Make(const CompiledRule& rule) const {
  const Row& row = rule.row;
  AtomBox box;
  box[kSenderAxis] = Agencies(rule.senders);
  box[kRecipientAxis] = Agencies(rule.recipients) & covers_[row.covers & 7];
  box[kPurposeAxis] = Names(kPurposeAxis, row.purposes);
  box[kCategoryAxis] = Names(kCategoryAxis, row.categories);
  box[kRoleAxis] = Names(kRoleAxis, row.roles);
  box[kBasisAxis] = Bases(rule);
  box[kConsentAxis] = Consents(row);
  box[kDayAxis] = space_.DaysWithin(row.days);
  box[kOfficersAxis] = space_.OfficersFrom(row.officers);
  // A permit wants the whole interval of the facts inside its own, a forbid any part of it.
  const uint32_t below = row.age_below == kNoAge ? 0 : row.age_below;
  const AtomSet not_below = space_.AgesWithin(row.age_from, 0);
  const AtomSet not_above = space_.AgesWithin(0, below);
  box[kYoungestAxis] = row.forbid ? not_above : not_below;
  box[kOldestAxis] = row.forbid ? not_below : not_above;
  if (row.age_unknown) {
    box[kYoungestAxis].Add(kUnknownAtom);
    box[kOldestAxis].Add(kUnknownAtom);
  }
  const auto yes_or_both = [](bool only_yes) {
    return only_yes ? AtomSet::Only(2, 1) : AtomSet::All(2);
  };
  box[kReasonAxis] = yes_or_both(row.needs_reason);
  box[kWeighingAxis] = yes_or_both(row.needs_weighing);
  box[kProtectedAxis] = row.protected_identity ? AtomSet::All(2) : AtomSet::Only(2, 0);
  return {std::move(box), &rule};
}

}  // namespace sluss
