// Taking back a part of a consent, and calling back what was handed out and not acknowledged.
#include <algorithm>

#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CommitFault;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChildPsychiatry;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Officer;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class WithdrawalTest : public ::testing::Test {
 protected:
  v1::WithdrawRequest Withdrawal(const ConsentWitness& consent) {
    v1::WithdrawRequest request;
    request.set_consent_id(consent.consent_id().value());
    request.set_officer(Officer("officer"));
    request.set_on_behalf_of("guardian");
    return request;
  }
  v1::WithdrawRequest OfCategory(const ConsentWitness& consent, const char* category) {
    v1::WithdrawRequest request = Withdrawal(consent);
    request.add_category(category);
    return request;
  }
  v1::WithdrawRequest OfParty(const ConsentWitness& consent, const AgencyId& party) {
    v1::WithdrawRequest request = Withdrawal(consent);
    request.add_party(party.value());
    return request;
  }
  v1::WithdrawRequest OfMessage(absl::string_view id) {
    v1::WithdrawRequest request;
    request.set_message_id(std::string(id));
    request.set_officer(Officer("officer"));
    request.set_on_behalf_of("party");
    return request;
  }

  // Its message id. Decided; waits for its pseudonym or for the recipient.
  std::string Send(const ConsentWitness& consent, const AgencyId& recipient = kPolice) {
    Outgoing outgoing = world_.Signal({consent});
    outgoing.header.set_recipient(recipient.value());
    outgoing.header.set_message_id(RandomBytes(16));
    const v1::SubmitResponse answer = Must(world_.Submit(kSchool, outgoing));
    EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PERMIT) << answer.decision().reason_en();
    return outgoing.header.message_id();
  }
  // The same, in the recipient's hands.
  v1::Delivery Deliver(const ConsentWitness& consent) {
    const std::string id = Send(consent);
    world_.AwaitHops(id);
    v1::Delivery delivery = world_.Take(kPolice);
    EXPECT_EQ(delivery.message_id(), id);
    return delivery;
  }
  absl::Status ConfirmRecall(const v1::Delivery& recall, const char* code) {
    v1::AcknowledgeRequest request;
    request.set_delivery_id(recall.delivery_id());
    request.set_reason_code(code);
    return world_.exchange().Acknowledge(kPolice, request).status();
  }
  MessageRow Row(absl::string_view id) {
    return *Must(world_.store().FindMessage(MessageId(std::string(id))));
  }
  std::vector<std::string> Sealed(absl::string_view id) {
    v1::Envelope envelope;
    EXPECT_TRUE(
        envelope.ParseFromString(Must(world_.store().ReadPayload(MessageId(std::string(id))))));
    std::vector<std::string> categories;
    for (const v1::Compartment& part : envelope.compartment())
      categories.push_back(part.category());
    std::sort(categories.begin(), categories.end());
    return categories;
  }
  v1::ConsentState StateOf(const ConsentWitness& consent) {
    v1::GetConsentRequest request;
    request.set_consent_id(consent.consent_id().value());
    return Must(world_.exchange().GetConsent(kSchool, request)).state();
  }

  ExchangeWorld world_;
};

// ---- A part -------------------------------------------------------------------------------------

TEST_F(WithdrawalTest, OfACategoryCutsItFromWhatIsQueuedAndTheRestLeaves) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const std::string id = Send(consent);
  const v1::WithdrawResponse answer =
      Must(world_.exchange().Withdraw(kPolice, OfCategory(consent, "PLAN")));
  EXPECT_EQ(answer.stopped_size(), 0);
  ASSERT_EQ(answer.trimmed_size(), 1);
  EXPECT_EQ(answer.trimmed(0).message_id(), id);
  EXPECT_EQ(answer.trimmed(0).state(), v1::QUEUED);
  EXPECT_THAT(answer.trimmed(0).category(), ElementsAre("PLAN"));
  EXPECT_FALSE(answer.consent_ended());
  EXPECT_THAT(answer.category_left(), ElementsAre("CONTACT", "IDENTITY_ESCROW", "NARRATIVE"));
  EXPECT_THAT(answer.text_sv(), HasSubstr("1 meddelande lämnas ut utan det som återkallats."));
  EXPECT_THAT(Sealed(id), ElementsAre("CONTACT", "IDENTITY_ESCROW", "NARRATIVE"));
  const v1::AuditLeaf leaf = world_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::TRIM);
  EXPECT_THAT(leaf.withheld(), ElementsAre("PLAN"));
  EXPECT_EQ(leaf.outcome(), "consent-withdrawn");
  EXPECT_EQ(world_.Take(kSchool).outcome().reason_code(), "consent-withdrawn");

  world_.AwaitHops(id);
  const v1::Delivery delivery = world_.Take(kPolice);
  EXPECT_EQ(delivery.notification().compartment_size(), 3);
  EXPECT_EQ(delivery.notification().withheld(), 1u);
  EXPECT_EQ(delivery.notification().decision().verdict(), v1::VERDICT_PERMIT);
  world_.CheckLog();
}

