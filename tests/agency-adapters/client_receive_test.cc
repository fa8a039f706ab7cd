// The way in: what is verified before a native file is written, and what the gateway hears.
#include "absl/strings/str_replace.h"
#include "agency-adapters/client/agency_digest.h"
#include "gateway/base/hex.h"
#include "gateway/crypto/seal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone());

class ReceiveTest : public ::testing::Test {
 protected:
  void Send(const v1::NeutralNotification& notification) {
    school_.Drop(notification.native_id() + ".txt", notification);
    school_.Look();
  }
  std::string MessageId(int index = 0) { return gateway_.accepted()[index].message_id(); }

  Parties parties_;
  FakeClock clock_{kNow};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
};

TEST_F(ReceiveTest, WritesTheNativeFilesThenAcknowledgesAndTheSenderHears) {
  gateway_.verdict = v1::VERDICT_PARTIAL;
  gateway_.withheld = {"HEALTH"};
  v1::NeutralNotification report = DutyReport("FI-1");
  (*report.mutable_compartment())["HEALTH"].mutable_text()->add_statement()->set_text("asthma");
  Send(report);
  social_.Receive();
  const v1::DeliveredNotification native = social_.Delivered();
  const auto& compartments = native.notification().compartment();
  EXPECT_EQ(compartments.at("NARRATIVE").narrative().statement(0).text(),
            "bruises seen on both arms");
  EXPECT_EQ(native.notification().identity().number(), kChild);
  EXPECT_EQ(native.withheld(), 1u);
  EXPECT_EQ(compartments.count("HEALTH"), 0u);
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_FALSE(gateway_.acknowledged()[0].refused);
  school_.Receive();
  EXPECT_THAT(school_.OnlyFile("/out", "delivered-outcome.txt"), HasSubstr("delivered|FI-1"));
  EXPECT_THAT(school_.OnlyFile("/out", ".outcome.json"), HasSubstr("\"state\": \"ACKNOWLEDGED\""));
}

TEST_F(ReceiveTest, NothingOfTheContentStaysInTheStateOrTheEvents) {
  Send(DutyReport("FI-1"));
  social_.Receive();
  std::string kept = social_.log.str();
  for (const auto& [path, bytes] : social_.Files("/state")) kept += path + bytes;
  for (const char* secret : {kChild, "Testa", "bruises"}) {
    EXPECT_THAT(kept, Not(HasSubstr(secret)));
  }
}

TEST_F(ReceiveTest, ADeliveryThatComesAgainIsAcknowledgedAndNotWrittenAgain) {
  Send(DutyReport("FI-1"));
  social_.Receive();
  const int written = social_.disk.changes();
  gateway_.DeliverAgain();
  social_.Restart();
  social_.Receive();
  EXPECT_EQ(social_.disk.changes(), written);
  EXPECT_THAT(gateway_.acknowledged(), SizeIs(2));
  EXPECT_THAT(social_.log.str(), HasSubstr("\"event\":\"duplicate\""));
}

TEST_F(ReceiveTest, EveryFaultOnTheWayInEndsInOneSetOfFilesAndAnAcknowledgement) {
  Send(DutyReport("FI-0"));
  const int before = social_.disk.changes();
  social_.Receive();
  const int steps = social_.disk.changes() - before;
  ASSERT_GE(steps, 6);
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < steps; ++at) {
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      FakeGateway gateway(&parties_);
      Agency school(kSchool, &parties_, &gateway, &clock_);
      Agency social(kSocialServices, &parties_, &gateway, &clock_);
      school.Drop("a.txt", DutyReport("FI-1"));
      school.Look();
      social.disk.FailAt(at, form);
      social.Receive();
      EXPECT_THAT(gateway.acknowledged(), IsEmpty()) << "not before it is durable";
      if (form == FaultForm::kPowerLoss || form == FaultForm::kPowerLossPersisted) social.Restart();
      social.Receive();
      ASSERT_THAT(gateway.acknowledged(), SizeIs(1));
      EXPECT_FALSE(gateway.acknowledged()[0].refused) << gateway.acknowledged()[0].reason_code;
      EXPECT_THAT(social.Files("/out", "in.pb"), SizeIs(1));
      social.Restart();
      EXPECT_THAT(social.Files("/out", "in.pb"), SizeIs(1)) << "durable";
      EXPECT_THAT(social.Files("/out", ".delivery.tlog-proof"), SizeIs(1));
      const std::string id = ToHex(gateway.accepted()[0].message_id());
      EXPECT_THAT(social.Files("/receipts", "-delivery-" + id + ".tlog-proof"), SizeIs(1));
    }
  }
}

struct Tampered {
  const char* name;
  std::function<void(v1::Delivery*)> tamper;
  const char* code;
};

class TamperedDeliveries : public ReceiveTest, public ::testing::WithParamInterface<Tampered> {};

