// sluss-verify as people run it: exit codes, sentences, JSON, and what it is linked with.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/tlog/proof_file.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "proto/notification.pb.h"
#include "tests/gateway/tlog/sample_log.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using testing::FileMap;
using ::testing::HasSubstr;
using testing::LogFilesOf;
using testing::SampleEntries;
using ::testing::StartsWith;

struct Outcome {
  int exit_code = -1;
  std::string output;
};

Outcome RunCommand(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.output.append(buffer.data(), n);
  }
  outcome.exit_code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

class VerifyProgramTest : public ::testing::Test {
 protected:
  VerifyProgramTest() {
    std::string name = fs::temp_directory_path() / "sluss-verify-test-XXXXXX";
    directory_ = mkdtemp(name.data());
    for (const auto& [path, bytes] : LogFilesOf(SampleEntries(300))) Write("log/" + path, bytes);
    Write("key", testing::SampleVerifierKey().ToString() + "\n");
  }
  ~VerifyProgramTest() override { fs::remove_all(directory_); }

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  void Write(const std::string& name, const std::string& bytes) const {
    fs::create_directories(fs::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  Outcome Verify(const std::string& arguments) const {
    return RunCommand(
        absl::StrCat("cd ", directory_.string(), " && ", SLUSS_VERIFY, " ", arguments));
  }

  // The receipt of entry 4 when the log had five.
  v1::LogReceipt ReceiptOf(const std::vector<std::string>& entries) const {
    Appender tree;
    std::vector<Hash> leaves;
    for (int i = 0; i < 5; ++i) leaves.push_back(LeafHash(entries[i]));
    tree.Append(leaves);
    const SigningKey key = testing::SampleLogKey();
    v1::LogReceipt receipt;
    receipt.set_index(4);
    receipt.set_leaf(entries[4]);
    receipt.set_proof(
        FormatProofFile({std::nullopt, 4, *tree.InclusionProofOf(4),
                         SignCheckpoint({testing::kSampleOrigin, tree.size(), tree.root()}, key)}));
    return receipt;
  }

  fs::path directory_;
};

TEST_F(VerifyProgramTest, SaysInOneSentenceWhatTheReaderMayConclude) {
  const Outcome outcome = Verify("log --key-file key");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output,
              StartsWith("verified: the log `log.sluss.example/gw1` is whole: its 300 entries are "
                         "exactly those that the holder of the key log.sluss.example/gw1+"));
  EXPECT_THAT(outcome.output, EndsWith("nothing was delivered that was not first permitted\n"));
  EXPECT_EQ(Verify("log --key '" + testing::SampleVerifierKey().ToString() + "'").output,
            outcome.output);
}

TEST_F(VerifyProgramTest, NamesTheFirstBadRowAndExitsWithOne) {
  std::string bundle = LogFilesOf(SampleEntries(300)).at("tile/entries/001.p/44");
  bundle[100] ^= 1;
  Write("log/tile/entries/001.p/44", bundle);
  const Outcome outcome = Verify("log --key-file key");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output,
            "NOT verified: entry 256 in tile/entries/001.p/44: it does not hash to row 0 of "
            "tile/0/001.p/44\n");
}

TEST_F(VerifyProgramTest, SpeaksJson) {
  const auto good = nlohmann::json::parse(Verify("log --json --key-file key").output);
  EXPECT_EQ(good["verified"], true);
  EXPECT_EQ(good["size"], 300);
  EXPECT_EQ(good["entries_by_gateway"]["gateway/gw1"], 300);
  EXPECT_EQ(good["entries_by_kind"]["DELIVERY"], 100);
  EXPECT_EQ(good["first_time"], "2025-11-24T16:00:00+00:00");
  fs::remove(Path("log/tile/0/000"));
  const auto bad = nlohmann::json::parse(Verify("log --json --key-file key").output);
  EXPECT_EQ(bad["verified"], false);
  EXPECT_EQ(bad["fault"], "tile/0/000 is missing");
}