TEST_F(WithdrawalTest, OfACategoryThatAMessageDoesNotTellLeavesItAlone) {
  v1::ConsentRecord record = world_.Record();
  record.add_category("ATTENDANCE");
  const ConsentWitness consent = world_.Register(record);
  const std::string id = Send(consent);
  const auto answer = Must(world_.exchange().Withdraw(kSchool, OfCategory(consent, "ATTENDANCE")));
  EXPECT_EQ(answer.stopped_size() + answer.trimmed_size() + answer.recalled_size(), 0);
  EXPECT_EQ(world_.StateOf(id), v1::QUEUED);
  EXPECT_EQ(Sealed(id).size(), 4u);
}

TEST_F(WithdrawalTest, OfACategoryIsInForceForWhatIsSentAfterIt) {
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.exchange().Withdraw(kSchool, OfCategory(consent, "PLAN")));
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.Signal({consent})));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_PARTIAL);
  for (const v1::CategoryDecision& category : answer.decision().category()) {
    EXPECT_EQ(category.permitted(), category.category() != "PLAN") << category.category();
  }
}

TEST_F(WithdrawalTest, OfAPartyStopsWhatIsForItAndNothingElse) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const std::string to_police = Send(consent);
  const std::string to_social = Send(consent, kSocialServices);
  const auto answer = Must(world_.exchange().Withdraw(kSocialServices, OfParty(consent, kPolice)));
  ASSERT_EQ(answer.stopped_size(), 1);
  EXPECT_EQ(answer.stopped(0).message_id(), to_police);
  EXPECT_EQ(world_.StateOf(to_social), v1::QUEUED);
  EXPECT_FALSE(answer.consent_ended());
  EXPECT_THAT(answer.party_left(), ElementsAre(kSchool.value(), kSocialServices.value()));
  EXPECT_EQ(StateOf(consent), v1::VALID);
  EXPECT_EQ(Must(world_.Submit(kSchool, world_.Signal({consent}))).decision().reason_code(),
            "consent-withdrawn");
  const v1::AuditLeaf leaf = world_.Leaves()[world_.Leaves().size() - 3];
  EXPECT_EQ(leaf.kind(), v1::WITHDRAWAL);
  EXPECT_THAT(leaf.party(), ElementsAre(kPolice.value()));
}

TEST_F(WithdrawalTest, OfAllThatMakesAConsentEndsIt) {
  const ConsentWitness depositor = world_.Register(world_.Record());
  EXPECT_TRUE(
      Must(world_.exchange().Withdraw(kPolice, OfParty(depositor, kSchool))).consent_ended());
  EXPECT_EQ(StateOf(depositor), v1::WITHDRAWN);
  const ConsentWitness parties = world_.Register(world_.Record());
  EXPECT_FALSE(
      Must(world_.exchange().Withdraw(kPolice, OfParty(parties, kPolice))).consent_ended());
  EXPECT_TRUE(
      Must(world_.exchange().Withdraw(kPolice, OfParty(parties, kSocialServices))).consent_ended());
  const ConsentWitness categories = world_.Register(world_.Record());
  v1::WithdrawRequest all = Withdrawal(categories);
  for (const char* category : {"CONTACT", "NARRATIVE", "PLAN", "IDENTITY_ESCROW"}) {
    all.add_category(category);
  }
  EXPECT_TRUE(Must(world_.exchange().Withdraw(kPolice, all)).consent_ended());
}

TEST_F(WithdrawalTest, OfAPartIsAnsweredAgainFromTheFirstTime) {
  const ConsentWitness consent = world_.Register(world_.Record());
  Send(consent);
  const auto first = Must(world_.exchange().Withdraw(kPolice, OfCategory(consent, "PLAN")));
  const size_t entries = world_.Leaves().size();
  const auto again = Must(world_.exchange().Withdraw(kSchool, OfCategory(consent, "PLAN")));
  EXPECT_EQ(again.receipt().leaf(), first.receipt().leaf());
  EXPECT_EQ(again.step().trimmed(), 1u);
  EXPECT_EQ(world_.Leaves().size(), entries);
  // Another part, and then the whole, are withdrawals of their own.
  EXPECT_NE(
      Must(world_.exchange().Withdraw(kSchool, OfCategory(consent, "CONTACT"))).receipt().leaf(),
      first.receipt().leaf());
  const auto whole = Must(world_.exchange().Withdraw(kSchool, Withdrawal(consent)));
  EXPECT_TRUE(whole.consent_ended());
  EXPECT_EQ(whole.stopped_size(), 1);
}