TEST_P(TamperedDeliveries, AreRefusedWithTheirOwnCodeAndLeaveNoNativeFile) {
  gateway_.tamper_delivery = GetParam().tamper;
  Send(DutyReport("FI-1"));
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_TRUE(gateway_.acknowledged()[0].refused);
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, GetParam().code) << social_.log.str();
  EXPECT_THAT(social_.Files("/out"), IsEmpty());
  EXPECT_THAT(social_.Files("/state/inbox", ".rec"), SizeIs(1)) << "the record of the refusal";
  gateway_.tamper_delivery = [](v1::Delivery*) {};
  gateway_.DeliverAgain();
  social_.Receive();
  EXPECT_EQ(gateway_.acknowledged()[1].reason_code, GetParam().code) << "the same answer again";
  school_.Receive();
  EXPECT_THAT(school_.OnlyFile("/out", ".outcome.json"), HasSubstr(GetParam().code));
}

void Flip(std::string* bytes) { bytes->at(bytes->size() / 2) ^= 1; }

INSTANTIATE_TEST_SUITE_P(
    All, TamperedDeliveries,
    ::testing::Values(
        Tampered{"signature",
                 [](v1::Delivery* d) { Flip(d->mutable_notification()->mutable_signature()); },
                 "signature"},
        Tampered{"nym_proof",
                 [](v1::Delivery* d) { Flip(d->mutable_notification()->mutable_nym_proof()); },
                 "nym-proof"},
        Tampered{"gateway_hop",
                 [](v1::Delivery* d) {
                   Flip(d->mutable_notification()->mutable_gateway_hop()->mutable_proof());
                 },
                 "gateway-hop"},
        Tampered{"skipped_hop",
                 [](v1::Delivery* d) {
                   *d->mutable_notification()->mutable_keyholder_hop() =
                       d->notification().gateway_hop();
                 },
                 "keyholder-hop"},
        Tampered{"sealed_content",
                 [](v1::Delivery* d) {
                   Flip(d->mutable_notification()->mutable_compartment(0)->mutable_ciphertext());
                 },
                 "compartment"},
        Tampered{"no_receipt", [](v1::Delivery* d) { d->mutable_notification()->clear_receipt(); },
                 "receipt"},
        Tampered{
            "decision_not_logged",
            [](v1::Delivery* d) {
              d->mutable_notification()->mutable_decision()->mutable_category(0)->set_permitted(
                  false);
            },
            "receipt"},
        Tampered{"unknown_obligation",
                 [](v1::Delivery* d) {
                   d->mutable_notification()->mutable_decision()->add_obligation();
                 },
                 "decision"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(ReceiveTest, ADeliveryUnderAnotherMessagesIdIsRefused) {
  gateway_.tamper_delivery = [](v1::Delivery* d) { d->set_message_id(std::string(16, 'z')); };
  Send(DutyReport("FI-1"));
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "message-id");
  EXPECT_THAT(social_.Files("/out"), IsEmpty());
}

TEST_F(ReceiveTest, AMessageThatCannotBeWrittenNativelyIsRefusedSoThatTheSenderHears) {
  social_.format.write_fault = absl::FailedPreconditionError("`typeId`: the mapping has no code");
  Send(DutyReport("FI-1"));
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "content");
}

TEST_F(ReceiveTest, ThePseudonymMustBeThatOfTheChildWhoIsNamed) {
  const AgencySecrets& secrets = parties_.secrets(kSocialServices);
  const auto table = Must(Register::Open(&social_.disk, "/state", 1));
  ASSERT_OK(table->Put(
      {{.tag = RegisterTag(secrets, kChild), .nym = std::string(32, 'n'), .case_ref = "A-1"}}));
  social_.Restart();
  Send(DutyReport("FI-1"));
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "nym-mismatch");
  EXPECT_THAT(social_.Files("/out"), IsEmpty());
}

TEST_F(ReceiveTest, WhenTheKeyHolderIsAwayTheContentComesAndThePseudonymFollows) {
  gateway_.keyholder_away = true;
  Send(DutyReport("FI-1"));
  social_.Receive();
  EXPECT_THAT(social_.Files("/out", "in.pb"), SizeIs(1));
  EXPECT_THAT(social_.log.str(), HasSubstr("\"pseudonymPending\":true"));
  gateway_.DeliverPseudonyms();
  social_.Receive();
  EXPECT_THAT(social_.OnlyFile("/out", ".pseudonym.json"), HasSubstr("\"fault\": \"\""));
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(2));
  EXPECT_FALSE(gateway_.acknowledged()[1].refused);
}

