#include "gateway/tlog/verifier.h"

#include <functional>

#include "gmock/gmock.h"
#include "tests/gateway/tlog/sample_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::FileMap;
using ::testing::HasSubstr;
using testing::LogFilesOf;
using testing::SampleEntries;
using testing::SampleLeaf;
using testing::Serialised;
using testing::StatusIs;
using testing::VerifyFiles;

Checkpoint CheckpointOf(const std::vector<std::string>& entries) {
  return *OpenCheckpoint(LogFilesOf(entries).at("checkpoint"), testing::SampleVerifierKey());
}

TEST(VerifierTest, AcceptsWholeLogsOfEverySmallSize) {
  const std::vector<std::string> entries = SampleEntries(600);
  for (size_t size : {0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 600}) {
    const auto log = VerifyFiles(LogFilesOf({entries.begin(), entries.begin() + size}));
    ASSERT_OK(log) << size;
    EXPECT_EQ(log->checkpoint.size, size);
    if (size > 0) {
      EXPECT_EQ(log->history.counters().at("gateway/gw1"), size);
    }
  }
}

TEST(VerifierTest, SumsUpWhatItRead) {
  const auto log = VerifyFiles(LogFilesOf(SampleEntries(300)));
  ASSERT_OK(log);
  EXPECT_EQ(log->history.kinds(),
            (std::map<std::string, uint64_t>{
                {"DECISION", 100}, {"DELIVERY", 100}, {"ACKNOWLEDGEMENT", 100}}));
  EXPECT_EQ(absl::ToUnixMicros(log->history.first_time()), 1764000000000000);
  EXPECT_EQ(absl::ToUnixMicros(log->history.last_time()), 1764000000299000);
}

// One changed byte anywhere, a cut, bytes at the end, a missing or a swapped file: each is found,
// and the sentence names the file.
TEST(VerifierTest, FindsEveryChangedByteCutAndMissingFile) {
  const FileMap good = LogFilesOf(SampleEntries(300));
  ASSERT_OK(VerifyFiles(good));
  ASSERT_EQ(good.size(), 6u);  // checkpoint, two bundles, two leaf tiles, one tile above
  for (const auto& [path, bytes] : good) {
    for (size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 200) {
      FileMap changed = good;
      changed[path][i] ^= 1;
      EXPECT_FALSE(VerifyFiles(changed).ok()) << path << " byte " << i;
      changed[path] = bytes.substr(0, i);
      EXPECT_THAT(std::string(VerifyFiles(changed).status().message()), HasSubstr(path)) << i;
    }
    FileMap longer = good;
    longer[path] += "x";
    EXPECT_THAT(std::string(VerifyFiles(longer).status().message()), HasSubstr(path));
    FileMap missing = good;
    missing.erase(path);
    EXPECT_THAT(VerifyFiles(missing), StatusIs(absl::StatusCode::kNotFound, path + " is missing"));
  }
}

TEST(VerifierTest, NamesTheFirstBadRow) {
  const std::vector<std::string> entries = SampleEntries(70000);
  const FileMap good = LogFilesOf(entries);
  const struct {
    const char* name;
    std::function<void(FileMap*)> tamper;
    const char* error;
  } cases[] = {
      {"entry in a full bundle", [](FileMap* f) { (*f)["tile/entries/000"][9] ^= 1; },
       "entry 0 in tile/entries/000: it does not hash to row 0 of tile/0/000"},
      {"leaf tile", [](FileMap* f) { (*f)["tile/0/007"][32 * 5] ^= 1; },
       "entry 1797 in tile/entries/007: it does not hash to row 5 of tile/0/007"},
      {"two files swapped",
       [](FileMap* f) { std::swap((*f)["tile/entries/003"], (*f)["tile/entries/004"]); },
       "entry 768 in tile/entries/003: it does not hash to row 0 of tile/0/003"},
      {"full tile above", [](FileMap* f) { (*f)["tile/1/000"][32 * 17] ^= 1; },
       "tile/1/000 does not hold the hash of tile/0/017 in row 17"},
      {"partial tile above", [](FileMap* f) { (*f)["tile/1/001.p/17"][32 * 3] ^= 1; },
       "tile/1/001.p/17 does not hold the hash of tile/0/259 in row 3"},
      {"partial tile two above", [](FileMap* f) { (*f)["tile/2/000.p/1"][0] ^= 1; },
       "tile/2/000.p/1 does not hold the hash of tile/1/000 in row 0"},
      {"tile too short", [](FileMap* f) { (*f)["tile/1/001.p/17"].pop_back(); },
       "tile/1/001.p/17: a tile of 17 hashes is 544 bytes, not 543"},
      {"bundle too short", [](FileMap* f) { (*f)["tile/entries/273.p/112"].pop_back(); },
       "tile/entries/273.p/112: the file ends within entry 69999"},
  };
  ASSERT_OK(VerifyFiles(good));
  for (const auto& c : cases) {
    FileMap changed = good;
    c.tamper(&changed);
    EXPECT_THAT(VerifyFiles(changed), StatusIs(absl::StatusCode::kDataLoss, c.error)) << c.name;
  }
}

