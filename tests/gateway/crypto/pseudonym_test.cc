// Pseudonyms: the two paths agree, and nobody on the message path can cheat unnoticed.
#include "gateway/crypto/pseudonym.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/hop.h"
#include "gateway/crypto/oprf.h"
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
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kMessageId[] = "0123456789abcdef";

class PseudonymTest : public ::testing::Test {
 protected:
  const AgencyEntry& Entry(const AgencyId& agency) {
    return *parties_.directory().FindAgency(agency);
  }
  HopContext Context(HolderRole role, const char* message_id = kMessageId) {
    return {role, parties_.directory(), Entry(kSocialServices), message_id};
  }
  EncryptedNumber Encrypt(const char* number = kChild) {
    return Must(EncryptNumber(Number(number), Entry(kSocialServices).joint));
  }

  Nym OverMessagePath(const char* number, const AgencyId& recipient) {
    const EncryptedNumber sent = Must(EncryptNumber(Number(number), Entry(recipient).joint));
    const v1::Hop first =
        Must(parties_.gateway().Hop(recipient, kMessageId, sent.ciphertext.Encode()));
    const v1::Hop second =
        Must(parties_.keyholder().Hop(recipient, kMessageId, first.ciphertext()));
    const NymCiphertext received = Must(NymCiphertext::Decode(second.ciphertext()));
    return CloseNym(parties_.secrets(recipient),
                    Must(DecryptElement(parties_.secrets(recipient), received)));
  }

  std::vector<Nym> Enrol(const std::vector<const char*>& numbers, const AgencyId& agency) {
    std::vector<CanonicalNumber> canonical;
    for (const char* number : numbers) canonical.push_back(Number(number));
    const AgencySecrets& secrets = parties_.secrets(agency);
    const EnrolmentBatch batch =
        Must(EnrolmentBatch::Start(canonical, secrets, parties_.shared_directory()));
    const v1::EvaluateRequest asked =
        Must(EvaluateAtGateway(parties_.gateway(), agency, batch.request()));
    const v1::EvaluateResponse answer = Must(EvaluateAtKeyholder(
        parties_.keyholder(), Must(CheckEvaluateRequest(parties_.directory(), asked))));
    v1::EnrolResponse response;
    *response.mutable_gateway_element() = asked.gateway_element();
    response.set_gateway_proof(asked.gateway_proof());
    *response.mutable_keyholder_element() = answer.element();
    response.set_keyholder_proof(answer.proof());
    return Must(batch.Finish(response, secrets));
  }

  Parties parties_;
};

constexpr const char* kNumbers[] = {kChild,         kOtherChild,    "200908019821",
                                    "200402299903", "201304079856", "201103759831"};

TEST_F(PseudonymTest, EnrolmentAndMessagePathGiveTheSameNym) {
  for (const AgencyId& agency : {kSocialServices, kPolice}) {
    const std::vector<Nym> table = Enrol({std::begin(kNumbers), std::end(kNumbers)}, agency);
    ASSERT_EQ(table.size(), std::size(kNumbers));
    for (size_t i = 0; i < table.size(); ++i) {
      EXPECT_EQ(OverMessagePath(kNumbers[i], agency), table[i]);
    }
    EXPECT_EQ(std::set<Nym>(table.begin(), table.end()).size(), table.size());
  }
}

TEST_F(PseudonymTest, OneChildHasAnotherNymAtEachRecipient) {
  EXPECT_NE(OverMessagePath(kChild, kSocialServices), OverMessagePath(kChild, kPolice));
}

TEST_F(PseudonymTest, TheSameNumberIsNeverTheSameCiphertext) {
  const EncryptedNumber a = Encrypt();
  const EncryptedNumber b = Encrypt();
  EXPECT_NE(a.ciphertext.c1, b.ciphertext.c1);
  EXPECT_NE(a.ciphertext.c2, b.ciphertext.c2);
  const std::string bytes = a.ciphertext.Encode();
  EXPECT_NE(Must(parties_.gateway().Hop(kSocialServices, kMessageId, bytes)).ciphertext(),
            Must(parties_.gateway().Hop(kSocialServices, kMessageId, bytes)).ciphertext());
}

