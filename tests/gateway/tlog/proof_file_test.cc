#include "gateway/tlog/proof_file.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/crypto/secret.h"
#include "gateway/tlog/appender.h"
#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::StatusIs;

constexpr char kOrigin[] = "log.example/gw1";

class ProofFileTest : public ::testing::Test {
 protected:
  ProofFileTest() {
    std::vector<Hash> leaves;
    for (int i = 0; i < 5; ++i) leaves.push_back(LeafHash(absl::StrCat("entry ", i)));
    tree_.Append(leaves);
    proof_ = {std::nullopt, 2, *tree_.InclusionProofOf(2),
              SignCheckpoint({kOrigin, tree_.size(), tree_.root()}, key_)};
  }

  const SigningKey key_ =
      *SigningKey::FromSeed(SecretBytes(std::string(32, 'k'), InsecureSecretAccess::Get()));
  const VerifierKey verifier_ = *VerifierKey::Make(kOrigin, key_.public_key());
  Appender tree_;
  ProofFile proof_;
};

TEST_F(ProofFileTest, GoesThereAndBackAndVerifies) {
  for (const auto& extra : {std::optional<std::string>(), std::optional<std::string>("\x01more")}) {
    proof_.extra = extra;
    const std::string text = FormatProofFile(proof_);
    const auto parsed = ParseProofFile(text);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->extra, extra);
    EXPECT_EQ(FormatProofFile(*parsed), text);
    const auto checkpoint = VerifyProofFile(*parsed, "entry 2", verifier_);
    ASSERT_OK(checkpoint);
    EXPECT_EQ(checkpoint->size, 5u);
  }
}

TEST_F(ProofFileTest, IsTheDocumentedText) {
  const std::string text = FormatProofFile(proof_);
  EXPECT_EQ(text.substr(0, 31), "c2sp.org/tlog-proof@v1\nindex 2\n");
  EXPECT_THAT(text, ::testing::EndsWith(absl::StrCat("=\n\n", proof_.checkpoint)));
}

TEST_F(ProofFileTest, RefusesAnotherEntryIndexKeyOrRoot) {
  EXPECT_THAT(VerifyProofFile(proof_, "entry 3", verifier_),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the proof does not lead from this entry, as number 2, to the root of the "
                       "tree of 5"));
  ProofFile moved = proof_;
  moved.index = 3;
  EXPECT_THAT(VerifyProofFile(moved, "entry 2", verifier_),
              StatusIs(absl::StatusCode::kDataLoss, ::testing::HasSubstr("as number 3")));
  moved.index = 5;
  EXPECT_THAT(VerifyProofFile(moved, "entry 2", verifier_),
              StatusIs(absl::StatusCode::kInvalidArgument, "entry 5 is not in a tree of 5"));
  const VerifierKey other = *VerifierKey::Make(kOrigin, SigningKey::Generate().public_key());
  EXPECT_THAT(VerifyProofFile(proof_, "entry 2", other),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       absl::StrCat("there is no signature of `", other.Label(), "`")));
}

TEST_F(ProofFileTest, EveryChangedByteIsNoticed) {
  const std::string text = FormatProofFile(proof_);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] ^= 1;
    const auto parsed = ParseProofFile(changed);
    EXPECT_FALSE(parsed.ok() && VerifyProofFile(*parsed, "entry 2", verifier_).ok()) << i;
  }
}

TEST_F(ProofFileTest, NamesTheLineAtFault) {
  proof_.extra = "x";
  const std::string good = FormatProofFile(proof_);
  const std::string hash = good.substr(good.find("index 2\n") + 8, 45);
  std::string many;
  for (int i = 0; i < 65; ++i) many += hash;
  const struct {
    std::string text;
    const char* error;
  } cases[] = {
      {"", "line 1 of the proof is not `c2sp.org/tlog-proof@v1`"},
      {absl::StrReplaceAll(good, {{"@v1", "@v2"}}),
       "line 1 of the proof is not `c2sp.org/tlog-proof@v1`"},
      {absl::StrReplaceAll(good, {{"extra eA==", "extra eA="}}),
       "line 2 of the proof is not `extra <base64>`"},
      {absl::StrReplaceAll(good, {{"index 2", "index 02"}}),
       "line 3 of the proof is not `index <number>`"},
      {absl::StrReplaceAll(good, {{"index 2\n", ""}}),
       "line 3 of the proof is not `index <number>`"},
      {absl::StrReplaceAll(good, {{hash, "AAAA\n"}}),
       "line 4 of the proof is not a hash in base64"},
      {absl::StrReplaceAll(good, {{hash, many}}), "line 68 of the proof is not a hash in base64"},
      {good.substr(0, good.find("\n\n") + 1),
       "line 7 of the proof is not the empty line before the checkpoint"},
      {good.substr(0, good.find("\n\n") + 2), "a note has an empty line before its signatures"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseProofFile(c.text), StatusIs(absl::StatusCode::kInvalidArgument, c.error));
  }
}

}  // namespace
}  // namespace sluss
