#include "policy/analysis/gaps.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/comparison.h"
#include "policy/analysis/subject.h"

namespace sluss {
namespace {

class GapFinder {
 public:
  explicit GapFinder(const PolicySet& set)
      : subject_(set),
        index_(subject_.space, subject_.rules),
        comparison_(&subject_.space, /*terms=*/false) {
    for (const RuleBox& rule : subject_.rules) numbers_.push_back(comparison_.Add(rule));
  }

  absl::StatusOr<v1::Gaps> Run();

 private:
  // Whether some facts of the box are permitted.
  bool Permitted(const AtomBox& box);
  void FillRecipient(uint32_t recipient);
  AtomSet& Missing(uint32_t recipient, uint32_t purpose) {
    return missing_[recipient * subject_.space.size(kPurposeAxis) + purpose];
  }
  // The widest box that holds the triple and nothing that is permitted.
  AtomBox Widen(uint32_t recipient, uint32_t purpose, uint32_t category);
  void List(v1::Gaps* gaps);

  const Subject subject_;
  const OverlapIndex index_;
  Comparison comparison_;
  std::vector<uint32_t> numbers_;
  std::vector<AtomSet> missing_;  // categories, by recipient and purpose
};

bool GapFinder::Permitted(const AtomBox& box) {
  const std::vector<uint32_t> candidates = index_.Overlapping(box);
  std::vector<Comparison::Entry> entries;
  for (const uint32_t permit : candidates) {
    const RuleBox& rule = subject_.rules[permit];
    if (rule.forbid()) continue;
    entries.push_back({numbers_[permit], kBefore});
    const bool met = std::any_of(candidates.begin(), candidates.end(), [&](uint32_t other) {
      return subject_.rules[other].forbid() && Overlap(rule.box, subject_.rules[other].box);
    });
    if (!met) return true;
  }
  if (entries.empty()) return false;
  for (const uint32_t forbid : candidates) {
    if (subject_.rules[forbid].forbid()) entries.push_back({numbers_[forbid], kBoth});
  }
  return comparison_.Find(entries, box).has_value();
}

void GapFinder::FillRecipient(uint32_t recipient) {
  const Space& space = subject_.space;
  AtomBox box = space.Everything();
  box[kRecipientAxis] = AtomSet::Only(space.size(kRecipientAxis), recipient);
  for (uint32_t purpose = 0; purpose < space.size(kPurposeAxis); ++purpose) {
    box[kPurposeAxis] = AtomSet::Only(space.size(kPurposeAxis), purpose);
    for (uint32_t category = 0; category < space.size(kCategoryAxis); ++category) {
      box[kCategoryAxis] = AtomSet::Only(space.size(kCategoryAxis), category);
      if (!Permitted(box)) Missing(recipient, purpose).Add(category);
    }
  }
}

AtomBox GapFinder::Widen(uint32_t recipient, uint32_t purpose, uint32_t category) {
  const Space& space = subject_.space;
  AtomBox box = space.Everything();
  box[kCategoryAxis] = Missing(recipient, purpose);
  box[kPurposeAxis] = AtomSet(space.size(kPurposeAxis));
  for (uint32_t p = 0; p < space.size(kPurposeAxis); ++p) {
    if (box[kCategoryAxis].Within(Missing(recipient, p))) box[kPurposeAxis].Add(p);
  }
  box[kRecipientAxis] = AtomSet(space.size(kRecipientAxis));
  for (uint32_t r = 0; r < space.size(kRecipientAxis); ++r) {
    bool all = true;
    box[kPurposeAxis].ForEach(
        [&](uint32_t p) { all = all && box[kCategoryAxis].Within(Missing(r, p)); });
    if (all) box[kRecipientAxis].Add(r);
  }
  return box;
}

void GapFinder::List(v1::Gaps* gaps) {
  const Space& space = subject_.space;
  std::vector<AtomSet> left = missing_;
  const size_t purposes = space.size(kPurposeAxis);
  gaps->set_all_triples(missing_.size() * space.size(kCategoryAxis));
  for (size_t i = 0; i < left.size(); ++i) {
    gaps->set_triples(gaps->triples() + missing_[i].Count());
    while (!left[i].Empty()) {
      const AtomBox box = Widen(static_cast<uint32_t>(i / purposes),
                                static_cast<uint32_t>(i % purposes), left[i].First());
      box[kRecipientAxis].ForEach([&](uint32_t r) {
        box[kPurposeAxis].ForEach(
            [&](uint32_t p) { left[r * purposes + p] -= box[kCategoryAxis]; });
      });
      v1::Gap* gap = gaps->add_gap();
      *gap->mutable_box() = BoxMessage(space, box);
      const Text to = subject_.words.Recipients(box[kRecipientAxis]);
      const Text what = subject_.words.Categories(box[kCategoryAxis]);
      const Text purpose = subject_.words.Purposes(box[kPurposeAxis]);
      gap->set_sentence_sv(
          absl::StrCat("Aldrig: ", what.sv, " till ", to.sv, " för ", purpose.sv, "."));
      gap->set_sentence_en(
          absl::StrCat("Never: ", what.en, " to ", to.en, " for ", purpose.en, "."));
    }
  }
}

absl::StatusOr<v1::Gaps> GapFinder::Run() {
  const Space& space = subject_.space;
  const size_t purposes = space.size(kPurposeAxis);
  missing_.assign(space.size(kRecipientAxis) * purposes, AtomSet(space.size(kCategoryAxis)));
  // Agencies that the same rules name are alike.
  absl::flat_hash_map<AtomSet, uint32_t> first_alike;
  for (uint32_t r = 0; r < space.size(kRecipientAxis); ++r) {
    const auto [at, inserted] = first_alike.try_emplace(index_.RulesWith(kRecipientAxis, r), r);
    if (inserted) {
      FillRecipient(r);
      continue;
    }
    for (uint32_t p = 0; p < purposes; ++p) Missing(r, p) = Missing(at->second, p);
  }
  RETURN_IF_ERROR(comparison_.status());
  v1::Gaps gaps;
  List(&gaps);
  return gaps;
}

}  // namespace

absl::StatusOr<v1::Gaps> FindGaps(const PolicySet& set) { return GapFinder(set).Run(); }

}  // namespace sluss