// Whoever changes an entry, its tile and every tile above still cannot change what was signed.
TEST(VerifierTest, RefusesARewrittenLogUnderTheOldCheckpoint) {
  std::vector<std::string> entries = SampleEntries(300);
  const std::string checkpoint = LogFilesOf(entries).at("checkpoint");
  v1::AuditLeaf leaf = SampleLeaf(299);
  leaf.set_recipient("police/region-mitt");
  entries[299] = Serialised(leaf);
  FileMap rewritten = LogFilesOf(entries);
  rewritten["checkpoint"] = checkpoint;
  EXPECT_THAT(
      VerifyFiles(rewritten),
      StatusIs(absl::StatusCode::kDataLoss,
               "the entries and tiles fit together, but not to the root of the checkpoint"));
}

TEST(VerifierTest, TakesAPartialFileFromTheFullOneThatReplacedIt) {
  const FileMap later = LogFilesOf(SampleEntries(512));
  FileMap files = later;
  files["checkpoint"] = LogFilesOf(SampleEntries(300)).at("checkpoint");
  files["tile/1/000.p/1"] = later.at("tile/1/000.p/2").substr(0, 32);
  const auto log = VerifyFiles(files);
  ASSERT_OK(log);
  EXPECT_EQ(log->history.counters().at("gateway/gw1"), 300u);
}

TEST(VerifierTest, RefusesACheckpointOfAnotherKey) {
  FileMap files = LogFilesOf(SampleEntries(3));
  files["checkpoint"] =
      SignCheckpoint({testing::kSampleOrigin, 3, EmptyRoot()}, SigningKey::Generate());
  EXPECT_THAT(VerifyFiles(files),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("checkpoint: there is no signature of `log.")));
}

TEST(VerifierTest, ContainsWhatWasSeenEarlier) {
  const std::vector<std::string> entries = SampleEntries(600);
  const FileMap files = LogFilesOf(entries);
  for (const size_t size : {0, 1, 255, 256, 257, 599, 600}) {
    EXPECT_OK(VerifyFiles(files, CheckpointOf({entries.begin(), entries.begin() + size}))) << size;
  }
}

