// Two generations of keys at once: each thing by the directory that it names, and by no other.
#include "gateway/crypto/key_ring.h"

#include <memory>
#include <string>

#include "gateway/base/hex.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/envelope.h"
#include "gateway/crypto/key_ring_files.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/seal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kChild;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Parties;
using ::sluss::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

// A report from the school, sealed with one generation's keys, and through both of its holders.
v1::Envelope Sealed(const Parties& by, const std::vector<ConsentWitness>& consents = {},
                    const char* number = kChild) {
  Outgoing outgoing;
  outgoing.header.set_recipient(kSocialServices.value());
  outgoing.header.set_purpose("PROTECTION");
  outgoing.parts["NARRATIVE"] = "what was seen";
  outgoing.number = Number(number);
  outgoing.consents = consents;
  return Must(SealEnvelope(outgoing, by.secrets(kSchool), by.directory()));
}

v1::Notification Delivered(const Parties& by) {
  const v1::Envelope envelope = Sealed(by);
  const CheckedEnvelope checked = Must(CheckEnvelope(envelope, by.directory()));
  v1::Notification notification;
  notification.set_manifest(envelope.manifest());
  notification.set_signature(envelope.signature());
  notification.set_nym_proof(envelope.nym_proof());
  *notification.mutable_compartment() = envelope.compartment();
  const std::string& id = checked.header().message_id();
  *notification.mutable_gateway_hop() =
      Must(by.gateway().Hop(kSocialServices, id, checked.nym_ciphertext()->Encode()));
  *notification.mutable_keyholder_hop() =
      Must(by.keyholder().Hop(kSocialServices, id, notification.gateway_hop().ciphertext()));
  return notification;
}

class KeyRingTest : public ::testing::Test {
 protected:
  const Parties old_;
  const Parties new_ = old_.Next();
};

TEST_F(KeyRingTest, FindsEachByItsNameAndSaysTheCureForOthers) {
  const HolderRing ring = new_.gateway_ring(&old_);
  EXPECT_EQ(Must(ring.Find(new_.directory().short_name())), &ring.current());
  EXPECT_EQ(Must(ring.Find(old_.directory().short_name())), ring.beside());
  EXPECT_EQ(ring.beside()->directory().digest(), old_.directory().digest());

  EXPECT_THAT(ring.Find(""), StatusIs(kInvalid, HasSubstr("`directory` is missing")));
  for (const size_t size : {1, 7, 9, 64}) {
    EXPECT_THAT(ring.Find(new_.directory().digest().substr(0, size)),
                StatusIs(kInvalid, absl::StrCat("`directory` must be 8 bytes, not ", size)));
  }
  const Parties strangers;
  const std::string named(strangers.directory().short_name());
  EXPECT_THAT(ring.Find(named, "manifest.directory"),
              StatusIs(kInvalid, AllOf(HasSubstr("`manifest.directory` is " + ToHex(named)),
                                       HasSubstr(ToHex(new_.directory().short_name())),
                                       HasSubstr("slussctl keys check"))));
  EXPECT_THAT(new_.gateway_ring().Find(old_.directory().short_name()),
              StatusIs(kInvalid, HasSubstr("not honoured here")))
      << "without overlap";
}

