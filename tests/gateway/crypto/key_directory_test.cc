#include "gateway/crypto/key_directory.h"

#include <functional>
#include <string>
#include <utility>

#include "gateway/crypto/key_proofs.h"
#include "gateway/crypto/sign.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class KeyDirectoryTest : public ::testing::Test {
 protected:
  KeyDirectoryTest() {
    proto_.set_key_set(1);
    *proto_.mutable_gateway() = Must(gateway_.PublicKeys());
    *proto_.mutable_keyholder() = Must(keyholder_.PublicKeys());
    *proto_.add_agency() = Must(school_.PublicKeys());
    *proto_.add_agency() = Must(police_.PublicKeys());
  }

  void Sign(const AgencySecrets& secrets, v1::AgencyKeys* keys) {
    keys->set_signature(secrets.signing.Sign(sign_context::kAgencyKeys, AgencyKeysLayout(*keys)));
  }
  void Sign(const HolderSecrets& secrets, v1::HolderKeys* keys) {
    keys->set_signature(secrets.signing.Sign(sign_context::kHolderKeys, HolderKeysLayout(*keys)));
  }

  HolderSecrets gateway_ = Must(HolderSecrets::Generate("gateway/gw1", 1, {kSchool, kPolice}));
  HolderSecrets keyholder_ = Must(HolderSecrets::Generate("keyholder/kh1", 1, {kSchool, kPolice}));
  AgencySecrets school_ = Must(AgencySecrets::Generate(kSchool, 1));
  AgencySecrets police_ = Must(AgencySecrets::Generate(kPolice, 1, HpkeKem::kP256HkdfSha256));
  v1::KeyDirectory proto_;
};

TEST_F(KeyDirectoryTest, ActivatesAndComputesJointKeys) {
  const auto directory = Must(KeyDirectory::Activate(proto_));
  const AgencyEntry& entry = *directory->FindAgency(kSchool);
  EXPECT_EQ(entry.joint, Must(MultiplyBase(school_.nym + gateway_.layer + keyholder_.layer)));
  EXPECT_EQ(entry.after_gateway, Must(MultiplyBase(school_.nym + keyholder_.layer)));
  EXPECT_EQ(entry.share(HolderRole::kKeyholder), Must(MultiplyBase(keyholder_.share.at(kSchool))));
  EXPECT_EQ(directory->FindAgency(AgencyId("school/other")), nullptr);
  EXPECT_THAT(
      directory->RequireAgency("school/other", "sender"),
      StatusIs(kInvalid, "`sender` names `school/other`, which is not in the key directory"));
}

TEST_F(KeyDirectoryTest, TheDigestIsOfTheContentNotOfTheOrder) {
  const std::string digest = Must(KeyDirectory::Activate(proto_))->digest();
  EXPECT_EQ(digest.size(), 64u);
  proto_.mutable_agency()->SwapElements(0, 1);
  proto_.mutable_gateway()->mutable_share()->SwapElements(0, 1);
  EXPECT_EQ(Must(KeyDirectory::Activate(proto_))->digest(), digest);
  proto_.mutable_log()->set_origin("log.example");
  EXPECT_NE(Must(KeyDirectory::Activate(proto_))->digest(), digest);
}

// Y' = xG - Z_g - Z_h would make the joint key xG, which its owner can open alone. The owner does
// not know the scalar of Y'.
TEST_F(KeyDirectoryTest, ARogueKeyIsRefused) {
  const Scalar x = Scalar::Random();
  const Point holders = Must(MultiplyBase(gateway_.layer + keyholder_.layer));
  const Point rogue = Must(Subtract(Must(MultiplyBase(x)), holders));
  v1::AgencyKeys& keys = *proto_.mutable_agency(0);
  keys.set_nym_public(std::string(rogue.encoded()));
  keys.set_nym_possession(
      Must(ProvePossession(x, rogue, {"nym", kSchool.value(), "", /*key_set=*/1})));
  Sign(school_, &keys);
  EXPECT_THAT(
      KeyDirectory::Activate(proto_),
      StatusIs(kDenied, "`agency school/ekbacken`: `nym_possession`: proof does not verify"));
}

TEST_F(KeyDirectoryTest, AProofOfPossessionIsForItsOwnerAlone) {
  v1::AgencyKeys& keys = *proto_.mutable_agency(0);
  keys.set_nym_public(proto_.agency(1).nym_public());
  keys.set_nym_possession(proto_.agency(1).nym_possession());
  Sign(school_, &keys);
  EXPECT_THAT(KeyDirectory::Activate(proto_),
              StatusIs(kDenied, HasSubstr("`nym_possession`: proof does not verify")));
}

