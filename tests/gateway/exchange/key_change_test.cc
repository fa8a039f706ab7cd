// Keys change over while messages flow: each by the keys that it was made with, and none lost. What
// was made with keys that are honoured no more ends at once, and its sender is told.
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/reidentification.h"
#include "gateway/exchange/key_end.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
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
using ::sluss::testing::Number;
using ::sluss::testing::Officer;
using ::sluss::testing::OfficerKey;
using ::sluss::testing::Parties;
using ::sluss::testing::RegisterOf;
using ::sluss::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class KeyChangeTest : public ::testing::Test {
 protected:
  // From here on agencies make everything under the next keys, and have told who their officers
  // are.
  void ChangeAgenciesOver() { ChangeAgenciesOver(next_); }
  void ChangeAgenciesOver(const Parties& to) {
    world_.SealBy(to);
    for (const auto& [agency, entry] : to.directory().agencies()) world_.EnrolOfficers(agency);
  }
  static std::string IdOf(const v1::Envelope& envelope) {
    v1::Manifest manifest;
    v1::Header header;
    EXPECT_TRUE(manifest.ParseFromString(envelope.manifest()));
    EXPECT_TRUE(header.ParseFromString(manifest.header()));
    return header.message_id();
  }
  std::string Submitted(const v1::Envelope& envelope) {
    const auto answer = world_.exchange().Submit(kSchool, envelope);
    EXPECT_OK(answer);
    if (answer.ok()) {
      EXPECT_NE(answer->decision().verdict(), v1::VERDICT_DENY) << answer->decision().reason_en();
    }
    return IdOf(envelope);
  }
  // Taken, opened with both generations' keys, acknowledged.
  Opened Received(const AgencyId& agency) {
    const v1::Delivery delivery = world_.Take(agency);
    EXPECT_OK(world_.Acknowledge(agency, delivery));
    return Must(OpenNotification(delivery.notification(), next_.ring(agency, &old_)));
  }
  v1::Outcome TakeOutcome(const AgencyId& agency) {
    const v1::Delivery delivery = world_.Take(agency);
    EXPECT_TRUE(delivery.has_outcome());
    EXPECT_OK(world_.Acknowledge(agency, delivery));
    return delivery.outcome();
  }
  v1::Envelope Signal(const std::vector<ConsentWitness>& consents) {
    return world_.Seal(kSchool, world_.Signal(consents));
  }
  v1::Envelope Report() { return world_.Seal(kSchool, world_.DutyReport()); }

  ExchangeWorld world_;
  const Parties& old_ = world_.parties();
  const Parties next_ = old_.Next();
};

TEST_F(KeyChangeTest, WhatIsQueuedAndWhatComesUnderEitherArrivesWithTheSameNym) {
  std::vector<ConsentWitness> consents;
  consents.push_back(world_.Register(world_.Record()));
  world_.key_holder().SetAway(true);  // the first waits for its pseudonym over the change
  Submitted(Signal(consents));
  const v1::Envelope sealed_before = Signal(consents);
  world_.ChangeKeys(next_, &old_);
  world_.key_holder().SetAway(false);
  const Opened first = Received(kPolice);
  EXPECT_EQ(TakeOutcome(kSchool).state(), v1::ACKNOWLEDGED);

  Submitted(sealed_before);  // from an outbox
  ChangeAgenciesOver();
  Submitted(Signal(consents));
  const Opened second = Received(kPolice);
  const Opened third = Received(kPolice);
  EXPECT_EQ(first.header.directory(), old_.directory().short_name());
  EXPECT_EQ(second.header.directory(), old_.directory().short_name());
  EXPECT_EQ(third.header.directory(), next_.directory().short_name());
  ASSERT_TRUE(first.nym.has_value());
  EXPECT_EQ(first.nym, second.nym);
  EXPECT_EQ(first.nym, third.nym);
  world_.CheckLog();
}

