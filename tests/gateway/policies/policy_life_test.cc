// Proposed, approved by another person, in force, superseded, rolled back; and everything that is
// refused, each with nothing changed.
#include "gateway/policies/policy_life.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/sha256.h"
#include "gateway/policies/approval.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/policies/policy_world.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

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
    v1::AuditOpening opening;
    ASSERT_TRUE(
        opening.ParseFromString(Must(world_.store().ReadOpening(EventId(leaf.event_id())))));
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

// ---- What is refused ----------------------------------------------------------------------------

TEST_F(PolicyLifeTest, ADraftAgainstAnOlderBaseIsRefused) {
  const v1::ProposeRequest old = world_.Draft(Permit("second"));
  world_.Change(Permit("third"));
  ExpectNothingChanged([&] {
    EXPECT_THAT(life().Propose(kAnna, old),
                StatusIs(kPrecondition, AllOf(HasSubstr("`base_digest`"), HasSubstr("version 8"),
                                              HasSubstr("draft again"))));
  });
}

TEST_F(PolicyLifeTest, AProposalIsVoidWhenAnotherComesIntoForceFirst) {
  const v1::Proposal first = world_.Propose(Permit("second"));
  const v1::Proposal approved = world_.Approve(world_.Propose(Permit("third")));
  world_.Change(Permit("fourth"));
  EXPECT_EQ(world_.StateOf(first.number()), v1::POLICY_VOID);
  EXPECT_EQ(world_.StateOf(approved.number()), v1::POLICY_VOID);
  EXPECT_EQ(world_.Kinds().back(), v1::POLICY_END);
  ExpectNothingChanged([&] {
    EXPECT_THAT(life().Approve(kBo, ApprovalOf(first)),
                StatusIs(kPrecondition, HasSubstr("proposal 1 is void")));
    EXPECT_THAT(life().Activate(kBo, ActivationOf(approved)),
                StatusIs(kPrecondition, HasSubstr("propose again")));
  });
}

TEST_F(PolicyLifeTest, NobodyApprovesTheirOwnWhateverTheirCertificate) {
  const v1::Proposal proposal = world_.Propose(Permit("second"));
  ExpectNothingChanged([&] {
    EXPECT_THAT(life().Approve(kAnnaApproves, ApprovalOf(proposal)),
                StatusIs(kDenied, HasSubstr("somebody else must approve it")));
  });
}

TEST_F(PolicyLifeTest, ADigestThatIsNotTheShownOneApprovesNothing) {
  const v1::Proposal proposal = world_.Propose(Permit("second"));
  const v1::Proposal other = world_.Propose(Permit("third"));
  for (const std::string& digest : {other.approval_digest(), std::string(),
                                    proposal.approval_digest().substr(1), proposal.digest()}) {
    v1::ApproveRequest request = ApprovalOf(proposal);
    request.set_approval_digest(digest);
    ExpectNothingChanged([&] {
      EXPECT_THAT(life().Approve(kBo, request), StatusIs(kInvalid, HasSubstr("`approval_digest`")));
    });
  }
}

TEST_F(PolicyLifeTest, TheSameApproverTwiceIsTold) {
  const v1::Proposal proposal = world_.Approve(world_.Propose(Permit("second")));
  ExpectNothingChanged([&] {
    EXPECT_THAT(life().Approve(kBo, ApprovalOf(proposal)),
                StatusIs(kPrecondition, HasSubstr("proposal 1 is approved already")));
  });
}

TEST_F(PolicyLifeTest, OfTwoApprovalsThatRaceOneIsRecorded) {
  for (int round = 0; round < 20; ++round) {
    const v1::Proposal proposal = world_.Propose(Permit(absl::StrCat("rule-", round)));
    const size_t leaves = world_.Leaves().size();
    std::atomic<int> approved{0}, refused{0};
    const auto approve = [&](const Official& who) {
      const auto answer = life().Approve(who, ApprovalOf(proposal));
      answer.ok() ? ++approved : ++refused;
      if (answer.ok()) return;
      EXPECT_THAT(answer, StatusIs(kPrecondition, HasSubstr("approved already")));
    };
    std::thread one([&] { approve(kBo); });
    std::thread two([&] { approve(kCilla); });
    one.join();
    two.join();
    EXPECT_EQ(approved, 1);
    EXPECT_EQ(refused, 1);
    EXPECT_EQ(world_.Leaves().size(), leaves + 1);
  }
}

