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

}  // namespace
}  // namespace sluss
