#include "policy/analysis/space.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

template <typename T>
void SortUnique(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

void AddNames(const NameTable& table, std::vector<std::string>* names) {
  for (uint32_t i = 0; i < table.size(); ++i) names->push_back(table.name(i));
}

// Sorted, once each, UNKNOWN first where it is among them.
void FinishNames(std::vector<std::string>* names) {
  SortUnique(names);
  const auto unknown = std::find(names->begin(), names->end(), "UNKNOWN");
  if (unknown != names->end()) std::rotate(names->begin(), unknown, unknown + 1);
}

bool IsAgency(absl::string_view value) {
  return absl::StrContains(value, '/') && !absl::EndsWith(value, "/*");
}

uint32_t Below(const std::vector<std::string>& sorted, absl::string_view name) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
  return at == sorted.end() || *at != name ? static_cast<uint32_t>(sorted.size())
                                           : static_cast<uint32_t>(at - sorted.begin());
}

}  // namespace

bool Overlap(const AtomBox& a, const AtomBox& b) {
  for (const Axis axis : {kBasisAxis, kPurposeAxis, kSenderAxis, kRecipientAxis}) {
    if (!a[axis].Intersects(b[axis])) return false;  // the ones that tell most first
  }
  for (size_t axis = kCategoryAxis; axis < kAxes; ++axis) {
    if (!a[axis].Intersects(b[axis])) return false;
  }
  return true;
}

bool Contains(const AtomBox& box, const Cell& cell) {
  for (size_t axis = 0; axis < kAxes; ++axis) {
    if (!box[axis].Has(cell[axis])) return false;
  }
  return true;
}

Space::Space(const PolicySet& first, const PolicySet* second, const Extra& extra)
    : agencies_(extra.agencies), days_(extra.days), ages_(extra.ages) {
  officers_ = {0, 1};  // no officer has no role, so none is an atom of its own
  officers_.insert(officers_.end(), extra.officers.begin(), extra.officers.end());
  for (const PolicySet* set : {&first, second}) {
    if (set == nullptr) continue;
    const VocabularyIndex& names = set->names();
    AddNames(names.kinds(), &kinds_);
    AddNames(names.purposes(), &names_[kPurposeAxis]);
    AddNames(names.categories(), &names_[kCategoryAxis]);
    AddNames(names.roles(), &names_[kRoleAxis]);
    AddNames(names.paragraphs(), &names_[kBasisAxis]);
    AddLimits(*set);
    AddAgencies(*set);
  }
  SortUnique(&kinds_);
  SortUnique(&agencies_);
  SortUnique(&days_);
  SortUnique(&ages_);
  SortUnique(&officers_);
  ages_.erase(std::remove(ages_.begin(), ages_.end(), 0), ages_.end());
  for (const std::string& agency : agencies_) {
    kind_of_agency_.push_back(Below(kinds_, agency.substr(0, agency.find('/'))));
  }
  sizes_[kSenderAxis] = sizes_[kRecipientAxis] = kinds_.size() + agencies_.size();
  for (const Axis axis : {kPurposeAxis, kBasisAxis, kCategoryAxis, kRoleAxis}) {
    FinishNames(&names_[axis]);
    sizes_[axis] = names_[axis].size();
  }
  sizes_[kOfficersAxis] = officers_.size();
  sizes_[kConsentAxis] = kConsentNotCovering + 1;
  sizes_[kDayAxis] = days_.size() + 1;
  sizes_[kYoungestAxis] = sizes_[kOldestAxis] = ages_.size() + 2;
  sizes_[kReasonAxis] = sizes_[kWeighingAxis] = sizes_[kProtectedAxis] = 2;
}

void Space::AddLimits(const PolicySet& set) {
  for (const CompiledRule& rule : set.table().rules()) {
    const Row& row = rule.row;
    if (row.age_from != 0) ages_.push_back(row.age_from);
    if (row.age_below != kNoAge) ages_.push_back(row.age_below);
    if (row.officers != 0) officers_.push_back(row.officers);
    if (row.days.from != std::numeric_limits<Day>::min()) days_.push_back(row.days.from);
    if (row.days.to != std::numeric_limits<Day>::max()) days_.push_back(row.days.to);
  }
  SortUnique(&ages_);
  SortUnique(&officers_);
  SortUnique(&days_);
}

void Space::AddAgencies(const PolicySet& set) {
  absl::flat_hash_set<std::string> named;
  const auto add = [&](const google::protobuf::RepeatedPtrField<std::string>& values) {
    for (const std::string& value : values) {
      if (IsAgency(value)) named.insert(value);
    }
  };
  for (const v1::Group& group : set.bundle().vocabulary().agency_group()) add(group.member());
  for (const CompiledRule& rule : set.table().rules()) {
    add(rule.source->sender());
    add(rule.source->recipient());
  }
  agencies_.insert(agencies_.end(), named.begin(), named.end());
}

