#include "gateway/tlog/note.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/crypto/secret.h"
#include "gateway/tlog/checkpoint.h"
#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

// Published by Go's checksum database.
constexpr char kGoKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
constexpr char kGoNote[] =
    "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n"
    "— sum.golang.org "
    "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw="
    "\n";

SigningKey Key(char seed) {
  return *SigningKey::FromSeed(SecretBytes(std::string(32, seed), InsecureSecretAccess::Get()));
}

TEST(NoteTest, VerifiesThePublishedNoteOfAnotherLog) {
  const auto key = VerifierKey::Parse(kGoKey);
  ASSERT_OK(key);
  EXPECT_EQ(key->name(), "sum.golang.org");
  EXPECT_EQ(key->ToString(), kGoKey);
  const auto note = ParseNote(kGoNote);
  ASSERT_OK(note);
  EXPECT_OK(key->Verify(*note));
  const auto checkpoint = ParseCheckpointText(note->text);
  ASSERT_OK(checkpoint);
  EXPECT_EQ(checkpoint->origin, "go.sum database tree");
  EXPECT_EQ(checkpoint->size, 6476701u);
  // Its origin is no key name; our logs' is.
  EXPECT_THAT(OpenCheckpoint(kGoNote, *key),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "the checkpoint is of the log `go.sum database tree`, the key of "
                       "`sum.golang.org`"));
}

TEST(NoteTest, EveryChangedByteOfASignedNoteIsNoticed) {
  const SigningKey key = Key('k');
  const VerifierKey verifier = *VerifierKey::Make("log.example/gw1", key.public_key());
  const std::string signed_note = SignCheckpoint({"log.example/gw1", 7, EmptyRoot()}, key);
  const auto opened = OpenCheckpoint(signed_note, verifier);
  ASSERT_OK(opened);
  EXPECT_EQ(opened->size, 7u);
  for (size_t i = 0; i < signed_note.size(); ++i) {
    std::string changed = signed_note;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenCheckpoint(changed, verifier).ok()) << "byte " << i;
    EXPECT_FALSE(OpenCheckpoint(signed_note.substr(0, i), verifier).ok()) << "cut at " << i;
  }
}

TEST(NoteTest, IgnoresOtherKeysButNotABadSignatureOfItsOwn) {
  const SigningKey mine = Key('m');
  const VerifierKey verifier = *VerifierKey::Make("log.example/gw1", mine.public_key());
  const Checkpoint checkpoint{"log.example/gw1", 7, EmptyRoot()};
  const std::string by_me = SignCheckpoint(checkpoint, mine);
  const std::string by_successor = SignCheckpoint(checkpoint, Key('s'));
  const std::string witness_line = "— witness.example AAAABAUG\n";
  const std::string successor_line = by_successor.substr(by_successor.rfind("— "));

  EXPECT_OK(OpenCheckpoint(absl::StrCat(by_me, successor_line, witness_line), verifier));
  EXPECT_THAT(OpenCheckpoint(by_successor + witness_line, verifier),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       absl::StrCat("there is no signature of `", verifier.Label(), "`")));
  // A second line with this key's name and id over another text.
  const std::string other = SignCheckpoint({"log.example/gw1", 8, EmptyRoot()}, mine);
  EXPECT_THAT(OpenCheckpoint(by_me + other.substr(other.rfind("— ")), verifier),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       absl::StrCat("the signature of `", verifier.Label(), "` does not verify")));
}

TEST(NoteTest, RefusesWhatIsNoNote) {
  const std::string good = kGoNote;
  const struct {
    const char* name;
    std::string bytes;
    const char* error;
  } cases[] = {
      {"empty", "", "a note has an empty line before its signatures"},
      {"no signature", "text\n\n", "the note carries no signature"},
      {"control character", "te\txt\n\n— a AAAABAUG\n",
       "a note has no control characters but newlines"},
      {"hyphen for the dash", "text\n\n- a AAAABAUG\n", "signature line 1 of the note is not"},
      {"no name", "text\n\n—  AAAABAUG\n", "signature line 1 of the note is not"},
      {"name with plus", "text\n\n— a+b AAAABAUG\n", "signature line 1 of the note is not"},
      {"padding missing", "text\n\n— a AAAABAU\n", "signature line 1 of the note is not"},
      {"only a key id", "text\n\n— a AAAABA==\n", "signature line 1 of the note is not"},
      {"second line broken", "text\n\n— a AAAABAUG\n—\n", "signature line 2 of the note is not"},
      {"last line unfinished", "text\n\n— a AAAABAUG", "signature line 1 of the note is not"},
      {"too large", std::string(70000, 'x'), "a note is at most 65536 bytes, not 70000"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseNote(c.bytes),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.error)))
        << c.name;
  }
}

TEST(NoteTest, RefusesWhatIsNoVerifierKey) {
  const struct {
    std::string text;
    const char* error;
  } cases[] = {
      {"sum.golang.org", "a verifier key is `<name>+<8 hex digits>+<base64>`"},
      {"sum.golang.org+033de0ae", "a verifier key is `<name>+<8 hex digits>+<base64>`"},
      {"sum.golang.org+033de0ae+Bs4zctda0e5eza",
       "the verifier key is not an Ed25519 key of kind 1"},
      {"sum.golang.org+033de0ae+AQID", "an Ed25519 public key is 32 bytes"},
      {absl::StrReplaceAll(kGoKey, {{"033de0ae", "033de0af"}}),
       "the verifier key's id does not belong to its name and key; it would be "
       "`sum.golang.org+033de0ae`"},
      {absl::StrReplaceAll(kGoKey, {{"sum.", "sun."}}), "the verifier key's id does not belong"},
      {absl::StrReplaceAll(kGoKey, {{"sum.", "s m"}}), "a log's name is printable ASCII"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(VerifierKey::Parse(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.error)))
        << c.text;
  }
}

TEST(CheckpointTest, RefusesAnyOtherWayToWriteIt) {
  const std::string root = "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=";
  const struct {
    std::string text;
    const char* error;
  } cases[] = {
      {"\n7\n" + root + "\n", "line 1 of the checkpoint is not the log's origin"},
      {"log", "line 1 of the checkpoint is not the log's origin"},
      {"log\n07\n" + root + "\n", "line 2 of the checkpoint is not the size of the tree"},
      {"log\n-7\n" + root + "\n", "line 2 of the checkpoint is not the size of the tree"},
      {"log\n18446744073709551616\n" + root + "\n",
       "line 2 of the checkpoint is not the size of the tree"},
      {"log\n7\nmb8Q\n", "line 3 of the checkpoint is not the root of the tree"},
      {"log\n7\n" + root, "line 3 of the checkpoint is not the root of the tree"},
      {"log\n7\n" + root + "\nextension\n", "the checkpoint has more than 3 lines"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseCheckpointText(c.text), StatusIs(absl::StatusCode::kInvalidArgument, c.error));
  }
}

}  // namespace
}  // namespace sluss
