#include "gateway/tlog/kept_receipts.h"

#include <functional>

#include "gateway/base/status_macros.h"
#include "gateway/tlog/key_change.h"
#include "gateway/tlog/proof_file.h"
#include "gmock/gmock.h"
#include "tests/gateway/tlog/sample_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::SampleEntries;
using testing::SampleLeaf;
using testing::Serialised;
using testing::StatusIs;

// What the gateway answered for an entry when the log had `size` entries.
std::string FileOf(const std::vector<std::string>& entries, uint64_t index, uint64_t size,
                   const SigningKey& key = testing::SampleLogKey()) {
  Appender tree;
  std::vector<Hash> leaves;
  for (uint64_t i = 0; i < size; ++i) leaves.push_back(LeafHash(entries[i]));
  tree.Append(leaves);
  ProofFile proof;
  proof.extra = entries[index];
  proof.index = index;
  proof.path = *tree.InclusionProofOf(index);
  proof.checkpoint = SignCheckpoint({testing::kSampleOrigin, size, tree.root()}, key);
  return FormatProofFile(proof);
}

// Both ends' receipts of a whole sample log, decisions and deliveries, one tree a receipt.
std::map<std::string, std::string> AllFiles(const std::vector<std::string>& entries) {
  std::map<std::string, std::string> files;
  for (uint64_t i = 0; i < entries.size(); ++i) {
    if (i % 3 == 2) continue;
    files[absl::StrCat(i)] = FileOf(entries, i, i + 1);
  }
  return files;
}

absl::StatusOr<KeptReceipts> Load(const std::map<std::string, std::string>& files,
                                  absl::Time since = absl::InfinitePast()) {
  KeptReceipts receipts(since);
  for (const auto& [name, text] : files) {
    ASSIGN_OR_RETURN(KeptReceipt receipt, ReadReceiptFile(name, text));
    RETURN_IF_ERROR(receipts.Add(std::move(receipt)));
  }
  RETURN_IF_ERROR(receipts.CheckCounters());
  RETURN_IF_ERROR(receipts.CheckSignatures(testing::SampleVerifierKey(), {}));
  return receipts;
}

absl::Status Hold(const std::map<std::string, std::string>& files,
                  const std::vector<std::string>& entries,
                  absl::Time since = absl::InfinitePast()) {
  ASSIGN_OR_RETURN(KeptReceipts receipts, Load(files, since));
  LogChecks checks;
  checks.seen = receipts.Seen();
  checks.on_entry = [&](uint64_t index, absl::string_view entry) {
    return receipts.OnEntry(index, entry);
  };
  const testing::FileMap log = testing::LogFilesOf(entries);
  const auto verified = VerifyLog(
      [&](const std::string& path) -> absl::StatusOr<std::string> {
        const auto file = log.find(path);
        if (file == log.end()) return absl::NotFoundError("no such file");
        return file->second;
      },
      testing::SampleVerifierKey(), std::move(checks));
  RETURN_IF_ERROR(verified.status());
  return receipts.gap();
}

TEST(KeptReceiptsTest, AcceptsBothEndsOfAWholeLogAndCountsThem) {
  const std::vector<std::string> entries = SampleEntries(60);
  ASSERT_OK(Hold(AllFiles(entries), entries));

  absl::StatusOr<KeptReceipts> receipts = Load(AllFiles(entries));
  ASSERT_OK(receipts);
  EXPECT_EQ(receipts->size(), 40u);
  for (uint64_t i = 0; i < entries.size(); ++i) ASSERT_OK(receipts->OnEntry(i, entries[i]));
  EXPECT_EQ(receipts->counts().at("school/ekbacken").sent, 20u);
  EXPECT_EQ(receipts->counts().at("social-services/sundby").received, 20u);
}

TEST(KeptReceiptsTest, AnAgencyAnswersForItselfOnly) {
  const std::vector<std::string> entries = SampleEntries(60);
  std::map<std::string, std::string> senders;
  for (uint64_t i = 0; i < entries.size(); i += 3)
    senders[absl::StrCat(i)] = FileOf(entries, i, 60);
  EXPECT_OK(Hold(senders, entries));  // the recipient's are not looked for
}