AtomBox Space::Everything() const {
  AtomBox box;
  for (size_t axis = 0; axis < kAxes; ++axis) box[axis] = All(static_cast<Axis>(axis));
  return box;
}

AtomSet Space::Partners(Axis axis, const AtomSet& atoms) const {
  if (axis == kOfficersAxis) {
    const bool only_none = atoms.Has(0) && atoms.Count() == 1;
    return only_none ? AtomSet::Only(sizes_[kRoleAxis], kUnknownAtom) : All(kRoleAxis);
  }
  if (axis == kYoungestAxis) {
    AtomSet oldest(sizes_[kOldestAxis]);
    if (atoms.Has(kUnknownAtom)) oldest.Add(kUnknownAtom);
    const AtomSet known = atoms - AtomSet::Only(sizes_[kYoungestAxis], kUnknownAtom);
    if (!known.Empty()) oldest.AddRange(known.First(), static_cast<uint32_t>(sizes_[kOldestAxis]));
    return oldest;
  }
  return axis + 1 < kAxes ? All(static_cast<Axis>(axis + 1)) : AtomSet();
}

AtomSet Space::Agencies(absl::string_view pattern) const {
  AtomSet atoms(sizes_[kSenderAxis]);
  const auto kinds = static_cast<uint32_t>(kinds_.size());
  if (pattern == "*") return All(kSenderAxis);
  if (!absl::EndsWith(pattern, "/*")) {
    const uint32_t agency = Below(agencies_, pattern);
    if (agency < agencies_.size()) atoms.Add(kinds + agency);
    return atoms;
  }
  const uint32_t kind = Below(kinds_, pattern.substr(0, pattern.size() - 2));
  if (kind == kinds) return atoms;
  atoms.Add(kind);
  for (uint32_t i = 0; i < agencies_.size(); ++i) {
    if (kind_of_agency_[i] == kind) atoms.Add(kinds + i);
  }
  return atoms;
}

std::optional<uint32_t> Space::Named(Axis axis, absl::string_view name) const {
  const std::vector<std::string>& names = names_[axis];
  const auto begin = names.begin() + (!names.empty() && names[0] == "UNKNOWN" ? 1 : 0);
  if (begin != names.begin() && (name.empty() || name == "UNKNOWN")) return kUnknownAtom;
  const auto at = std::lower_bound(begin, names.end(), name);
  if (at == names.end() || *at != name) return std::nullopt;
  return static_cast<uint32_t>(at - names.begin());
}

uint32_t Space::AgeAtom(uint32_t age) const {
  return static_cast<uint32_t>(1 +
                               (std::upper_bound(ages_.begin(), ages_.end(), age) - ages_.begin()));
}

AtomSet Space::AgesWithin(uint32_t from, uint32_t below) const {
  AtomSet atoms(sizes_[kYoungestAxis]);
  atoms.AddRange(AgeAtom(from), below == 0 ? static_cast<uint32_t>(sizes_[kYoungestAxis])
                                           : AgeAtom(below - 1) + 1);
  return atoms;
}

AtomSet Space::OfficersFrom(uint32_t least) const {
  AtomSet atoms(sizes_[kOfficersAxis]);
  for (uint32_t i = 0; i < officers_.size(); ++i) {
    if (officers_[i] >= least) atoms.Add(i);
  }
  return atoms;
}

AtomSet Space::DaysWithin(const DayRange& days) const {
  AtomSet atoms(sizes_[kDayAxis]);
  for (uint32_t i = 0; i < sizes_[kDayAxis]; ++i) {
    if (days.Contains(Days(i))) atoms.Add(i);
  }
  return atoms;
}

uint32_t Space::KindOf(uint32_t atom) const {
  return atom < kinds_.size() ? atom : kind_of_agency_[atom - kinds_.size()];
}

DayRange Space::Days(uint32_t atom) const {
  DayRange range;
  if (atom > 0) range.from = days_[atom - 1];
  if (atom < days_.size()) range.to = days_[atom];
  return range;
}

std::pair<uint32_t, uint32_t> Space::Officers(uint32_t atom) const {
  return {officers_[atom], atom + 1 < officers_.size() ? officers_[atom + 1] - 1 : 0};
}

std::pair<Age, Age> Space::Ages(uint32_t atom) const {
  return {atom == 1 ? Age{0} : static_cast<Age>(ages_[atom - 2]),
          atom - 1 < ages_.size() ? static_cast<Age>(ages_[atom - 1]) : kNoAge};
}

}  // namespace sluss
