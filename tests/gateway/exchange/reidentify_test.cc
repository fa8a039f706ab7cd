// Re-identification: who may ask, what is recorded before anything is opened, and that the first
// stands.
#include "gateway/exchange/reidentify.h"

#include <functional>
#include <optional>

#include "gateway/crypto/attestation.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/reidentification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/lying_sender.h"
#include "tests/testing/officers.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Attest;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChild;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Officer;
using ::sluss::testing::OfficerKey;
using ::sluss::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kRefused = absl::StatusCode::kPermissionDenied;

class ReidentifyTest : public ::testing::Test {
 protected:
  // The school's signal by consent is with the police; they have acknowledged it.
  void Deliver() { Deliver(world_.Seal(kSchool, Signal())); }
  void Deliver(v1::Envelope envelope) {
    testing::SignByOfficers(&envelope);
    const v1::SubmitResponse answer = Must(world_.exchange().Submit(kSchool, envelope));
    ASSERT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT) << answer.decision().reason_en();
    const v1::Delivery delivery = world_.Take(kPolice);
    notification_ = delivery.notification();
    message_ = delivery.message_id();
    ASSERT_OK(world_.Acknowledge(kPolice, delivery));
    const v1::Delivery ended = world_.Take(kSchool);
    EXPECT_EQ(ended.outcome().state(), v1::ACKNOWLEDGED);
    ASSERT_OK(world_.Acknowledge(kSchool, ended));
    before_ = world_.Kinds().size();
  }
  Outgoing Signal() {
    if (!consent_.has_value()) consent_ = world_.Register(world_.Record());
    std::vector<ConsentWitness> consents;
    consents.push_back(Must(ConsentWitness::Decode(consent_->Encode(InsecureSecretAccess::Get()))));
    return world_.Signal(consents);
  }

  v1::ReidentificationOrder Order() {
    v1::ReidentificationOrder order;
    order.set_agency(kPolice.value());
    order.set_message_id(message_);
    order.set_purpose(kReidentificationPurpose);
    order.set_legal_basis("OSL-10-15A");
    *order.add_attestation() = Attest("first officer", "police-officer");
    *order.add_attestation() = Attest("second officer", "investigator");
    order.mutable_attestation(0)->set_weighing_digest(Officer("a weighing"));
    order.set_created_us(absl::ToUnixMicros(world_.clock().Now()));
    order.set_key_set(1);
    return order;
  }
  v1::ReidentifyRequest Signed(const v1::ReidentificationOrder& order) {
    v1::ReidentifyRequest request = SignOrder(order, world_.parties().secrets(kPolice).signing);
    for (const v1::Attestation& attestation : order.attestation()) {
      request.add_officer_signature(SignAttestation(OfficerKey(attestation.officer()),
                                                    AttestedKind::kReidentification,
                                                    attestation.officer(), request.order()));
    }
    request.set_manifest(notification_.manifest());
    for (const v1::Compartment& compartment : notification_.compartment()) {
      if (compartment.category() == std::string(kEscrowCategory)) {
        *request.mutable_escrow() = compartment;
      }
    }
    return request;
  }
  absl::StatusOr<v1::ReidentifyResponse> Ask(const v1::ReidentificationOrder& order) {
    return world_.exchange().Reidentify(kPolice, Signed(order));
  }
  absl::StatusOr<v1::ReportReidentificationResponse> Report(const std::string& outcome,
                                                            const AgencyId& caller = kPolice) {
    v1::ReportReidentificationRequest request;
    request.set_message_id(message_);
    request.set_outcome(outcome);
    return world_.exchange().ReportReidentification(caller, request);
  }
  // What was recorded since the message was acknowledged.
  std::vector<v1::RecordKind> Recorded() {
    std::vector<v1::RecordKind> kinds = world_.Kinds();
    kinds.erase(kinds.begin(), kinds.begin() + static_cast<ptrdiff_t>(before_));
    return kinds;
  }
  std::string Opened(const std::string& inner) {
    return std::string(Must(OpenEscrow(inner, message_, world_.parties().secrets(kPolice)))
                           .Get(InsecureSecretAccess::Get()));
  }

  ExchangeWorld world_;
  std::optional<ConsentWitness> consent_;
  v1::Notification notification_;
  std::string message_;
  size_t before_ = 0;
};

