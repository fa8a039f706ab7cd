// Proposed, approved by another person, in force, superseded; and through a store that fails.
#include "gateway/policies/policy_life.h"

#include "absl/strings/str_cat.h"
#include "gateway/crypto/sha256.h"
#include "gateway/policies/approval.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/policies/policy_life_fixture.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(PolicyLifeTest, TheFilesAreTheFirstVersionAndItsImportIsALeaf) {
  EXPECT_TRUE(world_.start().first);
  const v1::ActivePolicy active = Must(life().GetActive({}));
  EXPECT_EQ(active.activation().digest(), world_.Active()->digest());
  EXPECT_EQ(active.activation().number(), 1u);
  EXPECT_EQ(active.activation().proposal(), 0u);
  const std::vector<v1::AuditLeaf> leaves = world_.Leaves();
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0].kind(), v1::POLICY_ACTIVATION);
  EXPECT_EQ(leaves[0].outcome(), "imported");
  EXPECT_EQ(leaves[0].policy_digest(), world_.Active()->digest());
  EXPECT_EQ(leaves[0].commitment_size(), 0);
}

TEST_F(PolicyLifeTest, FromProposalToForce) {
  const std::string first = world_.Active()->digest();
  const v1::Proposal proposed = world_.Propose(Permit("second"));
  EXPECT_EQ(proposed.number(), 1u);
  EXPECT_EQ(proposed.state(), v1::POLICY_PROPOSED);
  EXPECT_EQ(proposed.base_digest(), first);
  EXPECT_EQ(proposed.diff(), "-first +second");
  EXPECT_EQ(proposed.approval_digest(), ApprovalDigest(proposed));
  EXPECT_FALSE(proposed.vocabulary_changed());
  EXPECT_EQ(world_.Active()->digest(), first);

  const v1::Proposal approved = world_.Approve(proposed);
  EXPECT_EQ(approved.approver(), "bo");
  EXPECT_EQ(world_.Active()->digest(), first);

  world_.clock().Advance(absl::Minutes(5));
  const v1::Proposal active = world_.Activate(approved);
  EXPECT_EQ(active.state(), v1::POLICY_IN_FORCE);
  EXPECT_EQ(active.effective_us(), absl::ToUnixMicros(world_.clock().Now()));
  EXPECT_EQ(world_.Active()->digest(), proposed.digest());

  const v1::PolicyHistory history = Must(life().GetHistory({}));
  ASSERT_EQ(history.activation_size(), 2);
  EXPECT_EQ(history.activation(0).digest(), proposed.digest());
  EXPECT_EQ(history.activation(0).until_us(), 0);
  EXPECT_EQ(history.activation(0).author(), "anna");
  EXPECT_EQ(history.activation(0).approver(), "bo");
  EXPECT_EQ(history.activation(1).until_us(), active.effective_us());
  ASSERT_EQ(history.proposal_size(), 1);
  EXPECT_EQ(history.proposal(0).diff(), "");
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::POLICY_ACTIVATION, v1::POLICY_PROPOSAL,
                                          v1::POLICY_APPROVAL, v1::POLICY_ACTIVATION));

  world_.Change(Permit("third"));
  EXPECT_EQ(world_.StateOf(1), v1::POLICY_SUPERSEDED);
}