TEST_F(WithdrawalTest, APartThatIsNotThereIsRefused) {
  const ConsentWitness consent = world_.Register(world_.Record());
  EXPECT_THAT(world_.exchange().Withdraw(kPolice, OfParty(consent, kChildPsychiatry)),
              StatusIs(kInvalid, HasSubstr("`party` names `child-psychiatry/")));
  EXPECT_THAT(world_.exchange().Withdraw(kPolice, OfCategory(consent, "HEALTH")),
              StatusIs(kInvalid, HasSubstr("`category` names what the consent does not cover")));
  v1::WithdrawRequest message = OfMessage(RandomBytes(16));
  message.add_category("PLAN");
  EXPECT_THAT(world_.exchange().Withdraw(kSchool, message),
              StatusIs(kInvalid, HasSubstr("taken back whole")));
}

// ---- What was handed out ------------------------------------------------------------------------

TEST_F(WithdrawalTest, CallsBackWhatIsNotAcknowledgedAndHearsThatItIsDestroyed) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Delivery delivery = Deliver(consent);
  const auto answer = Must(world_.exchange().Withdraw(kSocialServices, Withdrawal(consent)));
  EXPECT_EQ(answer.stopped_size(), 0);
  ASSERT_EQ(answer.recalled_size(), 1);
  EXPECT_EQ(answer.recalled(0).message_id(), delivery.message_id());
  EXPECT_EQ(answer.recalled(0).state(), v1::RECALLED);
  EXPECT_THAT(answer.text_en(), HasSubstr("1 message was recalled from the recipient"));
  EXPECT_EQ(Must(world_.store().ReadPayload(MessageId(delivery.message_id()))), "");
  EXPECT_EQ(Row(delivery.message_id()).details.recall(), "pending");

  // An acknowledgement that was under way comes too late: the recall is what counts.
  EXPECT_THAT(world_.Acknowledge(kPolice, delivery),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`delivery_id`")));
  const v1::Delivery recall = world_.Take(kPolice);
  ASSERT_TRUE(recall.has_recall());
  EXPECT_EQ(recall.message_id(), delivery.message_id());
  EXPECT_EQ(recall.recall().reason_code(), "consent-withdrawn");
  world_.CheckReceipt(recall.recall().receipt());
  v1::AuditLeaf leaf;
  ASSERT_TRUE(leaf.ParseFromString(recall.recall().receipt().leaf().substr(1)));
  EXPECT_EQ(leaf.kind(), v1::RECALL);
  EXPECT_EQ(leaf.message_id(), delivery.message_id());

  EXPECT_EQ(world_.Take(kSchool).outcome().state(), v1::RECALLED);
  ASSERT_OK(ConfirmRecall(recall, "destroyed"));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::RECALL_END);
  EXPECT_EQ(world_.Leaves().back().outcome(), "destroyed");
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::RECALLED);
  v1::GetStatusRequest status;
  status.set_message_id(delivery.message_id());
  EXPECT_EQ(Must(world_.exchange().GetStatus(kSchool, status)).recall(), "destroyed");
  EXPECT_EQ(world_.Take(kSchool).outcome().reason_code(), "recall-destroyed");
  EXPECT_THAT(ConfirmRecall(recall, "destroyed"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`delivery_id`")));
  world_.CheckLog();
}

TEST_F(WithdrawalTest, WhoDoesNotSayThatItDestroyedItHasIt) {
  const ConsentWitness consent = world_.Register(world_.Record());
  for (const char* code : {"", "refused", "anything"}) {
    const v1::Delivery delivery = Deliver(consent);
    ASSERT_OK(world_.exchange().Withdraw(kSchool, OfMessage(delivery.message_id())));
    ASSERT_OK(ConfirmRecall(world_.Take(kPolice), code));
    EXPECT_EQ(Row(delivery.message_id()).details.recall(), "taken");
  }
}

TEST_F(WithdrawalTest, ARecallWaitsThroughARestart) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Delivery delivery = Deliver(consent);
  world_.HangUp(kPolice);
  ASSERT_EQ(Must(world_.exchange().Withdraw(kSchool, Withdrawal(consent))).recalled_size(), 1);
  world_.Restart();
  const v1::Delivery first = world_.Take(kPolice);
  ASSERT_TRUE(first.has_recall()) << "the message itself never comes again";
  world_.HangUp(kPolice);
  const v1::Delivery again = world_.Take(kPolice);
  EXPECT_EQ(again.delivery_id(), first.delivery_id());
  ASSERT_OK(ConfirmRecall(again, "destroyed"));
  EXPECT_TRUE(world_.NothingFor(kPolice));
}