// A log that tells something else than it told, and receipts that are missing.
TEST(KeptReceiptsTest, NamesTheFirstGap) {
  const std::vector<std::string> entries = SampleEntries(60);
  std::vector<std::string> changed = entries;
  v1::AuditLeaf other = SampleLeaf(30);
  other.set_purpose("PREVENTION");
  changed[30] = Serialised(other);

  const struct {
    const char* name;
    std::function<void(std::map<std::string, std::string>*)> lose;
    std::vector<std::string> log;
    const char* error;
  } cases[] = {
      {"decision without receipt", [](auto* files) { files->erase("30"); }, entries,
       "entry 30: the log tells of something that `school/ekbacken` sent to "
       "`social-services/sundby` at 2025-11-24T16:00:00+00:00, and it has no receipt"},
      {"delivery without receipt", [](auto* files) { files->erase("31"); }, entries,
       "entry 32: the log tells of something from `school/ekbacken` that "
       "`social-services/sundby` acknowledged"},
      {"entry rewritten since", [](auto*) {}, changed,
       "receipt `30`: entry 30 of the log is another than the one it proves"},
      {"log cut off", [](auto*) {}, SampleEntries(50), "the log has 50 entries, fewer than the 59"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    auto files = AllFiles(entries);
    test.lose(&files);
    EXPECT_THAT(Hold(files, test.log),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(test.error)));
  }
}

