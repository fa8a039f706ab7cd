// The promised walks in which a consent decides.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChild;
using ::sluss::testing::kChildPsychiatry;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Officer;

class ConsentScenariosTest : public ::testing::Test {
 protected:
  ExchangeWorld world_;
};

struct ConsentCase {
  const char* name;
  const char* reason_code;
  const char* child;  // the consent's
  void (*change)(ExchangeWorld& world, v1::ConsentRecord& record) = nullptr;
  void (*after)(ExchangeWorld& world, const ConsentWitness& consent) = nullptr;
};

class ConsentScenarioTest : public ConsentScenariosTest,
                            public ::testing::WithParamInterface<ConsentCase> {};

TEST_P(ConsentScenarioTest, J_DeniesWithItsOwnReason) {
  v1::ConsentRecord record = world_.Record();
  if (GetParam().change != nullptr) GetParam().change(world_, record);
  const ConsentWitness consent = world_.Register(record, GetParam().child);
  if (GetParam().after != nullptr) GetParam().after(world_, consent);
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.Signal({consent})));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(answer.decision().reason_code(), GetParam().reason_code)
      << answer.decision().reason_en();
  EXPECT_TRUE(world_.NothingFor(kPolice));
}

v1::WithdrawRequest WithdrawalOf(const ConsentWitness& consent) {
  v1::WithdrawRequest request;
  request.set_consent_id(consent.consent_id().value());
  request.set_officer(Officer("officer"));
  request.set_on_behalf_of("guardian");
  return request;
}

INSTANTIATE_TEST_SUITE_P(
    All, ConsentScenarioTest,
    ::testing::Values(
        ConsentCase{"ExpiredYesterday", "consent-expired", kChild,
                    [](ExchangeWorld& world, v1::ConsentRecord& record) {
                      const absl::Time yesterday = world.clock().Now() - absl::Hours(24);
                      record.set_valid_from_us(absl::ToUnixMicros(yesterday - absl::Hours(99)));
                      record.set_valid_to_us(absl::ToUnixMicros(yesterday));
                    }},
        ConsentCase{"NotYetValid", "consent-not-yet-valid", kChild,
                    [](ExchangeWorld& world, v1::ConsentRecord& record) {
                      record.set_valid_from_us(
                          absl::ToUnixMicros(world.clock().Now() + absl::Hours(1)));
                    }},
        ConsentCase{"Withdrawn", "consent-withdrawn", kChild, nullptr,
                    [](ExchangeWorld& world, const ConsentWitness& consent) {
                      EXPECT_OK(world.exchange().Withdraw(kPolice, WithdrawalOf(consent)));
                    }},
        ConsentCase{"GuardianMissing", "consent-guardian-missing", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant()->DeleteSubrange(0, 1);
                    }},
        ConsentCase{"ChildMissing", "consent-child-missing", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant()->RemoveLast();
                      record.mutable_child_age()->set_from(15);
                      record.mutable_child_age()->set_below(18);
                      record.clear_maturity();
                      record.clear_maturity_note();
                    }},
        ConsentCase{"MatureChildMissing", "consent-child-missing", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant()->RemoveLast();
                    }},
        ConsentCase{"ChildRefused", "consent-refused", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant(2)->set_granted(false);
                    }},
        ConsentCase{"Refused", "consent-refused", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_grant(1)->set_granted(false);
                    }},
        ConsentCase{"OfAnotherChild", "consent-other-child", kOtherChild},
        ConsentCase{"PartyNotNamed", "consent-party-not-named", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_party()->RemoveLast();
                    }},
        ConsentCase{"FunctionNotNamed", "consent-party-not-named", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.mutable_party(0)->set_function(0, "principal");
                    }},
        ConsentCase{"PurposeNotCovered", "consent-purpose-not-covered", kChild,
                    [](ExchangeWorld&, v1::ConsentRecord& record) {
                      record.set_purpose("CARE_AND_SUPPORT");
                    }}),
    [](const ::testing::TestParamInfo<ConsentCase>& one) { return one.param.name; });

TEST_F(ConsentScenariosTest, J_AConsentWithoutRecordIsUnknown) {
  const SealedConsent unregistered = world_.Deposit(world_.Record());
  Outgoing outgoing = world_.Signal({unregistered.witness});
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, outgoing));
  EXPECT_EQ(answer.decision().reason_code(), "consent-unknown");
}