TEST(VerifierTest, FindsALogThatForked) {
  const std::vector<std::string> entries = SampleEntries(600);
  const FileMap files = LogFilesOf(entries);
  for (const size_t size : {1, 256, 300, 600}) {
    std::vector<std::string> seen(entries.begin(), entries.begin() + size);
    v1::AuditLeaf leaf = SampleLeaf(0);
    leaf.set_recipient("police/region-mitt");
    seen[0] = Serialised(leaf);
    EXPECT_THAT(VerifyFiles(files, CheckpointOf(seen)),
                StatusIs(absl::StatusCode::kDataLoss,
                         absl::StrCat("the first ", size,
                                      " entries are not those of the earlier checkpoint: two "
                                      "different logs were signed with this key")));
  }
  EXPECT_THAT(VerifyFiles(LogFilesOf(SampleEntries(5)), CheckpointOf(SampleEntries(6))),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the log has 5 entries, fewer than the 6 of the earlier checkpoint"));
}

TEST(VerifierTest, PassesOnWhyAFileCannotBeRead) {
  const auto read = [](const std::string&) -> absl::StatusOr<std::string> {
    return absl::UnavailableError("the disk is gone");
  };
  EXPECT_THAT(VerifyLog(read, testing::SampleVerifierKey()),
              StatusIs(absl::StatusCode::kUnavailable, "checkpoint: the disk is gone"));
}

// ---- The log's key is changed over

// Entries 0-9 under the first key; 10 adds the second, 20 retires the first; 30 adds the third, 40
// retires the second.
class KeyChangeTest : public ::testing::Test {
 protected:
  KeyChangeTest() {
    for (uint64_t i = 0; i < 50; ++i) {
      v1::AuditLeaf leaf = SampleLeaf(i);
      if (i >= 10) {
        leaf.set_kind(v1::EXPORT);
        leaf.clear_verdict();
      }
      entries_.push_back(Serialised(leaf));
    }
    Change(10, AddedOutcome(Verifier(1)));
    Change(20, RetiredOutcome(Verifier(0).Label()));
    Change(30, AddedOutcome(Verifier(2)));
    Change(40, RetiredOutcome(Verifier(1).Label()));
  }

  static SigningKey Key(int which) {
    return *SigningKey::FromSeed(
        SecretBytes(std::string(32, static_cast<char>('L' + which)), InsecureSecretAccess::Get()));
  }
  static VerifierKey Verifier(int which) {
    return *VerifierKey::Make(testing::kSampleOrigin, Key(which).public_key());
  }
  void Change(uint64_t entry, const std::string& outcome) {
    v1::AuditLeaf leaf = SampleLeaf(entry);
    leaf.set_kind(v1::KEY_CHANGE);
    leaf.clear_verdict();
    leaf.set_outcome(outcome);
    entries_[entry] = Serialised(leaf);
  }
  std::string Note(uint64_t size, const std::vector<int>& keys) const {
    const Checkpoint checkpoint =
        CheckpointOf({entries_.begin(), entries_.begin() + static_cast<int64_t>(size)});
    if (keys.size() == 1) return SignCheckpoint(checkpoint, Key(keys[0]));
    const SigningKey second = Key(keys[1]);
    return SignCheckpoint(checkpoint, Key(keys[0]), &second);
  }
  // As a gateway would have published it, up to `size`.
  FileMap Published(uint64_t size, const std::vector<int>& keys) const {
    FileMap files = LogFilesOf({entries_.begin(), entries_.begin() + static_cast<int64_t>(size)});
    files["checkpoint"] = Note(size, keys);
    uint64_t number = 0;
    const auto keep = [&](uint64_t at, const std::vector<int>& by) {
      if (at <= size) files[KeptCheckpointPath(number++)] = Note(at, by);
    };
    for (uint64_t at = 2; at <= 10; at += 2) keep(at, {0});
    for (uint64_t at = 12; at <= 20; at += 2) keep(at, {0, 1});
    for (uint64_t at = 22; at <= 30; at += 2) keep(at, {1});
    for (uint64_t at = 32; at <= 40; at += 2) keep(at, {1, 2});
    for (uint64_t at = 42; at <= 50; at += 2) keep(at, {2});
    return files;
  }
  static absl::StatusOr<VerifiedLog> Verify(const FileMap& files, int which) {
    const auto read = [&](const std::string& path) -> absl::StatusOr<std::string> {
      const auto file = files.find(path);
      if (file == files.end()) return absl::NotFoundError("no such file");
      return file->second;
    };
    return VerifyLog(read, Verifier(which));
  }

  std::vector<std::string> entries_;
};

TEST_F(KeyChangeTest, EitherKeyVerifiesDuringTheOverlap) {
  for (const int key : {0, 1}) {
    const auto log = Verify(Published(20, {0, 1}), key);
    ASSERT_OK(log);
    EXPECT_EQ(log->signer.Label(), Verifier(key).Label());
  }
}

TEST_F(KeyChangeTest, TheFirstKeyLeadsToTheLast) {
  const auto log = Verify(Published(50, {2}), 0);
  ASSERT_OK(log);
  EXPECT_EQ(log->signer.Label(), Verifier(2).Label());
  EXPECT_OK(Verify(Published(50, {2}), 1));
  EXPECT_OK(Verify(Published(50, {2}), 2));
}

TEST_F(KeyChangeTest, NothingLeadsToAKeyThatTheLogDoesNotName) {
  constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
  const FileMap good = Published(50, {2});
  const struct {
    const char* name;
    std::function<void(FileMap*)> tamper;
    const char* error;
  } cases[] = {
      {"a stranger's key", [&](FileMap* f) { (*f)["checkpoint"] = Note(50, {3}); },
       "there is no signature of"},
      {"no checkpoint of the first key is kept",
       [&](FileMap* f) {
         for (int n = 0; n < 10; ++n) (*f)[KeptCheckpointPath(n)] = Note(22, {1});
       },
       "there is no signature of"},
      {"the overlap is not kept",
       [&](FileMap* f) {
         for (int n = 5; n < 15; ++n) (*f)[KeptCheckpointPath(n)] = Note(42, {2});
       },
       "there is no signature of"},
      {"signed by a retired key", [&](FileMap* f) { (*f)["checkpoint"] = Note(50, {0}); },
       "which entry 20 retired"},
  };
  for (const auto& c : cases) {
    FileMap changed = good;
    c.tamper(&changed);
    EXPECT_THAT(Verify(changed, 0), StatusIs(kDenied, HasSubstr(c.error))) << c.name;
  }
}

// The thief of a retired key signs a history of their own that leads to their own key.
TEST_F(KeyChangeTest, ABridgeOfAnotherHistoryIsFound) {
  FileMap files = Published(50, {2});
  Checkpoint forged = CheckpointOf({entries_.begin(), entries_.begin() + 20});
  forged.root = EmptyRoot();
  for (int n = 9; n < 25; ++n) files[KeptCheckpointPath(n)] = SignCheckpoint(forged, Key(0));
  EXPECT_THAT(Verify(files, 0),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("two different logs were signed")));
}

TEST_F(KeyChangeTest, AChangeThatNamesNoKeyIsAFault) {
  for (const char* outcome :
       {"", "log-key-added ", "log-key-added nonsense", "log-key-retired ", "something else"}) {
    Change(10, outcome);
    EXPECT_THAT(Verify(Published(12, {0}), 0),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("entry 10 in tile/entries/000.p/12: it is a change of keys that "
                                   "names no key")));
  }
}

}  // namespace
}  // namespace sluss
