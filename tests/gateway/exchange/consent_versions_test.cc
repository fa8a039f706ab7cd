// A later version replaces a consent, and another consent contradicts it: the stricter one holds.
#include <algorithm>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChildPsychiatry;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Officer;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

class ConsentVersionsTest : public ::testing::Test {
 protected:
  ConsentVersionsTest() { world_.key_holder().SetAway(true); }

  static v1::ConsentRecord Without(v1::ConsentRecord record, const std::string& category) {
    auto& told = *record.mutable_category();
    told.erase(std::find(told.begin(), told.end(), category));
    record.add_refused_category(category);
    return record;
  }
  v1::GetConsentResponse Get(const ConsentWitness& consent) {
    v1::GetConsentRequest request;
    request.set_consent_id(consent.consent_id().value());
    return Must(world_.exchange().GetConsent(kSchool, request));
  }
  v1::Decision Signal(const ConsentWitness& consent) {
    return Must(world_.Submit(kSchool, world_.Signal({consent}))).decision();
  }
  // What of a signal would pass, all of it being CONTACT, IDENTITY_ESCROW, NARRATIVE and PLAN.
  bool Passes(const ConsentWitness& consent, const std::string& category) {
    const v1::Decision decision = Signal(consent);
    for (const v1::CategoryDecision& one : decision.category()) {
      if (one.category() == category) return one.permitted();
    }
    return false;
  }
  absl::StatusOr<v1::DecideConsentResponse> Decide(const ConsentWitness& stands,
                                                   const ConsentWitness& falls) {
    v1::DecideConsentRequest request;
    request.set_stands(stands.consent_id().value());
    request.set_falls(falls.consent_id().value());
    request.set_reason_digest(Officer("a reason"));
    return world_.exchange().DecideConsent("officer/anna", request);
  }
  absl::Status Register(v1::RegisterConsentRequest request, const AgencyId& by = kSchool) {
    return world_.exchange().RegisterConsent(by, request).status();
  }

  ExchangeWorld world_;
};

// ---- Versions -----------------------------------------------------------------------------------

TEST_F(ConsentVersionsTest, ALaterVersionHoldsForCitationsOfTheEarlierToo) {
  const ConsentWitness first = world_.Register(world_.Record());
  EXPECT_TRUE(Passes(first, "PLAN"));
  const ConsentWitness second = world_.RegisterVersion(Without(world_.Record(), "PLAN"), first);
  EXPECT_FALSE(Passes(first, "PLAN"));
  EXPECT_TRUE(Passes(first, "NARRATIVE"));
  EXPECT_FALSE(Passes(second, "PLAN"));
  // What only the later one permits is not permitted by the earlier.
  const ConsentWitness third = world_.RegisterVersion(world_.Record(), second);
  EXPECT_FALSE(Passes(second, "PLAN"));
  EXPECT_TRUE(Passes(third, "PLAN"));
}

TEST_F(ConsentVersionsTest, AVersionCutsWhatIsQueuedUnderTheEarlier) {
  const ConsentWitness first = world_.Register(world_.Record());
  ASSERT_EQ(Signal(first).verdict(), v1::VERDICT_PERMIT);
  v1::ConsentRecord record = Without(world_.Record(), "PLAN");
  record.set_supersedes(first.consent_id().value());
  SealedConsent sealed = world_.Deposit(record);
  sealed.request.set_supersedes_proof(Must(ProveSameChild(
      sealed.request.record(), sealed.witness, first, kSchool, world_.parties().directory())));
  const auto answer = Must(world_.exchange().RegisterConsent(kSchool, sealed.request));
  EXPECT_EQ(answer.version(), 2u);
  ASSERT_EQ(answer.trimmed_size(), 1);
  EXPECT_THAT(answer.trimmed(0).category(), ElementsAre("PLAN"));
  world_.CheckReceipt(answer.receipt());
  const auto again = Must(world_.exchange().RegisterConsent(kSchool, sealed.request));
  EXPECT_EQ(again.receipt().leaf(), answer.receipt().leaf());
  EXPECT_EQ(again.version(), 2u);
  world_.CheckLog();
}