// The learning step: the next keys are honoured before anyone changes over.
TEST_F(KeyChangeTest, TheNextKeysMayBeBesideTheCurrentOnes) {
  world_.ChangeKeys(old_, &next_);
  const v1::Envelope before = Report();
  ChangeAgenciesOver();
  world_.AwaitHops(Submitted(Report()));
  world_.AwaitHops(Submitted(before));
  const Opened first = Received(kSocialServices), second = Received(kSocialServices);
  ASSERT_TRUE(first.nym.has_value());
  EXPECT_EQ(first.nym, second.nym);
}

TEST_F(KeyChangeTest, ABatchOfBothGoesThroughItsOwnHolders) {
  world_.key_holder().SetAway(true);
  Outgoing quiet = world_.DutyReport();
  const v1::Envelope before = world_.Seal(kSchool, quiet);
  world_.ChangeKeys(next_, &old_);
  const std::string one = Submitted(before);
  ChangeAgenciesOver();
  const std::string two = Submitted(Report());
  const Opened first = Received(kSocialServices), second = Received(kSocialServices);
  ASSERT_TRUE(first.pending.has_value() && second.pending.has_value());
  world_.key_holder().SetAway(false);
  std::vector<Nym> nyms;
  for (const Opened* opened : {&first, &second}) {
    const v1::Delivery update = world_.Take(kSocialServices);
    EXPECT_EQ(update.message_id(), opened->header.message_id());
    ASSERT_OK(world_.Acknowledge(kSocialServices, update));
    nyms.push_back(
        Must(RecoverNym(*opened->pending, update.pseudonym(), next_.ring(kSocialServices, &old_))));
  }
  EXPECT_EQ(nyms[0], nyms[1]);
}

