// Who attests: enrolled by the sender, in force, with that role, two persons, and still so when the
// message is handed out.
#include "gateway/exchange/officers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/officers.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Attest;
using ::sluss::testing::EnrolledFor;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChildPsychiatry;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Noon;
using ::sluss::testing::Officer;
using ::sluss::testing::RegisterOf;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kAnna[] = "anna";

class OfficersTest : public ::testing::Test {
 protected:
  const AgencySecrets& Secrets(const AgencyId& agency) { return world_.parties().secrets(agency); }

  v1::EnrolledOfficer Anna(const std::vector<std::string>& roles, absl::Time from, absl::Time to) {
    return EnrolledFor(Secrets(kChildPsychiatry), Officer(kAnna), roles, from, to);
  }
  v1::EnrolledOfficer Anna() { return Anna({"psychologist"}, Noon(2026, 1, 1), Noon(2026, 3, 1)); }

  // Child psychiatry to social services, attested by Anna: no duty, waits for its pseudonym.
  Outgoing CareNeed() {
    Outgoing outgoing =
        world_.Message(kSocialServices, "CARE_AND_SUPPORT", "OSL-25-12", {"CONTACT", "HEALTH"}, "");
    outgoing.header.clear_attestation();
    *outgoing.header.add_attestation() = Attest(kAnna, "psychologist");
    return outgoing;
  }
  absl::Status Submit(const Outgoing& outgoing) {
    return world_.Submit(kChildPsychiatry, outgoing).status();
  }
  // Queued, its pseudonym made.
  std::string Queued(const AgencyId& sender, const Outgoing& outgoing) {
    const v1::SubmitResponse answer = Must(world_.Submit(sender, outgoing));
    EXPECT_NE(answer.decision().verdict(), v1::VERDICT_DENY) << answer.decision().reason_en();
    v1::AuditLeaf leaf;
    EXPECT_TRUE(leaf.ParseFromString(answer.receipt().leaf().substr(1)));
    world_.AwaitHops(leaf.message_id());
    return leaf.message_id();
  }

  ExchangeWorld world_;
};

// ---- At submission ------------------------------------------------------------------------------

struct BadOfficer {
  const char* name;
  std::vector<std::string> roles;
  absl::Time from, to;
  const char* text;
};

class BadOfficerTest : public OfficersTest, public ::testing::WithParamInterface<BadOfficer> {};

TEST_P(BadOfficerTest, IsRejectedAndRecorded) {
  world_.Enrol(kChildPsychiatry, {Anna(GetParam().roles, GetParam().from, GetParam().to)});
  EXPECT_THAT(Submit(CareNeed()), StatusIs(kInvalid, HasSubstr(GetParam().text)));
  const v1::AuditLeaf leaf = world_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::REJECTED);
  EXPECT_EQ(leaf.outcome(), "attestation");
}

INSTANTIATE_TEST_SUITE_P(
    All, BadOfficerTest,
    ::testing::Values(BadOfficer{"WithoutTheRole",
                                 {"nurse"},
                                 Noon(2026, 1, 1),
                                 Noon(2026, 3, 1),
                                 "`attestation.role` is not a role that the officer is enrolled"},
                      BadOfficer{"Expired",
                                 {"psychologist"},
                                 Noon(2025, 1, 1),
                                 Noon(2026, 2, 10),
                                 "whose enrolment is not in force today"},
                      BadOfficer{"NotYet",
                                 {"psychologist"},
                                 Noon(2026, 2, 11),
                                 Noon(2026, 3, 1),
                                 "whose enrolment is not in force today"}),
    [](const ::testing::TestParamInfo<BadOfficer>& one) { return one.param.name; });

TEST_F(OfficersTest, WhoIsEnrolledAndInForceMayAttest) {
  world_.Enrol(kChildPsychiatry, {Anna()});
  EXPECT_OK(Submit(CareNeed()));
}