TEST_F(PolicyLifeTest, AnotherGatewayFollowsWhatWasActivatedHere) {
  ActivePolicy elsewhere(world_.Active());
  const std::string first = world_.Active()->digest();
  world_.Approve(world_.Propose(Permit("second")));
  ASSERT_OK(FollowActivation(world_.store(), &elsewhere));
  EXPECT_EQ(elsewhere.Current()->digest(), first) << "not in force yet";
  world_.Change(Permit("third"));
  ASSERT_OK(FollowActivation(world_.store(), &elsewhere));
  EXPECT_EQ(elsewhere.Current()->digest(), world_.Active()->digest());
  world_.memory().SetFaults({.read = true});
  EXPECT_THAT(FollowActivation(world_.store(), &elsewhere),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
}

TEST_F(PolicyLifeTest, LeavesNameVersionsAndTheApprovalAndCommitToPersons) {
  const v1::Proposal proposal = world_.Change(Permit("second"));
  for (const v1::AuditLeaf& leaf : world_.Leaves()) {
    if (leaf.outcome() == "imported") continue;
    EXPECT_EQ(leaf.proposal(), 1u);
    EXPECT_EQ(leaf.policy_digest(), proposal.digest());
    EXPECT_EQ(leaf.base_policy_digest(), proposal.base_digest());
    EXPECT_EQ(leaf.approval_digest(), proposal.approval_digest());
    const std::string bytes = leaf.SerializeAsString();
    EXPECT_THAT(bytes, AllOf(Not(HasSubstr("anna")), Not(HasSubstr("bo"))));
    EXPECT_EQ(leaf.commitment_size(), leaf.kind() == v1::POLICY_ACTIVATION ? 2 : 1);
    const v1::AuditOpening opening = world_.OpeningOf(leaf);
    ASSERT_GT(opening.field_size(), 0);
    EXPECT_EQ(opening.field(0).value(),
              leaf.kind() == v1::POLICY_APPROVAL ? "approver/bo" : "author/anna");
  }
}

TEST_F(PolicyLifeTest, TheApprovalDigestIsOverEachOfItsParts) {
  const v1::Proposal proposal = world_.Propose(Permit("second"));
  // As the protocol says it.
  const auto lp = [](const std::string& x) {
    return std::string{0, 0, 0, static_cast<char>(x.size())} + x;
  };
  EXPECT_EQ(
      proposal.approval_digest(),
      Sha256String("policy-approval/v1\n" + lp(proposal.base_digest()) + lp(proposal.digest()) +
                   lp(proposal.vocabulary_digest()) + lp(proposal.diff())));
  for (const int field : {3, 4, 5, 6}) {
    v1::Proposal other = proposal;
    const auto* descriptor = other.GetDescriptor()->FindFieldByNumber(field);
    std::string value = other.GetReflection()->GetString(other, descriptor);
    value.back() ^= 1;
    other.GetReflection()->SetString(&other, descriptor, value);
    EXPECT_NE(ApprovalDigest(other), proposal.approval_digest()) << descriptor->name();
  }
}

TEST_F(PolicyLifeTest, CheckingOnlyKeepsNothing) {
  ExpectNothingChanged([&] {
    v1::ProposeRequest request = world_.Draft(Permit("second"));
    request.set_check_only(true);
    const v1::Proposal checked = Must(life().Propose(kAnna, request));
    EXPECT_EQ(checked.number(), 0u);
    EXPECT_EQ(checked.diff(), "-first +second");
  });
}

// ---- Cases and invariants stay with the policies ------------------------------------------------

TEST_F(PolicyLifeTest, CasesAndInvariantsOfTheVersionInForceHoldForTheNextToo) {
  v1::ProposeRequest request = world_.Draft(Permit("second"));
  v1::PolicyFile* invariant = request.add_invariants();
  invariant->set_name("never.txtpb");
  invariant->set_text("forbidden-rule");
  v1::PolicyFile* cases = request.add_cases();
  cases->set_name("second.cases.txtpb");
  cases->set_text(
      "case { name: \"clerk\" facts { sender: \"school/a\" recipient: \"social/b\" purpose: "
      "\"CARE\" legal_basis: \"LAW-1\" category: \"A\" officer_role: \"clerk\" day: "
      "\"2026-02-01\" } verdict: VERDICT_PERMIT permitted: \"A\" }");
  const v1::Proposal proposal = Must(life().Propose(kAnna, request));
  EXPECT_EQ(proposal.cases(), 1u);
  EXPECT_EQ(proposal.invariants(), 1u);
  world_.Activate(world_.Approve(proposal));

  EXPECT_THAT(life().Propose(kAnna, world_.Draft(Permit("forbidden-rule"))),
              StatusIs(kInvalid, HasSubstr("never.txtpb")));
  EXPECT_THAT(life().Propose(kAnna, world_.Draft(Permit("third", "category: \"B\""))),
              StatusIs(kInvalid, HasSubstr("second.cases.txtpb:1:")));
  EXPECT_EQ(world_.Propose(Permit("third")).cases(), 1u);
}

// ---- A store that fails -------------------------------------------------------------------------

struct Fault {
  const char* name;
  StoreFaults faults;
  bool persisted;
};

class PolicyFaultTest : public PolicyLifeTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(PolicyFaultTest, AStepHappenedWhollyOrNotAtAll) {
  const std::string first = world_.Active()->digest();
  const v1::ProposeRequest draft = world_.Draft(Permit("second"));
  v1::Proposal proposal;
  const struct {
    const char* name;
    std::function<absl::StatusOr<v1::Proposal>()> act;
    v1::ProposalState before, after;
  } steps[] = {
      {"propose", [&] { return life().Propose(kAnna, draft); }, v1::PROPOSAL_STATE_UNSPECIFIED,
       v1::POLICY_PROPOSED},
      {"approve", [&] { return life().Approve(kBo, ApprovalOf(proposal)); }, v1::POLICY_PROPOSED,
       v1::POLICY_APPROVED},
      {"activate", [&] { return life().Activate(kAnna, ActivationOf(proposal)); },
       v1::POLICY_APPROVED, v1::POLICY_IN_FORCE},
  };
  for (const auto& step : steps) {
    world_.memory().SetFaults(GetParam().faults);
    absl::StatusOr<v1::Proposal> answer = step.act();
    world_.memory().SetFaults({});
    const bool activated = GetParam().persisted && step.after == v1::POLICY_IN_FORCE;
    EXPECT_EQ(world_.Active()->digest() != first, activated) << step.name;
    EXPECT_EQ(world_.StateOf(1), GetParam().persisted ? step.after : step.before) << step.name;
    if (!GetParam().persisted) {
      EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("")));
      answer = step.act();
    }
    proposal = Must(answer);
    EXPECT_EQ(proposal.state(), step.after) << step.name;
  }
  EXPECT_EQ(world_.Active()->digest(), proposal.digest());
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::POLICY_ACTIVATION, v1::POLICY_PROPOSAL,
                                          v1::POLICY_APPROVAL, v1::POLICY_ACTIVATION));
}

