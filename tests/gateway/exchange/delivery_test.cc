// Held streams, claims decided again at delivery, acknowledgements, pseudonyms that follow.
#include <thread>

#include "gateway/crypto/open.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Officer;
using ::sluss::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kNow{0};
constexpr std::chrono::milliseconds kLong{30'000};

class DeliveryTest : public ::testing::Test {
 protected:
  // A duty report that is out with social services; no pseudonym follows by itself.
  v1::Delivery Delivered() {
    world_.key_holder().SetAway(true);
    EXPECT_OK(world_.Submit(kSchool, world_.DutyReport()));
    return world_.Take(kSocialServices);
  }

  absl::StatusOr<v1::AcknowledgeResponse> Refuse(const AgencyId& agency,
                                                 const v1::Delivery& delivery,
                                                 const std::string& code) {
    v1::AcknowledgeRequest request;
    request.set_delivery_id(delivery.delivery_id());
    request.set_refused(true);
    request.set_reason_code(code);
    return world_.exchange().Acknowledge(agency, request);
  }

  ExchangeWorld world_;
};

TEST_F(DeliveryTest, AHeldStreamIsWokenByMail) {
  world_.key_holder().SetAway(true);
  DeliveryStream& stream = world_.StreamOf(kSocialServices);
  std::optional<v1::Delivery> got;
  std::thread waiting([&] { got = Must(stream.Next(kLong)); });
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  waiting.join();
  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(got->has_notification());
}

TEST_F(DeliveryTest, ClosingEndsAWaitingStreamAndWhatItHadNotHandedOut) {
  DeliveryStream& stream = world_.StreamOf(kSocialServices);
  absl::Status ended;
  std::thread waiting([&] { ended = stream.Next(kLong).status(); });
  world_.exchange().CloseStreams();
  waiting.join();
  EXPECT_THAT(ended, StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_THAT(stream.Next(kNow), StatusIs(absl::StatusCode::kCancelled, _));
}

TEST_F(DeliveryTest, AtMostAWindowIsOut) {
  world_.key_holder().SetAway(true);
  for (int i = 0; i < 3; ++i) ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const auto stream = Must(world_.exchange().Fetch(kSocialServices, /*window=*/2));
  const v1::Delivery first = *Must(stream->Next(kNow));
  EXPECT_TRUE(Must(stream->Next(kNow)).has_value());
  EXPECT_FALSE(Must(stream->Next(kNow)).has_value());
  ASSERT_OK(world_.Acknowledge(kSocialServices, first));
  EXPECT_TRUE(Must(stream->Next(kNow)).has_value());
  EXPECT_THAT(world_.exchange().Fetch(kSocialServices, 1025),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`window`")));
}

TEST_F(DeliveryTest, TwoStreamsOfAnAgencyShareItsMail) {
  world_.key_holder().SetAway(true);
  for (int i = 0; i < 2; ++i) ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const auto one = Must(world_.exchange().Fetch(kSocialServices, 1));
  const auto two = Must(world_.exchange().Fetch(kSocialServices, 1));
  const v1::Delivery first = *Must(one->Next(kNow));
  const v1::Delivery second = *Must(two->Next(kNow));
  EXPECT_NE(first.message_id(), second.message_id());
}

TEST_F(DeliveryTest, WhatADeadStreamHeldIsDeliveredAgainAndLoggedAgain) {
  const v1::Delivery first = Delivered();
  world_.HangUp(kSocialServices);
  const v1::Delivery again = world_.Take(kSocialServices);
  EXPECT_EQ(again.delivery_id(), first.delivery_id());
  world_.CheckReceipt(again.notification().receipt());
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::DECISION, v1::DELIVERY, v1::DELIVERY));
}

TEST_F(DeliveryTest, AcknowledgingErasesThePayloadAndAnswersAgain) {
  const v1::Delivery delivery = Delivered();
  const v1::AcknowledgeResponse first = Must(world_.Acknowledge(kSocialServices, delivery));
  EXPECT_EQ(Must(world_.store().ReadPayload(MessageId(delivery.message_id()))), "");
  const v1::AcknowledgeResponse again = Must(world_.Acknowledge(kSocialServices, delivery));
  EXPECT_EQ(again.receipt().leaf(), first.receipt().leaf());
  world_.CheckReceipt(again.receipt());
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::DECISION, v1::DELIVERY, v1::ACKNOWLEDGEMENT));
}