// s_g t and s_h / t: an old stolen share is worthless, and every table stays as it is.
TEST(ShareRefreshTest, RefreshedSharesGiveTheSameNyms) {
  const std::vector<AgencyId> agencies = {kSocialServices};
  HolderSecrets gateway = Must(HolderSecrets::Generate("gateway/gw1", 1, agencies));
  HolderSecrets keyholder = Must(HolderSecrets::Generate("keyholder/kh1", 1, agencies));
  const AgencySecrets agency = Must(AgencySecrets::Generate(kSocialServices, 1));
  const auto element = [&] {
    v1::KeyDirectory proto;
    proto.set_key_set(1);
    *proto.mutable_gateway() = Must(gateway.PublicKeys());
    *proto.mutable_keyholder() = Must(keyholder.PublicKeys());
    *proto.add_agency() = Must(agency.PublicKeys());
    const auto directory = Must(KeyDirectory::Activate(proto));
    const AgencyEntry& entry = *directory->FindAgency(kSocialServices);
    const EncryptedNumber sent = Must(EncryptNumber(Number(kChild), entry.joint));
    const v1::Hop first =
        Must(MakeHop({HolderRole::kGateway, *directory, entry, kMessageId}, gateway.layer,
                     gateway.share.at(kSocialServices), sent.ciphertext));
    const v1::Hop second = Must(MakeHop({HolderRole::kKeyholder, *directory, entry, kMessageId},
                                        keyholder.layer, keyholder.share.at(kSocialServices),
                                        Must(NymCiphertext::Decode(first.ciphertext()))));
    return Must(DecryptElement(agency, Must(NymCiphertext::Decode(second.ciphertext()))));
  };
  const Point before = element();
  const Scalar t = Scalar::Random();
  gateway.share.at(kSocialServices) = gateway.share.at(kSocialServices) * t;
  keyholder.share.at(kSocialServices) = keyholder.share.at(kSocialServices) * Must(t.Inverse());
  EXPECT_EQ(element(), before);
  gateway.share.at(kSocialServices) = gateway.share.at(kSocialServices) * t;
  EXPECT_NE(element(), before) << "half a refresh is a change";
}

TEST_F(PseudonymTest, AnHonestHopVerifies) {
  const NymCiphertext sent = Encrypt().ciphertext;
  const v1::Hop first = Must(parties_.gateway().Hop(kSocialServices, kMessageId, sent.Encode()));
  const NymCiphertext between = Must(VerifyHop(Context(HolderRole::kGateway), sent, first));
  const v1::Hop second =
      Must(parties_.keyholder().Hop(kSocialServices, kMessageId, first.ciphertext()));
  EXPECT_OK(VerifyHop(Context(HolderRole::kKeyholder), between, second));
}

TEST_F(PseudonymTest, AHopIsForItsOwnInputAndMessage) {
  const NymCiphertext sent = Encrypt().ciphertext;
  const v1::Hop hop = Must(parties_.gateway().Hop(kSocialServices, kMessageId, sent.Encode()));
  const auto denied = StatusIs(kDenied, "`proof`: proof does not verify");
  EXPECT_THAT(VerifyHop(Context(HolderRole::kGateway), Encrypt(kOtherChild).ciphertext, hop),
              denied);
  EXPECT_THAT(VerifyHop(Context(HolderRole::kGateway, "fedcba9876543210"), sent, hop), denied);
  EXPECT_THAT(VerifyHop(Context(HolderRole::kKeyholder), sent, hop), denied);
  v1::Hop swapped = hop;
  swapped.set_ciphertext(
      Must(parties_.gateway().Hop(kSocialServices, kMessageId, sent.Encode())).ciphertext());
  EXPECT_THAT(VerifyHop(Context(HolderRole::kGateway), sent, swapped), denied);
}

// Marks a message by treating it with another secret than the published one.
TEST_F(PseudonymTest, ATaggedHopDoesNotVerify) {
  HolderSecrets secrets = Must(HolderSecrets::Generate("gateway/gw1", 1, {kSocialServices}));
  const NymCiphertext sent = Encrypt().ciphertext;
  const v1::Hop both_wrong = Must(MakeHop(Context(HolderRole::kGateway), secrets.layer,
                                          secrets.share.at(kSocialServices), sent));
  EXPECT_THAT(VerifyHop(Context(HolderRole::kGateway), sent, both_wrong),
              StatusIs(kDenied, "`proof`: proof does not verify"));
}

// As above with one secret right and the other wrong; the directory is the secrets' own.
TEST(TaggedKeyTest, LayerAndShareAreEachBound) {
  HolderSecrets gateway = Must(HolderSecrets::Generate("gateway/gw1", 1, {kSchool}));
  v1::KeyDirectory proto;
  proto.set_key_set(1);
  *proto.mutable_gateway() = Must(gateway.PublicKeys());
  *proto.mutable_keyholder() =
      Must(Must(HolderSecrets::Generate("keyholder/kh1", 1, {kSchool})).PublicKeys());
  *proto.add_agency() = Must(Must(AgencySecrets::Generate(kSchool, 1)).PublicKeys());
  const auto directory = Must(KeyDirectory::Activate(proto));
  const AgencyEntry& entry = *directory->FindAgency(kSchool);
  const HopContext context = {HolderRole::kGateway, *directory, entry, kMessageId};
  const NymCiphertext sent = Must(EncryptNumber(Number(kChild), entry.joint)).ciphertext;
  const Scalar share = gateway.share.at(kSchool);
  const Scalar wrong = Scalar::Random();
  EXPECT_OK(VerifyHop(context, sent, Must(MakeHop(context, gateway.layer, share, sent))));
  EXPECT_THAT(VerifyHop(context, sent, Must(MakeHop(context, wrong, share, sent))),
              StatusIs(kDenied, "`proof`: proof does not verify"));
  EXPECT_THAT(VerifyHop(context, sent, Must(MakeHop(context, gateway.layer, wrong, sent))),
              StatusIs(kDenied, "`proof`: proof does not verify"));
}