TEST_F(ReidentifyTest, TwoOfficersOnAParagraphOfTheirOwnAreAnsweredAndTheSenderIsTold) {
  Deliver();
  const v1::ReidentifyResponse answer = Must(Ask(Order()));
  ASSERT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT) << answer.decision().reason_en();
  EXPECT_FALSE(answer.repeated());
  EXPECT_EQ(Opened(answer.inner()), kChild);
  world_.CheckReceipt(answer.receipt());
  EXPECT_THAT(Recorded(), ElementsAre(v1::REIDENTIFICATION, v1::REIDENTIFIED));
  const std::vector<v1::AuditLeaf> leaves = world_.Leaves();
  const v1::AuditLeaf& decided = leaves[leaves.size() - 2];
  EXPECT_EQ(decided.verdict(), "PERMIT");
  EXPECT_EQ(decided.sender(), kSchool.value());
  EXPECT_EQ(decided.recipient(), kPolice.value());
  EXPECT_EQ(decided.purpose(), "REIDENTIFICATION");
  EXPECT_THAT(decided.legal_basis(), ElementsAre("OSL-10-15A"));
  EXPECT_THAT(decided.passed(), ElementsAre("IDENTITY"));
  EXPECT_THAT(decided.rule(), ElementsAre("reidentify-from-school-10-15a"));
  EXPECT_EQ(decided.commitment_size(), 5) << "officers, reasons, weighing, order";
  EXPECT_THAT(decided.SerializeAsString(), Not(HasSubstr(Officer("first officer"))));
  EXPECT_EQ(leaves.back().parent_event(), decided.event_id());

  const v1::Delivery told = world_.Take(kSchool);
  EXPECT_EQ(told.message_id(), message_);
  EXPECT_EQ(told.outcome().reidentified().agency(), kPolice.value());
  EXPECT_EQ(told.outcome().reidentified().legal_basis(), "OSL-10-15A");
  EXPECT_EQ(told.outcome().reidentified().fault(), "");
  EXPECT_EQ(world_.StateOf(message_), v1::ACKNOWLEDGED) << "how it ended stays";
  world_.CheckLog();
  EXPECT_THAT(world_.memory().Dump(), Not(HasSubstr(kChild)));
}

struct Denied {
  const char* name;
  std::function<void(v1::ReidentificationOrder& order)> change;
  const char* code;
};

class DeniedTest : public ReidentifyTest, public ::testing::WithParamInterface<Denied> {};

TEST_P(DeniedTest, IsAnAnswerWithItsReasonAndNothingIsPeeled) {
  Deliver();
  v1::ReidentificationOrder order = Order();
  GetParam().change(order);
  const v1::ReidentifyResponse answer = Must(Ask(order));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(answer.decision().reason_code(), GetParam().code);
  EXPECT_EQ(answer.inner(), "");
  world_.CheckReceipt(answer.receipt());
  EXPECT_THAT(Recorded(), ElementsAre(v1::REIDENTIFICATION));
  EXPECT_EQ(world_.Leaves().back().verdict(), "DENY");
  EXPECT_EQ(world_.key_holder().peels(), 0);
  EXPECT_TRUE(world_.NothingFor(kSchool));
}

INSTANTIATE_TEST_SUITE_P(
    All, DeniedTest,
    ::testing::Values(
        Denied{"OneOfficer", [](auto& o) { o.mutable_attestation()->RemoveLast(); }, "officers"},
        Denied{"NoWeighing", [](auto& o) { o.mutable_attestation(0)->clear_weighing_digest(); },
               "weighing"},
        Denied{"ARoleThatMayNot",
               [](auto& o) { o.mutable_attestation(0)->set_role("leisure-leader"); },
               "sender-role"},
        Denied{"TheMessagesOwnParagraph", [](auto& o) { o.set_legal_basis("OSL-12-2"); },
               "legal-basis"}),
    [](const ::testing::TestParamInfo<Denied>& one) { return one.param.name; });