TEST_F(OfficersTest, WhoIsNotInTheLatestRegisterMayNot) {
  EXPECT_THAT(Submit(CareNeed()),
              StatusIs(kInvalid, HasSubstr("`attestation` is by an officer "
                                           "whom the agency has not enrolled")));
  world_.Enrol(kChildPsychiatry, {Anna()});
  EXPECT_OK(Submit(CareNeed()));
  world_.Enrol(kChildPsychiatry, {});  // struck off, at once
  EXPECT_THAT(Submit(CareNeed()), StatusIs(kInvalid, HasSubstr("not enrolled, or has struck off")));
}

TEST_F(OfficersTest, AnotherAgencysOfficerMayNot) {
  world_.Enrol(kSchool, {EnrolledFor(Secrets(kSchool), Officer(kAnna), {"psychologist"},
                                     Noon(2026, 1, 1), Noon(2026, 3, 1))});
  EXPECT_THAT(Submit(CareNeed()), StatusIs(kInvalid, HasSubstr("not enrolled")));
}

struct BadSignature {
  const char* name;
  void (*change)(v1::Envelope& envelope);
  absl::StatusCode code;
  const char* text;
};

class BadSignatureTest : public OfficersTest, public ::testing::WithParamInterface<BadSignature> {};

TEST_P(BadSignatureTest, IsRejectedAndRecorded) {
  world_.Enrol(kChildPsychiatry, {Anna()});
  v1::Envelope envelope = world_.Seal(kChildPsychiatry, CareNeed());
  GetParam().change(envelope);
  EXPECT_THAT(world_.exchange().Submit(kChildPsychiatry, envelope),
              StatusIs(GetParam().code, HasSubstr(GetParam().text)));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
  EXPECT_EQ(world_.Leaves().back().outcome(), "officer-signature");
}

std::string SignedByAnna(AttestedKind kind, absl::string_view officer, absl::string_view bytes) {
  return SignAttestation(testing::OfficerKey(Officer(kAnna)), kind, officer, bytes);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSignatureTest,
    ::testing::Values(
        BadSignature{"None", [](v1::Envelope& e) { e.clear_officer_signature(); }, kInvalid,
                     "`officer_signature` has 0 values, there are 1 attestations"},
        BadSignature{"OneTooMany",
                     [](v1::Envelope& e) { e.add_officer_signature(e.officer_signature(0)); },
                     kInvalid, "`officer_signature` has 2 values, there are 1 attestations"},
        BadSignature{"OfAnotherMessage",
                     [](v1::Envelope& e) {
                       e.set_officer_signature(
                           0, SignedByAnna(AttestedKind::kManifest, Officer(kAnna), "another"));
                     },
                     kDenied, "`officer_signature`: signature does not verify"},
        BadSignature{"ByAnotherKey",
                     [](v1::Envelope& e) {
                       e.set_officer_signature(
                           0,
                           SignAttestation(testing::OfficerKey(Officer("bo")),
                                           AttestedKind::kManifest, Officer(kAnna), e.manifest()));
                     },
                     kDenied, "`officer_signature`: signature does not verify"},
        BadSignature{"ForAnotherOfficer",
                     [](v1::Envelope& e) {
                       e.set_officer_signature(
                           0, SignedByAnna(AttestedKind::kManifest, Officer("bo"), e.manifest()));
                     },
                     kDenied, "`officer_signature`: signature does not verify"},
        BadSignature{"OfAReidentification",
                     [](v1::Envelope& e) {
                       e.set_officer_signature(0, SignedByAnna(AttestedKind::kReidentification,
                                                               Officer(kAnna), e.manifest()));
                     },
                     kDenied, "`officer_signature`: signature does not verify"}),
    [](const ::testing::TestParamInfo<BadSignature>& one) { return one.param.name; });

// What waited sealed while no gateway answered: the duty to report outlives its officer's
// enrolment, a disclosure at discretion does not.
TEST_F(OfficersTest, AnEnrolmentThatEndedWhileTheMessageWaitedStopsAllButADutyReport) {
  world_.Enrol(kChildPsychiatry, {Anna({"psychologist"}, Noon(2026, 1, 1), Noon(2026, 2, 11))});
  Outgoing duty = CareNeed();
  duty.header.set_purpose("PROTECTION");
  duty.header.set_legal_basis("SOL-2025-19-1");
  const v1::Envelope care_need = world_.Seal(kChildPsychiatry, CareNeed());
  const v1::Envelope report = world_.Seal(kChildPsychiatry, duty);
  world_.clock().Advance(absl::Hours(30));
  EXPECT_THAT(world_.exchange().Submit(kChildPsychiatry, care_need),
              StatusIs(kInvalid, HasSubstr("not in force today")));
  EXPECT_EQ(Must(world_.exchange().Submit(kChildPsychiatry, report)).decision().verdict(),
            v1::VERDICT_PERMIT);
}

