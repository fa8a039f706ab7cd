// What was decided about one notification and why, as numbers: no text is made before somebody
// reads it.
//
// An Outcome is meant to be used again and again; what it holds then grows no more, and deciding
// allocates nothing. Rule and category numbers are those of the table and the vocabulary of the
// policy set that decided, and mean nothing under another. Not thread-safe.
#ifndef SLUSS_POLICY_OUTCOME_H_
#define SLUSS_POLICY_OUTCOME_H_

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "policy/nearest.h"
#include "policy/obligations.h"
#include "policy/rows.h"
#include "policy/rule_slice.h"

namespace sluss {

enum class CategoryVerdict : uint8_t {
  kPermitted,
  kForbidden,
  kNoPermit,  // denied for want of a permit: the nearest are told
  kWhole,     // would pass, but the purpose lets nothing pass in parts
};

// A permit that matches not, and the columns (Column) in which it fails for the category.
struct NearMiss {
  uint32_t rule = 0;
  uint32_t failing = 0;
};

struct CategoryOutcome {
  uint32_t category = 0;
  CategoryVerdict verdict = CategoryVerdict::kNoPermit;
  uint8_t nearest_count = 0;  // only for kNoPermit
  uint32_t begin = 0;         // in Outcome::rules: first the permits, then the forbids
  uint32_t permits = 0, forbids = 0;
  std::array<NearMiss, Nearest::kMost> nearest;
};

struct Outcome {
  Answer answer;
  Obligations obligations;                  // of everything that passes
  std::vector<CategoryOutcome> categories;  // ascending, those of the question
  std::vector<uint32_t> rules;

  // Matching rules of one category, ascending.
  std::span<const uint32_t> Permits(const CategoryOutcome& of) const {
    return {rules.data() + of.begin, of.permits};
  }
  std::span<const uint32_t> Forbids(const CategoryOutcome& of) const {
    return {rules.data() + of.begin + of.permits, of.forbids};
  }

 private:
  friend class RuleTable;
  struct Match {
    uint32_t rule;
    Mask categories;
  };
  struct Miss {
    uint32_t rule;
    uint32_t failing;
  };

  std::vector<Match> matches_;
  std::vector<Miss> misses_;  // permits that were tested one by one
  std::vector<std::pair<const RuleSlice*, RuleSlice::View>> views_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_OUTCOME_H_
