// Many rules of one pair of agencies tested at once: a bit for each rule, a set of bits for each
// value of a column.
//
// For each value that a column can have, one plane of bits says which rules fail there; ages and
// days have a plane for each interval between the limits that some rule names. A question picks one
// plane of every column. The rules that match are those with a bit in none of them; how many
// columns each rule fails is counted by adding the planes as binary numbers, 64 rules at a time.
#ifndef SLUSS_POLICY_RULE_SLICE_H_
#define SLUSS_POLICY_RULE_SLICE_H_

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "policy/nearest.h"
#include "policy/rows.h"

namespace sluss {

// Immutable, thread-safe. Does not keep the rows.
class RuleSlice {
 public:
  // More rows are cut into several slices: planes grow with the limits times the rows.
  static constexpr size_t kMostRows = 1024;

  // `numbers` ascending, at most kMostRows; row `n` is rows[n], its bases lie in `basis_pool`.
  RuleSlice(std::span<const uint32_t> numbers, std::span<const Row> rows,
            std::span<const uint32_t> basis_pool);

  // The planes that a question picks. Points into the slice.
  struct View {
    enum Plane {
      kPurpose,
      kBasis,
      kDay,
      kRole,
      kAgeFrom,
      kAgeBelow,
      kConsent,
      kProtected,
      kCover,
      kOfficers,
      kWeighing,
      kReason,
      kPlanes
    };
    std::array<const uint64_t*, kPlanes> failing;
  };
  View Look(const Question& question) const;

  // Calls `visit(rule number)` for each rule that matches the question, categories left out.
  template <typename Visit>
  void ForEachMatch(const View& view, Visit visit) const;

  // Offers the slice's permits for each category of `denied` to that of `nearest`, which stand in
  // the order of the categories. None of the categories is permitted by a rule of the slice.
  void FindNearest(const View& view, const Question& question, Mask denied, Nearest* nearest) const;

 private:
  // Values from one limit to before the next have one plane.
  struct Steps {
    std::vector<int32_t> limits;  // ascending
    uint32_t first = 0;           // of the values below the first limit; the others follow
  };
  struct Builder;

  const uint64_t* PlaneOf(size_t entry) const { return planes_.data() + index_[entry]; }
  const uint64_t* PlaneOf(const Steps& steps, int32_t value) const;
  const uint64_t* PlaneOfBasis(uint32_t basis) const;

  std::vector<uint32_t> numbers_;
  size_t words_;
  std::vector<uint64_t> planes_;  // `words_` for each; equal ones are kept once
  std::vector<uint32_t> index_;   // where in planes_ the plane of a value begins
  Steps days_, ages_from_, ages_below_;
  std::vector<uint32_t> bases_;  // ascending: those that some rule names
  // Where in index_ the values of a column begin.
  uint32_t purpose_, basis_, role_, consent_, cover_, officers_, protected_, weighing_, reason_,
      category_;
  uint32_t empty_, age_unknown_, no_permit_, bound_;  // single planes
};

template <typename Visit>
void RuleSlice::ForEachMatch(const View& view, Visit visit) const {
  const auto& p = view.failing;
  for (size_t w = 0; w < words_; ++w) {
    // The columns that tell most apart go first.
    const uint64_t coarse = p[View::kPurpose][w] | p[View::kBasis][w] | p[View::kRole][w];
    if (coarse == ~uint64_t{0}) continue;
    uint64_t failing = coarse;
    for (size_t i = View::kDay; i < View::kPlanes; ++i) failing |= p[i][w];
    for (uint64_t left = ~failing; left != 0; left &= left - 1) {
      visit(numbers_[w * 64 + static_cast<size_t>(std::countr_zero(left))]);
    }
  }
}

}  // namespace sluss

#endif  // SLUSS_POLICY_RULE_SLICE_H_
