// The officer's copy of the number: made with every notification about a child, and checked.
#include <string>
#include <utility>

#include "gateway/crypto/access.h"
#include "tests/gateway/crypto/envelope_fixture.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

class AccessCopyTest : public EnvelopeTest {
 protected:
  AccessCopyTest() { parties_ = Parties({kSchool, kSocialServices, kPolice, kDataProtection}); }

  static v1::Manifest ManifestOf(const v1::Envelope& envelope) {
    v1::Manifest manifest;
    EXPECT_TRUE(manifest.ParseFromString(envelope.manifest()));
    return manifest;
  }
};

TEST_F(AccessCopyTest, EveryNotificationAboutAChildCarriesACopyToTheDomain) {
  const v1::Envelope envelope = Seal(Report());
  EXPECT_OK(Check(envelope));
  const v1::Manifest manifest = ManifestOf(envelope);
  EXPECT_EQ(Must(Check(envelope)).access_ciphertext(), manifest.access_ciphertext());
  // Two encryptions of one number have nothing in common.
  EXPECT_NE(manifest.access_ciphertext().substr(0, kPointSize),
            manifest.nym_ciphertext().substr(0, kPointSize));
  EXPECT_NE(manifest.access_ciphertext(), ManifestOf(Seal(Report())).access_ciphertext());
}

TEST_F(AccessCopyTest, WhatIsAboutNobodyCarriesNone) {
  Outgoing outgoing = Report();
  outgoing.number.reset();
  const v1::Envelope envelope = Seal(outgoing);
  EXPECT_OK(Check(envelope));
  EXPECT_EQ(ManifestOf(envelope).access_ciphertext(), "");
  const v1::Envelope with = Resigned(envelope, [&](v1::Manifest& manifest, v1::Header&) {
    manifest.set_access_ciphertext(ManifestOf(Seal(Report())).access_ciphertext());
  });
  EXPECT_THAT(Check(with), StatusIs(kInvalid, HasSubstr("`access_ciphertext` is there without")));
}

TEST_F(AccessCopyTest, NobodyLeavesTheCopyOut) {
  const v1::Envelope envelope = Seal(Report());
  const auto with = [&](const std::string& ciphertext) {
    return Resigned(envelope, [&](v1::Manifest& manifest, v1::Header&) {
      manifest.set_access_ciphertext(ciphertext);
    });
  };
  EXPECT_THAT(Check(with("")), StatusIs(kInvalid, HasSubstr("`access_ciphertext` is missing")));
  EXPECT_THAT(Check(with("x")), StatusIs(kInvalid, HasSubstr("`access_ciphertext`: ciphertext must "
                                                             "be 64 bytes")));
  // The proofs are bound to the manifest, so that no other copy can be put in later.
  const v1::Manifest other = ManifestOf(Seal(Report(kOtherChild)));
  EXPECT_THAT(Check(with(other.access_ciphertext())),
              StatusIs(kDenied, HasSubstr("`nym_proof`: proof does not verify")));
}

// A sender that makes all its proofs itself, for a copy of its own choosing.
struct Cheat {
  EncryptedNumber message;
  EncryptedNumber copy;
};

TEST_F(AccessCopyTest, TheProofIsForTheSameNumberTheDomainAndThisManifest) {
  const KeyDirectory& directory = parties_.directory();
  const Point& recipient = directory.FindAgency(kSocialServices)->joint;
  const Point& domain = directory.access_domain()->joint;
  const auto encrypt = [](const char* number, const Point& key) {
    return Must(EncryptNumber(Number(number), key));
  };
  const EncryptedNumber message = encrypt(kChild, recipient);
  const EncryptedNumber copy = encrypt(kChild, domain);
  const std::string proof =
      Must(ProveAccessCopy(message, recipient, copy, directory, "the manifest"));
  const auto verify = [&](const EncryptedNumber& of, const EncryptedNumber& shown,
                          absl::string_view binding, const std::string& with) {
    return VerifyAccessCopy(of.ciphertext, recipient, shown.ciphertext, directory, binding, with);
  };
  EXPECT_OK(verify(message, copy, "the manifest", proof));
  EXPECT_THAT(verify(message, copy, "another manifest", proof), StatusIs(kDenied, ::testing::_));
  EXPECT_THAT(verify(encrypt(kChild, recipient), copy, "the manifest", proof),
              StatusIs(kDenied, ::testing::_));
  const Cheat cheats[] = {
      {message, encrypt(kOtherChild, domain)},  // another child
      {message, encrypt(kChild, recipient)},    // a key that the officer does not have
  };
  for (const Cheat& cheat : cheats) {
    const std::string false_proof =
        Must(ProveAccessCopy(cheat.message, recipient, cheat.copy, directory, "the manifest"));
    EXPECT_THAT(verify(cheat.message, cheat.copy, "the manifest", false_proof),
                StatusIs(kDenied, HasSubstr("does not verify")));
  }
  EXPECT_THAT(verify(message, copy, "the manifest", proof.substr(1)),
              StatusIs(kInvalid, HasSubstr("proof must be 96 bytes")));
}