TEST_F(KeyDirectoryTest, EachFaultIsNamed) {
  const std::string zero(32, '\0');
  const struct {
    const char* name;
    std::function<void(v1::KeyDirectory*)> break_it;
    absl::StatusCode code;
    const char* error;
  } cases[] = {
      {"no key set", [](auto* d) { d->set_key_set(0); }, kInvalid, "`key_set` is 0"},
      {"another key set", [](auto* d) { d->set_key_set(2); }, kInvalid,
       "`gateway`: `key_set` is 1, the directory's is 2"},
      {"agency of another key set",
       [this](auto* d) {
         d->mutable_agency(0)->set_key_set(2);
         Sign(school_, d->mutable_agency(0));
       },
       kInvalid, "`agency school/ekbacken`: `key_set` is 2, the directory's is 1"},
      {"agency twice", [](auto* d) { *d->add_agency() = d->agency(0); }, kInvalid,
       "`agency school/ekbacken`: is there twice"},
      {"bad name", [](auto* d) { d->mutable_agency(0)->set_agency("School"); }, kInvalid,
       "kind/name"},
      {"agency signature", [](auto* d) { d->mutable_agency(0)->set_hpke_aead(1); }, kDenied,
       "`agency school/ekbacken`: `signature`: signature does not verify"},
      {"holder signature", [](auto* d) { d->mutable_keyholder()->mutable_share()->RemoveLast(); },
       kDenied, "`keyholder`: `signature`: signature does not verify"},
      {"identity as nym key",
       [&](auto* d) {
         d->mutable_agency(0)->set_nym_public(zero);
         Sign(school_, d->mutable_agency(0));
       },
       kInvalid, "`agency school/ekbacken`: `nym_public`: point is the identity element"},
      {"identity as layer",
       [&](auto* d) {
         d->mutable_gateway()->set_layer_public(zero);
         Sign(gateway_, d->mutable_gateway());
       },
       kInvalid, "`gateway`: `layer_public`: point is the identity element"},
      {"identity as share",
       [&](auto* d) {
         d->mutable_gateway()->mutable_share(0)->set_share_public(zero);
         Sign(gateway_, d->mutable_gateway());
       },
       kInvalid, "`share_public`: point is the identity element"},
      {"share's proof",
       [&](auto* d) {
         d->mutable_gateway()->mutable_share(0)->set_possession(d->gateway().share(1).possession());
         Sign(gateway_, d->mutable_gateway());
       },
       kDenied, "`possession`: proof does not verify"},
      {"layer's proof",
       [&](auto* d) {
         d->mutable_gateway()->set_layer_possession(d->keyholder().layer_possession());
         Sign(gateway_, d->mutable_gateway());
       },
       kDenied, "`gateway`: `layer_possession`: proof does not verify"},
      {"share missing",
       [&](auto* d) {
         d->mutable_gateway()->mutable_share()->RemoveLast();
         Sign(gateway_, d->mutable_gateway());
       },
       kInvalid, "`gateway/gw1` has no share for it; make the holder's keys again with it"},
      {"share twice",
       [&](auto* d) {
         *d->mutable_gateway()->add_share() = d->gateway().share(0);
         Sign(gateway_, d->mutable_gateway());
       },
       kInvalid, "is there twice"},
      {"share for a stranger", [](auto* d) { d->mutable_agency()->RemoveLast(); }, kInvalid,
       "`gateway/gw1` has a share for `police/region-mitt`, which is not in the directory"},
      {"holders exchanged", [](auto* d) { d->mutable_gateway()->Swap(d->mutable_keyholder()); },
       kInvalid, "`gateway`: `holder` is `keyholder/kh1`, which does not begin with `gateway/`"},
      {"no key holder", [](auto* d) { d->clear_keyholder(); }, kInvalid, "`keyholder`: `holder`: "},
      {"KEM",
       [&](auto* d) {
         d->mutable_agency(0)->set_hpke_kem(0x12);
         Sign(school_, d->mutable_agency(0));
       },
       kInvalid, "HPKE KEM 18 is not supported"},
      {"export-only",
       [&](auto* d) {
         d->mutable_agency(0)->set_hpke_aead(0xffff);
         Sign(school_, d->mutable_agency(0));
       },
       kInvalid, "`hpke_aead` is export-only"},
      {"HPKE key off the curve",
       [&](auto* d) {
         d->mutable_agency(1)->set_hpke_public("\x04" + std::string(64, 'x'));
         Sign(police_, d->mutable_agency(1));
       },
       kInvalid, "`hpke_public`: public key is not a point of the curve"},
  };
  for (const auto& c : cases) {
    v1::KeyDirectory broken = proto_;
    c.break_it(&broken);
    EXPECT_THAT(KeyDirectory::Activate(broken), StatusIs(c.code, HasSubstr(c.error))) << c.name;
  }
}

TEST_F(KeyDirectoryTest, TheTwoHoldersMustNotShareASecret) {
  keyholder_.layer = gateway_.layer;
  *proto_.mutable_keyholder() = Must(keyholder_.PublicKeys());
  EXPECT_THAT(KeyDirectory::Activate(proto_),
              StatusIs(kInvalid, HasSubstr("`layer_public` is the gateway's")));
}

TEST(NoteVerifierKeyTest, HasTheFormOfSignedNotes) {
  const LogSecrets log = Must(LogSecrets::Generate("log.example/sluss"));
  const std::string key = log.PublicKey().verifier_key();
  EXPECT_EQ(key.rfind("log.example/sluss+", 0), 0u);
  EXPECT_EQ(key.size(), std::string("log.example/sluss+12345678+").size() + 44);
  for (const char* origin : {"", "a b", "a+b", "a\n"}) {
    EXPECT_THAT(LogSecrets::Generate(origin), StatusIs(kInvalid, HasSubstr("log origin")));
  }
}

}  // namespace
}  // namespace sluss