TEST_F(KeyChangeTest, RefusesWhatNamesNoDirectoryThatIsHonoured) {
  const v1::Envelope before = Report();
  world_.ChangeKeys(next_);
  EXPECT_THAT(world_.exchange().Submit(kSchool, before),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
  EXPECT_THAT(world_.Kinds(), Contains(v1::REJECTED));
  EXPECT_EQ(world_.Leaves().back().outcome(), "directory");
}

// ---- Consents -----------------------------------------------------------------------------------

TEST_F(KeyChangeTest, AConsentOutlivesTheKeysItWasDepositedUnder) {
  std::vector<ConsentWitness> consents;
  consents.push_back(world_.Register(world_.Record()));
  std::vector<ConsentWitness> of_another;
  of_another.push_back(world_.Register(world_.Record(), kOtherChild));
  world_.ChangeKeys(next_, &old_);
  ChangeAgenciesOver();
  Submitted(Signal(consents));
  EXPECT_TRUE(Received(kPolice).nym.has_value());

  const Parties third = next_.Next();
  world_.ChangeKeys(third);
  ChangeAgenciesOver(third);
  Submitted(Signal(consents));
  const auto other = Must(world_.exchange().Submit(kSchool, Signal(of_another)));
  EXPECT_EQ(other.decision().reason_code(), "consent-other-child");
  world_.RegisterVersion(world_.Record(), consents.front());  // proved against the first deposit
}

// A row of before the deposit's key was kept with it.
TEST_F(KeyChangeTest, AnOldRowIsReadByTheDirectoryOfTheMessage) {
  std::vector<ConsentWitness> consents;
  consents.push_back(world_.Register(world_.Record()));
  world_.Stop();
  const auto ledger = Must(world_.OpenLedger());
  ASSERT_OK(ledger->Run([&](Recorder& recorder) -> absl::Status {
    auto row = *Must(recorder.store().FindConsent(consents.front().consent_id()));
    EXPECT_FALSE(row.standing.deposit_key().empty());
    row.standing.clear_deposit_key();
    LeafDraft leaf;
    leaf.clear.set_kind(v1::CONSENT);
    return recorder.store().UpdateConsent(row, Must(recorder.Append(leaf)));
  }));
  world_.Restart();
  Submitted(Signal(consents));
  world_.ChangeKeys(next_, &old_);
  ChangeAgenciesOver();
  const auto later = Must(world_.exchange().Submit(kSchool, Signal(consents)));
  EXPECT_EQ(later.decision().reason_code(), "consent-other-child");
}

TEST_F(KeyChangeTest, ADepositNamesADirectoryThatIsHonoured) {
  const SealedConsent sealed = world_.Deposit(world_.Record());
  world_.ChangeKeys(next_, &old_);
  EXPECT_OK(world_.exchange().RegisterConsent(kSchool, sealed.request));
  const SealedConsent late = world_.Deposit(world_.Record());
  world_.ChangeKeys(next_);
  EXPECT_THAT(world_.exchange().RegisterConsent(kSchool, late.request),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
}

// ---- Enrolment ----------------------------------------------------------------------------------

TEST_F(KeyChangeTest, EnrolmentUnderEitherGivesTheSameNym) {
  const auto enrol = [&](const Parties& by) -> absl::StatusOr<Nym> {
    const EnrolmentBatch batch =
        Must(EnrolmentBatch::Start({Number(kChild)}, by.secrets(kPolice), by.shared_directory()));
    const auto response = world_.exchange().Enrol(kPolice, batch.request());
    if (!response.ok()) return response.status();
    return Must(batch.Finish(*response, by.secrets(kPolice))).front();
  };
  const Nym before = Must(enrol(old_));
  world_.ChangeKeys(next_, &old_);
  EXPECT_EQ(Must(enrol(old_)), before);
  EXPECT_EQ(Must(enrol(next_)), before);
  world_.ChangeKeys(next_);
  EXPECT_EQ(Must(enrol(next_)), before);
  EXPECT_THAT(enrol(old_), StatusIs(kInvalid, HasSubstr("`directory` is ")));
}

// ---- Escrow -------------------------------------------------------------------------------------

TEST_F(KeyChangeTest, AnEscrowIsPeeledByTheKeysItWasSealedTo) {
  std::vector<ConsentWitness> consents;
  consents.push_back(world_.Register(world_.Record()));
  v1::Notification notification;
  const auto deliver = [&] {
    const std::string id = Submitted(Signal(consents));
    const v1::Delivery delivery = world_.Take(kPolice);
    EXPECT_OK(world_.Acknowledge(kPolice, delivery));
    notification = delivery.notification();
    return id;
  };
  // Signed by the police with the keys of `by`, whichever the message came under.
  const auto ask = [&](const std::string& message, const Parties& by) {
    v1::ReidentificationOrder order;
    order.set_agency(kPolice.value());
    order.set_message_id(message);
    order.set_purpose(kReidentificationPurpose);
    order.set_legal_basis("OSL-10-15A");
    *order.add_attestation() = Attest("first officer", "police-officer");
    *order.add_attestation() = Attest("second officer", "investigator");
    order.mutable_attestation(0)->set_weighing_digest(Officer("a weighing"));
    order.set_created_us(absl::ToUnixMicros(world_.clock().Now()));
    order.set_key_set(1);
    v1::ReidentifyRequest request = SignOrder(order, by.secrets(kPolice).signing);
    for (const v1::Attestation& attestation : order.attestation()) {
      request.add_officer_signature(SignAttestation(OfficerKey(attestation.officer()),
                                                    AttestedKind::kReidentification,
                                                    attestation.officer(), request.order()));
    }
    request.set_manifest(notification.manifest());
    for (const v1::Compartment& compartment : notification.compartment()) {
      if (compartment.category() == std::string(kEscrowCategory)) {
        *request.mutable_escrow() = compartment;
      }
    }
    return world_.exchange().Reidentify(kPolice, request);
  };
  const std::string one = deliver();
  world_.ChangeKeys(next_, &old_);
  ChangeAgenciesOver();
  for (const Parties* by : {&next_, &old_}) {
    const v1::ReidentifyResponse response = Must(ask(one, *by));
    EXPECT_EQ(response.fault(), "");
    EXPECT_EQ(Must(OpenEscrow(response.inner(), one, old_.secrets(kPolice)))
                  .Get(InsecureSecretAccess::Get()),
              kChild);
  }
  const Parties strangers;
  EXPECT_THAT(ask(one, strangers),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`signature`")));
  world_.ChangeKeys(next_);
  EXPECT_THAT(ask(one, next_), StatusIs(kInvalid, HasSubstr("`manifest.directory` is ")));
}

// ---- What is honoured no more -------------------------------------------------------------------

TEST_F(KeyChangeTest, WhatWaitsUnderKeysThatAreGoneEndsAndItsSenderIsTold) {
  std::vector<ConsentWitness> consents;
  consents.push_back(world_.Register(world_.Record()));
  world_.key_holder().SetAway(true);
  const std::string waits_for_nym = Submitted(Signal(consents));
  const std::string duty = Submitted(Report());  // ready, and nobody fetches it
  world_.ChangeKeys(next_);
  ASSERT_OK(world_.exchange().Sweep());
  for (const std::string& id : {waits_for_nym, duty}) {
    EXPECT_EQ(world_.StateOf(id), v1::DENIED_AT_DELIVERY);
    EXPECT_EQ(Must(world_.store().ReadPayload(MessageId(id))), "");
    const v1::Delivery told = world_.Take(kSchool);
    EXPECT_EQ(told.outcome().reason_code(), kKeysNotHonoured);
    EXPECT_EQ(told.outcome().phone_now(), told.message_id() == duty);
    EXPECT_THAT(told.outcome().text_en(), HasSubstr("Send it anew"));
    EXPECT_OK(world_.Acknowledge(kSchool, told));
  }
  const std::vector<v1::RecordKind> kinds = world_.Kinds();
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), v1::DELIVERY_DENIED), 2);
  EXPECT_THAT(kinds, Not(Contains(v1::DELIVERY)));
  EXPECT_EQ(world_.Leaves().back().outcome(), kKeysNotHonoured);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  world_.CheckLog();
}

