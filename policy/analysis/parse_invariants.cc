// The reader of invariant files.
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/invariants.h"
#include "policy/days.h"
#include "policy/faults.h"
#include "policy/vocabulary.h"

namespace sluss {
namespace {

constexpr uint32_t kOldestAge = 150, kMostOfficers = 16;

using Values = google::protobuf::RepeatedPtrField<std::string>;

// The checks of one invariant.
class Reader {
 public:
  Reader(const VocabularyIndex& names, const Place& place, Faults* faults)
      : names_(names), place_(place), faults_(*faults) {}

  void Check(const v1::Invariant& invariant);

 private:
  void Agencies(const Values& values, absl::string_view field);
  void Names(const Values& values, absl::string_view field, const NameTable& table,
             bool groups = false);
  void Need(const v1::Need& need);

  const VocabularyIndex& names_;
  const Place& place_;
  Faults& faults_;
};

void Reader::Agencies(const Values& values, absl::string_view field) {
  for (int i = 0; i < values.size(); ++i) {
    const std::string& value = values[i];
    if (value == "*" || names_.agency_groups().contains(value)) continue;
    const std::string kind = value.substr(0, value.find('/'));
    if (!absl::StrContains(value, '/')) {
      faults_.Add(place_.At(field, i), absl::StrCat("unknown group of agencies `", value, "`"));
    } else if (!names_.kinds().Find(kind).has_value()) {
      faults_.Add(place_.At(field, i), names_.kinds().Unknown(kind));
    } else if (!absl::EndsWith(value, "/*") && !ParseAgencyId(value).ok()) {
      faults_.Add(place_.At(field, i), ParseAgencyId(value).status());
    }
  }
}

void Reader::Names(const Values& values, absl::string_view field, const NameTable& table,
                   bool groups) {
  for (int i = 0; i < values.size(); ++i) {
    const std::string& value = values[i];
    const bool group = groups && names_.category_groups().contains(value);
    if (value == "ANY" || group || table.Find(value).has_value()) continue;
    faults_.Add(place_.At(field, i), table.Unknown(value));
  }
}

void Reader::Need(const v1::Need& need) {
  if (need.officers() > kMostOfficers) {
    faults_.Add(place_.At("without"), absl::StrCat("more than ", kMostOfficers, " officers"));
  }
  const Place nested = place_.Nested("without");
  Reader reader(names_, nested, &faults_);
  reader.Names(need.legal_basis(), "legal_basis", names_.paragraphs());
  reader.Names(need.sender_role(), "sender_role", names_.roles());
}

void Reader::Check(const v1::Invariant& invariant) {
  if (invariant.id().empty()) faults_.Add(place_.At("id"), "an invariant needs an `id`");
  if (invariant.sentence_sv().empty() || invariant.sentence_en().empty()) {
    faults_.Add(place_.At("id"), absl::StrCat("invariant `", invariant.id(),
                                              "` needs `sentence_sv` and `sentence_en`"));
  }
  Agencies(invariant.sender(), "sender");
  Agencies(invariant.recipient(), "recipient");
  Names(invariant.purpose(), "purpose", names_.purposes());
  Names(invariant.category(), "category", names_.categories(), /*groups=*/true);
  Names(invariant.legal_basis(), "legal_basis", names_.paragraphs());
  for (int i = 0; i < invariant.recipient_cover_size(); ++i) {
    if (ParseCover(invariant.recipient_cover(i)) != 0) continue;
    faults_.Add(place_.At("recipient_cover", i),
                absl::StrCat("`", invariant.recipient_cover(i),
                             "` is no secrecy cover: STRONG, WEAK or NONE"));
  }
  const uint32_t from = invariant.age().from(), below = invariant.age().below();
  if (from > kOldestAge || below > kOldestAge || (below != 0 && from >= below)) {
    faults_.Add(place_.At("age"), absl::StrCat("no age lies from ", from, " to below ", below));
  }
  if (const auto days = ParseValidity(invariant.valid()); !days.ok()) {
    faults_.Add(place_.At("valid"), days.status());
  }
  if (invariant.has_without()) Need(invariant.without());
}

}  // namespace

absl::StatusOr<v1::InvariantSet> ParseInvariants(const PolicySet& set, const PolicySource& file) {
  v1::InvariantSet invariants;
  ASSIGN_OR_RETURN(const TextFile text, TextFile::Parse(file.name, file.text, &invariants));
  Faults faults;
  if (invariants.invariant().empty()) faults.Add(file.name, "holds no invariant");
  const Place top(&text, invariants.GetDescriptor());
  std::set<std::string> ids;
  for (int i = 0; i < invariants.invariant_size(); ++i) {
    const Place place = top.Nested("invariant", i);
    const v1::Invariant& invariant = invariants.invariant(i);
    if (!ids.insert(invariant.id()).second) {
      faults.Add(place.At("id"),
                 absl::StrCat("invariant `", invariant.id(), "` is declared twice"));
    }
    Reader(set.names(), place, &faults).Check(invariant);
  }
  RETURN_IF_ERROR(faults.ToStatus());
  return invariants;
}

}  // namespace sluss