TEST_F(ReidentifyTest, WhatWasDeniedMayBeAskedAgainRightly) {
  Deliver();
  v1::ReidentificationOrder order = Order();
  order.mutable_attestation()->RemoveLast();
  ASSERT_EQ(Must(Ask(order)).decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(Opened(Must(Ask(Order())).inner()), kChild);
}

struct Faulty {
  const char* name;
  std::function<void(ExchangeWorld& world, v1::ReidentifyRequest& request)> change;
  absl::StatusCode code;
  const char* text;
  const char* recorded;
};

class FaultyTest : public ReidentifyTest, public ::testing::WithParamInterface<Faulty> {};

TEST_P(FaultyTest, IsRefusedAndRecorded) {
  Deliver();
  v1::ReidentifyRequest request = Signed(Order());
  GetParam().change(world_, request);
  EXPECT_THAT(world_.exchange().Reidentify(kPolice, request),
              StatusIs(GetParam().code, HasSubstr(GetParam().text)));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
  EXPECT_EQ(world_.Leaves().back().outcome(), GetParam().recorded);
  EXPECT_EQ(world_.key_holder().peels(), 0);
}

// Changes the order and signs it again, by agency and officers.
template <typename Change>
auto Resigned(Change change) {
  return [change](ExchangeWorld& world, v1::ReidentifyRequest& request) {
    v1::ReidentificationOrder order;
    ASSERT_TRUE(order.ParseFromString(request.order()));
    change(world, order);
    const v1::ReidentifyRequest signed_again =
        SignOrder(order, world.parties().secrets(kPolice).signing);
    request.set_order(signed_again.order());
    request.set_signature(signed_again.signature());
    request.clear_officer_signature();
    for (const v1::Attestation& attestation : order.attestation()) {
      request.add_officer_signature(SignAttestation(OfficerKey(attestation.officer()),
                                                    AttestedKind::kReidentification,
                                                    attestation.officer(), request.order()));
    }
  };
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultyTest,
    ::testing::Values(
        Faulty{"NotSignedByTheAgency", [](auto&, auto& r) { r.clear_signature(); }, kRefused,
               "`signature`: signature does not verify", "signature"},
        Faulty{"OneOfficerDidNotSign",
               [](auto&, auto& r) { r.mutable_officer_signature()->RemoveLast(); }, kInvalid,
               "`officer_signature` has 1 values, there are 2 attestations", "officer-signature"},
        Faulty{"AnOfficersSignatureFromElsewhere",
               [](auto&, auto& r) { r.set_officer_signature(1, r.officer_signature(0)); }, kRefused,
               "`officer_signature`: signature does not verify", "officer-signature"},
        Faulty{"TheSameOfficerTwice",
               Resigned([](auto&, auto& o) {
                 *o.mutable_attestation(1) = Attest("first officer", "investigator");
               }),
               kInvalid, "`attestation` has the same officer twice", "attestation"},
        Faulty{"AnOfficerWhoWasStruckOff",
               [](auto& world, auto&) { world.EnrolOfficers(kPolice, {"second officer"}); },
               kInvalid, "`attestation` is by an officer whom the agency has not enrolled",
               "attestation"},
        Faulty{"AnotherAgencysOrder",
               Resigned([](auto&, auto& o) { o.set_agency(kSocialServices.value()); }), kInvalid,
               "`agency` is another than the caller", "agency"},
        Faulty{"AnotherPurpose",
               Resigned([](auto&, auto& o) { o.set_purpose("CRIME_PREVENTION"); }), kInvalid,
               "`purpose` must be REIDENTIFICATION", "purpose"},
        Faulty{"NoParagraph", Resigned([](auto&, auto& o) { o.clear_legal_basis(); }), kInvalid,
               "`legal_basis` is missing", "legal-basis"},
        Faulty{"UnknownParagraph", Resigned([](auto&, auto& o) { o.set_legal_basis("LAW-1"); }),
               kInvalid, "`legal_basis`", "legal-basis"},
        Faulty{"AnotherKeySet", Resigned([](auto&, auto& o) { o.set_key_set(2); }), kInvalid,
               "`key_set` is 2, the active one is 1", "key-set"},
        Faulty{"AnOrderThatLayAbout",
               [](auto& world, auto&) { world.clock().Advance(absl::Hours(73)); }, kInvalid,
               "`created_us` is -73h from the gateway's clock", "created-us"},
        Faulty{"ShortReasonDigest",
               Resigned([](auto&, auto& o) {
                 o.mutable_attestation(0)->set_reason_digest("short");
               }),
               kInvalid, "`attestation.reason_digest` must be 32 bytes", "attestation"},
        Faulty{"AnotherEscrow",
               [](auto&, auto& r) { (*r.mutable_escrow()->mutable_ciphertext())[0] ^= 1; }, kRefused,
               "`escrow` is not the one that came with the message", "escrow"},
        Faulty{"AnotherCompartment",
               [](auto&, auto& r) { r.mutable_escrow()->set_category("CONTACT"); }, kInvalid,
               "`escrow` must be the compartment IDENTITY_ESCROW", "escrow"},
        Faulty{"AManifestThatTheSenderNeverSigned",
               [](auto&, auto& r) {
                 // Its own digests, so that any escrow would fit.
                 v1::Manifest manifest;
                 ASSERT_TRUE(manifest.ParseFromString(r.manifest()));
                 manifest.add_compartment_digest(std::string(32, 'z'));
                 r.set_manifest(manifest.SerializeAsString());
               },
               kRefused, "`manifest` is not the one that came with the message", "manifest"}),
    [](const ::testing::TestParamInfo<Faulty>& one) { return one.param.name; });

TEST_F(ReidentifyTest, OnlyTheRecipientOfAnEscrowMayAsk) {
  Deliver();
  v1::ReidentificationOrder order = Order();
  order.set_message_id(std::string(16, 'x'));
  v1::ReidentifyRequest request = Signed(order);
  EXPECT_THAT(world_.exchange().Reidentify(kPolice, request),
              StatusIs(kInvalid, HasSubstr("`manifest` is that of another message")));
  EXPECT_THAT(Report("match"), StatusIs(absl::StatusCode::kNotFound, _)) << "nothing was opened";
}

TEST_F(ReidentifyTest, NobodyMaySendUnderItsPurpose) {
  Outgoing outgoing = world_.Message(kPolice, kReidentificationPurpose, "OSL-10-15A", {"IDENTITY"},
                                     "police-officer");
  EXPECT_THAT(world_.Submit(kSchool, outgoing),
              StatusIs(kInvalid, HasSubstr("`purpose` is asked for by the recipient, not sent")));
}

// ---- Asked again --------------------------------------------------------------------------------

TEST_F(ReidentifyTest, AskedTwiceItIsAnsweredFromTheFirstAndLoggedOnceAsRepeated) {
  Deliver();
  const v1::ReidentifyResponse first = Must(Ask(Order()));
  world_.Take(kSchool);
  for (int again = 0; again < 3; ++again) {
    world_.clock().Advance(absl::Minutes(1));
    const v1::ReidentifyResponse answer = Must(Ask(Order()));
    EXPECT_TRUE(answer.repeated());
    EXPECT_EQ(answer.inner(), first.inner());
    EXPECT_EQ(answer.receipt().leaf(), first.receipt().leaf());
  }
  EXPECT_EQ(world_.key_holder().peels(), 1);
  EXPECT_THAT(Recorded(),
              ElementsAre(v1::REIDENTIFICATION, v1::REIDENTIFIED, v1::REIDENTIFICATION));
  EXPECT_EQ(world_.Leaves().back().outcome(), "repeated");
  EXPECT_TRUE(world_.NothingFor(kSchool)) << "told once";
}

TEST_F(ReidentifyTest, TheSameOrderAgainIsNoRepetition) {
  Deliver();
  const v1::ReidentificationOrder order = Order();
  const v1::ReidentifyResponse first = Must(Ask(order));
  // Its answer was lost; meanwhile an officer has left, who had the right to ask.
  world_.EnrolOfficers(kPolice, {"second officer"});
  const v1::ReidentifyResponse again = Must(Ask(order));
  EXPECT_FALSE(again.repeated());
  EXPECT_EQ(again.inner(), first.inner());
  EXPECT_THAT(Recorded(), ElementsAre(v1::REIDENTIFICATION, v1::REIDENTIFIED));
}

TEST_F(ReidentifyTest, WhileTheKeyHolderIsAwayNothingIsDisclosedAndTheSameOrderGoesOn) {
  Deliver();
  world_.key_holder().SetAway(true);
  const v1::ReidentificationOrder order = Order();
  EXPECT_THAT(Ask(order), StatusIs(absl::StatusCode::kUnavailable, _));
  EXPECT_THAT(Recorded(), ElementsAre(v1::REIDENTIFICATION));
  EXPECT_TRUE(world_.NothingFor(kSchool)) << "it has not happened yet";
  world_.Restart();
  world_.key_holder().SetAway(false);
  EXPECT_EQ(Opened(Must(Ask(order)).inner()), kChild);
  EXPECT_THAT(Recorded(), ElementsAre(v1::REIDENTIFICATION, v1::REIDENTIFIED));
  EXPECT_TRUE(world_.Take(kSchool).outcome().has_reidentified());
}

class CommitFaultTest : public ReidentifyTest,
                        public ::testing::WithParamInterface<testing::CommitFault> {};

// The peel is done, and its entry fails, or is written and not confirmed: nothing leaves that the
// log does not hold, and nothing is told twice.
TEST_P(CommitFaultTest, AfterATroubledCommitTheFirstStands) {
  Deliver();
  const v1::ReidentificationOrder order = Order();
  world_.memory().SetFaults({.commit = GetParam()});
  const auto failed = Ask(order);
  world_.memory().SetFaults({});
  EXPECT_TRUE(failed.ok() || absl::IsUnavailable(failed.status())) << failed.status();
  EXPECT_EQ(Opened(Must(Ask(order)).inner()), kChild);
  int decided = 0, opened = 0;
  for (const v1::RecordKind kind : Recorded()) {
    decided += kind == v1::REIDENTIFICATION;
    opened += kind == v1::REIDENTIFIED;
  }
  EXPECT_EQ(decided, 1);
  EXPECT_EQ(opened, 1);
  EXPECT_TRUE(world_.Take(kSchool).outcome().has_reidentified());
  EXPECT_TRUE(world_.NothingFor(kSchool));
  world_.CheckLog();
}

INSTANTIATE_TEST_SUITE_P(All, CommitFaultTest,
                         ::testing::Values(testing::CommitFault::kFailed,
                                           testing::CommitFault::kFailedButPersisted),
                         [](const auto& fault) {
                           return fault.param == testing::CommitFault::kFailed
                                      ? "Failed"
                                      : "FailedButPersisted";
                         });

// ---- Lying senders ------------------------------------------------------------------------------

TEST_F(ReidentifyTest, AReportOfALieIsAnEntryErasesTheInnerLayerAndReachesTheSender) {
  Deliver(testing::SealLying(Signal(), world_.parties(), kSchool, kOtherChild));
  EXPECT_EQ(Opened(Must(Ask(Order())).inner()), kOtherChild);
  EXPECT_EQ(world_.Take(kSchool).outcome().reidentified().fault(), "");
  world_.CheckReceipt(Must(Report("nym-mismatch")).receipt());
  const v1::AuditLeaf leaf = world_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::REIDENTIFICATION_REPORT);
  EXPECT_EQ(leaf.outcome(), "nym-mismatch");
  EXPECT_EQ(leaf.sender(), kSchool.value());
  EXPECT_EQ(leaf.message_id(), message_);
  EXPECT_EQ(world_.Take(kSchool).outcome().reidentified().fault(), "nym-mismatch");
  const auto row = Must(world_.store().FindMessage(MessageId(message_)));
  EXPECT_EQ(row->details.reidentification().inner(), "");
}

