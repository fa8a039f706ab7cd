#include "gateway/crypto/consent.h"

#include <functional>
#include <string>

#include "gateway/crypto/envelope.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sign.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/crypto/envelope_fixture.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::EnvelopeTest;
using ::sluss::testing::kChild;
using ::sluss::testing::kDenied;
using ::sluss::testing::kInvalid;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Report;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

class ConsentTest : public EnvelopeTest {
 protected:
  SealedConsent Deposit(const char* number = kChild) {
    v1::ConsentRecord record;
    record.set_purpose("COLLABORATION");
    return Must(
        SealConsent(record, Number(number), parties_.secrets(kSchool), parties_.directory()));
  }
  absl::StatusOr<v1::ConsentRecord> CheckDeposit(const v1::RegisterConsentRequest& request,
                                                 const AgencyId& depositor = kSchool) {
    return CheckConsentDeposit(request, depositor, parties_.directory());
  }
  v1::Envelope Citing(const ConsentWitness& witness, const char* number = kChild) {
    Outgoing outgoing = Report(number);
    outgoing.consents.push_back(witness);
    return Seal(outgoing);
  }
  absl::Status CheckProof(const v1::Envelope& envelope, const v1::ConsentRecord& record) {
    return CheckConsentProof(Must(Check(envelope)), record, Joint(), parties_.directory());
  }
  const Point& Joint() { return parties_.directory().FindAgency(kSchool)->joint; }
};

TEST_F(ConsentTest, IsBoundToTheChildOfTheNotification) {
  const SealedConsent consent = Deposit();
  const v1::ConsentRecord record = Must(CheckDeposit(consent.request));
  EXPECT_EQ(record.depositor(), kSchool.value());
  EXPECT_OK(CheckProof(Citing(consent.witness), record));
}

TEST_F(ConsentTest, AConsentOfAnotherChildIsRefused) {
  const SealedConsent consent = Deposit(kOtherChild);
  EXPECT_THAT(CheckProof(Citing(consent.witness), Must(CheckDeposit(consent.request))),
              StatusIs(kDenied, HasSubstr("proof does not verify")));
}

TEST_F(ConsentTest, AProofIsForItsManifestAndItsConsent) {
  const SealedConsent consent = Deposit();
  const v1::ConsentRecord record = Must(CheckDeposit(consent.request));
  const v1::Envelope earlier = Citing(consent.witness);
  v1::Envelope later = Citing(consent.witness);
  later.mutable_consent_proof(0)->set_proof(earlier.consent_proof(0).proof());
  EXPECT_THAT(CheckProof(later, record), StatusIs(kDenied, HasSubstr("proof does not verify")));

  v1::ConsentRecord again = Must(CheckDeposit(Deposit().request));
  again.set_consent_id(record.consent_id());
  EXPECT_THAT(CheckProof(earlier, again), StatusIs(kDenied, HasSubstr("proof does not verify")))
      << "another deposit, be it of the same child";
}

TEST_F(ConsentTest, EachFaultOfACitationIsNamed) {
  const SealedConsent consent = Deposit();
  const v1::ConsentRecord record = Must(CheckDeposit(consent.request));
  const v1::Envelope good = Citing(consent.witness);
  v1::Envelope envelope = good;
  envelope.clear_consent_proof();
  EXPECT_THAT(CheckProof(envelope, record), StatusIs(kInvalid, HasSubstr("is missing")));
  envelope = good;
  *envelope.add_consent_proof() = good.consent_proof(0);
  EXPECT_THAT(Check(envelope),
              StatusIs(kInvalid, "`consent_proof` is there twice for one consent"));
  envelope = good;
  envelope.mutable_consent_proof(0)->set_consent_id(std::string(16, 'x'));
  EXPECT_THAT(Check(envelope),
              StatusIs(kInvalid, "`consent_proof` is for a consent that is not cited"));
  envelope = good;
  envelope.mutable_consent_proof(0)->mutable_proof()->replace(0, 32, std::string(32, '\xff'));
  EXPECT_THAT(CheckProof(envelope, record),
              StatusIs(kInvalid, HasSubstr("scalar is not below the order of the group")));
  v1::ConsentRecord changed = record;
  changed.set_depositor(kPolice.value());
  EXPECT_THAT(CheckProof(good, changed),
              StatusIs(kDenied, HasSubstr("was deposited by `police/region-mitt`")));
  changed = record;
  changed.set_key_set(2);
  EXPECT_THAT(CheckProof(good, changed), StatusIs(kInvalid, HasSubstr("register it again")));
  Outgoing no_subject;
  no_subject.header = Report().header;
  no_subject.consents.push_back(consent.witness);
  EXPECT_FALSE(SealEnvelope(no_subject, parties_.secrets(kSchool), parties_.directory()).ok());
}