TEST_F(KeyRingTest, RefusesDirectoriesThatDoNotBelongTogether) {
  const auto with = [&](auto change) {
    v1::KeyDirectory proto = old_.proto();
    change(proto);
    const auto other = Must(KeyDirectory::Activate(proto));
    return DirectoryRing::Make(new_.shared_directory(), other).status();
  };
  EXPECT_OK(with([](auto&) {}));
  const v1::KeyDirectory strangers = Parties().proto();
  EXPECT_OK(with([&](auto& proto) { *proto.mutable_log() = strangers.log(); }))
      << "another key of the log of this name";
  EXPECT_THAT(with([&](auto& proto) {
                *proto.mutable_log() =
                    Must(LogSecrets::Generate("log.other.example/1")).PublicKey();
              }),
              StatusIs(kInvalid, HasSubstr("has another log than the current one")));
  EXPECT_THAT(DirectoryRing::Make(new_.shared_directory(), new_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("`beside`: is the current directory once more")));

  const auto renamed = [](const char* gateway, const char* keyholder, uint32_t key_set) {
    v1::KeyDirectory proto;
    proto.set_key_set(key_set);
    *proto.mutable_gateway() =
        Must(Must(HolderSecrets::Generate(gateway, key_set, {})).PublicKeys());
    *proto.mutable_keyholder() =
        Must(Must(HolderSecrets::Generate(keyholder, key_set, {})).PublicKeys());
    return Must(KeyDirectory::Activate(proto));
  };
  const auto first = renamed("gateway/a", "keyholder/a", 1);
  EXPECT_THAT(DirectoryRing::Make(first, renamed("gateway/b", "keyholder/a", 1)),
              StatusIs(kInvalid, HasSubstr("another gateway")));
  EXPECT_THAT(DirectoryRing::Make(first, renamed("gateway/a", "keyholder/b", 1)),
              StatusIs(kInvalid, HasSubstr("another key holder")));
  EXPECT_THAT(DirectoryRing::Make(first, renamed("gateway/a", "keyholder/a", 2)),
              StatusIs(kInvalid, HasSubstr("another `key_set`")));
}

// With another closing secret every nym of the agency would be another.
TEST_F(KeyRingTest, AnAgencysKeysBesideAreARotation) {
  EXPECT_THAT(AgencyKeys::Create(Must(Rotated(new_.secrets(kSchool))), new_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("does not hold the public half of these keys of `sch")));
  // The directory of these holders with another's keys for the school.
  const auto keys = [](const AgencySecrets& secrets, const Parties& holders) {
    v1::KeyDirectory proto = holders.proto();
    for (v1::AgencyKeys& agency : *proto.mutable_agency()) {
      if (agency.agency() == secrets.agency.value()) agency = Must(secrets.PublicKeys());
    }
    return Must(KeyDirectory::Activate(proto));
  };
  AgencySecrets stranger = Must(AgencySecrets::Generate(kSchool, 1));
  const auto directory = keys(stranger, old_);
  AgencySecrets rotated = Must(Rotated(old_.secrets(kSchool)));
  const auto rotated_directory = keys(rotated, new_);
  const auto current = Must(AgencyKeys::Create(std::move(rotated), rotated_directory));
  EXPECT_THAT(MakeAgencyRing(current, Must(AgencyKeys::Create(std::move(stranger), directory))),
              StatusIs(kInvalid, HasSubstr("are not a rotation of the current ones")));
}

