// Recorded decisions are exactly what was decided, and the order of the log is the order of the
// law.
#include "gateway/policies/recorded.h"

#include "gateway/policies/steps.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RecordedTest : public ::testing::Test {
 protected:
  RecordedTest() { world_.key_holder().SetAway(true); }

  std::vector<v1::RecordedDecision> Read(const std::string& from = "", const std::string& to = "") {
    std::vector<v1::RecordedDecision> all;
    EXPECT_OK(ReadRecorded(world_.store(), from, to, [&](const v1::RecordedDecision& one) {
      all.push_back(one);
      return true;
    }));
    return all;
  }

  // The shipped policies without this one.
  static std::shared_ptr<const PolicySet> Without(absl::string_view policy) {
    const auto catalogue = Must(ReadPolicySources(SLUSS_SOURCE_DIR "/policy/catalogue"));
    auto policies = Must(ReadPolicySources(SLUSS_SOURCE_DIR "/policy/templates"));
    std::erase_if(policies, [&](const PolicySource& source) {
      return source.name.find(std::string(policy)) != std::string::npos;
    });
    return Must(PolicySet::Load(catalogue, policies, Sha256));
  }

  ExchangeWorld world_;
};

TEST_F(RecordedTest, DecidingThemAgainGivesTheSameAnswers) {
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({})));  // denied: no consent
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  Outgoing partly = world_.Signal({consent});
  partly.parts["HEALTH"] = "what HEALTH";
  ASSERT_OK(world_.Submit(kSchool, partly));
  const auto policy = Must(LoadShipped());
  const std::vector<v1::RecordedDecision> all = Read();
  ASSERT_THAT(all, SizeIs(4));
  for (const v1::RecordedDecision& one : all) {
    EXPECT_EQ(Decide(*policy, one.facts()).SerializeAsString(), one.decision().SerializeAsString());
    EXPECT_EQ(one.facts().day(), "2026-02-10");
    EXPECT_EQ(world_.Leaves()[std::stoul(one.id())].kind(), v1::DECISION);
  }
  EXPECT_EQ(all[0].decision().verdict(), v1::VERDICT_PERMIT);
  EXPECT_EQ(all[1].decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(all[3].decision().verdict(), v1::VERDICT_PARTIAL);
  EXPECT_EQ(all[3].facts().category_size(), all[0].facts().category_size() + 1);
}

TEST_F(RecordedTest, SaysNothingAboutWhom) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const auto row = Must(world_.store().MessagesAdmitted(0, 1)).front().row;
  const std::string bytes = Read().front().SerializeAsString();
  EXPECT_THAT(bytes, Not(HasSubstr(row.id.value())));
  EXPECT_THAT(bytes, Not(HasSubstr(Officer("first officer"))));
  EXPECT_THAT(bytes, Not(HasSubstr(row.details.manifest_digest())));
}

TEST_F(RecordedTest, IsReadByDaysPageByPageAndStopsWhenToldTo) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
    world_.clock().Advance(absl::Hours(24));
  }
  EXPECT_THAT(Read("2026-02-11", "2026-02-12"), SizeIs(1));
  EXPECT_THAT(Read("2026-02-11"), SizeIs(2));
  EXPECT_THAT(Read("", "2026-02-10"), IsEmpty());
  for (int i = 0; i < 300; ++i) ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  EXPECT_THAT(Read(), SizeIs(303));
  int taken = 0;
  EXPECT_OK(ReadRecorded(world_.store(), "", "",
                         [&](const v1::RecordedDecision&) { return ++taken < 2; }));
  EXPECT_EQ(taken, 2);
}

TEST_F(RecordedTest, AMessageVerifiedBeforeAnActivationIsDecidedByWhatIsInForceThen) {
  Outgoing report = world_.DutyReport();
  report.header.set_purpose("INVESTIGATION");
  report.header.set_legal_basis("SOL-2025-20-6");
  const auto without = Without("investigation");
  world_.policy().PutAfterNext(without);
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, report));
  EXPECT_EQ(answer.decision().policy_digest(), without->digest());
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_DENY);
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::DECISION));
}

TEST_F(RecordedTest, ADeliveryIsDecidedByTheVersionThatIsInForceThen) {
  Outgoing report = world_.DutyReport();
  report.header.set_purpose("INVESTIGATION");
  report.header.set_legal_basis("SOL-2025-20-6");
  ASSERT_EQ(Must(world_.Submit(kSchool, report)).decision().verdict(), v1::VERDICT_PERMIT);
  const auto without = Without("investigation");
  world_.policy().Put(without);
  world_.key_holder().SetAway(false);
  world_.AwaitHops(Must(world_.store().MessagesAdmitted(0, 1)).front().row.id.value());
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  const v1::AuditLeaf leaf = world_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::DELIVERY_DENIED);
  EXPECT_EQ(leaf.policy_digest(), without->digest());
}

}  // namespace
}  // namespace sluss::testing
