// What is refused on the way from a draft to the law of the exchange, each with nothing changed.
#include <atomic>
#include <thread>

#include "gateway/policies/policy_life.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/policies/policy_life_fixture.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace sluss::testing