// ---- What a proof does not hold for -------------------------------------------------------------

TEST_F(ConsentScenariosTest, ACopyGoesToAPartyThatIsNamedAndToNobodyElse) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const auto copy_to = [&](const AgencyId& recipient, const char* child) {
    Outgoing outgoing =
        world_.Message(recipient, "CONSENT_COPY", "OSL-12-2", {"CONTACT"}, "counsellor");
    outgoing.number = testing::Number(child);
    outgoing.escrow_identity = true;
    outgoing.consents.push_back(
        Must(ConsentWitness::Decode(consent.Encode(InsecureSecretAccess::Get()))));
    return Must(world_.Submit(kSchool, outgoing)).decision();
  };
  EXPECT_EQ(copy_to(kPolice, kChild).verdict(), v1::VERDICT_PERMIT);
  EXPECT_EQ(copy_to(kChildPsychiatry, kChild).reason_code(), "consent-party-not-named");
  EXPECT_EQ(copy_to(kPolice, kOtherChild).reason_code(), "consent-other-child");
}

TEST_F(ConsentScenariosTest, AnotherAgencysDepositBindsNothing) {
  const ConsentWitness consent = world_.Register(world_.Record());
  Outgoing outgoing = world_.Signal({consent});
  outgoing.header.mutable_attestation(0)->set_role("case-worker");
  const v1::SubmitResponse answer = Must(world_.Submit(kSocialServices, outgoing));
  EXPECT_EQ(answer.decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(answer.decision().reason_code(), "consent-other-child");
}

TEST_F(ConsentScenariosTest, AProofThatIsReplayedOrMauledBindsNothing) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Envelope earlier = world_.Seal(kSchool, world_.Signal({consent}));
  v1::Envelope replayed = world_.Seal(kSchool, world_.Signal({consent}));
  *replayed.mutable_consent_proof() = earlier.consent_proof();
  EXPECT_EQ(Must(world_.exchange().Submit(kSchool, replayed)).decision().reason_code(),
            "consent-other-child");
  v1::Envelope mauled = world_.Seal(kSchool, world_.Signal({consent}));
  mauled.mutable_consent_proof(0)->mutable_proof()->front() ^= 1;
  EXPECT_EQ(Must(world_.exchange().Submit(kSchool, mauled)).decision().reason_code(),
            "consent-other-child");
  // A ciphertext of somebody else's in the manifest is not the one that was signed.
  v1::Envelope swapped = earlier;
  v1::Manifest manifest, other;
  ASSERT_TRUE(manifest.ParseFromString(swapped.manifest()));
  ASSERT_TRUE(other.ParseFromString(mauled.manifest()));
  manifest.set_nym_ciphertext(other.nym_ciphertext());
  swapped.set_manifest(manifest.SerializeAsString());
  EXPECT_FALSE(world_.exchange().Submit(kSchool, swapped).ok());
}

TEST_F(ConsentScenariosTest, K_WithdrawalStopsWhatIsQueuedAndSaysSo) {
  const ConsentWitness consent = world_.Register(world_.Record());
  const v1::Envelope envelope = world_.Seal(kSchool, world_.Signal({consent}));
  ASSERT_OK(world_.exchange().Submit(kSchool, envelope));
  const v1::WithdrawResponse answer =
      Must(world_.exchange().Withdraw(kSocialServices, WithdrawalOf(consent)));
  ASSERT_EQ(answer.stopped_size(), 1);
  EXPECT_EQ(answer.stopped(0).state(), v1::STOPPED);
  EXPECT_EQ(answer.already_gone_size(), 0);
  EXPECT_EQ(answer.text_sv(),
            "1 meddelande stoppades och lämnas aldrig ut. 0 meddelanden hade "
            "redan lämnats ut.");
  EXPECT_EQ(answer.text_en(),
            "1 message was stopped and will never be handed out. 0 messages had "
            "already been handed out.");
  world_.CheckReceipt(answer.receipt());
  EXPECT_EQ(world_.StateOf(answer.stopped(0).message_id()), v1::STOPPED);
  EXPECT_TRUE(world_.NothingFor(kPolice));
  EXPECT_EQ(world_.Take(kSchool).outcome().state(), v1::STOPPED);
}

}  // namespace
}  // namespace sluss
