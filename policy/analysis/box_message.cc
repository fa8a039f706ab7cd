// Boxes as messages.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "policy/analysis/box_words.h"

namespace sluss {
namespace {

using Values = google::protobuf::RepeatedPtrField<std::string>;

// Runs of neighbouring atoms, each as (first, last).
std::vector<std::pair<uint32_t, uint32_t>> Runs(const AtomSet& atoms) {
  std::vector<std::pair<uint32_t, uint32_t>> runs;
  atoms.ForEach([&](uint32_t atom) {
    if (!runs.empty() && runs.back().second + 1 == atom) {
      runs.back().second = atom;
    } else {
      runs.push_back({atom, atom});
    }
  });
  return runs;
}

void AddAgencies(const Space& space, const AtomSet& atoms, Values* values, Values* except) {
  if (atoms == space.All(kSenderAxis)) return;
  const auto kinds = static_cast<uint32_t>(space.kinds().size());
  for (uint32_t kind = 0; kind < kinds; ++kind) {
    if (atoms.Has(kind)) *values->Add() = absl::StrCat(space.kinds()[kind], "/*");
  }
  for (uint32_t i = 0; i < space.agencies().size(); ++i) {
    const bool kind_in = atoms.Has(space.KindOf(kinds + i)), in = atoms.Has(kinds + i);
    if (kind_in != in) *(in ? values : except)->Add() = space.agencies()[i];
  }
}

void AddNames(const Space& space, Axis axis, const AtomSet& atoms, Values* values) {
  if (atoms == space.All(axis)) return;
  const std::vector<std::string>& names = space.names(axis);
  atoms.ForEach([&](uint32_t atom) { *values->Add() = names[atom]; });
}

void AddConsent(const Space& space, const AtomSet& atoms, Values* values) {
  if (atoms == space.All(kConsentAxis)) return;
  atoms.ForEach([&](uint32_t atom) {
    *values->Add() = atom == kConsentNotCovering             ? "VALID_NOT_COVERING"
                     : atom == v1::CONSENT_STATE_UNSPECIFIED ? "UNKNOWN"
                                                             : v1::ConsentState_Name(atom);
  });
}

void AddDays(const Space& space, const AtomSet& atoms, v1::Box* message) {
  if (atoms == space.All(kDayAxis)) return;
  for (const auto& [first, last] : Runs(atoms)) {
    const DayRange from = space.Days(first), to = space.Days(last);
    v1::Validity* validity = message->add_day();
    if (from.from != DayRange().from) validity->set_from(DayText(from.from));
    if (to.to != DayRange().to) validity->set_to(DayText(to.to));
  }
}

void AddAges(const Space& space, const AtomSet& atoms,
             google::protobuf::RepeatedPtrField<v1::AgeBox>* ages) {
  for (const auto& [first, last] : Runs(atoms)) {
    v1::AgeBox* age = ages->Add();
    age->set_from(space.Ages(first).first);
    const Age below = space.Ages(last).second;
    if (below != kNoAge) age->set_below(below);
  }
}

void AddAge(const Space& space, const AtomBox& box, v1::Box* message) {
  const AtomSet unknown = AtomSet::Only(space.size(kYoungestAxis), kUnknownAtom);
  const AtomSet known = space.All(kYoungestAxis) - unknown;
  const AtomSet youngest = box[kYoungestAxis] - unknown, oldest = box[kOldestAxis] - unknown;
  const bool may_be_unknown =
      box[kYoungestAxis].Has(kUnknownAtom) && box[kOldestAxis].Has(kUnknownAtom);
  if (youngest.Empty() || oldest.Empty()) return message->set_age(v1::AGE_UNKNOWN);
  if (!may_be_unknown) message->set_age(v1::AGE_KNOWN);
  if (youngest != known) AddAges(space, youngest, message->mutable_youngest());
  if (oldest != known) AddAges(space, oldest, message->mutable_oldest());
}

v1::Given Flag(const AtomSet& atoms) {
  if (atoms.Count() == 2) return v1::GIVEN_FREE;
  return atoms.Has(1) ? v1::GIVEN_YES : v1::GIVEN_NO;
}

}  // namespace

v1::Box BoxMessage(const Space& space, const AtomBox& box) {
  v1::Box message;
  AddAgencies(space, box[kSenderAxis], message.mutable_sender(), message.mutable_sender_except());
  AddAgencies(space, box[kRecipientAxis], message.mutable_recipient(),
              message.mutable_recipient_except());
  AddNames(space, kPurposeAxis, box[kPurposeAxis], message.mutable_purpose());
  AddNames(space, kBasisAxis, box[kBasisAxis], message.mutable_legal_basis());
  AddNames(space, kCategoryAxis, box[kCategoryAxis], message.mutable_category());
  AddNames(space, kRoleAxis, box[kRoleAxis], message.mutable_sender_role());
  if (box[kOfficersAxis] != space.All(kOfficersAxis)) {
    for (const auto& [first, last] : Runs(box[kOfficersAxis])) {
      v1::CountRange* range = message.add_officers();
      range->set_from(space.Officers(first).first);
      range->set_to(space.Officers(last).second);
    }
  }
  AddConsent(space, box[kConsentAxis], message.mutable_consent());
  AddDays(space, box[kDayAxis], &message);
  AddAge(space, box, &message);
  message.set_reason(Flag(box[kReasonAxis]));
  message.set_weighing(Flag(box[kWeighingAxis]));
  message.set_protected_identity(Flag(box[kProtectedAxis]));
  return message;
}

}  // namespace sluss
