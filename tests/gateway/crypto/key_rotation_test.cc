// New keys in an old key set: every nym stays, and what was stolen before is worth nothing.
#include "gateway/crypto/key_rotation.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/pseudonym.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kChild;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kMessageId[] = "0123456789abcdef";

HolderSecrets Copy(const HolderSecrets& secrets) {
  const auto access = InsecureSecretAccess::Get();
  return HolderSecrets{
      secrets.holder,
      secrets.key_set,
      secrets.layer,
      secrets.share,
      Must(SigningKey::FromSeed(secrets.signing.Seed(access))),
      Must(HpkePrivateKey::Decode(secrets.hpke.kem(), secrets.hpke.Encode(access)))};
}

// One generation of everybody's keys.
struct Generation {
  HolderSecrets gateway;
  HolderSecrets keyholder;
  std::map<AgencyId, AgencySecrets> agencies;

  v1::KeyDirectory Published() const {
    v1::KeyDirectory keys;
    keys.set_key_set(1);
    *keys.mutable_gateway() = Must(gateway.PublicKeys());
    *keys.mutable_keyholder() = Must(keyholder.PublicKeys());
    for (const auto& [id, agency] : agencies) *keys.add_agency() = Must(agency.PublicKeys());
    return keys;
  }
  std::shared_ptr<const KeyDirectory> Directory() const {
    return Must(KeyDirectory::Activate(Published()));
  }
};

Generation First() {
  const std::vector<AgencyId> ids = {kSchool, kSocialServices};
  Generation first{Must(HolderSecrets::Generate("gateway/gw1", 1, ids)),
                   Must(HolderSecrets::Generate("keyholder/kh1", 1, ids)),
                   {}};
  for (const AgencyId& id : ids) first.agencies.emplace(id, Must(AgencySecrets::Generate(id, 1)));
  return first;
}

// What the two holders make of a number for an agency, by the message path.
Nym OverMessagePath(const Generation& keys, const char* number, const AgencyId& recipient) {
  const auto directory = keys.Directory();
  const auto gateway = Must(Holder::Create(HolderRole::kGateway, Copy(keys.gateway), directory));
  const auto keyholder =
      Must(Holder::Create(HolderRole::kKeyholder, Copy(keys.keyholder), directory));
  const EncryptedNumber sent =
      Must(EncryptNumber(Number(number), directory->FindAgency(recipient)->joint));
  const v1::Hop first = Must(gateway->Hop(recipient, kMessageId, sent.ciphertext.Encode()));
  const v1::Hop second = Must(keyholder->Hop(recipient, kMessageId, first.ciphertext()));
  const AgencySecrets& own = keys.agencies.at(recipient);
  return CloseNym(own, Must(DecryptElement(own, Must(NymCiphertext::Decode(second.ciphertext())))));
}

Nym ByEnrolment(const Generation& keys, const char* number, const AgencyId& agency) {
  const auto directory = keys.Directory();
  const auto gateway = Must(Holder::Create(HolderRole::kGateway, Copy(keys.gateway), directory));
  const auto keyholder =
      Must(Holder::Create(HolderRole::kKeyholder, Copy(keys.keyholder), directory));
  const AgencySecrets& own = keys.agencies.at(agency);
  const EnrolmentBatch batch = Must(EnrolmentBatch::Start({Number(number)}, own, directory));
  const v1::EvaluateRequest asked = Must(EvaluateAtGateway(*gateway, agency, batch.request()));
  const v1::EvaluateResponse answer =
      Must(EvaluateAtKeyholder(*keyholder, Must(CheckEvaluateRequest(*directory, asked))));
  v1::EnrolResponse response;
  *response.mutable_gateway_element() = asked.gateway_element();
  response.set_gateway_proof(asked.gateway_proof());
  *response.mutable_keyholder_element() = answer.element();
  response.set_keyholder_proof(answer.proof());
  return Must(batch.Finish(response, own)).front();
}

class KeyRotationTest : public ::testing::Test {
 protected:
  // Everybody's routine: all keys new, the shares refreshed.
  Generation Next() {
    HolderSecrets keyholder = Must(Rotated(first_.keyholder));
    RefreshedShares refreshed =
        Must(RefreshShares(*directory_, first_.gateway, Must(keyholder.PublicKeys())));
    EXPECT_OK(ApplyRefresh(*directory_, refreshed.for_keyholder, &keyholder));
    Generation next{std::move(refreshed.secrets), std::move(keyholder), {}};
    for (const auto& [id, agency] : first_.agencies)
      next.agencies.emplace(id, Must(Rotated(agency)));
    return next;
  }

  const Generation first_ = First();
  const std::shared_ptr<const KeyDirectory> directory_ = first_.Directory();
};

TEST_F(KeyRotationTest, EveryNymStaysOnBothPaths) {
  const Generation next = Next();
  for (const char* number : {kChild, kOtherChild}) {
    for (const AgencyId& agency : {kSchool, kSocialServices}) {
      const Nym before = ByEnrolment(first_, number, agency);
      EXPECT_EQ(before, OverMessagePath(first_, number, agency));
      EXPECT_EQ(before, ByEnrolment(next, number, agency));
      EXPECT_EQ(before, OverMessagePath(next, number, agency));
    }
  }
}