// ---- At delivery --------------------------------------------------------------------------------

struct Between {
  const char* name;
  void (*happens)(ExchangeWorld& world);
};

// Submitted while all was well; then something happens; then it is to be handed out.
class BetweenTest : public OfficersTest, public ::testing::WithParamInterface<Between> {};

TEST_P(BetweenTest, ADisclosureAtDiscretionIsStoppedAndItsSenderTold) {
  world_.Enrol(kChildPsychiatry, {Anna()});
  const std::string id = Queued(kChildPsychiatry, CareNeed());
  GetParam().happens(world_);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  EXPECT_EQ(world_.StateOf(id), v1::DENIED_AT_DELIVERY);
  const v1::Delivery told = world_.Take(kChildPsychiatry);
  EXPECT_EQ(told.outcome().state(), v1::DENIED_AT_DELIVERY);
  EXPECT_EQ(told.outcome().reason_code(), "officer-not-in-force");
  EXPECT_THAT(told.outcome().text_sv(), HasSubstr("inte längre behörig"));
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::DECISION, v1::DELIVERY_DENIED));
  EXPECT_EQ(world_.Leaves().back().outcome(), "officer-not-in-force");
}

TEST_P(BetweenTest, ADutyReportIsHandedOutAllTheSame) {
  world_.key_holder().SetAway(true);
  world_.Enrol(kChildPsychiatry, {Anna()});
  Outgoing duty = CareNeed();
  duty.header.set_purpose("PROTECTION");
  duty.header.set_legal_basis("SOL-2025-19-1");
  ASSERT_OK(Submit(duty));
  GetParam().happens(world_);
  EXPECT_EQ(world_.Take(kSocialServices).notification().attested_by_size(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, BetweenTest,
    ::testing::Values(
        Between{"StruckOff", [](ExchangeWorld& world) { world.Enrol(kChildPsychiatry, {}); }},
        Between{"Expired",
                [](ExchangeWorld& world) {
                  world.Enrol(
                      kChildPsychiatry,
                      {EnrolledFor(world.parties().secrets(kChildPsychiatry), Officer(kAnna),
                                   {"psychologist"}, Noon(2026, 1, 1), Noon(2026, 2, 11))});
                  world.clock().Advance(absl::Hours(26));
                }},
        Between{"LostTheRole",
                [](ExchangeWorld& world) {
                  world.Enrol(
                      kChildPsychiatry,
                      {EnrolledFor(world.parties().secrets(kChildPsychiatry), Officer(kAnna),
                                   {"nurse"}, Noon(2026, 1, 1), Noon(2026, 3, 1))});
                }},
        Between{"GotAnotherKey",
                [](ExchangeWorld& world) {
                  v1::EnrolledOfficer anna =
                      EnrolledFor(world.parties().secrets(kChildPsychiatry), Officer(kAnna),
                                  {"psychologist"}, Noon(2026, 1, 1), Noon(2026, 3, 1));
                  anna.set_signing_public(testing::OfficerKey(Officer("new")).public_key());
                  world.Enrol(kChildPsychiatry, {anna});
                }}),
    [](const ::testing::TestParamInfo<Between>& one) { return one.param.name; });

TEST_F(OfficersTest, TheSecondOfficerMustStillBeThereToo) {
  Outgoing outgoing = world_.Message(kPolice, "CRIME_PREVENTION", "OSL-10-18A",
                                     {"CONTACT", "NARRATIVE"}, "case-worker");
  outgoing.header.mutable_attestation(0)->set_weighing_digest(Officer("text"));
  *outgoing.header.add_attestation() = Attest("second officer", "group-leader");
  const std::string id = Queued(kSocialServices, outgoing);
  world_.EnrolOfficers(kSocialServices, /*without=*/{"second officer"});
  EXPECT_TRUE(world_.NothingFor(kPolice));
  EXPECT_EQ(world_.StateOf(id), v1::DENIED_AT_DELIVERY);
}

TEST_F(OfficersTest, TheSignaturesReachTheRecipientAndTheLogKeepsCommitmentsOnly) {
  world_.Enrol(kChildPsychiatry, {Anna()});
  Queued(kChildPsychiatry, CareNeed());
  const v1::Delivery delivery = world_.Take(kSocialServices);
  ASSERT_EQ(delivery.notification().attested_by_size(), 1);
  const v1::AttestedBy& by = delivery.notification().attested_by(0);
  const v1::EnrolledOfficer officer = Must(CheckCertificate(
      by.certificate(), *world_.parties().directory().FindAgency(kChildPsychiatry)));
  EXPECT_OK(VerifyAttestation(officer, AttestedKind::kManifest, delivery.notification().manifest(),
                              by.signature()));
  for (const v1::AuditLeaf& leaf : world_.Leaves()) {
    EXPECT_THAT(leaf.SerializeAsString(), Not(HasSubstr(Officer(kAnna))));
  }
  ASSERT_OK(world_.Acknowledge(kSocialServices, delivery));
  const auto row = Must(world_.store().FindMessage(MessageId(delivery.message_id())));
  EXPECT_EQ(row->details.officer_size(), 0) << "nobody needs them any more";
}

// ---- The register -------------------------------------------------------------------------------

TEST_F(OfficersTest, ARegisterIsRecordedWithItsNumberAndACommitment) {
  const v1::EnrolOfficersRequest request = RegisterOf(Secrets(kPolice), 7, {});
  world_.CheckReceipt(Must(world_.exchange().EnrolOfficers(kPolice, request)).receipt());
  const v1::AuditLeaf leaf = world_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::OFFICERS);
  EXPECT_EQ(leaf.sender(), kPolice.value());
  EXPECT_EQ(leaf.count(), 0u);
  ASSERT_EQ(leaf.commitment_size(), 1);
  EXPECT_EQ(leaf.commitment(0).tag(), 5u);
}

TEST_F(OfficersTest, TheSameRegisterAgainIsAnsweredFromTheFirst) {
  const v1::EnrolOfficersRequest request = RegisterOf(Secrets(kPolice), 7, {});
  const v1::LogReceipt first = Must(world_.exchange().EnrolOfficers(kPolice, request)).receipt();
  const size_t entries = world_.Leaves().size();
  const v1::LogReceipt again = Must(world_.exchange().EnrolOfficers(kPolice, request)).receipt();
  EXPECT_EQ(again.leaf(), first.leaf());
  EXPECT_EQ(world_.Leaves().size(), entries);
}

TEST_F(OfficersTest, ARegisterThatWasReplacedDoesNotReturn) {
  const v1::EnrolOfficersRequest with_anna = RegisterOf(Secrets(kChildPsychiatry), 7, {Anna()});
  ASSERT_OK(world_.exchange().EnrolOfficers(kChildPsychiatry, with_anna));
  ASSERT_OK(world_.exchange().EnrolOfficers(kChildPsychiatry,
                                            RegisterOf(Secrets(kChildPsychiatry), 8, {})));
  EXPECT_THAT(world_.exchange().EnrolOfficers(kChildPsychiatry, with_anna),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("`officers` has version 7, the register in force has 8")));
  EXPECT_THAT(Submit(CareNeed()), StatusIs(kInvalid, HasSubstr("not enrolled")));
}

TEST_F(OfficersTest, AnotherAgencysRegisterIsRejectedAndRecorded) {
  EXPECT_THAT(world_.exchange().EnrolOfficers(kPolice, RegisterOf(Secrets(kSchool), 9, {})),
              StatusIs(kDenied, HasSubstr("`signature`: signature does not verify")));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
}

TEST_F(OfficersTest, OfficersSurviveARestart) {
  world_.Enrol(kChildPsychiatry, {Anna()});
  world_.Restart();
  EXPECT_OK(Submit(CareNeed()));
}

}  // namespace
}  // namespace sluss
