// One obligation of each kind out of what several rules ask for.
#ifndef SLUSS_POLICY_OBLIGATIONS_H_
#define SLUSS_POLICY_OBLIGATIONS_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "proto/policy.pb.h"

namespace sluss {

// What is owed, as numbers. Times merge to their minimum: the shortest time kept, the earliest
// clock. Notices and reviews are owed where any rule asks; notices that differ in their exception
// do not meet, because such a set does not load.
struct Obligations {
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  enum class Notice : uint8_t { kNone, kAlways, kUnlessRisk };

  uint32_t retain_days = kNone;
  uint32_t decide_days = kNone;
  uint32_t assess_hours = kNone;
  uint32_t finish_months = kNone;
  uint32_t feedback_days = kNone;
  uint32_t acknowledge_minutes = kNone;
  Notice notice = Notice::kNone;
  bool review = false;

  void Merge(const Obligations& other);
  bool operator==(const Obligations& other) const = default;
};

Obligations ObligationsOf(const v1::Rule& rule);
std::vector<v1::Obligation> MergeObligations(const std::vector<const v1::Rule*>& rules);
// In the order of the kinds' field numbers.
std::vector<v1::Obligation> ToMessages(const Obligations& obligations);

}  // namespace sluss

#endif  // SLUSS_POLICY_OBLIGATIONS_H_
