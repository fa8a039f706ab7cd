#include "gateway/publication/log_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "CLI/CLI.hpp"
#include "gateway/store/sqlite_store.h"
#include "gateway/tlog/cosignature.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/run_command.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using testing::FileMap;
using ::testing::HasSubstr;
using testing::WriteBatch;

struct Outcome {
  int exit_code = 0;
  std::string output;
  std::string error;
};

Outcome RunLog(std::vector<std::string> arguments) {
  CLI::App app("slussctl");
  AddLogCommands(app);
  Outcome outcome;
  outcome.exit_code =
      testing::RunCommand(app, std::move(arguments), &outcome.output, &outcome.error);
  return outcome;
}

class LogCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = OpenSqliteStore(database_);
    ASSERT_OK(store);
    store_ = *std::move(store);
  }
  Outcome Export() {
    return RunLog({"log", "export", "--database", database_, "--tiles", tiles_, "--key", key_});
  }
  FileMap Exported() const {
    FileMap files;
    for (const auto& file : fs::recursive_directory_iterator(tiles_)) {
      if (!file.is_regular_file()) continue;
      files[fs::relative(file.path(), tiles_).string()] = *ReadFile(file.path().string());
    }
    return files;
  }

  const testing::TemporaryDirectory directory_;
  const std::string database_ = directory_.File("sluss.db");
  const std::string tiles_ = directory_.File("tiles");
  const std::string key_ = testing::SampleVerifierKey().ToString();
  std::unique_ptr<Store> store_;
};

TEST_F(LogCommandTest, ExportsExactlyTheFilesOfTheLogWhileTheStoreIsOpen) {
  ASSERT_OK(WriteBatch(store_.get(), 300));
  const auto unfinished = store_->Begin();  // a writer at work
  const Outcome outcome = Export();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(outcome.output, "300 entries exported to " + tiles_ + "\n");
  FileMap expected = testing::LogFilesOf(testing::SampleEntries(300));
  expected["verifier-key"] = key_ + "\n";
  EXPECT_EQ(Exported(), expected);
  const Outcome again =
      RunLog({"log", "export", "--database", database_, "--tiles", tiles_, "--json"});
  EXPECT_EQ(nlohmann::json::parse(again.output)["entries"], 300);
}

TEST_F(LogCommandTest, BringsADirectoryUpToDate) {
  for (const uint64_t count : {200, 100, 400}) {
    ASSERT_OK(WriteBatch(store_.get(), count));
    EXPECT_EQ(Export().exit_code, 0);
    EXPECT_OK(testing::VerifyFiles(Exported()));
  }
  EXPECT_EQ(testing::VerifyFiles(Exported())->checkpoint.size, 700u);
}

TEST_F(LogCommandTest, NeverReplacesWhatAnEarlierExportShowed) {
  const struct {
    const char* name;
    Checkpoint present;
  } cases[] = {
      {"longer", {testing::kSampleOrigin, 4, EmptyRoot()}},
      {"forked", {testing::kSampleOrigin, 3, EmptyRoot()}},
      {"another log", {"log.sluss.example/gw2", 1, EmptyRoot()}},
  };
  ASSERT_OK(WriteBatch(store_.get(), 3));
  fs::create_directories(tiles_);
  for (const auto& c : cases) {
    std::ofstream(tiles_ + "/checkpoint") << SignCheckpoint(c.present, testing::SampleLogKey());
    const Outcome outcome = Export();
    EXPECT_EQ(outcome.exit_code, 1) << c.name;
    EXPECT_EQ(outcome.error,
              absl::StrCat("log: the directory holds the log `", c.present.origin, "` of ",
                           c.present.size,
                           " entries, which is not the beginning of this one, "
                           "`log.sluss.example/gw1` of 3: export to an empty directory and compare "
                           "the two\n"));
    EXPECT_EQ(Exported().size(), 1u) << "nothing was written";
  }
}

TEST_F(LogCommandTest, RefusesToExport) {
  EXPECT_EQ(Export().error, "log: the log is empty: nothing was signed yet\n");
  ASSERT_OK(WriteBatch(store_.get(), 3));
  EXPECT_THAT(RunLog({"log", "export", "--database", "/nowhere", "--tiles", tiles_}).error,
              HasSubstr("database `/nowhere` cannot be opened"));
  const std::string other =
      VerifierKey::Make(testing::kSampleOrigin, SigningKey::Generate().public_key())->ToString();
  EXPECT_THAT(
      RunLog({"log", "export", "--database", database_, "--tiles", tiles_, "--key", other}).error,
      HasSubstr("log: there is no signature of"));
  EXPECT_FALSE(fs::exists(tiles_));
  std::ofstream(tiles_ + "-file") << "x";
  EXPECT_THAT(RunLog({"log", "export", "--database", database_, "--tiles", tiles_ + "-file"}).error,
              HasSubstr("log: cannot write `"));
}