TEST_F(ReceiveTest, APseudonymThatFollowsIsVerifiedToo) {
  gateway_.keyholder_away = true;
  Send(DutyReport("FI-1"));
  social_.Receive();
  gateway_.tamper_delivery = [](v1::Delivery* d) {
    Flip(d->mutable_pseudonym()->mutable_keyholder_hop()->mutable_proof());
  };
  gateway_.DeliverPseudonyms();
  social_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(2));
  EXPECT_EQ(gateway_.acknowledged()[1].reason_code, "keyholder-hop");
}

// ---- Feedback (SoL 19:6) ------------------------------------------------------------------------

TEST_F(ReceiveTest, FeedbackComesBackAsOneOfThreeSentences) {
  Send(DutyReport("FI-1"));
  social_.Receive();
  social_.Drop("f.txt", FeedbackTo(MessageId(), v1::INVESTIGATION_OPENED));
  social_.Look();
  ASSERT_THAT(gateway_.accepted(), SizeIs(2));
  EXPECT_EQ(gateway_.accepted()[1].reply_to(), MessageId());
  EXPECT_EQ(gateway_.accepted()[1].conversation(), MessageId());
  school_.Receive();
  EXPECT_THAT(school_.OnlyFile("/out", "feedback-outcome.txt"),
              HasSubstr("feedback|FI-1|The social welfare board has opened an investigation."));
}

TEST_F(ReceiveTest, FeedbackThatSaysMoreNeverLeaves) {
  Send(DutyReport("FI-1"));
  social_.Receive();
  using Spoil = std::function<void(v1::NeutralNotification*)>;
  const Spoil spoils[] = {
      [](auto* f) { (*f->mutable_compartment())["STATUS"].add_attachment()->set_content("more"); },
      [](auto* f) {
        (*f->mutable_compartment())["STATUS"].mutable_text()->add_statement()->set_text("more");
      },
      [](auto* f) { (*f->mutable_compartment())["STATUS"].mutable_feedback()->clear_status(); },
      [](auto* f) {
        (*f->mutable_compartment())["NARRATIVE"].mutable_narrative()->set_why_now("more");
      },
      [](auto* f) { f->mutable_identity()->set_number(kChild); }};
  int number = 0;
  for (const Spoil& spoil : spoils) {
    v1::NeutralNotification feedback = FeedbackTo(MessageId(), v1::INVESTIGATION_OPENED);
    feedback.set_native_id(absl::StrCat("SOC-", ++number));
    spoil(&feedback);
    social_.Drop(absl::StrCat("f", number, ".txt"), feedback);
    social_.Look();
    EXPECT_THAT(social_.Files("/drop/rejected", ".error.txt"), SizeIs(number));
  }
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

// What another sender's adapter might let through.
TEST_F(ReceiveTest, FeedbackThatSaysMoreIsRefusedByTheRecipientToo) {
  Send(DutyReport("FI-1"));
  v1::CompartmentContent content;
  content.mutable_feedback()->set_status(v1::INVESTIGATION_OPENED);
  content.add_attachment()->set_content("more");
  Outgoing outgoing;
  outgoing.header.set_recipient(kSchool.value());
  outgoing.header.set_purpose("FEEDBACK");
  outgoing.header.set_reply_to(MessageId());
  outgoing.parts["STATUS"] = content.SerializeAsString();
  v1::SubmitRequest request;
  *request.mutable_envelope() =
      Must(SealEnvelope(outgoing, parties_.secrets(kSocialServices), parties_.directory()));
  ASSERT_OK(gateway_.LinkFor(kSocialServices)->Submit(request));
  school_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "content");
  EXPECT_THAT(school_.Files("/out", "feedback-outcome.txt"), IsEmpty());
}

TEST_F(ReceiveTest, FeedbackToNothingThatWasSentIsRefused) {
  Outgoing outgoing;
  v1::CompartmentContent content;
  content.mutable_feedback()->set_status(v1::INVESTIGATION_OPENED);
  outgoing.header.set_recipient(kSchool.value());
  outgoing.header.set_purpose("FEEDBACK");
  outgoing.header.set_reply_to(std::string(16, 'r'));
  outgoing.parts["STATUS"] = content.SerializeAsString();
  v1::SubmitRequest request;
  *request.mutable_envelope() =
      Must(SealEnvelope(outgoing, parties_.secrets(kSocialServices), parties_.directory()));
  ASSERT_OK(gateway_.LinkFor(kSocialServices)->Submit(request));
  school_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "reply-to");
}

TEST(RefusalCode, ComesFromTheFieldAtTheFront) {
  const std::pair<const char*, const char*> cases[] = {
      {"`nym_proof`: proof does not verify", "nym-proof"},
      {"`compartment[2].ciphertext`: bad padding", "padding"},
      {"`compartment[2].ciphertext`: does not open", "compartment"},
      {"no field at all", "invalid"},
      {"``: empty", "invalid"}};
  for (const auto& [message, code] : cases) {
    EXPECT_EQ(RefusalCode(absl::InvalidArgumentError(message)), code);
  }
}

}  // namespace
}  // namespace sluss