TEST_F(ConsentVersionsTest, TheHistoryIsReadable) {
  const ConsentWitness first = world_.Register(world_.Record());
  const ConsentWitness second = world_.RegisterVersion(Without(world_.Record(), "PLAN"), first);
  v1::WithdrawRequest request;
  request.set_consent_id(first.consent_id().value());  // whichever is named, the newest ends
  request.set_officer(Officer("officer"));
  request.set_on_behalf_of("child");
  request.add_category("CONTACT");
  ASSERT_OK(world_.exchange().Withdraw(kPolice, request));
  request.clear_category();
  ASSERT_OK(world_.exchange().Withdraw(kPolice, request));
  const v1::GetConsentResponse history = Get(first);
  EXPECT_EQ(history.state(), v1::WITHDRAWN);
  ASSERT_EQ(history.version_size(), 2);
  EXPECT_EQ(history.version(0).consent_id(), first.consent_id().value());
  EXPECT_EQ(history.version(0).record(), history.record());
  EXPECT_EQ(history.version(1).consent_id(), second.consent_id().value());
  EXPECT_EQ(history.version(1).version(), 2u);
  const auto kinds = [](const v1::ConsentVersion& version) {
    std::vector<v1::ConsentStepKind> found;
    for (const v1::ConsentStep& step : version.step()) found.push_back(step.kind());
    return found;
  };
  EXPECT_THAT(kinds(history.version(0)),
              ElementsAre(v1::CONSENT_REGISTERED, v1::CONSENT_SUPERSEDED));
  EXPECT_THAT(
      kinds(history.version(1)),
      ElementsAre(v1::CONSENT_REGISTERED, v1::CONSENT_PART_WITHDRAWN, v1::CONSENT_WITHDRAWN));
  EXPECT_EQ(history.version(1).step(1).agency(), kPolice.value());
  EXPECT_EQ(history.version(1).step(1).on_behalf_of(), "child");
  EXPECT_THAT(history.version(1).withdrawn_category(), ElementsAre("CONTACT"));
}

TEST_F(ConsentVersionsTest, OnlyTheNewestIsReplacedAndOnlyOnce) {
  const ConsentWitness first = world_.Register(world_.Record());
  world_.RegisterVersion(world_.Record(), first);
  v1::ConsentRecord record = world_.Record();
  record.set_supersedes(first.consent_id().value());
  SealedConsent sealed = world_.Deposit(record);
  sealed.request.set_supersedes_proof(Must(ProveSameChild(
      sealed.request.record(), sealed.witness, first, kSchool, world_.parties().directory())));
  EXPECT_THAT(Register(sealed.request),
              StatusIs(kPrecondition, HasSubstr("`supersedes` names a version that was replaced")));
}

TEST_F(ConsentVersionsTest, AVersionForAnotherChildPurposeOrAgencyIsRefused) {
  const ConsentWitness first = world_.Register(world_.Record());
  v1::ConsentRecord record = world_.Record();
  record.set_supersedes(first.consent_id().value());
  SealedConsent other = world_.Deposit(record, kOtherChild);
  EXPECT_THAT(Register(other.request), StatusIs(kInvalid, HasSubstr("`supersedes_proof`")));
  other.request.set_supersedes_proof(Must(ProveSameChild(
      other.request.record(), other.witness, first, kSchool, world_.parties().directory())));
  EXPECT_THAT(Register(other.request), StatusIs(kDenied, HasSubstr("`supersedes_proof`")));
  EXPECT_EQ(world_.Leaves().back().kind(), v1::REJECTED);
  EXPECT_EQ(world_.Leaves().back().outcome(), "supersedes-proof");

  record.set_purpose("CARE_AND_SUPPORT");
  EXPECT_THAT(Register(world_.Deposit(record).request),
              StatusIs(kInvalid, HasSubstr("`supersedes` names a consent for another purpose")));

  // The police cannot replace what the school deposited.
  v1::ConsentRecord theirs = world_.Record();
  theirs.set_supersedes(first.consent_id().value());
  const SealedConsent by_police =
      Must(SealConsent(theirs, testing::Number(testing::kChild), world_.parties().secrets(kPolice),
                       world_.parties().directory()));
  EXPECT_THAT(Register(by_police.request, kPolice),
              StatusIs(kInvalid, HasSubstr("`supersedes` names no consent that this agency")));
}