TEST_F(DeliveryTest, TheCiphertextsOfThePseudonymAreErasedWhenNobodyWaitsForThem) {
  const v1::Delivery delivery = Delivered();
  const MessageId id(delivery.message_id());
  ASSERT_OK(world_.Acknowledge(kSocialServices, delivery));
  EXPECT_NE(Must(world_.store().FindMessage(id))->details.nym_ciphertext(), "");  // it follows
  world_.key_holder().SetAway(false);
  const v1::Delivery update = world_.Take(kSocialServices);
  EXPECT_TRUE(update.pseudonym().has_keyholder_hop());
  ASSERT_OK(world_.Acknowledge(kSocialServices, update));
  const v1::StoredMessage details = Must(world_.store().FindMessage(id))->details;
  EXPECT_EQ(details.nym_ciphertext(), "");
  EXPECT_FALSE(details.has_gateway_hop());
  EXPECT_FALSE(details.has_keyholder_hop());
}

TEST_F(DeliveryTest, NobodyElseAcknowledges) {
  const v1::Delivery delivery = Delivered();
  EXPECT_THAT(world_.Acknowledge(kPolice, delivery),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`delivery_id`")));
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::CLAIMED);
  v1::Delivery unknown;
  unknown.set_delivery_id("short");
  EXPECT_THAT(world_.Acknowledge(kSocialServices, unknown),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`delivery_id`")));
}

TEST_F(DeliveryTest, WhatWasNeverHandedOutCannotBeAcknowledged) {
  world_.key_holder().SetAway(true);
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  ASSERT_OK(world_.exchange().Submit(kSchool, envelope));
  const auto items = Must(world_.store().ReadyItems(kSocialServices, 0, 1));
  v1::Delivery guessed;
  guessed.set_delivery_id(items.front().delivery_id.value());
  EXPECT_THAT(world_.Acknowledge(kSocialServices, guessed),
              StatusIs(absl::StatusCode::kNotFound, _));
  EXPECT_EQ(world_.StateOf(items.front().message_id.value()), v1::QUEUED);
}

TEST_F(DeliveryTest, ARefusalTellsTheSenderWhyInKnownWordsOnly) {
  for (const auto& [code, told] :
       {std::pair("nym-proof", "nym-proof"), std::pair("anna andersson", "other")}) {
    const v1::Delivery delivery = Delivered();
    ASSERT_OK(Refuse(kSocialServices, delivery, code));
    EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::REFUSED_BY_RECIPIENT);
    EXPECT_EQ(world_.Leaves().back().kind(), v1::REFUSAL);
    EXPECT_EQ(world_.Leaves().back().outcome(), told);
    const v1::Delivery outcome = world_.Take(kSchool);
    EXPECT_EQ(outcome.outcome().state(), v1::REFUSED_BY_RECIPIENT);
    EXPECT_EQ(outcome.outcome().reason_code(), told);
    ASSERT_OK(world_.Acknowledge(kSchool, outcome));
    EXPECT_THAT(world_.Acknowledge(kSchool, outcome), StatusIs(absl::StatusCode::kNotFound, _));
  }
}

TEST_F(DeliveryTest, AConsentThatEndedWhileQueuedDeniesAtDelivery) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Envelope envelope = world_.Seal(kSchool, world_.Signal({consent}));
  const v1::SubmitResponse answer = Must(world_.exchange().Submit(kSchool, envelope));
  ASSERT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT);
  const auto queued =
      Must(world_.store().MessagesCiting(consent.consent_id(), {v1::QUEUED}, MessageId(), 1));
  world_.AwaitHops(queued.front().value());
  world_.clock().Advance(absl::Hours(24 * 181));
  EXPECT_TRUE(world_.NothingFor(kPolice));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::DELIVERY_DENIED);
  EXPECT_EQ(world_.Leaves().back().outcome(), "consent-expired");
  EXPECT_EQ(Must(world_.store().ReadPayload(queued.front())), "");
  const v1::Outcome outcome = world_.Take(kSchool).outcome();
  EXPECT_EQ(outcome.state(), v1::DENIED_AT_DELIVERY);
  EXPECT_THAT(outcome.text_sv(), HasSubstr("samtycke"));
}

