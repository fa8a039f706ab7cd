// Keeping consents and taking them back.
#include "gateway/crypto/random.h"
#include "gateway/exchange/consent_check.h"
#include "gateway/exchange/consent_state.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

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

class ConsentsTest : public ::testing::Test {
 protected:
  ConsentsTest() { world_.key_holder().SetAway(true); }

  v1::WithdrawRequest Withdrawal(const ConsentWitness& consent) {
    v1::WithdrawRequest request = Withdrawal();
    request.set_consent_id(consent.consent_id().value());
    return request;
  }
  v1::WithdrawRequest Withdrawal() {
    v1::WithdrawRequest request;
    request.set_officer(Officer("officer"));
    request.set_on_behalf_of("guardian");
    return request;
  }

  ExchangeWorld world_;
};

struct BadRecord {
  const char* name;
  void (*change)(v1::ConsentRecord& record);
  const char* text;
};

class BadRecordTest : public ConsentsTest, public ::testing::WithParamInterface<BadRecord> {};

TEST_P(BadRecordTest, IsRefusedWithItsFieldAndRecorded) {
  v1::ConsentRecord record = world_.Record();
  GetParam().change(record);
  const SealedConsent sealed = world_.Deposit(record);
  EXPECT_THAT(world_.exchange().RegisterConsent(kSchool, sealed.request),
              StatusIs(kInvalid, HasSubstr(GetParam().text)));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
  EXPECT_FALSE(Must(world_.store().FindConsent(sealed.witness.consent_id())).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRecordTest,
    ::testing::Values(
        BadRecord{"EndBeforeStart",
                  [](v1::ConsentRecord& r) { r.set_valid_to_us(r.valid_from_us()); },
                  "`valid_to_us` is not after `valid_from_us`"},
        BadRecord{"NoStart", [](v1::ConsentRecord& r) { r.clear_valid_from_us(); },
                  "`valid_from_us` is missing"},
        BadRecord{"NoEnd", [](v1::ConsentRecord& r) { r.clear_valid_to_us(); },
                  "`valid_to_us` is missing"},
        BadRecord{"MoreThanAYear",
                  [](v1::ConsentRecord& r) {
                    r.set_valid_to_us(r.valid_from_us() +
                                      absl::ToInt64Microseconds(absl::Hours(24 * 367)));
                  },
                  "`valid_to_us` is more than 366 days after"},
        BadRecord{"NoParties", [](v1::ConsentRecord& r) { r.clear_party(); },
                  "`party` must name at least two"},
        BadRecord{"PartyTwice",
                  [](v1::ConsentRecord& r) { r.mutable_party(1)->set_agency(kSchool.value()); },
                  "`party.agency` names `school/ekbacken` twice"},
        BadRecord{"UnknownParty",
                  [](v1::ConsentRecord& r) { r.mutable_party(1)->set_agency("police/elsewhere"); },
                  "`party.agency`"},
        BadRecord{"DepositorNotNamed",
                  [](v1::ConsentRecord& r) { r.mutable_party()->DeleteSubrange(0, 1); },
                  "`party` does not name the depositor"},
        BadRecord{"NoFunction", [](v1::ConsentRecord& r) { r.mutable_party(2)->clear_function(); },
                  "`party.function` names no role at `police/region-mitt`"},
        BadRecord{"UnknownFunction",
                  [](v1::ConsentRecord& r) { r.mutable_party(2)->set_function(0, "king"); },
                  "`party.function`"},
        BadRecord{"UnknownPurpose", [](v1::ConsentRecord& r) { r.set_purpose("CURIOSITY"); },
                  "`purpose` is not"},
        BadRecord{"NoCategory", [](v1::ConsentRecord& r) { r.clear_category(); },
                  "`category` says nothing"},
        BadRecord{"UnknownCategory", [](v1::ConsentRecord& r) { r.set_category(0, "GOSSIP"); },
                  "`category` has a value"},
        BadRecord{"NobodyConsented", [](v1::ConsentRecord& r) { r.clear_grant(); },
                  "`grant` is missing"},
        BadRecord{"UnknownGrantor",
                  [](v1::ConsentRecord& r) { r.mutable_grant(0)->clear_grantor(); },
                  "`grantor` must be"},
        BadRecord{"NoChannel", [](v1::ConsentRecord& r) { r.mutable_grant(0)->clear_channel(); },
                  "`channel` must be paper"},
        BadRecord{"ShortEvidence",
                  [](v1::ConsentRecord& r) { r.mutable_grant(0)->set_evidence_digest("short"); },
                  "`evidence_digest` must be 32 bytes, not 5"},
        BadRecord{"NoAge", [](v1::ConsentRecord& r) { r.clear_child_age(); },
                  "`child_age` is missing"},
        BadRecord{"NoGuardiansForAChild", [](v1::ConsentRecord& r) { r.set_guardians(0); },
                  "`guardians` is 0"},
        BadRecord{"NobodyReceivedIt", [](v1::ConsentRecord& r) { r.clear_received_by(); },
                  "`received_by` must be 32 bytes, not 0"},
        BadRecord{"ReceivedByNoRole", [](v1::ConsentRecord& r) { r.clear_received_role(); },
                  "`received_role` is not a role"},
        BadRecord{"FromAYearAgo",
                  [](v1::ConsentRecord& r) {
                    const int64_t days = absl::ToInt64Microseconds(absl::Hours(24 * 367));
                    r.set_valid_from_us(r.valid_from_us() - days);
                    r.set_valid_to_us(r.valid_from_us() + 1);
                  },
                  "`valid_from_us` is more than 366 days ago"},
        BadRecord{"FromAYearFromNow",
                  [](v1::ConsentRecord& r) {
                    const int64_t days = absl::ToInt64Microseconds(absl::Hours(24 * 365));
                    r.set_valid_from_us(r.valid_from_us() + days);
                    r.set_valid_to_us(r.valid_from_us() + days);
                  },
                  "`valid_to_us` is more than 366 days from now"},
        BadRecord{"FormIsASentence", [](v1::ConsentRecord& r) { r.set_form("SSPF for Anna"); },
                  "`form` must be a code"},
        BadRecord{"UnknownRefusedCategory",
                  [](v1::ConsentRecord& r) { r.add_refused_category("GOSSIP"); },
                  "`refused_category` has a value"},
        BadRecord{"YesAndNoToOneCategory",
                  [](v1::ConsentRecord& r) { r.add_refused_category("PLAN"); },
                  "`refused_category` answers no to `PLAN`"},
        BadRecord{"TopicInClear",
                  [](v1::ConsentRecord& r) { r.add_excluded_topic("the divorce"); },
                  "`excluded_topic` must be 32 bytes, not 11"},
        BadRecord{"UnknownGuardianRole",
                  [](v1::ConsentRecord& r) {
                    r.mutable_grant(0)->set_grantor(static_cast<v1::Grantor>(9));
                  },
                  "`grantor` must be GUARDIAN or CHILD"},
        BadRecord{"UnknownChannel",
                  [](v1::ConsentRecord& r) { r.mutable_grant(0)->set_channel("sms"); },
                  "`channel` must be paper"},
        BadRecord{"OneGuardianForBoth",
                  [](v1::ConsentRecord& r) {
                    r.mutable_grant(1)->set_person(r.grant(0).person());
                  },
                  "`person` answers twice"},
        BadRecord{"Nobody", [](v1::ConsentRecord& r) { r.mutable_grant(0)->clear_person(); },
                  "`person` must be 32 bytes, not 0"},
        BadRecord{"MoreGuardiansThanThereAre",
                  [](v1::ConsentRecord& r) { r.set_guardians(1); },
                  "`guardians` is 1, but 2 guardians answered"},
        BadRecord{"TwoChildren",
                  [](v1::ConsentRecord& r) {
                    *r.add_grant() = r.grant(2);
                    r.mutable_grant(3)->set_person(Officer("another"));
                  },
                  "`grant` has more than one child"},
        BadRecord{"NotToldItIsVoluntary",
                  [](v1::ConsentRecord& r) { r.mutable_information()->clear_voluntary(); },
                  "`information.voluntary`"},
        BadRecord{"NotToldItIsRevocable",
                  [](v1::ConsentRecord& r) { r.mutable_information()->clear_revocable(); },
                  "`information.revocable`"},
        BadRecord{"NotToldTheConsequence",
                  [](v1::ConsentRecord& r) { r.mutable_information()->clear_consequence(); },
                  "`information.consequence`"},
        BadRecord{"NothingOfAnInterpreter", [](v1::ConsentRecord& r) { r.clear_interpreter(); },
                  "`interpreter` is missing"},
        BadRecord{"NoGdprBasis", [](v1::ConsentRecord& r) { r.clear_gdpr(); },
                  "`gdpr.article_6` is missing"},
        BadRecord{"BalanceOfInterests",
                  [](v1::ConsentRecord& r) { r.mutable_gdpr()->set_article_6("6.1.f"); },
                  "`gdpr.article_6` must be"},
        BadRecord{"UnknownArticle9",
                  [](v1::ConsentRecord& r) { r.mutable_gdpr()->set_article_9("9.2.k"); },
                  "`gdpr.article_9` must be"},
        BadRecord{"HealthWithoutArticle9",
                  [](v1::ConsentRecord& r) { r.add_category("HEALTH"); },
                  "`gdpr.article_9` is missing"},
        BadRecord{"MaturityNotJudged", [](v1::ConsentRecord& r) { r.clear_maturity(); },
                  "`maturity` is missing"},
        BadRecord{"MaturityWithoutNote", [](v1::ConsentRecord& r) { r.clear_maturity_note(); },
                  "`maturity_note` must be 32 bytes, not 0"},
        BadRecord{"MaturityOfABaby",
                  [](v1::ConsentRecord& r) {
                    r.mutable_child_age()->set_from(0);
                    r.mutable_child_age()->set_below(12);
                  },
                  "`maturity` is judged from 12 and below 15"},
        BadRecord{"NoteWithoutMaturity",
                  [](v1::ConsentRecord& r) {
                    r.mutable_child_age()->set_from(15);
                    r.mutable_child_age()->set_below(18);
                    r.clear_maturity();
                  },
                  "`maturity_note` is there without"},
        BadRecord{"ReplacesNothing",
                  [](v1::ConsentRecord& r) { r.set_supersedes(std::string(16, 'x')); },
                  "`supersedes` names no consent"},
        BadRecord{"ReplacesNonsense", [](v1::ConsentRecord& r) { r.set_supersedes("x"); },
                  "`supersedes`"},
        BadRecord{"ContradictsWithoutProof",
                  [](v1::ConsentRecord& r) { r.add_contradicts(std::string(16, 'x')); },
                  "`contradiction_proof` must have one value"}),
    [](const ::testing::TestParamInfo<BadRecord>& one) { return one.param.name; });

TEST_F(ConsentsTest, ARecordSignedByAnotherIsDenied) {
  const SealedConsent sealed = world_.Deposit(world_.Record());
  EXPECT_THAT(world_.exchange().RegisterConsent(kPolice, sealed.request),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`signature`")));
}

TEST_F(ConsentsTest, IsRecordedOnceAndAnsweredAgain) {
  const SealedConsent sealed = world_.Deposit(world_.Record());
  const auto first = Must(world_.exchange().RegisterConsent(kSchool, sealed.request));
  world_.CheckReceipt(first.receipt());
  const auto again = Must(world_.exchange().RegisterConsent(kSchool, sealed.request));
  EXPECT_EQ(again.receipt().leaf(), first.receipt().leaf());
  EXPECT_THAT(world_.Kinds(), ElementsAre(v1::CONSENT));

  v1::ConsentRecord other = world_.Record();
  other.set_consent_id(sealed.witness.consent_id().value());
  EXPECT_THAT(world_.exchange().RegisterConsent(kSchool, world_.Deposit(other).request),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("`consent_id`")));
}

TEST_F(ConsentsTest, PartiesReadItAndNobodyElse) {
  const ConsentWitness consent = world_.Register(world_.Record());
  v1::GetConsentRequest request;
  request.set_consent_id(consent.consent_id().value());
  EXPECT_EQ(Must(world_.exchange().GetConsent(kPolice, request)).state(), v1::VALID);
  EXPECT_THAT(world_.exchange().GetConsent(kChildPsychiatry, request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`consent_id`")));
  ASSERT_OK(world_.exchange().Withdraw(kPolice, Withdrawal(consent)));
  EXPECT_EQ(Must(world_.exchange().GetConsent(kSchool, request)).state(), v1::WITHDRAWN);
}

TEST_F(ConsentsTest, OnlyAPartyWithdrawsAConsent) {
  const ConsentWitness consent = world_.Register(world_.Record());
  EXPECT_THAT(world_.exchange().Withdraw(kChildPsychiatry, Withdrawal(consent)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`consent_id`")));
}

TEST_F(ConsentsTest, WithdrawalStopsWhatIsQueuedInOneStepAndIsAnsweredAgain) {
  const ConsentWitness consent = world_.Register(world_.Record());
  for (int i = 0; i < 3; ++i) ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  const v1::WithdrawResponse first = Must(world_.exchange().Withdraw(kPolice, Withdrawal(consent)));
  EXPECT_EQ(first.stopped_size(), 3);
  EXPECT_THAT(first.text_sv(), HasSubstr("3 meddelanden stoppades"));
  for (const v1::WithdrawnMessage& message : first.stopped()) {
    EXPECT_EQ(world_.StateOf(message.message_id()), v1::STOPPED);
    EXPECT_EQ(Must(world_.store().ReadPayload(MessageId(message.message_id()))), "");
  }
  const std::vector<v1::AuditLeaf> leaves = world_.Leaves();
  for (size_t i = leaves.size() - 3; i < leaves.size(); ++i) {
    EXPECT_EQ(leaves[i].kind(), v1::STOP);
    EXPECT_EQ(leaves[i].parent_event(), leaves[leaves.size() - 4].event_id());
    EXPECT_EQ(leaves[i].outcome(), "consent-withdrawn");
  }
  const v1::WithdrawResponse again = Must(world_.exchange().Withdraw(kSchool, Withdrawal(consent)));
  EXPECT_EQ(again.receipt().leaf(), first.receipt().leaf());
  world_.CheckReceipt(again.receipt());
}

TEST_F(ConsentsTest, AFailedWithdrawalStopsNothing) {
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  world_.memory().SetFaults({.commit = testing::CommitFault::kFailed});
  EXPECT_THAT(world_.exchange().Withdraw(kPolice, Withdrawal(consent)),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  world_.memory().SetFaults({});
  const auto queued =
      Must(world_.store().MessagesCiting(consent.consent_id(), {v1::QUEUED}, MessageId(), 9));
  EXPECT_EQ(queued.size(), 1u);
  EXPECT_EQ(Must(world_.exchange().Withdraw(kPolice, Withdrawal(consent))).stopped_size(), 1);
}

TEST_F(ConsentsTest, ASenderTakesBackItsOwnQueuedMessage) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_message_id(RandomBytes(16));
  ASSERT_OK(world_.Submit(kSchool, outgoing));
  v1::WithdrawRequest request = Withdrawal();
  request.set_message_id(outgoing.header.message_id());
  EXPECT_THAT(world_.exchange().Withdraw(kSocialServices, request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`message_id`")));
  const v1::WithdrawResponse first = Must(world_.exchange().Withdraw(kSchool, request));
  EXPECT_EQ(first.stopped_size(), 1);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  EXPECT_EQ(Must(world_.exchange().Withdraw(kSchool, request)).stopped_size(), 1);
}

TEST_F(ConsentsTest, WhatIsGoneIsSaidToBeGone) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const v1::Delivery delivery = world_.Take(kSocialServices);
  v1::WithdrawRequest request = Withdrawal();
  request.set_message_id(delivery.message_id());
  const v1::WithdrawResponse answer = Must(world_.exchange().Withdraw(kSchool, request));
  EXPECT_EQ(answer.stopped_size(), 0);
  ASSERT_EQ(answer.already_gone_size(), 1);
  EXPECT_EQ(answer.already_gone(0).state(), v1::CLAIMED);
  EXPECT_EQ(world_.StateOf(delivery.message_id()), v1::CLAIMED);
}

TEST_F(ConsentsTest, AWithdrawalNamesWhatWhoAndForWhom) {
  const ConsentWitness consent = world_.Register(world_.Record());
  v1::WithdrawRequest request = Withdrawal(consent);
  request.set_officer("short");
  EXPECT_THAT(world_.exchange().Withdraw(kSchool, request),
              StatusIs(kInvalid, HasSubstr("`officer` must be 32 bytes, not 5")));
  request = Withdrawal(consent);
  request.set_on_behalf_of("a neighbour");
  EXPECT_THAT(world_.exchange().Withdraw(kSchool, request),
              StatusIs(kInvalid, HasSubstr("`on_behalf_of`")));
  EXPECT_THAT(world_.exchange().Withdraw(kSchool, Withdrawal()),
              StatusIs(kInvalid, HasSubstr("`consent_id` or `message_id`")));
}

TEST_F(ConsentsTest, OfSeveralConsentsTheGravestStateCounts) {
  v1::ConsentRecord plan = world_.Record();
  plan.clear_category();
  plan.add_category("PLAN");
  v1::ConsentRecord rest = world_.Record();
  rest.clear_category();
  for (const char* category : {"CONTACT", "NARRATIVE", "IDENTITY_ESCROW"}) {
    rest.add_category(category);
  }
  const ConsentWitness one = world_.Register(plan);
  const ConsentWitness two = world_.Register(rest);
  const auto copy = [](const ConsentWitness& consent) {
    return Must(ConsentWitness::Decode(consent.Encode(InsecureSecretAccess::Get())));
  };
  const auto signal = [&] {
    std::vector<ConsentWitness> both;
    both.push_back(copy(one));
    both.push_back(copy(two));
    return world_.Signal(both);
  };
  EXPECT_EQ(Must(world_.Submit(kSchool, signal())).decision().verdict(), v1::VERDICT_PERMIT);
  ASSERT_OK(world_.exchange().Withdraw(kPolice, Withdrawal(two)));
  EXPECT_EQ(Must(world_.Submit(kSchool, signal())).decision().reason_code(), "consent-withdrawn");
}

TEST_F(ConsentsTest, TheChildDecidesFromItsOwnAgeAndBelowItWhereItIsMature) {
  StandingConsent consent;
  consent.record = world_.Record();
  consent.record.mutable_grant()->RemoveLast();  // the guardians alone
  const absl::Time now = world_.clock().Now();
  const auto state = [&](uint32_t from, uint32_t below, uint32_t age_now, v1::Maturity maturity) {
    consent.record.mutable_child_age()->set_from(from);
    consent.record.mutable_child_age()->set_below(below);
    consent.record.set_maturity(maturity);
    return OwnStateOf(consent, age_now, now, ExchangeLimits());
  };
  EXPECT_EQ(state(12, 15, 12, v1::NOT_MATURE), v1::VALID);
  EXPECT_EQ(state(12, 15, 12, v1::MATURE), v1::CHILD_MISSING);
  EXPECT_EQ(state(12, 15, 15, v1::NOT_MATURE), v1::CHILD_MISSING);  // has grown since
  EXPECT_EQ(state(15, 18, 0, v1::MATURITY_UNSPECIFIED), v1::CHILD_MISSING);
  EXPECT_EQ(state(12, 18, 0, v1::NOT_MATURE), v1::CHILD_MISSING);  // may be 15
  EXPECT_EQ(state(12, 0, 0, v1::NOT_MATURE), v1::CHILD_MISSING);
}

}  // namespace
}  // namespace sluss