TEST_F(PseudonymTest, ASkippedHopIsSeen) {
  const NymCiphertext sent = Encrypt().ciphertext;
  v1::Hop hop = Must(parties_.gateway().Hop(kSocialServices, kMessageId, sent.Encode()));
  hop.set_ciphertext(sent.Encode());
  EXPECT_THAT(VerifyHop(Context(HolderRole::kGateway), sent, hop),
              StatusIs(kInvalid, "`ciphertext`: the hop was skipped: it changed nothing"));
}

TEST_F(PseudonymTest, MalformedCiphertextsAndProofsAreToldApart) {
  const NymCiphertext sent = Encrypt().ciphertext;
  const v1::Hop good = Must(parties_.gateway().Hop(kSocialServices, kMessageId, sent.Encode()));
  const std::string zero(32, '\0');
  const std::string ones(32, '\xff');
  const std::string half = good.ciphertext().substr(0, 32);
  const struct {
    std::string ciphertext;
    std::string proof;
    const char* error;
  } cases[] = {
      {half, good.proof(), "`ciphertext`: ciphertext must be 64 bytes, not 32"},
      {zero + half, good.proof(), "`ciphertext`: `C1`: point is the identity element"},
      {half + zero, good.proof(), "`ciphertext`: `C2`: point is the identity element"},
      {ones + half, good.proof(),
       "`ciphertext`: `C1`: point is not a canonical ristretto255 "
       "encoding"},
      {good.ciphertext(), "", "`proof`: proof must be 128 bytes, not 0"},
      {good.ciphertext(), good.proof().substr(0, 96) + ones,
       "`proof`: scalar is not below the order of the group"},
  };
  for (const auto& c : cases) {
    v1::Hop hop;
    hop.set_ciphertext(c.ciphertext);
    hop.set_proof(c.proof);
    EXPECT_THAT(VerifyHop(Context(HolderRole::kGateway), sent, hop), StatusIs(kInvalid, c.error));
  }
  EXPECT_THAT(parties_.gateway().Hop(kSocialServices, kMessageId, half + zero),
              StatusIs(kInvalid, "`ciphertext`: `C2`: point is the identity element"));
  EXPECT_THAT(parties_.gateway().Hop(AgencyId("school/none"), kMessageId, sent.Encode()),
              StatusIs(kInvalid, HasSubstr("`recipient` names `school/none`")));
}

TEST_F(PseudonymTest, AHolderWorksOnlyWithTheSecretsThatArePublished) {
  const std::vector<AgencyId> agencies = {kSchool};
  HolderSecrets other = Must(HolderSecrets::Generate("gateway/gw1", 1, agencies));
  EXPECT_THAT(Holder::Create(HolderRole::kGateway, std::move(other), parties_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("signing key is not the one in the key directory")));
  EXPECT_THAT(Holder::Create(HolderRole::kGateway,
                             Must(HolderSecrets::Generate("gateway/gw2", 1, agencies)),
                             parties_.shared_directory()),
              StatusIs(kInvalid, HasSubstr("holder name is not the one")));
}

TEST(CanonicalNumberTest, OneSpellingOnly) {
  for (const char* good : kNumbers) EXPECT_OK(CanonicalNumber::Parse(good)) << good;
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"", "must be 12 digits"},
      {"1103159800", "must be 12 digits"},
      {"20110315-9800", "must be 12 digits"},
      {"20110315980O", "must be 12 digits"},
      {"201102309808", "does not begin with a date"},
      {"201113159805", "does not begin with a date"},
      {"201103009801", "does not begin with a date"},
      {"201103609835", "does not begin with a date"},
      {"201103929806", "does not begin with a date"},
      {"200302299904", "does not begin with a date"},
      {"170003159808", "does not begin with a date"},
      {"201103159801", "has a wrong check digit"},
      {"201103158900", "has a wrong check digit"},
  };
  for (const auto& c : cases) {
    const auto parsed = CanonicalNumber::Parse(c.text);
    EXPECT_THAT(parsed, StatusIs(kInvalid, HasSubstr(c.error))) << c.text;
    if (*c.text != '\0') {
      EXPECT_EQ(parsed.status().message().find(c.text), absl::string_view::npos);
    }
  }
}

}  // namespace
}  // namespace sluss