TEST_F(VerifyProgramTest, SaysWhenTheKeyCameWithTheLog) {
  EXPECT_EQ(Verify("log").exit_code, 2);
  EXPECT_EQ(Verify("log").output, "cannot verify: give the log's key with --key or --key-file\n");
  Write("log/verifier-key", testing::SampleVerifierKey().ToString() + "\n");
  const Outcome outcome = Verify("log");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("the key came with the log, so compare it"));
}

TEST_F(VerifyProgramTest, RefusesAnotherKey) {
  const VerifierKey other =
      *VerifierKey::Make(testing::kSampleOrigin, SigningKey::Generate().public_key());
  const Outcome outcome = Verify("log --key '" + other.ToString() + "'");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, StartsWith("NOT verified: checkpoint: there is no signature of"));
}

TEST_F(VerifyProgramTest, VerifiesAReceiptAloneAndWithinTheLog) {
  const v1::LogReceipt receipt = ReceiptOf(SampleEntries(300));
  Write("receipt", receipt.SerializeAsString());
  Write("entry.tlog-proof", receipt.proof());
  Write("entry", receipt.leaf());
  for (const char* const arguments : {"--receipt receipt --key-file key",
                                      "--receipt entry.tlog-proof --leaf entry --key-file key"}) {
    const Outcome alone = Verify(arguments);
    EXPECT_EQ(alone.exit_code, 0);
    EXPECT_THAT(alone.output, StartsWith("verified: entry 4 is this one in the log "
                                         "`log.sluss.example/gw1` of 5 entries"));
  }
  const Outcome within = Verify("log --receipt receipt --key-file key");
  EXPECT_EQ(within.exit_code, 0);
  EXPECT_THAT(within.output, HasSubstr("the entry of the receipt is among them"));
}

TEST_F(VerifyProgramTest, RefusesAReceiptOfAnotherEntryOrAnotherLog) {
  v1::LogReceipt changed = ReceiptOf(SampleEntries(300));
  changed.set_leaf(SampleEntries(300)[3]);
  Write("changed", changed.SerializeAsString());
  EXPECT_EQ(Verify("--receipt changed --key-file key").output,
            "NOT verified: the proof does not lead from this entry, as number 4, to the root of "
            "the tree of 5\n");

  std::vector<std::string> other = SampleEntries(300);
  std::swap(other[0], other[1]);
  Write("forked", ReceiptOf(other).SerializeAsString());
  EXPECT_EQ(Verify("--receipt forked --key-file key").exit_code, 0);
  const Outcome outcome = Verify("log --receipt forked --key-file key");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("two different logs were signed with this key"));
}

TEST_F(VerifyProgramTest, ExitsWithTwoWhenNothingCouldBeVerified) {
  Write("noise", "\xff\xff\xff");
  Write("proof", "c2sp.org/tlog-proof@v1\n");
  for (const char* const arguments :
       {"", "nowhere --key-file key", "log --key x --key-file key", "log --key x",
        "log --key-file nowhere", "--receipt noise --key-file key", "--receipt noise",
        "--receipt proof --key-file key", "--no-such-option"}) {
    EXPECT_EQ(Verify(arguments).exit_code, 2) << arguments;
  }
  EXPECT_EQ(Verify("--help").exit_code, 0);
}

// A verifier that shared code with what it verifies would prove less, and would not run on an
// officer's laptop.
TEST_F(VerifyProgramTest, LinksNeitherStoreNorGrpc) {
  const std::string libraries = RunCommand(absl::StrCat("ldd ", SLUSS_VERIFY)).output;
  EXPECT_THAT(libraries, HasSubstr("libprotobuf"));
  for (const char* const unwanted : {"grpc", "sqlite", "libpq"}) {
    EXPECT_THAT(libraries, ::testing::Not(HasSubstr(unwanted)));
  }
}

}  // namespace
}  // namespace sluss