// ---- Contradictions -----------------------------------------------------------------------------

TEST_F(ConsentVersionsTest, TheStricterOfTwoHoldsUntilAnOfficerDecides) {
  const ConsentWitness wide = world_.Register(world_.Record());
  const v1::Decision before = Signal(wide);
  ASSERT_EQ(before.verdict(), v1::VERDICT_PERMIT);
  const ConsentWitness narrow =
      world_.RegisterContradiction(Without(world_.Record(), "PLAN"), wide);
  EXPECT_FALSE(Passes(wide, "PLAN"));
  EXPECT_TRUE(Passes(wide, "NARRATIVE"));
  EXPECT_FALSE(Passes(narrow, "PLAN"));
  const auto queued =
      Must(world_.store().MessagesCiting(wide.consent_id(), {v1::QUEUED}, MessageId(), 9));
  ASSERT_FALSE(queued.empty());
  for (const MessageId& id : queued) {
    const auto row = *Must(world_.store().FindMessage(id));
    for (const std::string& category : row.details.facts().category()) {
      EXPECT_NE(category, "PLAN") << "what was queued before is cut too";
    }
  }
  EXPECT_THAT(Get(wide).version(0).contradicted_by(), ElementsAre(narrow.consent_id().value()));
  EXPECT_THAT(Get(narrow).version(0).contradicted_by(), ElementsAre(wide.consent_id().value()));

  const auto decided = Must(Decide(wide, narrow));
  world_.CheckReceipt(decided.receipt());
  EXPECT_EQ(decided.receipt().leaf().find("anna"), std::string::npos);
  EXPECT_TRUE(Passes(wide, "PLAN"));
  EXPECT_EQ(Signal(narrow).reason_code(), "consent-withdrawn");
  EXPECT_EQ(Get(wide).version(0).contradicted_by_size(), 0);
  EXPECT_EQ(Get(wide).state(), v1::VALID);
  EXPECT_THAT(Decide(wide, narrow), StatusIs(kPrecondition, HasSubstr("`stands` and `falls`")));
  world_.CheckLog();
}

TEST_F(ConsentVersionsTest, ARefusalHoldsForBothAndNobodyDecidesItAway) {
  const ConsentWitness yes = world_.Register(world_.Record());
  ASSERT_EQ(Signal(yes).verdict(), v1::VERDICT_PERMIT);
  v1::ConsentRecord record = world_.Record();
  record.mutable_grant(1)->set_granted(false);
  const ConsentWitness no = world_.RegisterContradiction(record, yes);
  EXPECT_EQ(Signal(yes).reason_code(), "consent-refused");
  EXPECT_EQ(
      Must(world_.store().MessagesCiting(yes.consent_id(), {v1::STOPPED}, MessageId(), 9)).size(),
      1u);
  EXPECT_THAT(Decide(yes, no),
              StatusIs(kPrecondition, HasSubstr("`falls` holds a refusal, which nobody")));
  EXPECT_EQ(Signal(yes).reason_code(), "consent-refused");
  // Asked anew, all say yes: a new version of the refusing record, and then it can be decided.
  const ConsentWitness anew = world_.RegisterVersion(world_.Record(), no);
  EXPECT_EQ(Signal(yes).verdict(), v1::VERDICT_PERMIT);
  EXPECT_EQ(Signal(anew).verdict(), v1::VERDICT_PERMIT);
  ASSERT_OK(Decide(anew, yes));
  EXPECT_EQ(Signal(anew).verdict(), v1::VERDICT_PERMIT);
  EXPECT_EQ(Signal(yes).reason_code(), "consent-withdrawn");
}

