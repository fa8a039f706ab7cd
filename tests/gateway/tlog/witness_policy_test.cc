#include "gateway/tlog/witness_policy.h"

#include "absl/strings/str_cat.h"
#include "gateway/tlog/checkpoint.h"
#include "gmock/gmock.h"
#include "tests/gateway/tlog/sample_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using ::testing::Key;
using testing::StatusIs;

SigningKey KeyOf(char which) {
  return *SigningKey::FromSeed(SecretBytes(std::string(32, which), InsecureSecretAccess::Get()));
}
WitnessKey Witness(char which) {
  return *WitnessKey::Make(absl::StrCat("w.example/", std::string(1, which)),
                           KeyOf(which).public_key());
}
// "witness a <key of a>" and so on.
std::string Lines(const std::string& names) {
  std::string text;
  for (const char name : names) {
    absl::StrAppend(&text, "witness ", std::string(1, name), " ", Witness(name).ToString(), "\n");
  }
  return text;
}
std::set<std::string> Labels(const std::string& names) {
  std::set<std::string> labels;
  for (const char name : names) labels.insert(Witness(name).Label());
  return labels;
}

TEST(WitnessPolicyTest, ReadsLogsWitnessesGroupsAndQuorum) {
  const auto policy = WitnessPolicy::Parse(absl::StrCat(
      "# who watches\n\nlog ", testing::SampleVerifierKey().ToString(), " https://log.example\n",
      "witness a ", Witness('a').ToString(), " https://a.example:8446/w1/   # Sundby\n",
      Lines("bc"), "group two 2 a b c\nquorum two\n"));
  ASSERT_OK(policy);
  ASSERT_EQ(policy->logs().size(), 1u);
  EXPECT_EQ(policy->logs()[0].ToString(), testing::SampleVerifierKey().ToString());
  ASSERT_EQ(policy->witnesses().size(), 3u);
  EXPECT_EQ(policy->witnesses()[0].url, "https://a.example:8446/w1");
  EXPECT_EQ(policy->witnesses()[1].url, "");
  EXPECT_EQ(policy->Describe(), "two (two: 2 of a, b, c)");
}

TEST(WitnessPolicyTest, CountsWhoIsEnough) {
  const struct {
    const char* rules;
    std::vector<std::string> enough, too_few;
  } cases[] = {
      {"quorum none", {"", "a"}, {}},
      {"quorum a", {"a", "ab"}, {"", "b", "bc"}},
      {"group g any a b c\nquorum g", {"a", "c", "abc"}, {"", "d"}},
      {"group g all a b c\nquorum g", {"abc", "abcd"}, {"ab", "bcd", ""}},
      {"group g 2 a b c\nquorum g", {"ab", "bc", "abc"}, {"a", "cd"}},
      {"group g 2 a b c\ngroup h any d e\ngroup both all g h\nquorum both",
       {"abd", "bce", "abcde"},
       {"abc", "de", "ad"}},
  };
  for (const auto& c : cases) {
    const auto policy = WitnessPolicy::Parse(absl::StrCat(Lines("abcde"), c.rules));
    ASSERT_OK(policy) << c.rules;
    for (const std::string& one : c.enough) {
      EXPECT_TRUE(policy->IsQuorum(Labels(one))) << c.rules << ": " << one;
    }
    for (const std::string& one : c.too_few) {
      EXPECT_FALSE(policy->IsQuorum(Labels(one))) << c.rules << ": " << one;
    }
  }
}

TEST(WitnessPolicyTest, RefusesWhatCouldCountTwiceOrNever) {
  const std::string abc = Lines("abc");
  const struct {
    std::string text;
    const char* error;
  } cases[] = {
      {"", "there is no line `quorum <name>`"},
      {abc, "there is no line `quorum <name>`"},
      {"quorum a\n", "line 1: `a` is no witness or group of a line above"},
      {abc + "quorum a\nquorum b\n", "line 5: the quorum stands twice"},
      {abc + Lines("a"), "line 4: the name `a` stands twice"},
      {abc + "witness d " + Witness('a').ToString() + "\n",
       "line 4: the key of `d` is that of `a` too: one witness would count twice"},
      {abc + "group g 4 a b c\n", "line 4: `4` is not `any`, `all` or 1 to 3"},
      {abc + "group g 0 a b c\n", "line 4: `0` is not `any`, `all` or 1 to 3"},
      {abc + "group g some a b c\n", "line 4: `some` is not `any`, `all` or 1 to 3"},
      {abc + "group g 2 a a\n", "line 4: `a` is a member already: it would count twice"},
      {abc + "group g any a\ngroup h any a b\n",
       "line 5: `a` is a member already: it would count twice"},
      {abc + "group g any g\n", "line 4: `g` is no witness or group of a line above"},
      {abc + "group g any d\n", "line 4: `d` is no witness or group of a line above"},
      {abc + "group none any a\n", "line 4: `none` names nothing else"},
      {abc + "group g any\n", "line 4: write `group <name> <k>|any|all <name>...`"},
      {"witness a\n", "line 1: write `witness <name> <verifier key> [<url>]`"},
      {"witness a x+00+y\n", "line 1: the verifier key is not an Ed25519 key of kind 4"},
      {"log x\n", "line 1: a verifier key is `<name>+<8 hex digits>+<base64>`"},
      {"trust everybody\n", "line 1: `trust` is none of `log`, `witness`, `group`, `quorum`"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(WitnessPolicy::Parse(c.text), StatusIs(absl::StatusCode::kInvalidArgument, c.error))
        << c.text;
  }
}

TEST(WitnessPolicyTest, OnlyACosignatureThatVerifiesCounts) {
  const auto policy = WitnessPolicy::Parse(Lines("abc") + "quorum a\n");
  const std::string note =
      SignCheckpoint({testing::kSampleOrigin, 0, EmptyRoot()}, testing::SampleLogKey());
  const Note signed_note = *ParseNote(note);
  const absl::Time time = absl::FromUnixSeconds(1764000000);
  const std::string good = Cosign(signed_note.text, Witness('a').name(), KeyOf('a'), time);
  const std::string other = Cosign("another text\n", Witness('b').name(), KeyOf('b'), time);
  const std::string stranger = Cosign(signed_note.text, "w.example/x", KeyOf('x'), time);
  const auto seen = policy->SeenBy(*ParseNote(absl::StrCat(note, good, other, stranger)));
  EXPECT_THAT(seen, ElementsAre(Key(Witness('a').Label())));
  EXPECT_EQ(seen.begin()->second, time);
}

}  // namespace
}  // namespace sluss