TEST_F(KeyRingTest, OpensWhatWasMadeUnderEitherAndTheNymIsTheSame) {
  const AgencyRing ring = new_.ring(kSocialServices, &old_);
  const Opened before = Must(OpenNotification(Delivered(old_), ring));
  const Opened after = Must(OpenNotification(Delivered(new_), ring));
  EXPECT_EQ(before.contents, after.contents);
  EXPECT_EQ(before.nym, after.nym);

  EXPECT_THAT(OpenNotification(Delivered(old_), new_.ring(kSocialServices)),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
  EXPECT_THAT(OpenNotification(Delivered(old_), new_.secrets(kSocialServices), new_.directory()),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
}

// The name is under the signature, and the keys of one directory do not pass for the other's.
TEST_F(KeyRingTest, RefusesWhatNamesTheOtherDirectory) {
  const auto relabelled = [&](const std::string& name) {
    v1::Envelope envelope = Sealed(old_);
    v1::Manifest manifest;
    v1::Header header;
    EXPECT_TRUE(manifest.ParseFromString(envelope.manifest()));
    EXPECT_TRUE(header.ParseFromString(manifest.header()));
    header.set_directory(name);
    manifest.set_header(header.SerializeAsString());
    envelope.set_manifest(manifest.SerializeAsString());
    envelope.set_signature(
        old_.secrets(kSchool).signing.Sign(sign_context::kManifest, envelope.manifest()));
    return envelope;
  };
  const std::string other(new_.directory().short_name());
  EXPECT_THAT(CheckEnvelope(relabelled(other), new_.directory()),
              StatusIs(kDenied, HasSubstr("`signature`")));
  EXPECT_THAT(CheckEnvelope(relabelled(other), old_.directory()),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
  EXPECT_THAT(CheckEnvelope(relabelled(""), old_.directory()),
              StatusIs(kInvalid, HasSubstr("`directory` is missing")));
  EXPECT_THAT(CheckEnvelope(relabelled("1234567"), old_.directory()),
              StatusIs(kInvalid, "`directory` must be 8 bytes, not 7"));
}

TEST_F(KeyRingTest, AnAgencyThatIsPutOutIsNotHonouredThroughTheOtherDirectory) {
  const Parties without = old_.Next({kSchool});
  const HolderRing ring = without.gateway_ring(&old_);
  EXPECT_THAT(ring.directories().KeysOf(kSchool), IsEmpty());
  EXPECT_THAT(ring.directories().KeysOf(kPolice), SizeIs(2));
  EXPECT_THAT(ring.directories().RequireAgency(kSchool.value(), "sender"),
              StatusIs(kInvalid, HasSubstr("`sender` names `school/ekbacken`")));
  EXPECT_THAT(OpenNotification(Delivered(old_), without.ring(kSocialServices, &old_)),
              StatusIs(kInvalid, HasSubstr("`sender` names `school/ekbacken`")));
}

TEST_F(KeyRingTest, RequestsToTheKeyHolderNameTheirDirectory) {
  v1::TransformRequest transform;
  transform.set_key_set(1);
  transform.add_item();
  SignTransformRequest(old_.gateway().signing(), old_.directory(), &transform);
  EXPECT_OK(CheckTransformRequest(old_.directory(), transform));
  EXPECT_THAT(CheckTransformRequest(new_.directory(), transform),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
  transform.set_directory(std::string(new_.directory().short_name()));
  EXPECT_THAT(CheckTransformRequest(new_.directory(), transform),
              StatusIs(kDenied, HasSubstr("`gateway_signature`")));

  v1::PeelRequest peel;
  peel.set_key_set(1);
  SignPeelRequest(old_.gateway().signing(), old_.directory(), &peel);
  EXPECT_OK(CheckPeelRequest(old_.directory(), peel));
  peel.clear_directory();
  EXPECT_THAT(CheckPeelRequest(old_.directory(), peel),
              StatusIs(kInvalid, HasSubstr("`directory` is missing")));

  const EnrolmentBatch batch =
      Must(EnrolmentBatch::Start({Number(kChild)}, old_.secrets(kSchool), old_.shared_directory()));
  v1::EnrolRequest enrol = batch.request();
  EXPECT_OK(EvaluateAtGateway(old_.gateway(), kSchool, enrol));
  EXPECT_THAT(EvaluateAtGateway(new_.gateway(), kSchool, enrol),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
  v1::EvaluateRequest evaluate = Must(EvaluateAtGateway(old_.gateway(), kSchool, enrol));
  EXPECT_OK(CheckEvaluateRequest(old_.directory(), evaluate));
  evaluate.set_directory(std::string(new_.directory().short_name()));
  EXPECT_THAT(CheckEvaluateRequest(new_.directory(), evaluate),
              StatusIs(kDenied, HasSubstr("`agency_signature`")));
}

class ConsentThroughRotationTest : public KeyRingTest {
 protected:
  SealedConsent Deposit(const Parties& by, const char* number = kChild) {
    v1::ConsentRecord record;
    record.set_purpose("COLLABORATION");
    return Must(SealConsent(record, Number(number), by.secrets(kSchool), by.directory()));
  }
  static v1::ConsentRecord RecordOf(const SealedConsent& consent) {
    v1::ConsentRecord record;
    EXPECT_TRUE(record.ParseFromString(consent.request.record()));
    return record;
  }
  static const Point& Joint(const Parties& of) { return of.directory().FindAgency(kSchool)->joint; }
  absl::Status Cite(const Parties& by, const SealedConsent& consent, const Point& deposit_key,
                    const char* number = kChild) {
    std::vector<ConsentWitness> witnesses;
    witnesses.push_back(
        Must(ConsentWitness::Decode(consent.witness.Encode(InsecureSecretAccess::Get()))));
    const v1::Envelope envelope = Sealed(by, witnesses, number);
    return CheckConsentProof(Must(CheckEnvelope(envelope, by.directory())), RecordOf(consent),
                             deposit_key, by.directory());
  }
};

// The deposit's key is found from the deposit itself: the directory of then is not needed.
TEST_F(ConsentThroughRotationTest, IsCitedUnderEveryLaterDirectory) {
  const SealedConsent consent = Deposit(old_);
  EXPECT_EQ(RecordOf(consent).directory(), old_.directory().short_name());
  EXPECT_EQ(Must(DepositKey(Number(kChild), consent.witness)), Joint(old_));
  const Parties third = new_.Next();
  for (const Parties* by : {&old_, &new_, &third}) {
    EXPECT_OK(Cite(*by, consent, Joint(old_)));
    EXPECT_THAT(Cite(*by, consent, Joint(old_), kOtherChild),
                StatusIs(kDenied, HasSubstr("proof does not verify")))
        << "another child";
  }
  EXPECT_THAT(Cite(new_, consent, Joint(new_)),
              StatusIs(kDenied, HasSubstr("proof does not verify")))
      << "not the key of the deposit";
}

TEST_F(ConsentThroughRotationTest, ANewVersionIsProvedAgainstTheDepositOfThen) {
  const SealedConsent earlier = Deposit(old_);
  for (const char* number : {kChild, kOtherChild}) {
    const SealedConsent later = Deposit(new_, number);
    const std::string proof = Must(ProveSameChild(later.request.record(), later.witness,
                                                  earlier.witness, kSchool, new_.directory()));
    const absl::Status verified =
        VerifySameChild(later.request.record(), RecordOf(later), RecordOf(earlier), Joint(old_),
                        new_.directory(), proof);
    EXPECT_EQ(verified.ok(), number == kChild) << verified;
  }
}

TEST_F(ConsentThroughRotationTest, ADepositNamesItsDirectory) {
  const SealedConsent consent = Deposit(old_);
  EXPECT_OK(CheckConsentDeposit(consent.request, kSchool, old_.directory()));
  EXPECT_THAT(CheckConsentDeposit(consent.request, kSchool, new_.directory()),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
  v1::ConsentRecord record = RecordOf(consent);
  record.clear_directory();
  v1::RegisterConsentRequest unnamed = consent.request;
  unnamed.set_record(record.SerializeAsString());
  unnamed.set_signature(
      old_.secrets(kSchool).signing.Sign(sign_context::kConsent, unnamed.record()));
  EXPECT_THAT(CheckConsentDeposit(unnamed, kSchool, old_.directory()),
              StatusIs(kInvalid, HasSubstr("`directory` is missing")));
}

TEST_F(KeyRingTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(LoadHolderRing(HolderRole::kGateway, {"/none", "/none/directory.txtpb"}, {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none/directory.txtpb")));
  EXPECT_THAT(LoadAgencyRing({"/none", "/none/directory.txtpb"}, {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none/directory.txtpb")));
}

}  // namespace
}  // namespace sluss
