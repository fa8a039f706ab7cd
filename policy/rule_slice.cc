#include "policy/rule_slice.h"

#include <algorithm>
#include <limits>
#include <map>

namespace sluss {
namespace {

constexpr uint32_t kOfficersTold = 8;  // no rule asks for more
constexpr uint32_t kCovers = kCoverStrong | kCoverWeak | kCoverNone;

// 64 numbers of four bits, one a rule.
struct Counts {
  uint64_t ones = 0, twos = 0, fours = 0, eights = 0;

  // With one added where `bits` has a bit.
  Counts Plus(uint64_t bits) const {
    const uint64_t to_twos = ones & bits, to_fours = twos & to_twos, to_eights = fours & to_fours;
    return {ones ^ bits, twos ^ to_twos, fours ^ to_fours, eights ^ to_eights};
  }
};

struct Sum {
  uint64_t bit, carry;
};

Sum Add(uint64_t a, uint64_t b, uint64_t c) {
  const uint64_t half = a ^ b;
  return {half ^ c, (a & b) | (half & c)};
}

// How many of eleven planes have a bit, for each of 64 rules.
Counts CountEleven(const std::array<uint64_t, 11>& p) {
  const Sum a = Add(p[0], p[1], p[2]), b = Add(p[3], p[4], p[5]), c = Add(p[6], p[7], p[8]);
  const Sum d = Add(a.bit, b.bit, c.bit);
  const Sum ones = Add(d.bit, p[9], p[10]);
  const Sum e = Add(a.carry, b.carry, c.carry);
  const Sum twos = Add(e.bit, d.carry, ones.carry);
  return {ones.bit, twos.bit, e.carry ^ twos.carry, e.carry & twos.carry};
}

// Those of `candidates` with the smallest count, and the count.
std::pair<uint64_t, int> Fewest(const Counts& counts, uint64_t candidates) {
  int fewest = 0;
  const auto keep_zeros = [&](uint64_t plane, int weight) {  // no branch: it would be guessed wrong
    const uint64_t zeros = candidates & ~plane;
    fewest += zeros == 0 ? weight : 0;
    candidates = zeros == 0 ? candidates : zeros;
  };
  keep_zeros(counts.eights, 8);
  keep_zeros(counts.fours, 4);
  keep_zeros(counts.twos, 2);
  keep_zeros(counts.ones, 1);
  return {candidates, fewest};
}

}  // namespace

// Fills the planes of a slice. The tests are those of FailingColumns, asked with each value.
struct RuleSlice::Builder {
  RuleSlice* slice;
  std::span<const Row> rows;
  std::span<const uint32_t> pool;
  std::map<std::vector<uint64_t>, uint32_t> known = {};

  const Row& RowAt(size_t i) const { return rows[slice->numbers_[i]]; }
  std::span<const uint32_t> BasesOf(const Row& row) const {
    return pool.subspan(row.basis_begin, row.basis_count);
  }

  // A plane with bits where `set` holds of the row, and behind the last row where `tail`.
  // Returns its place in index_.
  template <typename Set>
  uint32_t Plane(bool tail, Set set) {
    std::vector<uint64_t> bits(slice->words_, tail ? ~uint64_t{0} : 0);
    for (size_t i = 0; i < slice->numbers_.size(); ++i) {
      const uint64_t bit = uint64_t{1} << (i % 64);
      bits[i / 64] = set(RowAt(i)) ? bits[i / 64] | bit : bits[i / 64] & ~bit;
    }
    const auto [at, is_new] = known.try_emplace(bits, slice->planes_.size());
    if (is_new) slice->planes_.insert(slice->planes_.end(), bits.begin(), bits.end());
    slice->index_.push_back(at->second);
    return static_cast<uint32_t>(slice->index_.size() - 1);
  }

  // The rows that fail `question` in `column`.
  uint32_t Failing(uint32_t column, const Question& question) {
    return Plane(true, [&](const Row& row) {
      return (FailingColumns(row, BasesOf(row), question) & column) != 0;
    });
  }

  // A plane for each value from 0 to before `count`.
  template <typename Ask>
  uint32_t Values(uint32_t column, uint32_t count, Ask ask) {
    const auto first = static_cast<uint32_t>(slice->index_.size());
    for (uint32_t value = 0; value < count; ++value) {
      Question question;
      ask(value, &question);
      Failing(column, question);
    }
    return first;
  }