TEST_F(ReidentifyTest, WhatTheKeyHolderCannotOpenIsRecordedAndToldOnce) {
  Deliver(testing::SealUnreadable(Signal(), world_.parties(), kSchool));
  const v1::ReidentifyResponse answer = Must(Ask(Order()));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT);
  EXPECT_EQ(answer.fault(), "escrow-unreadable");
  EXPECT_EQ(answer.inner(), "");
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REIDENTIFIED);
  EXPECT_EQ(world_.Leaves().back().outcome(), "escrow-unreadable");
  EXPECT_EQ(world_.Take(kSchool).outcome().reidentified().fault(), "escrow-unreadable");
  ASSERT_OK(Report("escrow-unreadable"));
  EXPECT_TRUE(world_.NothingFor(kSchool));
}

TEST_F(ReidentifyTest, TheFirstReportStandsAndNobodyElseReports) {
  Deliver();
  Must(Ask(Order()));
  EXPECT_THAT(Report("match", kSchool), StatusIs(absl::StatusCode::kNotFound, _));
  EXPECT_THAT(Report("whatever"), StatusIs(kInvalid, HasSubstr("`outcome` must be match")));
  const v1::LogReceipt first = Must(Report("match")).receipt();
  EXPECT_EQ(Must(Report("nym-mismatch")).receipt().leaf(), first.leaf());
  // Settled: a further question is answered without the number.
  world_.clock().Advance(absl::Minutes(1));
  const v1::ReidentifyResponse again = Must(Ask(Order()));
  EXPECT_TRUE(again.repeated());
  EXPECT_EQ(again.inner(), "");
}

}  // namespace
}  // namespace sluss