// Another agency cannot prove that it is the same child, but it may say so: it could take the
// consent back as well.
TEST_F(ConsentVersionsTest, APartyContradictsWithoutAProofAndAStrangerDoesNot) {
  const ConsentWitness ours = world_.Register(world_.Record());
  v1::ConsentRecord record = Without(world_.Record(), "PLAN");
  record.add_contradicts(ours.consent_id().value());
  const auto by = [&](const AgencyId& agency, v1::ConsentRecord theirs) {
    SealedConsent sealed =
        Must(SealConsent(std::move(theirs), testing::Number(testing::kChild),
                         world_.parties().secrets(agency), world_.parties().directory()));
    sealed.request.add_contradiction_proof("");
    return sealed.request;
  };
  v1::ConsentRecord stranger = record;
  stranger.mutable_party(2)->set_agency(kChildPsychiatry.value());
  EXPECT_THAT(Register(by(kChildPsychiatry, stranger), kChildPsychiatry),
              StatusIs(kInvalid, HasSubstr("`contradicts` names no consent that names this")));
  v1::RegisterConsentRequest forged = by(kSocialServices, record);
  forged.set_contradiction_proof(0, "a proof");
  EXPECT_THAT(Register(forged, kSocialServices),
              StatusIs(kInvalid, HasSubstr("`contradiction_proof` is there for another agency's")));
  EXPECT_TRUE(Passes(ours, "PLAN"));
  ASSERT_OK(Register(by(kSocialServices, record), kSocialServices));
  EXPECT_FALSE(Passes(ours, "PLAN"));
}

TEST_F(ConsentVersionsTest, AContradictionOfAnotherChildOrPurposeIsRefused) {
  const ConsentWitness first = world_.Register(world_.Record());
  v1::ConsentRecord record = world_.Record();
  record.add_contradicts(first.consent_id().value());
  SealedConsent other = world_.Deposit(record, kOtherChild);
  other.request.add_contradiction_proof(Must(ProveSameChild(
      other.request.record(), other.witness, first, kSchool, world_.parties().directory())));
  EXPECT_THAT(Register(other.request), StatusIs(kDenied, HasSubstr("`contradiction_proof`")));
  record.add_contradicts(first.consent_id().value());
  SealedConsent twice = world_.Deposit(record);
  for (int i = 0; i < 2; ++i) {
    twice.request.add_contradiction_proof(Must(ProveSameChild(
        twice.request.record(), twice.witness, first, kSchool, world_.parties().directory())));
  }
  EXPECT_THAT(Register(twice.request),
              StatusIs(kInvalid, HasSubstr("`contradicts` names a consent twice")));
  record.mutable_contradicts()->RemoveLast();
  record.set_purpose("CARE_AND_SUPPORT");
  SealedConsent purpose = world_.Deposit(record);
  purpose.request.add_contradiction_proof("");
  EXPECT_THAT(Register(purpose.request),
              StatusIs(kInvalid, HasSubstr("`contradicts` names a consent for another purpose")));
  EXPECT_EQ(Signal(first).verdict(), v1::VERDICT_PERMIT);
}

TEST_F(ConsentVersionsTest, WhatWasTakenBackContradictsNothing) {
  const ConsentWitness first = world_.Register(world_.Record());
  v1::WithdrawRequest request;
  request.set_consent_id(first.consent_id().value());
  request.set_officer(Officer("officer"));
  request.set_on_behalf_of("guardian");
  ASSERT_OK(world_.exchange().Withdraw(kPolice, request));
  v1::ConsentRecord record = world_.Record();
  record.add_contradicts(first.consent_id().value());
  SealedConsent sealed = world_.Deposit(record);
  sealed.request.add_contradiction_proof(Must(ProveSameChild(
      sealed.request.record(), sealed.witness, first, kSchool, world_.parties().directory())));
  EXPECT_THAT(Register(sealed.request),
              StatusIs(kInvalid, HasSubstr("`contradicts` names a consent that was taken back")));
}

TEST_F(ConsentVersionsTest, ADecisionNamesTwoThatContradictAndAReason) {
  const ConsentWitness one = world_.Register(world_.Record());
  const ConsentWitness two = world_.Register(world_.Record());
  EXPECT_THAT(Decide(one, two), StatusIs(kPrecondition, HasSubstr("`stands` and `falls`")));
  v1::DecideConsentRequest request;
  request.set_stands(one.consent_id().value());
  EXPECT_THAT(world_.exchange().DecideConsent("officer/anna", request),
              StatusIs(kInvalid, HasSubstr("`falls`")));
  request.set_falls(two.consent_id().value());
  EXPECT_THAT(world_.exchange().DecideConsent("officer/anna", request),
              StatusIs(kInvalid, HasSubstr("`reason_digest` must be 32 bytes, not 0")));
}

}  // namespace
}  // namespace sluss