  // A plane for each interval between limits; `limits` adds those of one row, `matches` tests it.
  template <typename Limits, typename Matches>
  Steps MakeSteps(Limits limits, Matches matches) {
    Steps steps;
    for (size_t i = 0; i < slice->numbers_.size(); ++i) limits(RowAt(i), &steps.limits);
    std::sort(steps.limits.begin(), steps.limits.end());
    steps.limits.erase(std::unique(steps.limits.begin(), steps.limits.end()), steps.limits.end());
    const auto add = [&](int32_t value) {
      return Plane(true, [&](const Row& row) { return !matches(row, value); });
    };
    steps.first = add(steps.limits.empty() ? 0 : steps.limits.front() - 1);
    for (const int32_t limit : steps.limits) add(limit);
    return steps;
  }

  void Build();
  void BuildSteps();
  void BuildBases();
};

void RuleSlice::Builder::BuildSteps() {
  using Limits = std::vector<int32_t>;
  slice->days_ = MakeSteps(
      [](const Row& row, Limits* limits) {
        if (row.days.from != std::numeric_limits<Day>::min()) limits->push_back(row.days.from);
        if (row.days.to != std::numeric_limits<Day>::max()) limits->push_back(row.days.to);
      },
      [](const Row& row, int32_t day) { return row.days.Contains(day); });
  slice->ages_from_ = MakeSteps(
      [](const Row& row, Limits* limits) {
        const Age limit = row.forbid ? row.age_below : row.age_from;
        if (limit != 0 && limit != kNoAge) limits->push_back(limit);
      },
      [](const Row& row, int32_t age) { return AgeFromMatches(row, static_cast<Age>(age)); });
  slice->ages_below_ = MakeSteps(
      [](const Row& row, Limits* limits) {
        const Age limit = row.forbid ? row.age_from : row.age_below;
        if (limit != kNoAge) limits->push_back(limit + 1);
      },
      [](const Row& row, int32_t age) { return AgeBelowMatches(row, static_cast<Age>(age)); });
}

void RuleSlice::Builder::BuildBases() {
  for (size_t i = 0; i < slice->numbers_.size(); ++i) {
    const auto bases = BasesOf(RowAt(i));
    slice->bases_.insert(slice->bases_.end(), bases.begin(), bases.end());
  }
  std::sort(slice->bases_.begin(), slice->bases_.end());
  slice->bases_.erase(std::unique(slice->bases_.begin(), slice->bases_.end()), slice->bases_.end());
  Question unnamed;
  unnamed.basis = std::numeric_limits<uint32_t>::max();
  slice->basis_ = Failing(kLegalBasisColumn, unnamed);
  for (const uint32_t basis : slice->bases_) {
    Question question;
    question.basis = basis;
    Failing(kLegalBasisColumn, question);
  }
}

void RuleSlice::Builder::Build() {
  slice->purpose_ = Values(kPurposeColumn, kMaskSize, [](uint32_t v, auto* q) { q->purpose = v; });
  slice->role_ = Values(kSenderRoleColumn, kMaskSize, [](uint32_t v, auto* q) { q->role = v; });
  slice->consent_ = Values(kConsentColumn, v1::ConsentState_MAX + 1, [](uint32_t v, auto* q) {
    q->consent = static_cast<v1::ConsentState>(v);
  });
  slice->cover_ = Values(kRecipientCoverColumn, kCovers + 1,
                         [](uint32_t v, auto* q) { q->cover = static_cast<uint8_t>(v); });
  slice->officers_ = Values(kOfficersColumn, kOfficersTold + 1,
                            [](uint32_t v, auto* q) { q->officers = static_cast<uint8_t>(v); });
  slice->protected_ = Values(kProtectedIdentityColumn, 2,
                             [](uint32_t v, auto* q) { q->protected_identity = v == 1; });
  slice->weighing_ = Values(kWeighingColumn, 2, [](uint32_t v, auto* q) { q->weighing = v == 1; });
  slice->reason_ = Values(kReasonColumn, 2, [](uint32_t v, auto* q) { q->reason = v == 1; });
  slice->category_ = static_cast<uint32_t>(slice->index_.size());
  for (uint32_t category = 0; category < kMaskSize; ++category) {
    Plane(true, [&](const Row& row) { return (row.categories & Bit(category)) == 0; });
  }
  slice->empty_ = Plane(false, [](const Row&) { return false; });
  slice->age_unknown_ = Failing(kAgeColumn, Question());
  slice->no_permit_ = Plane(true, [](const Row& row) { return row.forbid; });
  slice->bound_ = Plane(false, [](const Row& row) { return row.consent_bound; });
  BuildBases();
  BuildSteps();
}

RuleSlice::RuleSlice(std::span<const uint32_t> numbers, std::span<const Row> rows,
                     std::span<const uint32_t> basis_pool)
    : numbers_(numbers.begin(), numbers.end()), words_((numbers.size() + 63) / 64) {
  Builder{this, rows, basis_pool}.Build();
}

const uint64_t* RuleSlice::PlaneOf(const Steps& steps, int32_t value) const {
  const auto after = std::upper_bound(steps.limits.begin(), steps.limits.end(), value);
  return PlaneOf(steps.first + static_cast<size_t>(after - steps.limits.begin()));
}

const uint64_t* RuleSlice::PlaneOfBasis(uint32_t basis) const {
  const auto at = std::lower_bound(bases_.begin(), bases_.end(), basis);
  if (at == bases_.end() || *at != basis) return PlaneOf(basis_);
  return PlaneOf(basis_ + 1 + static_cast<size_t>(at - bases_.begin()));
}

RuleSlice::View RuleSlice::Look(const Question& q) const {
  View view;
  auto& p = view.failing;
  p[View::kPurpose] = PlaneOf(purpose_ + q.purpose);
  p[View::kBasis] = PlaneOfBasis(q.basis);
  p[View::kDay] = PlaneOf(days_, q.day);
  p[View::kRole] = PlaneOf(role_ + q.role);
  p[View::kAgeFrom] = q.age_known ? PlaneOf(ages_from_, q.age_from) : PlaneOf(age_unknown_);
  p[View::kAgeBelow] = q.age_known ? PlaneOf(ages_below_, q.age_below) : PlaneOf(empty_);
  p[View::kConsent] = PlaneOf(consent_ + static_cast<uint32_t>(q.consent));
  p[View::kProtected] = PlaneOf(protected_ + (q.protected_identity ? 1 : 0));
  p[View::kCover] = PlaneOf(cover_ + q.cover);
  p[View::kOfficers] = PlaneOf(officers_ + std::min<uint32_t>(q.officers, kOfficersTold));
  p[View::kWeighing] = PlaneOf(weighing_ + (q.weighing ? 1 : 0));
  p[View::kReason] = PlaneOf(reason_ + (q.reason ? 1 : 0));
  return view;
}

void RuleSlice::FindNearest(const View& view, const Question& question, Mask denied,
                            Nearest* nearest) const {
  const auto& p = view.failing;
  for (size_t w = 0; w < words_; ++w) {
    const uint64_t permits = ~PlaneOf(no_permit_)[w];
    if (permits == 0) continue;
    const uint64_t purpose = p[View::kPurpose][w], basis = p[View::kBasis][w],
                   consent = p[View::kConsent][w];
    const Counts counts = CountEleven(
        {purpose, basis, consent, p[View::kDay][w], p[View::kRole][w],
         p[View::kAgeFrom][w] | p[View::kAgeBelow][w], p[View::kProtected][w], p[View::kCover][w],
         p[View::kOfficers][w], p[View::kWeighing][w], p[View::kReason][w]});
    const uint64_t bound = PlaneOf(bound_)[w] & ~consent;
    const std::array<uint64_t, 4> ranked = {~basis & ~purpose, ~basis & purpose, basis & ~purpose,
                                            basis & purpose};
    Nearest* of = nearest;
    for (Mask left = denied; left != 0; left &= left - 1, ++of) {
      const auto category = static_cast<uint32_t>(std::countr_zero(left));
      const bool covered = (question.consent_categories & Bit(category)) != 0;
      const uint64_t silent = PlaneOf(category_ + category)[w];
      const auto [fewest, failing] =
          Fewest(counts.Plus(covered ? silent : silent | bound), permits);
      if (!of->Open(failing)) continue;
      for (uint32_t rank = 0; rank < ranked.size(); ++rank) {
        for (uint64_t bits = fewest & ranked[rank]; bits != 0; bits &= bits - 1) {
          const auto bit = static_cast<size_t>(std::countr_zero(bits));
          if (!of->Offer(failing, rank, numbers_[w * 64 + bit])) break;
        }
      }
    }
  }
}

}  // namespace sluss
