#include "gateway/tlog/cosignature.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/secret.h"
#include "gateway/tlog/checkpoint.h"
#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kName[] = "witness.example/w1";
const absl::Time kNow = absl::FromUnixSeconds(1764000000);

SigningKey Key(char seed) {
  return *SigningKey::FromSeed(SecretBytes(std::string(32, seed), InsecureSecretAccess::Get()));
}

std::string Checkpointed() { return SignCheckpoint({"log.example/gw1", 7, EmptyRoot()}, Key('l')); }

std::string Cosigned(char seed, absl::Time time) {
  const std::string note = Checkpointed();
  return note + Cosign(ParseNote(note)->text, kName, Key(seed), time);
}

const WitnessKey& Witness() {
  static const auto* const key = new WitnessKey(*WitnessKey::Make(kName, Key('w').public_key()));
  return *key;
}

TEST(CosignatureTest, SaysWhenItWasSeen) {
  const auto seen = Witness().Verify(*ParseNote(Cosigned('w', kNow)));
  ASSERT_OK(seen);
  EXPECT_EQ(*seen, kNow);
}

TEST(CosignatureTest, TheLogsOwnSignatureHoldsBesideIt) {
  const auto log = VerifierKey::Make("log.example/gw1", Key('l').public_key());
  EXPECT_OK(OpenCheckpoint(Cosigned('w', kNow), *log));
}

TEST(CosignatureTest, OfSeveralTheLatestCounts) {
  std::string note = Cosigned('w', kNow + absl::Seconds(90));
  note += Cosign(ParseNote(note)->text, kName, Key('w'), kNow);
  EXPECT_EQ(*Witness().Verify(*ParseNote(note)), kNow + absl::Seconds(90));
}

TEST(CosignatureTest, AnotherKeyOrNoneOrAnotherTextIsRefused) {
  EXPECT_THAT(Witness().Verify(*ParseNote(Checkpointed())),
              StatusIs(kDenied, HasSubstr("there is no cosignature of `witness.example/w1+")));
  EXPECT_THAT(Witness().Verify(*ParseNote(Cosigned('x', kNow))),
              StatusIs(kDenied, HasSubstr("there is no cosignature")));
  std::string other = Cosigned('w', kNow);
  other.replace(other.find("\n7\n"), 3, "\n8\n");
  EXPECT_THAT(Witness().Verify(*ParseNote(other)), StatusIs(kDenied, HasSubstr("does not verify")));
}

TEST(CosignatureTest, NoBitOfTimeOrSignatureCanBeChanged) {
  Note note = *ParseNote(Cosigned('w', kNow));
  std::string& signature = note.signatures.back().signature;
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    signature[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_THAT(Witness().Verify(note), StatusIs(kDenied, HasSubstr(""))) << "bit " << bit;
    signature[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
  signature.pop_back();
  EXPECT_THAT(Witness().Verify(note), StatusIs(kDenied, HasSubstr("does not verify")));
}

TEST(CosignatureTest, AKeyOfOneKindIsNoneOfTheOther) {
  const std::string witness = Witness().ToString();
  EXPECT_EQ(WitnessKey::Parse(witness)->ToString(), witness);
  EXPECT_THAT(VerifierKey::Parse(witness), StatusIs(absl::StatusCode::kInvalidArgument,
                                                    HasSubstr("not an Ed25519 key of kind 1")));
  const std::string log = VerifierKey::Make(kName, Key('w').public_key())->ToString();
  EXPECT_THAT(WitnessKey::Parse(log), StatusIs(absl::StatusCode::kInvalidArgument,
                                               HasSubstr("not an Ed25519 key of kind 4")));
}

}  // namespace
}  // namespace sluss
