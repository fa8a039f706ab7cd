#include "policy/paragraph_check.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluss {
namespace {

constexpr uint32_t kOldestAge = 150;

// Parties that are no agencies: a private person, who only runs the technology, the government.
bool IsNoAgency(absl::string_view party) {
  return party == "*" || party == "INDIVIDUAL" || party == "OPERATOR" || party == "GOVERNMENT";
}

}  // namespace

void ParagraphCheck::Words(const Place& place, const v1::Paragraph& paragraph) {
  if (paragraph.citation().empty() || paragraph.short_citation().empty() ||
      paragraph.summary_sv().empty() || paragraph.summary_en().empty() ||
      paragraph.source().empty()) {
    faults_->Add(place.At("id"), absl::StrCat("paragraph `", paragraph.id(),
                                              "` needs citation, short_citation, summary_sv, "
                                              "summary_en and source"));
  }
  if (paragraph.standing() == v1::STANDING_UNSPECIFIED) {
    faults_->Add(place.At("standing"),
                 absl::StrCat("paragraph `", paragraph.id(),
                              "` says nothing about `standing`: VERIFIED or TO_BE_CONFIRMED"));
  }
}

void ParagraphCheck::Parties(const Place& place, absl::string_view field, const Field& parties) {
  for (int i = 0; i < parties.size(); ++i) {
    const std::string& party = parties[i];
    if (IsNoAgency(party) || names_->groups.Find(party).has_value()) continue;
    const absl::string_view kind = absl::StripSuffix(party, "/*");
    if (absl::EndsWith(party, "/*") && names_->kinds.Find(kind).has_value()) continue;
    faults_->Add(place.At(field, i), absl::EndsWith(party, "/*") ? names_->kinds.Unknown(kind)
                                                                 : names_->groups.Unknown(party));
  }
}

void ParagraphCheck::Paragraph(const Place& place, const v1::Paragraph& paragraph) {
  const absl::StatusOr<DayRange> days = ParseValidity(paragraph.in_force());
  faults_->Add(place.At("in_force"), days.status());
  Words(place, paragraph);
  Parties(place, "who", paragraph.who());
  Parties(place, "to_whom", paragraph.to_whom());
  const uint32_t from = paragraph.age().from(), below = paragraph.age().below();
  if (from > kOldestAge || below > kOldestAge || (below != 0 && from >= below)) {
    faults_->Add(place.At("age"), absl::StrCat("no age lies from ", from, " to below ", below,
                                               "; ages end at ", kOldestAge));
  }
  const std::string& of = paragraph.wording_of();
  if (!of.empty() && (of == paragraph.id() || !names_->paragraphs.Find(of).has_value())) {
    faults_->Add(place.At("wording_of"), of == paragraph.id()
                                             ? "a paragraph is no other wording of itself"
                                             : names_->paragraphs.Unknown(of));
  }
  if (days.ok()) {
    wordings_.push_back({paragraph.id(), of.empty() ? paragraph.id() : of,
                         place.At(of.empty() ? "id" : "wording_of"), *days});
  }
}

void ParagraphCheck::Wordings() {
  std::stable_sort(wordings_.begin(), wordings_.end(), [](const Wording& a, const Wording& b) {
    return std::pair(a.of, a.days.from) < std::pair(b.of, b.days.from);
  });
  for (size_t i = 1; i < wordings_.size(); ++i) {
    const Wording& before = wordings_[i - 1];
    const Wording& after = wordings_[i];
    if (before.of != after.of || Intersection(before.days, after.days).empty()) continue;
    // The one that says of which it is a wording is the one to look at.
    const Wording& said = after.id == after.of ? before : after;
    faults_->Add(said.where,
                 absl::StrCat("`", before.id, "` and `", after.id,
                              "` are wordings of one paragraph and in force on the same days: end "
                              "the earlier where the later begins"));
  }
}

void ParagraphCheck::Kinds(const Place& place, absl::string_view field, const Field& kinds) {
  if (kinds.empty()) faults_->Add(place.At(field), absl::StrCat("`", field, "` names no kind"));
  for (int i = 0; i < kinds.size(); ++i) {
    if (names_->kinds.Find(kinds[i]).has_value()) continue;
    faults_->Add(place.At(field, i), names_->kinds.Unknown(kinds[i]));
  }
}

void ParagraphCheck::Cell(const Place& place, const v1::MatrixCell& cell) {
  Kinds(place, "from", cell.from());
  Kinds(place, "to", cell.to());
  for (int i = 0; i < cell.way_size(); ++i) {
    const v1::MatrixWay& way = cell.way(i);
    const Place here = place.Nested("way", i);
    if (way.condition() == v1::LEAST_CONDITION_UNSPECIFIED || way.paragraph().empty()) {
      faults_->Add(here.At("condition"),
                   "a way needs `condition` (BY_DUTY, BY_STATUTE or BY_CONSENT) and `paragraph`");
    }
    for (int j = 0; j < way.paragraph_size(); ++j) {
      if (names_->paragraphs.Find(way.paragraph(j)).has_value()) continue;
      faults_->Add(here.At("paragraph", j), names_->paragraphs.Unknown(way.paragraph(j)));
    }
  }
}

}  // namespace sluss