TEST_F(KeyChangeTest, EndsOnceThroughFaultsOfTheStore) {
  for (const testing::CommitFault fault :
       {testing::CommitFault::kFailed, testing::CommitFault::kFailedButPersisted}) {
    world_.ChangeKeys(old_);
    const std::string id = Submitted(Report());
    world_.ChangeKeys(next_);
    world_.memory().SetFaults({.commit = fault});
    (void)world_.exchange().Sweep();
    world_.memory().SetFaults({});
    world_.Restart();
    ASSERT_OK(world_.exchange().Sweep());
    EXPECT_EQ(world_.StateOf(id), v1::DENIED_AT_DELIVERY);
    EXPECT_EQ(TakeOutcome(kSchool).reason_code(), kKeysNotHonoured);
    EXPECT_TRUE(world_.NothingFor(kSchool)) << "told twice";
    world_.CheckLog();
  }
}

// Before the sweep, and when it was out once: a claim does not hand it out either.
TEST_F(KeyChangeTest, IsNotHandedOutAgainUnderKeysThatAreGone) {
  const std::string queued = Submitted(Report());
  const std::string claimed = world_.Take(kSocialServices).message_id();
  ASSERT_EQ(claimed, queued);
  world_.ChangeKeys(next_);
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(world_.StateOf(claimed), v1::CLAIMED) << "its recipient may have it";
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  EXPECT_EQ(world_.StateOf(claimed), v1::DENIED_AT_DELIVERY);
  EXPECT_EQ(TakeOutcome(kSchool).reason_code(), kKeysNotHonoured);
}

// Who has it could acknowledge it all the same.
TEST_F(KeyChangeTest, APseudonymThatShouldHaveFollowedIsGivenUp) {
  world_.key_holder().SetAway(true);
  const std::string id = Submitted(Report());
  ASSERT_OK(world_.Acknowledge(kSocialServices, world_.Take(kSocialServices)));
  world_.ChangeKeys(next_);
  world_.key_holder().SetAway(false);
  while (Must(world_.store().FindMessage(MessageId(id)))->pseudonym != PseudonymState::kNone) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
}