TEST_F(AccessCopyTest, TheGatewayNamesTheFieldAtFault) {
  v1::Envelope missing = Seal(Report());
  missing.clear_access_proof();
  EXPECT_THAT(Check(missing), StatusIs(kInvalid, HasSubstr("`access_proof`: proof must be")));
  v1::Envelope changed = Seal(Report());
  changed.mutable_access_proof()->back() ^= 1;
  EXPECT_THAT(Check(changed),
              StatusIs(kDenied, HasSubstr("`access_proof`: proof does not verify")));
  v1::Envelope lifted = Seal(Report());
  lifted.set_access_proof(Seal(Report()).access_proof());
  EXPECT_THAT(Check(lifted), StatusIs(kDenied, HasSubstr("`access_proof`")));
}

TEST_F(AccessCopyTest, TheRecipientOpensAsBefore) { EXPECT_OK(Open(Relay(Seal(Report())))); }

TEST_F(AccessCopyTest, TheDomainNeitherSendsNorReceives) {
  Outgoing outgoing = Report();
  outgoing.header.set_recipient(kDataProtection.value());
  EXPECT_THAT(Check(Seal(outgoing)),
              StatusIs(kInvalid, HasSubstr("`recipient` names `data-protection/sundby`, the access "
                                           "domain")));
  const v1::Envelope from =
      Must(SealEnvelope(Report(), parties_.secrets(kDataProtection), parties_.directory()));
  EXPECT_THAT(Check(from),
              StatusIs(kInvalid, HasSubstr("`sender` names `data-protection/sundby`")));
}

TEST_F(AccessCopyTest, WithoutADomainThereIsNoCopyAndNoneIsTaken) {
  const v1::Envelope with = Seal(Report());
  const v1::Manifest manifest = ManifestOf(with);
  parties_ = Parties({kSchool, kSocialServices});
  const v1::Envelope without = Seal(Report());
  EXPECT_OK(Check(without));
  EXPECT_EQ(ManifestOf(without).access_ciphertext(), "");
  EXPECT_EQ(without.access_proof(), "");
  v1::Envelope more = without;
  more.set_access_proof(with.access_proof());
  EXPECT_THAT(Check(more), StatusIs(kInvalid, HasSubstr("`access_proof` is there without")));
}

TEST(AccessDomainTest, IsPartOfWhatThePartiesMustAgreeOn) {
  const Parties parties({kSchool, kDataProtection});
  v1::KeyDirectory proto = parties.proto();
  const std::string with = Must(KeyDirectory::Activate(proto))->digest();
  proto.clear_access_domain();
  EXPECT_NE(Must(KeyDirectory::Activate(proto))->digest(), with);
  EXPECT_EQ(Must(KeyDirectory::Activate(proto))->access_domain(), nullptr);
  proto.set_access_domain("data-protection/elsewhere");
  EXPECT_THAT(KeyDirectory::Activate(proto),
              StatusIs(kInvalid, HasSubstr("`access_domain` is `data-protection/elsewhere`, which "
                                           "has no keys here")));
}

TEST(AccessValueTest, HoldsDirectoryAndCiphertext) {
  const std::string directory = "12345678", ciphertext(64, 'c');
  const AccessValue value = Must(DecodeAccessValue(EncodeAccessValue(directory, ciphertext)));
  EXPECT_EQ(value.directory, directory);
  EXPECT_EQ(value.ciphertext, ciphertext);
  EXPECT_THAT(DecodeAccessValue(ciphertext), StatusIs(kInvalid, HasSubstr("must be 72 bytes")));
}

}  // namespace
}  // namespace sluss::testing