TEST_F(ConsentTest, EachFaultOfADepositIsNamed) {
  const SealedConsent good = Deposit();
  const auto resigned = [&](const std::function<void(v1::ConsentRecord&)>& change) {
    v1::RegisterConsentRequest request = good.request;
    v1::ConsentRecord record;
    EXPECT_TRUE(record.ParseFromString(request.record()));
    change(record);
    request.set_record(record.SerializeAsString());
    request.set_signature(
        parties_.secrets(kSchool).signing.Sign(sign_context::kConsent, request.record()));
    return CheckDeposit(request);
  };
  EXPECT_THAT(CheckDeposit(good.request, kPolice),
              StatusIs(kDenied, "`signature`: signature does not verify"));
  EXPECT_THAT(resigned([](auto& r) { r.set_depositor(kPolice.value()); }),
              StatusIs(kInvalid, "`depositor` is not the caller `school/ekbacken`"));
  EXPECT_THAT(resigned([](auto& r) { r.set_key_set(2); }),
              StatusIs(kInvalid, "`key_set` is 2, the active one is 1"));
  EXPECT_THAT(resigned([](auto& r) { r.set_consent_id("x"); }),
              StatusIs(kInvalid, "`consent_id` must be 16 bytes, not 1"));
  EXPECT_THAT(resigned([](auto& r) { r.mutable_deposit()->replace(0, 32, std::string(32, '\0')); }),
              StatusIs(kInvalid, "`deposit`: `C1`: point is the identity element"));
  EXPECT_THAT(resigned([](auto& r) { r.set_purpose("CARE_AND_SUPPORT"); }),
              StatusIs(kDenied, "`deposit_proof`: proof does not verify"));
}

TEST_F(ConsentTest, ALaterConsentIsProvedToBeForTheSameChild) {
  const SealedConsent earlier = Deposit();
  const SealedConsent later = Deposit();
  const SealedConsent other = Deposit(kOtherChild);
  const auto prove = [&](const SealedConsent& own) {
    return Must(ProveSameChild(own.request.record(), own.witness, earlier.witness, kSchool,
                               parties_.directory()));
  };
  const auto verify = [&](const SealedConsent& own, const std::string& proof) {
    return VerifySameChild(own.request.record(), Must(CheckDeposit(own.request)),
                           Must(CheckDeposit(earlier.request)), Joint(), parties_.directory(),
                           proof);
  };
  EXPECT_OK(verify(later, prove(later)));
  EXPECT_THAT(verify(other, prove(other)), StatusIs(kDenied, HasSubstr("proof does not verify")));
  const SealedConsent again = Deposit();
  EXPECT_THAT(verify(again, prove(later)), StatusIs(kDenied, HasSubstr("proof does not verify")))
      << "a proof is for its record";
  std::string mauled = prove(later);
  mauled.back() ^= 1;
  EXPECT_FALSE(verify(later, mauled).ok());
  EXPECT_FALSE(verify(later, "").ok());
  v1::ConsentRecord theirs = Must(CheckDeposit(earlier.request));
  theirs.set_depositor(kPolice.value());
  EXPECT_THAT(VerifySameChild(later.request.record(), Must(CheckDeposit(later.request)), theirs,
                              Joint(), parties_.directory(), prove(later)),
              StatusIs(kInvalid, HasSubstr("`depositor` is not the one of the earlier")));
}

TEST_F(ConsentTest, AMauledDepositIsRefused) {
  const SealedConsent good = Deposit();
  v1::ConsentRecord record = Must(CheckDeposit(good.request));
  // Another child's ciphertext in the place of ours, and ours moved by a known point: both are
  // well-formed, and neither was made by who signs them.
  const v1::ConsentRecord other = Must(CheckDeposit(Deposit(kOtherChild).request));
  for (const std::string& deposit :
       {other.deposit(), record.deposit().substr(32) + record.deposit().substr(0, 32)}) {
    v1::ConsentRecord mauled = record;
    mauled.set_deposit(deposit);
    v1::RegisterConsentRequest request = good.request;
    request.set_record(mauled.SerializeAsString());
    EXPECT_THAT(CheckDeposit(request), StatusIs(kDenied, HasSubstr("`signature`")));
    request.set_signature(
        parties_.secrets(kSchool).signing.Sign(sign_context::kConsent, request.record()));
    EXPECT_THAT(CheckDeposit(request), StatusIs(kDenied, HasSubstr("`deposit_proof`")));
  }
}

TEST_F(ConsentTest, TheWitnessSurvivesStorage) {
  const auto access = InsecureSecretAccess::Get();
  const SealedConsent consent = Deposit();
  const SecretBytes stored = consent.witness.Encode(access);
  const ConsentWitness loaded = Must(ConsentWitness::Decode(stored));
  EXPECT_OK(CheckProof(Citing(loaded), Must(CheckDeposit(consent.request))));
  EXPECT_THAT(ConsentWitness::Decode(SecretBytes(stored.Get(access).substr(1), access)),
              StatusIs(kInvalid, "consent witness must be 112 bytes, not 111"));
}

}  // namespace
}  // namespace sluss
