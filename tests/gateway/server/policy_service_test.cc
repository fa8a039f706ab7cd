// Who may change policies, over mutual TLS with real certificates, and that the exact difference is
// what is approved.
#include "gateway/server/policy_service.h"

#include <memory>
#include <sstream>
#include <string>

#include "gateway/policies/approval.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/analysis.pb.h"
#include "tests/gateway/policies/policy_world.h"
#include "tests/gateway/server/test_rim.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kAuthorUri[] = "sluss://role/author/anna";
constexpr char kApproverUri[] = "sluss://role/approver/bo";

class PolicyServiceTest : public ::testing::Test {
 protected:
  PolicyServiceTest() : world_(nullptr, ExactAnalysis()) {
    service_ = std::make_unique<PolicyService>(&world_.life(), rim_.verifier(), &events_);
    rim_.Serve(service_.get());
  }
  ~PolicyServiceTest() override { rim_.Stop(); }

  using Stub = v1::PolicyAdmin::Stub;

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::string& uri,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    return rim_.Call(rim_.As(uri), method, request);
  }

  absl::Status Export(const std::string& uri) {
    grpc::ClientContext context;
    rim_.SetDeadline(&context);
    const auto reader = rim_.As(uri).GetRecorded(&context, v1::GetRecordedRequest());
    for (v1::RecordedDecision one; reader->Read(&one);) {
    }
    return FromGrpc(reader->Finish());
  }

  TestRim<v1::PolicyAdmin> rim_;
  PolicyWorld world_;
  std::ostringstream lines_;
  EventLog events_{&lines_, &world_.clock()};
  std::unique_ptr<PolicyService> service_;
};

TEST_F(PolicyServiceTest, FromProposalToForceByTwoCertificates) {
  const std::string rule = Permit("second", "sender: \"school/*\" category: \"A\"");
  const v1::Proposal proposal =
      Must(Call(kAuthorUri, &Stub::Propose, world_.Draft(Permit("first") + rule)));
  EXPECT_EQ(proposal.author(), "anna");
  EXPECT_EQ(proposal.approval_digest(), ApprovalDigest(proposal));
  v1::PolicyDiff diff;
  ASSERT_TRUE(diff.ParseFromString(proposal.diff()));
  EXPECT_EQ(diff.before_digest(), proposal.base_digest());
  EXPECT_EQ(diff.after_digest(), proposal.digest());
  // The same draft again has the same difference, so the same digest.
  EXPECT_EQ(Must(Call(kAuthorUri, &Stub::Propose, world_.Draft(Permit("first") + rule)))
                .approval_digest(),
            proposal.approval_digest());

  EXPECT_THAT(Call("sluss://role/approver/anna", &Stub::Approve, ApprovalOf(proposal)),
              StatusIs(kDenied, HasSubstr("somebody else")));
  ASSERT_OK(Call(kApproverUri, &Stub::Approve, ApprovalOf(proposal)));
  ASSERT_OK(Call(kApproverUri, &Stub::Activate, ActivationOf(proposal)));
  EXPECT_EQ(Must(Call("sluss://role/officer/dan", &Stub::GetActive, v1::GetActiveRequest()))
                .activation()
                .digest(),
            proposal.digest());
  EXPECT_THAT(lines_.str(), AllOf(HasSubstr("\"state\":\"POLICY_IN_FORCE\""),
                                  HasSubstr("\"event\":\"policy-refused\""), Not(HasSubstr("anna")),
                                  Not(HasSubstr("\"bo\""))));
}

TEST_F(PolicyServiceTest, ADuplicateOfARuleIsADifferenceOfNoDisclosure) {
  const v1::Proposal proposal =
      Must(Call(kAuthorUri, &Stub::Propose, world_.Draft(Permit("first") + Permit("the-same"))));
  v1::PolicyDiff diff;
  ASSERT_TRUE(diff.ParseFromString(proposal.diff()));
  EXPECT_EQ(diff.newly_permitted().change_size(), 0);
  EXPECT_EQ(diff.newly_denied().change_size(), 0);
  EXPECT_THAT(diff.rule_added(), ::testing::ElementsAre("the-same"));
}

TEST_F(PolicyServiceTest, ADraftThatBreaksAnInvariantIsNotProposedAndTheWitnessIsNamed) {
  v1::ProposeRequest request = world_.Draft(Permit("first") + Permit("second", "category: \"B\""));
  v1::PolicyFile* file = request.add_invariants();
  file->set_name("never.txtpb");
  file->set_text(
      "invariant { id: \"b-needs-consent\" category: \"B\" without { consent: true } "
      "sentence_sv: \"b aldrig utan samtycke\" sentence_en: \"b never without consent\" }");
  EXPECT_THAT(Call(kAuthorUri, &Stub::Propose, request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("never.txtpb: invariant `b-needs-consent` is broken by"),
                             HasSubstr("b never without consent"))));
  file->set_text(
      "invariant { id: \"nothing-to-clubs\" recipient: \"nobody\" "
      "sentence_sv: \"s\" sentence_en: \"s\" }");
  EXPECT_THAT(Call(kAuthorUri, &Stub::Propose, request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("never.txtpb:1:")));
}

TEST_F(PolicyServiceTest, AnAgencyOrAServerHasNoBusinessHere) {
  for (const char* uri : {"sluss://agency/school/ekbacken", "sluss://gateway/gw1",
                          "sluss://keyholder/kh1", "sluss://agency/authors/anna"}) {
    EXPECT_THAT(Call(uri, &Stub::GetActive, v1::GetActiveRequest()),
                StatusIs(kDenied, HasSubstr("is no person with a role in policies")))
        << uri;
    EXPECT_THAT(Call(uri, &Stub::Propose, world_.Draft(Permit("x"))),
                StatusIs(kDenied, HasSubstr("")));
    EXPECT_THAT(Export(uri), StatusIs(kDenied, HasSubstr("")));
  }
}

TEST_F(PolicyServiceTest, EveryRoleReadsAndOnlySomeTakeOut) {
  for (const char* role : {"author", "approver", "officer", "administrator"}) {
    const std::string uri = std::string("sluss://role/") + role + "/eva";
    EXPECT_OK(Call(uri, &Stub::GetHistory, v1::GetHistoryRequest()));
    EXPECT_EQ(Export(uri).ok(), std::string(role) != "administrator") << role;
  }
  EXPECT_EQ(world_.Kinds().back(), v1::EXPORT);
}

}  // namespace
}  // namespace sluss::testing