// The entry of the receipt is the same, what lies before it is not: the root tells.
TEST(KeptReceiptsTest, FindsAForkBelowAReceipt) {
  const std::vector<std::string> entries = SampleEntries(60);
  std::vector<std::string> fork = entries;
  v1::AuditLeaf other = SampleLeaf(2);
  other.set_outcome("late");
  fork[2] = Serialised(other);
  EXPECT_THAT(Hold({{"a", FileOf(entries, 30, 40)}}, fork),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("the first 40 entries are not those of receipt `a`: two different "
                                 "logs were signed with this key")));
  EXPECT_THAT(Load({{"a", FileOf(entries, 30, 40)}, {"b", FileOf(fork, 31, 40)}}),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("receipts `a` and `b`: they prove two different logs of 40")));
  EXPECT_THAT(Load({{"a", FileOf(entries, 2, 40)}, {"b", FileOf(fork, 2, 41)}}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 2 is another in each")));
}

TEST(KeptReceiptsTest, FindsAJumpInACount) {
  std::vector<std::string> entries = SampleEntries(20);
  v1::AuditLeaf leaf = SampleLeaf(12);
  leaf.set_counter(14);  // one was left out
  entries[12] = Serialised(leaf);
  EXPECT_THAT(Load({{"a", FileOf(entries, 9, 10)}, {"b", FileOf(entries, 12, 13)}}),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("receipt `b`: number 14 of `gateway/gw1` cannot be entry 12")));
  leaf.set_counter(10);  // and one came twice
  entries[12] = Serialised(leaf);
  EXPECT_THAT(Load({{"a", FileOf(entries, 9, 10)}, {"b", FileOf(entries, 12, 13)}}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cannot be entry 12")));
}

// A message that was handed out twice is proved by either; one that nobody acknowledged by none.
TEST(KeptReceiptsTest, ADeliveryThatWasLostOnTheWayNeedsNoReceipt) {
  std::vector<std::string> entries;
  const v1::RecordKind kinds[] = {v1::DECISION, v1::DELIVERY,        v1::DELIVERY,
                                  v1::DELIVERY, v1::ACKNOWLEDGEMENT, v1::START};
  for (const v1::RecordKind kind : kinds) {
    v1::AuditLeaf leaf = SampleLeaf(entries.size());
    leaf.set_kind(kind);
    leaf.set_message_id(testing::Id16("one"));
    entries.push_back(Serialised(leaf));
  }
  EXPECT_OK(Hold({{"a", FileOf(entries, 2, 3)}}, entries));
  // Handed out, and never acknowledged: entry 4 is another's.
  v1::AuditLeaf expired = SampleLeaf(4);
  expired.set_kind(v1::EXPIRY);
  expired.set_message_id(testing::Id16("one"));
  std::vector<std::string> unanswered = entries;
  unanswered[4] = Serialised(expired);
  const v1::AuditLeaf before = SampleLeaf(0);
  EXPECT_OK(Hold({{"a", FileOf(unanswered, 1, 2)}}, unanswered));
  EXPECT_OK(Hold({{"a", FileOf(unanswered, 0, 1)}}, unanswered));
}

TEST(KeptReceiptsTest, AnArchiveOfOneYearAnswersForThatYear) {
  const std::vector<std::string> entries = SampleEntries(60);
  auto files = AllFiles(entries);
  for (const char* old : {"0", "1", "3", "4"}) files.erase(old);
  EXPECT_FALSE(Hold(files, entries).ok());
  EXPECT_OK(Hold(files, entries, absl::FromUnixMicros(SampleLeaf(6).time_us())));
}

TEST(KeptReceiptsTest, SignaturesMayBeThoseOfTheNextKey) {
  const SigningKey next =
      *SigningKey::FromSeed(SecretBytes(std::string(32, 'N'), InsecureSecretAccess::Get()));
  const VerifierKey next_key = *VerifierKey::Make(testing::kSampleOrigin, next.public_key());
  const std::vector<std::string> entries = SampleEntries(20);
  KeptReceipts receipts;
  ASSERT_OK(receipts.Add(*ReadReceiptFile("old", FileOf(entries, 3, 4))));
  ASSERT_OK(receipts.Add(*ReadReceiptFile("new", FileOf(entries, 12, 13, next))));
  const VerifierKey key = testing::SampleVerifierKey();
  const KeyChange added{.entry = 10, .added = next_key, .retired = ""};
  const KeyChange retired_old{.entry = 11, .added = {}, .retired = key.Label()};
  const KeyChange retired_too_early{.entry = 2, .added = {}, .retired = key.Label()};
  EXPECT_THAT(receipts.CheckSignatures(key, {}),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("receipt `new`")));
  EXPECT_OK(receipts.CheckSignatures(key, {added, retired_old}));
  EXPECT_THAT(receipts.CheckSignatures(key, {added, retired_too_early}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("receipt `old`: its checkpoint is")));
}

TEST(KeptReceiptsTest, RefusesWhatIsNoReceipt) {
  const std::vector<std::string> entries = SampleEntries(20);
  const std::string good = FileOf(entries, 3, 4);
  ASSERT_OK(ReadReceiptFile("r", good));
  ProofFile proof = *ParseProofFile(good);
  proof.extra.reset();
  EXPECT_THAT(ReadReceiptFile("r", FormatProofFile(proof)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no `extra` line")));
  proof.extra = "nothing";
  EXPECT_THAT(ReadReceiptFile("r", FormatProofFile(proof)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no entry of the log")));
  proof.extra = entries[2];
  EXPECT_THAT(ReadReceiptFile("r", FormatProofFile(proof)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("receipt `r`: ")));
  EXPECT_FALSE(ReadReceiptFile("r", "").ok());
}

TEST(KeptReceiptsTest, AnAnswersReceiptBecomesOneFile) {
  const std::vector<std::string> entries = SampleEntries(20);
  ProofFile proof = *ParseProofFile(FileOf(entries, 3, 9));
  proof.extra.reset();
  v1::LogReceipt answer;
  answer.set_index(3);
  answer.set_leaf(entries[3]);
  answer.set_proof(FormatProofFile(proof));
  const absl::StatusOr<std::string> file = ReceiptFile(answer);
  ASSERT_OK(file);
  EXPECT_EQ(*file, FileOf(entries, 3, 9));
}

}  // namespace
}  // namespace sluss