INSTANTIATE_TEST_SUITE_P(
    All, PolicyFaultTest,
    ::testing::Values(
        Fault{"CommitFailed", {.commit = CommitFault::kFailed}, false},
        Fault{"CommitFailedButPersisted", {.commit = CommitFault::kFailedButPersisted}, true},
        Fault{"BeginFailed", {.begin = true}, false}, Fault{"WriteFailed", {.write = true}, false}),
    [](const ::testing::TestParamInfo<Fault>& one) { return one.param.name; });

// Persisted, unanswered, and the store cannot be asked: whoever asked is told to try again, and
// before anything later is decided the new version is in force.
TEST_F(PolicyLifeTest, AnActivationInDoubtTakesEffectBeforeAnythingLater) {
  const v1::Proposal proposal = world_.Approve(world_.Propose(Permit("second")));
  const auto set = Must(LoadSmall(Permit("second")));
  StepResult result;
  ActivePolicy active(world_.Active());
  EXPECT_THAT(world_.ledger().Run([&](Recorder& recorder) {
    const absl::Status status =
        ApplyActivation(recorder, &kAnna, proposal.number(), set, &active, &result);
    world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted, .read = true});
    return status;
  }),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("")));
  EXPECT_NE(active.Current(), set);
  world_.memory().SetFaults({});
  ASSERT_OK(world_.ledger().Run([&](Recorder&) {
    EXPECT_EQ(active.Current(), set);
    return absl::OkStatus();
  }));
  EXPECT_EQ(world_.StateOf(1), v1::POLICY_IN_FORCE);
}

// ---- Files and the stored version ---------------------------------------------------------------

TEST_F(PolicyLifeTest, ChangedFilesAreOnlyADraft) {
  const std::string first = world_.Active()->digest();
  world_.Restart(Permit("edited"));
  EXPECT_FALSE(world_.start().first);
  EXPECT_EQ(world_.Active()->digest(), first);
  EXPECT_NE(world_.start().files_digest, first);
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::POLICY_ACTIVATION));
}

TEST_F(PolicyLifeTest, FilesThatDoNotLoadStopTheFirstStartOnly) {
  world_.Restart(Permit("broken", "purpose: \"CAER\""));
  EXPECT_THAT(world_.start().files, StatusIs(kInvalid, HasSubstr("CAER")));
  MemoryStore empty;
  EXPECT_THAT(ChoosePolicy(empty, LoadSmall(Permit("broken", "purpose: \"CAER\""))),
              StatusIs(kInvalid, HasSubstr("CAER")));
}

TEST_F(PolicyLifeTest, WhatWasActivatedIsInForceAfterARestart) {
  const v1::Proposal proposal = world_.Change(Permit("second", "note: \"räksmörgås \\\"x\\\"\""));
  world_.Restart();
  EXPECT_EQ(world_.Active()->digest(), proposal.digest());
  EXPECT_THAT(world_.Active()->bundle().policy(0).rule(0).note(), HasSubstr("räksmörgås"));
}

TEST_F(PolicyLifeTest, TheFilesOfTheVersionInForceLoadToItsDigest) {
  v1::GetActiveRequest request;
  request.set_with_files(true);
  const v1::ActivePolicy active = Must(life().GetActive(request));
  const auto set = Must(
      PolicySet::Load(SourcesOf(active.catalogue()), SourcesOf(active.policy()), Sha256String));
  EXPECT_EQ(set->digest(), active.activation().digest());
}

TEST(VersionTest, TheShippedPoliciesSurviveStorage) {
  const auto shipped = Must(LoadShipped());
  const BundleFiles files = FilesOf(shipped->bundle());
  const auto again =
      Must(PolicySet::Load(SourcesOf(files.catalogue), SourcesOf(files.policy), Sha256String));
  EXPECT_EQ(again->canonical_bytes(), shipped->canonical_bytes());
}

}  // namespace
}  // namespace sluss::testing
