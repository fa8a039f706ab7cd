// Facts as cells, and cells as facts.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "policy/analysis/space.h"

namespace sluss {
namespace {

// Where no rule is bounded by a day, any day will do.
constexpr absl::string_view kSomeDay = "2026-02-01";

std::string DayWithin(const DayRange& range) {
  if (range.from != DayRange().from) return DayText(range.from);
  return range.to != DayRange().to ? DayText(range.to - 1) : std::string(kSomeDay);
}

uint32_t Last(const AtomSet& atoms) {
  uint32_t last = 0;
  atoms.ForEach([&](uint32_t atom) { last = atom; });
  return last;
}

bool CoversCategory(const v1::Facts& facts, absl::string_view category) {
  return std::find(facts.consent_category().begin(), facts.consent_category().end(), category) !=
         facts.consent_category().end();
}

}  // namespace

std::optional<Cell> Space::CellOf(const v1::Facts& facts, absl::string_view category) const {
  const auto agency = [this](const std::string& name) -> std::optional<uint32_t> {
    const AtomSet named = Agencies(name);
    if (!named.Empty()) return named.First();
    const std::string kind = name.substr(0, name.find('/'));
    const auto at = std::lower_bound(kinds_.begin(), kinds_.end(), kind);
    if (at == kinds_.end() || *at != kind) return std::nullopt;
    return static_cast<uint32_t>(at - kinds_.begin());
  };
  const auto sender = agency(facts.sender()), recipient = agency(facts.recipient());
  const auto purpose = Named(kPurposeAxis, facts.purpose());
  const auto basis = Named(kBasisAxis, facts.legal_basis());
  const auto category_atom = Named(kCategoryAxis, category);
  const auto role =
      Named(kRoleAxis, facts.officer_role().empty() ? std::string() : facts.officer_role(0));
  const absl::StatusOr<Day> day = ParseDay(facts.day());
  if (!sender || !recipient || !purpose || !basis || !category_atom || !role || !day.ok()) {
    return std::nullopt;
  }
  Cell cell{};
  cell[kSenderAxis] = *sender;
  cell[kRecipientAxis] = *recipient;
  cell[kPurposeAxis] = *purpose;
  cell[kBasisAxis] = *basis;
  cell[kCategoryAxis] = *category_atom;
  cell[kRoleAxis] = *role;
  const auto officers = static_cast<uint32_t>(facts.officer_role_size());
  cell[kOfficersAxis] = static_cast<uint32_t>(
      std::upper_bound(officers_.begin(), officers_.end(), officers) - officers_.begin() - 1);
  cell[kConsentAxis] = facts.consent() == v1::VALID && !CoversCategory(facts, category)
                           ? kConsentNotCovering
                           : static_cast<uint32_t>(facts.consent());
  cell[kDayAxis] =
      static_cast<uint32_t>(std::upper_bound(days_.begin(), days_.end(), *day) - days_.begin());
  if (facts.age_from() != 0 || facts.age_below() != 0) {
    cell[kYoungestAxis] = AgeAtom(facts.age_from());
    cell[kOldestAxis] = AgeAtom(facts.age_below() == 0 ? kNoAge : facts.age_below() - 1);
  }
  cell[kReasonAxis] = facts.reason() ? 1 : 0;
  cell[kWeighingAxis] = facts.weighing() ? 1 : 0;
  cell[kProtectedAxis] = facts.protected_identity() ? 1 : 0;
  return cell;
}

// An agency of the kind that no rule names.
std::string Space::OtherAgency(uint32_t atom, absl::string_view name) const {
  if (atom >= kinds_.size()) return agencies_[atom - kinds_.size()];
  std::string agency = absl::StrCat(kinds_[atom], "/", name);
  while (std::binary_search(agencies_.begin(), agencies_.end(), agency)) agency += "-2";
  return agency;
}

void Space::ExampleAttestation(const AtomBox& box, v1::Facts* facts) const {
  const AtomSet some = box[kOfficersAxis] - AtomSet::Only(sizes_[kOfficersAxis], 0);
  if (some.Empty()) return;
  const AtomSet known = box[kRoleAxis] - AtomSet::Only(sizes_[kRoleAxis], kUnknownAtom);
  const std::string role = known.Empty() ? "" : names_[kRoleAxis][known.First()];
  for (uint32_t i = 0; i < officers_[some.First()]; ++i) facts->add_officer_role(role);
}

// The narrowest and lowest known interval; unknown only where nothing else is in the box.
void Space::ExampleAge(const AtomBox& box, v1::Facts* facts) const {
  const AtomSet unknown = AtomSet::Only(sizes_[kYoungestAxis], kUnknownAtom);
  std::optional<std::pair<uint32_t, uint32_t>> best;
  (box[kOldestAxis] - unknown).ForEach([&](uint32_t oldest) {
    (box[kYoungestAxis] - unknown).ForEach([&](uint32_t youngest) {
      const bool narrower = !best.has_value() || oldest - youngest < best->second - best->first;
      if (youngest <= oldest && narrower) best = {youngest, oldest};
    });
  });
  if (!best.has_value()) return;
  facts->set_age_from(Ages(best->first).first);
  facts->set_age_below(std::max<uint32_t>(Ages(best->second).first, facts->age_from()) + 1);
}

v1::Facts Space::Example(const AtomBox& box) const {
  v1::Facts facts;
  facts.set_sender(OtherAgency(box[kSenderAxis].First(), "any"));
  facts.set_recipient(OtherAgency(box[kRecipientAxis].First(), "other"));
  facts.set_purpose(names_[kPurposeAxis][box[kPurposeAxis].First()]);
  const AtomSet cited = box[kBasisAxis] - AtomSet::Only(sizes_[kBasisAxis], kUnknownAtom);
  if (!cited.Empty()) facts.set_legal_basis(names_[kBasisAxis][cited.First()]);
  const std::string& category = names_[kCategoryAxis][box[kCategoryAxis].First()];
  facts.add_category(category);
  ExampleAttestation(box, &facts);
  ExampleAge(box, &facts);
  const AtomSet& consent = box[kConsentAxis];
  uint32_t state = consent.First();
  for (const uint32_t usual : {uint32_t{v1::VALID}, uint32_t{v1::NONE_CITED}}) {
    if (consent.Has(usual)) state = usual;
  }
  facts.set_consent(state == kConsentNotCovering ? v1::VALID
                                                 : static_cast<v1::ConsentState>(state));
  if (state == v1::VALID) facts.add_consent_category(category);
  facts.set_day(DayWithin(Days(Last(box[kDayAxis]))));
  facts.set_reason(box[kReasonAxis].Has(1));
  facts.set_weighing(box[kWeighingAxis].Has(1));
  facts.set_protected_identity(!box[kProtectedAxis].Has(0));
  return facts;
}

}  // namespace sluss
