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

// Neighbouring categories mostly have the same nearest permits: their columns are looked at once.
void RuleTable::DescribeNearest(const Question& question, Mask denied, const Nearest* nearest,
                                Outcome* outcome) const {
  std::array<NearMiss, Nearest::kMost> last;  // as for no category
  last.fill({std::numeric_limits<uint32_t>::max(), 0});
  for (CategoryOutcome& category : outcome->categories) {
    if ((denied & Bit(category.category)) == 0) continue;
    category.nearest_count = static_cast<uint8_t>(nearest->size());
    for (size_t i = 0; i < nearest->size(); ++i) {
      const uint32_t number = nearest->rule(i);
      if (last[i].rule != number) last[i] = {number, FailingColumns(number, question)};
      const uint32_t own = FailingForCategory(rows_[number], question, category.category);
      category.nearest[i] = {number, last[i].failing | own};
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
  outcome->categories.clear();
  outcome->rules.clear();
  for (Mask left = question.categories; left != 0; left &= left - 1) {
    NameRules(static_cast<uint32_t>(std::countr_zero(left)), outcome);
  }
  const Mask denied = question.categories & ~permitted & ~forbidden;
  if (denied != 0) FindNearest(question, denied, outcome);
}

void RuleTable::NameRules(uint32_t number, Outcome* outcome) const {
  CategoryOutcome& category = outcome->categories.emplace_back();
  category.category = number;
  category.begin = static_cast<uint32_t>(outcome->rules.size());
  const auto name = [&](bool forbid) {
    uint32_t count = 0;
    for (const Outcome::Match& match : outcome->matches_) {
      if ((match.categories & Bit(number)) == 0 || rows_[match.rule].forbid != forbid) continue;
      outcome->rules.push_back(match.rule);
      ++count;
    }
    return count;
  };
  category.permits = name(/*forbid=*/false);
  category.forbids = name(/*forbid=*/true);
  const Answer& answer = outcome->answer;
  category.verdict = category.forbids != 0                ? CategoryVerdict::kForbidden
                     : category.permits == 0              ? CategoryVerdict::kNoPermit
                     : (answer.passed & Bit(number)) == 0 ? CategoryVerdict::kWhole
                                                          : CategoryVerdict::kPermitted;
}

}  // namespace sluss