TEST_F(LogCommandTest, ShowsTheLastEntriesAsLines) {
  ASSERT_OK(WriteBatch(store_.get(), 30));
  const Outcome outcome = RunLog({"log", "show", "--database", database_, "--limit", "2"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_THAT(
      outcome.output,
      ::testing::StartsWith("28  2025-11-24 16:00:00.028000Z  DELIVERY  PERMIT  school/ekbacken -> "
                            "social-services/sundby  PROTECTION  SOL-2025-19-1  message "));
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 2);
}

TEST_F(LogCommandTest, ShowsEntriesAsJson) {
  ASSERT_OK(WriteBatch(store_.get(), 3));
  const Outcome outcome = RunLog({"log", "show", "--database", database_, "--json"});
  std::istringstream lines(outcome.output);
  std::string line;
  uint64_t index = 0;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["index"], index);
    EXPECT_EQ(json["counter"], index + 1);
    EXPECT_EQ(json["recipient"], "social-services/sundby");
    EXPECT_EQ(json["legal_basis"], nlohmann::json::array({"SOL-2025-19-1"}));
    EXPECT_FALSE(json.contains("consent_id"));
    ++index;
  }
  EXPECT_EQ(index, 3u);
}

TEST_F(LogCommandTest, PublishesWhatAQuorumHasSeen) {
  const auto publish = [&](std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"log",   "publish", "--database", database_,
                                          "--dir", tiles_,    "--key",      key_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunLog(arguments);
  };
  EXPECT_THAT(publish().error, HasSubstr("nothing was published yet"));
  const SigningKey key = SigningKey::Generate();
  const WitnessKey witness = *WitnessKey::Make("w.example/1", key.public_key());
  std::string line;
  std::vector<std::string> notes;
  for (uint64_t number = 0; number < 2; ++number) {
    ASSERT_OK(WriteBatch(store_.get(), 3));
    const auto transaction = store_->Begin();
    ASSERT_OK(transaction);
    const LogHead head = *(*transaction)->ReadHead("");
    notes.push_back(head.checkpoint);
    ASSERT_OK((*transaction)->PutPublished({number, head.size, absl::UnixEpoch(), notes.back()}));
    if (number == 0) {
      line = Cosign(ParseNote(notes[0])->text, witness.name(), key, absl::UnixEpoch());
      ASSERT_OK((*transaction)->PutCosignature({0, witness.Label(), absl::UnixEpoch(), line}));
    }
    ASSERT_OK((*transaction)->Commit());
  }
  const std::string policy = directory_.File("policy");
  std::ofstream(policy) << "witness a " << witness.ToString() << "\nquorum a\n";
  EXPECT_EQ(publish({"--witness-policy", policy}).exit_code, 0);
  EXPECT_EQ(Exported().at("checkpoint"), notes[0] + line);
  EXPECT_EQ(Exported().at("checkpoints/001"), notes[1]);
  const Outcome outcome = publish();
  EXPECT_EQ(outcome.output, "2 checkpoints published in " + tiles_ + ", the newest of 6 entries\n");
  EXPECT_EQ(Exported().at("checkpoint"), notes[1]);
  EXPECT_OK(testing::VerifyFiles(Exported()));
  const auto json = nlohmann::json::parse(publish({"--json"}).output);
  EXPECT_EQ(json["checkpoints"], 2);
  EXPECT_EQ(json["entries"], 6);
  EXPECT_THAT(publish({"--witness-policy", tiles_}).error, HasSubstr("log: "));
}

TEST_F(LogCommandTest, MakesAKeyForTheLogOnce) {
  const std::vector<std::string> command = {
      "log", "new-key", "--origin", testing::kSampleOrigin, "--dir", directory_.File("next")};
  const Outcome outcome = RunLog(command);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_OK(VerifierKey::Parse(outcome.output.substr(0, outcome.output.size() - 1)));
  EXPECT_EQ(RunLog(command).exit_code, 1) << "nothing is overwritten";
  EXPECT_EQ(RunLog({"log", "new-key", "--origin", "a b", "--dir", directory_.File("x")}).exit_code,
            1);
}

}  // namespace
}  // namespace sluss