TEST_F(PolicyLifeTest, ARoleWithoutTheRightIsRefused) {
  const v1::Proposal proposal = world_.Propose(Permit("second"));
  v1::RollbackRequest rollback;
  rollback.set_digest(world_.Active()->digest());
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_number(proposal.number());
  ExpectNothingChanged([&] {
    for (const Official& who : {kBo, kOfficer, Official{PolicyRole::kAdministrator, "eva"}}) {
      EXPECT_THAT(life().Propose(who, world_.Draft(Permit("third"))),
                  StatusIs(kDenied, HasSubstr(OfficialName(who) + "` may not propose")));
      EXPECT_THAT(life().Rollback(who, rollback), StatusIs(kDenied, HasSubstr("may not")));
    }
    for (const Official& who : {kAnna, kOfficer}) {
      EXPECT_THAT(life().Approve(who, ApprovalOf(proposal)),
                  StatusIs(kDenied, HasSubstr("may not approve")));
    }
    EXPECT_THAT(life().Activate(kOfficer, ActivationOf(proposal)),
                StatusIs(kDenied, HasSubstr("may not activate")));
    EXPECT_THAT(life().Withdraw(kOfficer, withdraw), StatusIs(kDenied, HasSubstr("may not")));
    EXPECT_THAT(life().GetRecorded(Official{PolicyRole::kAdministrator, "eva"}, {},
                                   [](const v1::RecordedDecision&) { return true; }),
                StatusIs(kDenied, HasSubstr("may not read")));
  });
}

TEST_F(PolicyLifeTest, WhatIsNotApprovedIsNotActivated) {
  const v1::Proposal proposal = world_.Propose(Permit("second"));
  ExpectNothingChanged([&] {
    EXPECT_THAT(life().Activate(kAnna, ActivationOf(proposal)),
                StatusIs(kPrecondition, HasSubstr("proposal 1 waits for approval")));
    EXPECT_THAT(
        life().Activate(kAnna, ActivationOf(proposal, world_.clock().Now() + absl::Hours(1))),
        StatusIs(kPrecondition, HasSubstr("proposal 1 waits for approval")));
  });
}

TEST_F(PolicyLifeTest, WhatDoesNotPassTheChecksIsNotProposed) {
  const auto with = [&](auto edit) {
    v1::ProposeRequest request = world_.Draft(Permit("second"));
    edit(request);
    return request;
  };
  const auto file = [](const char* name, const std::string& text, v1::PolicyFile* put) {
    put->set_name(name);
    put->set_text(text);
  };
  const struct {
    const char* name;
    v1::ProposeRequest request;
    const char* says;
  } cases[] = {
      {"rule that does not load", world_.Draft(Permit("second", "purpose: \"CAER\"")),
       "draft.txtpb:3:"},
      {"nothing", with([](auto& r) { r.clear_policy(); }), "`policy` is empty"},
      {"what is in force", with([](auto& r) {
         r.mutable_policy(0)->set_text("id: \"test\" version: \"7\"\n" + Permit("first"));
       }),
       "nothing would change"},
      {"catalogue that does not load",
       with([&](auto& r) { file("catalogue.txtpb", "version: ", r.add_catalogue()); }),
       "catalogue.txtpb:1:"},
      {"another catalogue under the same version", with([&](auto& r) {
         file("catalogue.txtpb",
              std::string(kSmallCatalogue) + "role { id: \"r\" name_sv: \"r\" name_en: \"r\" }",
              r.add_catalogue());
       }),
       "`catalogue` has version `v1`"},
      {"case that fails", with([&](auto& r) {
         file(
             "draft.cases.txtpb",
             "case { name: \"clerk\" facts { sender: \"school/a\" recipient: \"social/b\" purpose: "
             "\"CARE\" category: \"A\" day: \"2026-02-01\" } verdict: VERDICT_PERMIT }",
             r.add_cases());
       }),
       "draft.cases.txtpb:1:"},
      {"broken invariant",
       with([&](auto& r) { file("never.txtpb", "second", r.add_invariants()); }),
       "never.txtpb: rule `second` must never be there"},
      {"long note", with([](auto& r) { r.set_note(std::string(4001, 'x')); }), "`note` has 4001"},
  };
  for (const auto& c : cases) {
    ExpectNothingChanged([&] {
      EXPECT_THAT(life().Propose(kAnna, c.request), StatusIs(kInvalid, HasSubstr(c.says)))
          << c.name;
    });
  }
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

// ---- Time ---------------------------------------------------------------------------------------

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