TEST_F(DeliveryTest, AConsentWithdrawnWhileOutCallsTheMessageBack) {
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  const v1::Delivery delivery = world_.Take(kPolice);
  v1::WithdrawRequest request;
  request.set_consent_id(consent.consent_id().value());
  request.set_officer(Officer("officer"));
  request.set_on_behalf_of("child");
  const v1::WithdrawResponse answer = Must(world_.exchange().Withdraw(kSchool, request));
  ASSERT_EQ(answer.recalled_size(), 1);
  EXPECT_EQ(answer.recalled(0).message_id(), delivery.message_id());
  world_.HangUp(kPolice);
  const v1::Delivery recall = world_.Take(kPolice);
  ASSERT_TRUE(recall.has_recall());
  EXPECT_EQ(recall.message_id(), delivery.message_id());
  // It had come, and was about to be acknowledged: too late.
  EXPECT_THAT(world_.Acknowledge(kPolice, delivery), StatusIs(absl::StatusCode::kNotFound, _));
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::RECALLED);
}

TEST_F(DeliveryTest, NothingLeavesWhileTheLedgerFails) {
  world_.key_holder().SetAway(true);
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  world_.memory().SetFaults({.commit = testing::CommitFault::kFailed});
  EXPECT_THAT(world_.StreamOf(kSocialServices).Next(kNow),
              StatusIs(absl::StatusCode::kUnavailable, _));
  world_.memory().SetFaults({});
  EXPECT_TRUE(Must(world_.StreamOf(kSocialServices).Next(kNow)).has_value());
}

TEST_F(DeliveryTest, WithoutDutyAMessageWaitsForItsPseudonym) {
  world_.key_holder().SetAway(true);
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  EXPECT_TRUE(world_.NothingFor(kPolice));
  world_.key_holder().SetAway(false);
  const v1::Delivery delivery = world_.Take(kPolice);
  EXPECT_TRUE(delivery.notification().has_keyholder_hop());
  EXPECT_TRUE(world_.exchange().key_holder_reachable());
}

TEST_F(DeliveryTest, AHopThatDoesNotVerifyIsNeverHandedOut) {
  world_.key_holder().SetForged(true);
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  while (world_.key_holder().calls() == 0) std::this_thread::yield();
  world_.key_holder().SetForged(false);
  EXPECT_TRUE(world_.NothingFor(kPolice));
}

TEST_F(DeliveryTest, ARefusedHopOfOneAgencyHoldsUpNobodyElse) {
  world_.key_holder().Refuse(kPolice);
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  while (world_.key_holder().calls() == 0) std::this_thread::yield();
  Outgoing care =
      world_.Message(kSocialServices, "CARE_AND_SUPPORT", "OSL-25-12", {"HEALTH"}, "psychologist");
  ASSERT_OK(world_.Submit(testing::kChildPsychiatry, care));
  EXPECT_TRUE(world_.Take(kSocialServices).notification().has_keyholder_hop());
  EXPECT_TRUE(world_.NothingFor(kPolice));
}

TEST_F(DeliveryTest, ManyStreamsAndSendersLoseNothingAndDoubleNothing) {
  constexpr int kMessages = 24;
  world_.key_holder().SetAway(true);
  std::vector<v1::Envelope> envelopes;
  for (int i = 0; i < kMessages; ++i) {
    envelopes.push_back(world_.Seal(kSchool, world_.DutyReport()));
  }
  std::thread sender([&] {
    for (const v1::Envelope& envelope : envelopes) {
      EXPECT_OK(world_.exchange().Submit(kSchool, envelope));
    }
  });
  Mutex mutex;
  std::map<std::string, int> seen;
  std::atomic<int> left = kMessages;
  std::vector<std::thread> receivers;
  for (int i = 0; i < 3; ++i) {
    receivers.emplace_back([&] {
      const auto stream = Must(world_.exchange().Fetch(kSocialServices, 4));
      while (left > 0) {
        const auto delivery = Must(stream->Next(std::chrono::milliseconds(20)));
        if (!delivery.has_value()) continue;
        EXPECT_OK(world_.Acknowledge(kSocialServices, *delivery));
        MutexLock lock(&mutex);
        ++seen[delivery->message_id()];
        --left;
      }
    });
  }
  sender.join();
  for (std::thread& receiver : receivers) receiver.join();
  EXPECT_EQ(seen.size(), static_cast<size_t>(kMessages));
  world_.CheckLog();
}

}  // namespace
}  // namespace sluss
