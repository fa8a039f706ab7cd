#include "policy/outcome.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "policy/rule_table.h"

namespace sluss {
namespace {

uint32_t RankOf(uint32_t failing) {
  return ((failing & kLegalBasisColumn) != 0 ? 2 : 0) + ((failing & kPurposeColumn) != 0 ? 1 : 0);
}

}  // namespace

// Every rule that matches apart from the categories, by number.
void RuleTable::FindMatches(const Question& question, Outcome* outcome) const {
  outcome->matches_.clear();
  outcome->misses_.clear();
  outcome->views_.clear();
  const auto add = [&](uint32_t number) {
    const Mask speaks = Speaks(rows_[number], question);
    if (speaks != 0) outcome->matches_.push_back({number, speaks});
  };
  ForEachBucket(question, [&](const Bucket& bucket) {
    for (const RuleSlice& slice : bucket.slices) {
      outcome->views_.emplace_back(&slice, slice.Look(question));
      slice.ForEachMatch(outcome->views_.back().second, add);
    }
    if (!bucket.slices.empty()) return;
    for (const uint32_t number : bucket.numbers) {
      const uint32_t failing = FailingColumns(number, question);
      if (failing == 0) add(number);
      if (!rows_[number].forbid) outcome->misses_.push_back({number, failing});
    }
  });
  if (outcome->matches_.size() < 2) return;
  std::sort(outcome->matches_.begin(), outcome->matches_.end(),
            [](const auto& a, const auto& b) { return a.rule < b.rule; });
}

void RuleTable::FindNearest(const Question& question, Mask denied, Outcome* outcome) const {
  std::array<Nearest, kMaskSize> nearest;
  for (int i = 0; i < std::popcount(denied); ++i) nearest[static_cast<size_t>(i)].Clear();
  for (const auto& [slice, view] : outcome->views_) {
    slice->FindNearest(view, question, denied, nearest.data());
  }
  for (const Outcome::Miss& miss : outcome->misses_) {
    const Row& row = rows_[miss.rule];
    const int failing = std::popcount(miss.failing);
    const uint32_t rank = RankOf(miss.failing);
    const Mask silent = denied & ~row.categories;
    const bool bound = row.consent_bound && (miss.failing & kConsentColumn) == 0;
    const Mask uncovered = bound ? denied & row.categories & ~question.consent_categories : 0;
    Nearest* of = nearest.data();
    for (Mask left = denied; left != 0; left &= left - 1, ++of) {
      const Mask category = left & -left;
      of->Offer(failing + ((category & (silent | uncovered)) != 0 ? 1 : 0), rank, miss.rule);
    }
  }
  DescribeNearest(question, denied, nearest.data(), outcome);
}

// Categories mostly have the same nearest permits: the columns of a rule are looked at once, as
// long as no other takes its place.
void RuleTable::DescribeNearest(const Question& question, Mask denied, const Nearest* nearest,
                                Outcome* outcome) const {
  std::array<NearMiss, 8> known;  // as for no category
  known.fill({std::numeric_limits<uint32_t>::max(), 0});
  for (CategoryOutcome& category : outcome->categories) {
    const Mask bit = Bit(category.category);
    if ((denied & bit) == 0) continue;
    category.nearest_count = static_cast<uint8_t>(nearest->size());
    for (size_t i = 0; i < nearest->size(); ++i) {
      const uint32_t number = nearest->rule(i);
      const Row& row = rows_[number];
      NearMiss& miss = known[number % known.size()];
      if (miss.rule != number) miss = {number, FailingColumns(row, question)};
      category.nearest[i] = {number,
                             miss.failing | FailingForCategory(row, question, category.category)};
    }
    ++nearest;
  }
}

void RuleTable::Judge(const Question& question, Outcome* outcome) const {
  FindMatches(question, outcome);
  Mask permitted = 0, forbidden = 0, duties = 0;
  for (const auto& [number, speaks] : outcome->matches_) {
    const Row& row = rows_[number];
    (row.forbid ? forbidden : permitted) |= speaks;
    if (row.duty) duties |= speaks;
  }
  const Answer answer = outcome->answer = Conclude(question, permitted, forbidden, duties);
  outcome->obligations = {};
  for (const auto& [number, speaks] : outcome->matches_) {
    if (!rows_[number].forbid && (speaks & answer.passed) != 0) {
      outcome->obligations.Merge(obligations_[number]);
    }
  }
  NameRules(question.categories, outcome);
  const Mask denied = question.categories & ~permitted & ~forbidden;
  if (denied != 0) FindNearest(question, denied, outcome);
}

void RuleTable::NameRules(Mask categories, Outcome* outcome) const {
  const Answer& answer = outcome->answer;
  outcome->categories.resize(static_cast<size_t>(std::popcount(categories)));
  outcome->rules.clear();
  const auto name = [&](Mask category, bool forbid) {
    uint32_t count = 0;
    for (const Outcome::Match& match : outcome->matches_) {
      if ((match.categories & category) == 0 || rows_[match.rule].forbid != forbid) continue;
      outcome->rules.push_back(match.rule);
      ++count;
    }
    return count;
  };
  CategoryOutcome* category = outcome->categories.data();
  for (Mask left = categories; left != 0; left &= left - 1, ++category) {
    const Mask bit = left & -left;
    category->category = static_cast<uint32_t>(std::countr_zero(left));
    category->nearest_count = 0;
    category->begin = static_cast<uint32_t>(outcome->rules.size());
    category->permits = (answer.permitted & bit) == 0 ? 0 : name(bit, /*forbid=*/false);
    category->forbids = (answer.forbidden & bit) == 0 ? 0 : name(bit, /*forbid=*/true);
    category->verdict = category->forbids != 0       ? CategoryVerdict::kForbidden
                        : category->permits == 0     ? CategoryVerdict::kNoPermit
                        : (answer.passed & bit) == 0 ? CategoryVerdict::kWhole
                                                     : CategoryVerdict::kPermitted;
  }
}

}  // namespace sluss