TEST_F(KeyChangeTest, AnAgencyThatIsPutOutIsRefusedUnderBothDirectories) {
  const std::string to_it = [&] {
    world_.HangUp(kSocialServices);
    return Submitted(Report());
  }();
  const v1::Envelope before = Report();
  const SealedConsent deposit = world_.Deposit(world_.Record());
  const EnrolmentBatch batch = Must(EnrolmentBatch::Start(
      {Number(kChild)}, old_.secrets(kSocialServices), old_.shared_directory()));
  const Parties without = old_.Next({kSocialServices});
  world_.ChangeKeys(without, &old_);
  EXPECT_THAT(world_.exchange().Submit(kSchool, before),
              StatusIs(kInvalid, HasSubstr("`recipient` names `social-services/sundby`")));
  EXPECT_THAT(world_.exchange().EnrolOfficers(kSocialServices,
                                              RegisterOf(old_.secrets(kSocialServices), 9, {})),
              StatusIs(kInvalid, HasSubstr("`agency` names `social-services/sundby`")));
  EXPECT_THAT(world_.exchange().Enrol(kSocialServices, batch.request()),
              StatusIs(kInvalid, HasSubstr("`agency` names `social-services/sundby`")));
  EXPECT_THAT(world_.Kinds(), Not(Contains(v1::ENROLMENT))) << "nothing was counted";
  EXPECT_THAT(world_.exchange().RegisterConsent(kSchool, deposit.request),
              StatusIs(kInvalid, HasSubstr("`party.agency` names `social-services/sundby`")));
  EXPECT_THAT(world_.exchange().Reidentify(kSocialServices, {}),
              StatusIs(kInvalid, HasSubstr("`agency` names `social-services/sundby`")));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(world_.StateOf(to_it), v1::DENIED_AT_DELIVERY);

  const Parties sender_out = old_.Next({kSchool});
  world_.ChangeKeys(sender_out, &old_);
  EXPECT_THAT(world_.exchange().Submit(kSchool, before),
              StatusIs(kInvalid, HasSubstr("`sender` names `school/ekbacken`")));
  EXPECT_THAT(world_.exchange().RegisterConsent(kSchool, deposit.request),
              StatusIs(kInvalid, HasSubstr("`depositor` names `school/ekbacken`")));
}

// ---- Officers -----------------------------------------------------------------------------------

TEST_F(KeyChangeTest, ARegisterSignedWithAKeyThatIsGoneCountsNoMore) {
  // A thief of the school's keys has enrolled officers of his own, under a version for ever.
  const std::vector<v1::EnrolledOfficer> thieves = world_.StandardOfficers(kSchool);
  ASSERT_OK(world_.exchange().EnrolOfficers(
      kSchool, RegisterOf(old_.secrets(kSchool), ~uint64_t{0}, thieves)));
  world_.ChangeKeys(next_);
  world_.SealBy(next_);
  EXPECT_THAT(world_.exchange().Submit(kSchool, Report()),
              StatusIs(kInvalid, HasSubstr("signed with a key that is not honoured any more")));
  EXPECT_THAT(world_.exchange().EnrolOfficers(
                  kSchool, RegisterOf(old_.secrets(kSchool), ~uint64_t{0}, thieves)),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`signature`")));
  EXPECT_OK(world_.exchange().EnrolOfficers(
      kSchool, RegisterOf(next_.secrets(kSchool), 7, world_.StandardOfficers(kSchool))));
  EXPECT_OK(world_.exchange().Submit(kSchool, Report()));
}

// What waited in an outbox is attested by officers whom the agency has certified anew meanwhile.
TEST_F(KeyChangeTest, OfficersCertifiedUnderEitherKeyAreOneAndTheSame) {
  const v1::Envelope before = Report();
  world_.ChangeKeys(next_, &old_);
  ChangeAgenciesOver();
  Submitted(before);
  const v1::Delivery delivery = world_.Take(kSocialServices);
  EXPECT_OK(OpenNotification(delivery.notification(), next_.ring(kSocialServices, &old_)));
  EXPECT_OK(OpenNotification(delivery.notification(), old_.ring(kSocialServices, &next_)));
  EXPECT_THAT(OpenNotification(delivery.notification(), old_.ring(kSocialServices)),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`attested_by`")));
}

}  // namespace
}  // namespace sluss
