// A rule and a question as numbers, and which columns of the one the other fails.
#ifndef SLUSS_POLICY_ROWS_H_
#define SLUSS_POLICY_ROWS_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "policy/days.h"
#include "policy/vocabulary.h"
#include "proto/policy.pb.h"

namespace sluss {

// Years; kNoAge as the upper end of a range without one.
using Age = uint16_t;
inline constexpr Age kNoAge = 0xFFFF;

// The columns of a rule that can fail, as bits; sender and recipient are the index. Their order is
// the order in which a denial names them.
enum Column : uint32_t {
  kPurposeColumn = 1 << 0,
  kLegalBasisColumn = 1 << 1,
  kDayColumn = 1 << 2,
  kCategoryColumn = 1 << 3,
  kSenderRoleColumn = 1 << 4,
  kAgeColumn = 1 << 5,
  kConsentColumn = 1 << 6,
  kProtectedIdentityColumn = 1 << 7,
  kRecipientCoverColumn = 1 << 8,
  kOfficersColumn = 1 << 9,
  kWeighingColumn = 1 << 10,
  kReasonColumn = 1 << 11,
};

inline constexpr int kColumns = 12;

// One rule. UNKNOWN is a value in each set that holds it, so permit and forbid are tested alike.
struct Row {
  Mask categories = 0;
  Mask purposes = 0;
  Mask roles = 0;
  DayRange days;
  uint32_t basis_begin = 0;  // the cited bases, in RuleTable's pool
  uint32_t basis_count = 0;
  Age age_from = 0;
  Age age_below = kNoAge;
  uint16_t consent_states = 0;
  uint8_t covers = 0;
  uint8_t officers = 0;
  bool forbid = false;
  bool duty = false;
  bool basis_all_but = false;  // every cited basis but those of the pool
  bool age_unknown = false;
  bool consent_bound = false;  // only the categories that the consent covers
  bool protected_identity = false;
  bool needs_reason = false;
  bool needs_weighing = false;
};

// Facts as numbers.
struct Question {
  std::optional<uint32_t> sender_node;  // where some rule names the agency itself
  std::optional<uint32_t> recipient_node;
  uint32_t sender_kind = 0;
  uint32_t recipient_kind = 0;
  uint32_t purpose = 0;
  uint32_t basis = kUnknown;
  uint32_t role = kUnknown;
  Mask categories = 0;
  Mask consent_categories = 0;
  Day day = 0;
  Age age_from = 0;
  Age age_below = kNoAge;
  bool age_known = false;
  v1::ConsentState consent = v1::CONSENT_STATE_UNSPECIFIED;
  uint8_t cover = 0;
  uint8_t officers = 0;
  bool reason = false;
  bool weighing = false;
  bool protected_identity = false;
};

// The decision as numbers.
struct Answer {
  v1::Verdict verdict = v1::VERDICT_DENY;
  Mask passed = 0;     // what leaves; empty in a denial
  Mask permitted = 0;  // some permit matches
  Mask forbidden = 0;  // some forbid matches
  bool duty = false;   // something passes under a statutory duty
};

// The categories of the question that `row` speaks of.
inline Mask Speaks(const Row& row, const Question& question) {
  const Mask categories = row.categories & question.categories;
  return row.consent_bound ? categories & question.consent_categories : categories;
}

// A known age matches where both of its ends do.
inline bool AgeFromMatches(const Row& row, Age from) {
  return row.forbid ? from < row.age_below : row.age_from <= from;
}
inline bool AgeBelowMatches(const Row& row, Age below) {
  return row.forbid ? row.age_from < below : below <= row.age_below;
}

// The columns in which `row` differs from the question, the category column left out. `bases` are
// the row's in the pool.
inline uint32_t FailingColumns(const Row& row, std::span<const uint32_t> bases, const Question& q) {
  const auto unless = [](bool matches, uint32_t column) { return matches ? 0 : column; };
  const bool listed = std::find(bases.begin(), bases.end(), q.basis) != bases.end();
  const bool age = q.age_known
                       ? AgeFromMatches(row, q.age_from) && AgeBelowMatches(row, q.age_below)
                       : row.age_unknown;
  return unless((row.purposes & Bit(q.purpose)) != 0, kPurposeColumn) |
         unless(listed != row.basis_all_but, kLegalBasisColumn) |
         unless(row.days.Contains(q.day), kDayColumn) |
         unless((row.roles & Bit(q.role)) != 0, kSenderRoleColumn) | unless(age, kAgeColumn) |
         unless((row.consent_states >> q.consent & 1) != 0, kConsentColumn) |
         unless(row.protected_identity || !q.protected_identity, kProtectedIdentityColumn) |
         unless((row.covers & q.cover) != 0, kRecipientCoverColumn) |
         unless(row.officers <= q.officers, kOfficersColumn) |
         unless(!row.needs_weighing || q.weighing, kWeighingColumn) |
         unless(!row.needs_reason || q.reason, kReasonColumn);
}

// The column in which `row` alone fails the category, given that the others were looked at: it does
// not speak of it, or the consent does not cover it. 0 for none.
inline uint32_t FailingForCategory(const Row& row, const Question& q, uint32_t category) {
  if ((row.categories & Bit(category)) == 0) return kCategoryColumn;
  const bool covered = !row.consent_bound || (q.consent_categories & Bit(category)) != 0;
  return covered ? 0 : uint32_t{kConsentColumn};
}

}  // namespace sluss

#endif  // SLUSS_POLICY_ROWS_H_