TEST_F(KeyRotationTest, NothingThatIsPublishedStays) {
  const v1::KeyDirectory before = first_.Published();
  const v1::KeyDirectory after = Next().Published();
  EXPECT_NE(before.gateway().layer_public(), after.gateway().layer_public());
  EXPECT_NE(before.gateway().signing_public(), after.gateway().signing_public());
  EXPECT_NE(before.keyholder().hpke_public(), after.keyholder().hpke_public());
  for (int i = 0; i < before.agency_size(); ++i) {
    EXPECT_NE(before.agency(i).nym_public(), after.agency(i).nym_public());
    EXPECT_NE(before.agency(i).hpke_public(), after.agency(i).hpke_public());
    EXPECT_NE(before.agency(i).signing_public(), after.agency(i).signing_public());
    EXPECT_NE(before.gateway().share(i).share_public(), after.gateway().share(i).share_public());
    EXPECT_NE(before.keyholder().share(i).share_public(),
              after.keyholder().share(i).share_public());
  }
}

// The drill: a holder's whole file is stolen, the shares are refreshed, then the thief gets the
// other holder's new file as well.
TEST_F(KeyRotationTest, AStolenShareIsWorthlessAfterARefresh) {
  const Generation next = Next();
  const Nym wanted = ByEnrolment(next, kChild, kSchool);
  Generation thief = Next();
  thief.gateway = Copy(next.gateway);
  thief.gateway.share = first_.gateway.share;  // stolen before
  thief.keyholder = Copy(next.keyholder);      // stolen after
  thief.agencies = std::map<AgencyId, AgencySecrets>();
  for (const auto& [id, agency] : next.agencies) thief.agencies.emplace(id, Must(Rotated(agency)));
  EXPECT_NE(ByEnrolment(thief, kChild, kSchool), wanted);
}

TEST_F(KeyRotationTest, AThiefOfTheKeyHoldersOldFileCannotFollowTheRefresh) {
  const HolderSecrets rotated = Must(Rotated(first_.keyholder));
  const RefreshedShares refreshed =
      Must(RefreshShares(*directory_, first_.gateway, Must(rotated.PublicKeys())));
  HolderSecrets stolen = Copy(first_.keyholder);
  EXPECT_THAT(ApplyRefresh(*directory_, refreshed.for_keyholder, &stolen),
              StatusIs(kDenied, HasSubstr("`ciphertext`")));
}

TEST_F(KeyRotationTest, IsAppliedOnceOnly) {
  HolderSecrets keyholder = Must(Rotated(first_.keyholder));
  const RefreshedShares refreshed =
      Must(RefreshShares(*directory_, first_.gateway, Must(keyholder.PublicKeys())));
  ASSERT_OK(ApplyRefresh(*directory_, refreshed.for_keyholder, &keyholder));
  EXPECT_THAT(ApplyRefresh(*directory_, refreshed.for_keyholder, &keyholder),
              StatusIs(kInvalid, HasSubstr("was the refresh applied before?")));
}

TEST_F(KeyRotationTest, RefusesWhatIsNotForIt) {
  HolderSecrets keyholder = Must(Rotated(first_.keyholder));
  const v1::HolderKeys published = Must(keyholder.PublicKeys());
  const v1::ShareRefresh good =
      Must(RefreshShares(*directory_, first_.gateway, published)).for_keyholder;

  v1::ShareRefresh other = good;
  other.mutable_ciphertext()->back() ^= 1;
  EXPECT_THAT(ApplyRefresh(*directory_, other, &keyholder),
              StatusIs(kDenied, HasSubstr("`signature`")));
  other = good;
  other.mutable_directory_digest()->back() ^= 1;
  EXPECT_THAT(ApplyRefresh(*directory_, other, &keyholder),
              StatusIs(kInvalid, HasSubstr("`directory_digest`")));
  const Generation strangers = First();
  EXPECT_THAT(ApplyRefresh(*strangers.Directory(), good, &keyholder),
              StatusIs(kInvalid, HasSubstr("`directory_digest`")));
  EXPECT_THAT(RefreshShares(*strangers.Directory(), first_.gateway, published).status(),
              StatusIs(kInvalid, HasSubstr("is not the directory's")));
  EXPECT_THAT(RefreshShares(*directory_, first_.keyholder, published).status(),
              StatusIs(kInvalid, HasSubstr("the secrets are of `keyholder/kh1`")));
  EXPECT_THAT(
      RefreshShares(*directory_, first_.gateway, Must(first_.gateway.PublicKeys())).status(),
      StatusIs(kInvalid, HasSubstr("the public half is of `gateway/gw1`")));

  keyholder.share.erase(kSchool);
  EXPECT_THAT(ApplyRefresh(*directory_, good, &keyholder),
              StatusIs(kInvalid, HasSubstr("1 shares for the directory's 2 agencies")));
}

TEST_F(KeyRotationTest, AgenciesComeAndGoWithoutTouchingTheOthers) {
  const AgencyId leisure("leisure/sundby");
  const HolderSecrets changed = Must(WithShares(first_.gateway, {leisure}, {kSchool}));
  EXPECT_EQ(changed.share.count(kSchool), 0u);
  EXPECT_EQ(changed.share.count(leisure), 1u);
  EXPECT_TRUE(changed.share.at(kSocialServices) == first_.gateway.share.at(kSocialServices));
  EXPECT_TRUE(changed.layer == first_.gateway.layer);
  EXPECT_EQ(changed.signing.public_key(), first_.gateway.signing.public_key());
  EXPECT_EQ(changed.hpke.public_key().bytes(), first_.gateway.hpke.public_key().bytes());
  EXPECT_THAT(WithShares(first_.gateway, {kSchool}, {}).status(),
              StatusIs(kInvalid, HasSubstr("a new one would change its nyms")));
  EXPECT_THAT(WithShares(first_.gateway, {}, {leisure}).status(),
              StatusIs(kInvalid, HasSubstr("there is no share for `leisure/sundby`")));
}

}  // namespace
}  // namespace sluss
