// Versions that come into force at a time, and ways back.
#include "gateway/policies/policy_life.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/policies/policy_life_fixture.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(PolicyLifeTest, AScheduledVersionComesIntoForceAtItsTime) {
  const v1::Proposal proposal = world_.Approve(world_.Propose(Permit("second")));
  const absl::Time at = world_.clock().Now() + absl::Hours(3);
  const v1::Proposal scheduled = Must(life().Activate(kBo, ActivationOf(proposal, at)));
  EXPECT_EQ(scheduled.state(), v1::POLICY_SCHEDULED);
  world_.clock().Set(at - absl::Microseconds(1));
  EXPECT_FALSE(Must(life().ActivateDue()).has_value());
  EXPECT_NE(world_.Active()->digest(), proposal.digest());
  world_.clock().Set(at);
  EXPECT_EQ(Must(life().ActivateDue())->number(), 1u);
  EXPECT_EQ(world_.Active()->digest(), proposal.digest());
  EXPECT_FALSE(Must(life().ActivateDue()).has_value());
  EXPECT_THAT(world_.Kinds(),
              ElementsAre(v1::POLICY_ACTIVATION, v1::POLICY_PROPOSAL, v1::POLICY_APPROVAL,
                          v1::POLICY_SCHEDULE, v1::POLICY_ACTIVATION));
  EXPECT_EQ(world_.Leaves()[3].effective_us(), absl::ToUnixMicros(at));
}

TEST_F(PolicyLifeTest, AScheduleSurvivesRestartsBeforeAndAfterItsTime) {
  const v1::Proposal proposal = world_.Approve(world_.Propose(Permit("second")));
  world_.Restart();
  EXPECT_EQ(world_.StateOf(1), v1::POLICY_APPROVED);
  const absl::Time at = world_.clock().Now() + absl::Hours(3);
  ASSERT_OK(life().Activate(kAnna, ActivationOf(proposal, at)));
  world_.clock().Advance(absl::Hours(1));
  world_.Restart();
  EXPECT_EQ(world_.StateOf(1), v1::POLICY_SCHEDULED);
  EXPECT_NE(world_.Active()->digest(), proposal.digest());
  world_.Stop();  // down while it falls due
  world_.clock().Advance(absl::Hours(5));
  world_.Restart();
  EXPECT_EQ(world_.Active()->digest(), proposal.digest());
  EXPECT_EQ(Must(life().GetActive({})).activation().number(), 2u);
}

TEST_F(PolicyLifeTest, OfTwoSchedulesTheEarlierMakesTheLaterVoid) {
  const absl::Time now = world_.clock().Now();
  const v1::Proposal later = world_.Approve(world_.Propose(Permit("later")));
  const v1::Proposal earlier = world_.Approve(world_.Propose(Permit("earlier")));
  ASSERT_OK(life().Activate(kBo, ActivationOf(later, now + absl::Hours(2))));
  ASSERT_OK(life().Activate(kBo, ActivationOf(earlier, now + absl::Hours(1))));
  world_.Stop();
  world_.clock().Advance(absl::Hours(5));
  world_.Restart();
  EXPECT_EQ(world_.Active()->digest(), earlier.digest());
  EXPECT_EQ(world_.StateOf(later.number()), v1::POLICY_VOID);
}

TEST_F(PolicyLifeTest, AScheduleIsMovedOrWithdrawn) {
  const v1::Proposal proposal = world_.Approve(world_.Propose(Permit("second")));
  const absl::Time now = world_.clock().Now();
  ASSERT_OK(life().Activate(kBo, ActivationOf(proposal, now + absl::Hours(1))));
  ASSERT_OK(life().Activate(kBo, ActivationOf(proposal, now + absl::Hours(3))));
  world_.clock().Advance(absl::Hours(2));
  EXPECT_FALSE(Must(life().ActivateDue()).has_value());
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_number(1);
  EXPECT_EQ(Must(life().Withdraw(kAnna, withdraw)).state(), v1::POLICY_WITHDRAWN);
  world_.clock().Advance(absl::Hours(2));
  EXPECT_FALSE(Must(life().ActivateDue()).has_value());
  EXPECT_EQ(world_.Leaves().back().outcome(), "withdrawn");
  ExpectNothingChanged([&] {
    EXPECT_THAT(life().Activate(kAnna, ActivationOf(proposal)),
                StatusIs(kPrecondition, HasSubstr("was withdrawn")));
    EXPECT_THAT(life().Withdraw(kAnna, withdraw), StatusIs(kPrecondition, HasSubstr("withdrawn")));
  });
}

TEST_F(PolicyLifeTest, ATimeThatIsPastOrFarOffIsRefused) {
  const v1::Proposal proposal = world_.Approve(world_.Propose(Permit("second")));
  for (const absl::Duration off :
       {absl::Seconds(-1), absl::ZeroDuration(), absl::Hours(24 * 367)}) {
    ExpectNothingChanged([&] {
      EXPECT_THAT(life().Activate(kAnna, ActivationOf(proposal, world_.clock().Now() + off)),
                  StatusIs(kInvalid, HasSubstr("`at_us` must lie ahead")));
    });
  }
}

// ---- Rollback -----------------------------------------------------------------------------------

TEST_F(PolicyLifeTest, ARollbackIsProposedApprovedAndAnActivationOfItsOwn) {
  const std::string first = world_.Active()->digest();
  world_.Change(Permit("second"));
  v1::RollbackRequest request;
  request.set_digest(first);
  const v1::Proposal proposal = Must(life().Rollback(kAnna, request));
  EXPECT_TRUE(proposal.rollback());
  EXPECT_EQ(proposal.diff(), "-second +first");
  EXPECT_THAT(life().Approve(kAnnaApproves, ApprovalOf(proposal)),
              StatusIs(kDenied, HasSubstr("")));
  world_.Activate(world_.Approve(proposal));
  EXPECT_EQ(world_.Active()->digest(), first);
  EXPECT_EQ(world_.Leaves().back().outcome(), "rollback");
  const v1::PolicyHistory history = Must(life().GetHistory({}));
  ASSERT_EQ(history.activation_size(), 3);
  EXPECT_TRUE(history.activation(0).rollback());
  EXPECT_EQ(history.activation(0).digest(), history.activation(2).digest());
}

TEST_F(PolicyLifeTest, OnlyWhatWasInForceIsRolledBackTo) {
  const v1::Proposal never = world_.Propose(Permit("never"));
  v1::RollbackRequest request;
  ExpectNothingChanged([&] {
    request.set_digest(never.digest());
    EXPECT_THAT(
        life().Rollback(kAnna, request),
        StatusIs(absl::StatusCode::kNotFound, HasSubstr("of no version that was in force")));
    request.set_digest(world_.Active()->digest());
    EXPECT_THAT(life().Rollback(kAnna, request), StatusIs(kInvalid, HasSubstr("in force already")));
  });
}

}  // namespace
}  // namespace sluss::testing
