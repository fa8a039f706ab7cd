// What the tests of a policy's life share: a world with one version in force, and proof that a
// refusal changed nothing.
#ifndef SLUSS_TESTS_GATEWAY_POLICIES_POLICY_LIFE_FIXTURE_H_
#define SLUSS_TESTS_GATEWAY_POLICIES_POLICY_LIFE_FIXTURE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/policies/policy_life.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/policies/policy_world.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
inline constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class PolicyLifeTest : public ::testing::Test {
 protected:
  PolicyLife& life() { return world_.life(); }

  // That `refused` left policies, proposals and log as they were.
  template <typename Refused>
  void ExpectNothingChanged(Refused refused) {
    const std::string before = Snapshot();
    refused();
    EXPECT_EQ(Snapshot(), before);
  }
  std::string Snapshot() {
    std::string all = world_.Active()->digest();
    for (const auto& one : Must(world_.store().Proposals(UINT64_MAX, 100))) {
      all += one.SerializeAsString();
    }
    for (const auto& one : Must(world_.store().Activations(UINT64_MAX, 100))) {
      all += one.SerializeAsString();
    }
    return absl::StrCat(all, world_.Leaves().size());
  }

  PolicyWorld world_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_POLICIES_POLICY_LIFE_FIXTURE_H_