TEST_F(WithdrawalTest, OfACategoryCallsTheWholeMessageBack) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Delivery delivery = Deliver(consent);
  const auto answer = Must(world_.exchange().Withdraw(kPolice, OfCategory(consent, "PLAN")));
  ASSERT_EQ(answer.recalled_size(), 1);
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::RECALLED);
}

TEST_F(WithdrawalTest, WhatIsAcknowledgedIsListedAsGone) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Delivery delivery = Deliver(consent);
  ASSERT_OK(world_.Acknowledge(kPolice, delivery));
  const auto answer = Must(world_.exchange().Withdraw(kPolice, Withdrawal(consent)));
  EXPECT_EQ(answer.recalled_size(), 0);
  ASSERT_EQ(answer.already_gone_size(), 1);
  EXPECT_EQ(answer.already_gone(0).state(), v1::ACKNOWLEDGED);
  EXPECT_EQ(answer.step().already_gone(), 1u);
  // A part that it did not concern is not said to have gone.
  v1::ConsentRecord record = world_.Record();
  record.add_category("ATTENDANCE");
  const ConsentWitness other = world_.Register(record);
  ASSERT_OK(world_.Acknowledge(kPolice, Deliver(other)));
  EXPECT_EQ(Must(world_.exchange().Withdraw(kPolice, OfCategory(other, "ATTENDANCE")))
                .already_gone_size(),
            0);
}

TEST_F(WithdrawalTest, ADutyReportThatCitesAConsentIsNotUnderIt) {
  const ConsentWitness consent = world_.Register(world_.Record());
  Outgoing report = world_.DutyReport();
  report.header.set_message_id(RandomBytes(16));
  report.consents.push_back(
      Must(ConsentWitness::Decode(consent.Encode(InsecureSecretAccess::Get()))));
  ASSERT_EQ(Must(world_.Submit(kSchool, report)).decision().verdict(), v1::VERDICT_PERMIT);
  const auto answer = Must(world_.exchange().Withdraw(kPolice, Withdrawal(consent)));
  EXPECT_EQ(answer.stopped_size(), 0);
  EXPECT_EQ(world_.Take(kSocialServices).message_id(), report.header.message_id());
}

TEST_F(WithdrawalTest, AFailedWithdrawalCallsNothingBackAndALostAnswerIsGivenAgain) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Delivery delivery = Deliver(consent);
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_THAT(world_.exchange().Withdraw(kPolice, Withdrawal(consent)),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  world_.memory().SetFaults({});
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::CLAIMED);
  EXPECT_EQ(StateOf(consent), v1::VALID);

  world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted});
  (void)world_.exchange().Withdraw(kPolice, Withdrawal(consent));
  world_.memory().SetFaults({});
  const auto again = Must(world_.exchange().Withdraw(kPolice, Withdrawal(consent)));
  EXPECT_EQ(again.step().recalled(), 1u);
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::RECALLED);
  const auto kinds = world_.Kinds();
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), v1::WITHDRAWAL), 1);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), v1::RECALL), 1);
}

// ---- By an officer of the exchange --------------------------------------------------------------

TEST_F(WithdrawalTest, AnOfficerTakesBackAConsentForAGuardianAndNothingElse) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const std::string id = Send(consent);
  v1::WithdrawRequest request = Withdrawal(consent);
  EXPECT_THAT(world_.exchange().WithdrawAsOfficial("officer/anna", request),
              StatusIs(kInvalid, HasSubstr("`officer` is left out")));
  request.clear_officer();
  request.set_on_behalf_of("party");
  EXPECT_THAT(world_.exchange().WithdrawAsOfficial("officer/anna", request),
              StatusIs(kInvalid, HasSubstr("`on_behalf_of` must be guardian or child")));
  v1::WithdrawRequest message = OfMessage(id);
  EXPECT_THAT(world_.exchange().WithdrawAsOfficial("officer/anna", message),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`message_id`")));
  request.set_on_behalf_of("guardian");
  const auto answer = Must(world_.exchange().WithdrawAsOfficial("officer/anna", request));
  EXPECT_EQ(answer.stopped_size(), 1);
  v1::AuditLeaf leaf;
  ASSERT_TRUE(leaf.ParseFromString(answer.receipt().leaf().substr(1)));
  EXPECT_EQ(leaf.sender(), "");
  EXPECT_EQ(answer.receipt().leaf().find("anna"), std::string::npos) << "a name in the log";
  ASSERT_EQ(leaf.commitment_size(), 1);
  const v1::AuditOpening opening = world_.OpeningOf(leaf);
  ASSERT_EQ(opening.field_size(), 1);
  EXPECT_EQ(opening.field(0).value(), "officer/anna");
}

}  // namespace
}  // namespace sluss
