// Files that a store refuses at start, each with its cure.
#include "gateway/store/database_file.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/match.h"
#include "gateway/store/sql_reader.h"
#include "gateway/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::StatusIs;
using testing::WriteBatch;

class DatabaseFileTest : public ::testing::Test {
 protected:
  void Fill(uint64_t entries) const {
    const auto store = OpenSqliteStore(path_);
    ASSERT_OK(store);
    ASSERT_OK(WriteBatch(store->get(), entries));
  }
  void Write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  void Overwrite(size_t offset, const std::string& bytes) const {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(offset);
    file << bytes;
  }
  void Execute(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
  size_t Number(const std::string& sql) const {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const size_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
  }
  // The openings as they were before they were sealed.
  void ToVersionFive() const {
    Execute(
        "PRAGMA foreign_keys = OFF; DROP TABLE opening; DROP TABLE opening_group;"
        "DROP TABLE legal_hold; DROP TABLE review; ALTER TABLE opening_plain RENAME TO opening;"
        "PRAGMA user_version = 5");
  }
  absl::Status Open() const { return OpenSqliteStore(path_).status(); }

  const testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.File("sluss.db");
};

TEST_F(DatabaseFileTest, RefusesADirectoryThatCannotBeWritten) {
  EXPECT_THAT(OpenSqliteStore(directory_.File("none/sluss.db")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("needs a directory that the gateway may write to")));
}

TEST_F(DatabaseFileTest, RefusesWhatIsNoDatabase) {
  for (const std::string& bytes :
       {std::string("x"), std::string(5000, 'x'), std::string(8192, '\0')}) {
    Write(bytes);
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                                 AllOf(HasSubstr("is damaged (file is not a database)"),
                                       HasSubstr("restore it from its backup"))));
  }
}

// A log of years is not read through at each start; what the gateway works with is.
TEST_F(DatabaseFileTest, OfALargeFileChecksWhatItWorksWith) {
  Fill(10);
  Execute("INSERT INTO entry VALUES (1000000, zeroblob(300000000))");
  const auto root_of = [&](const std::string& table) {
    return Number("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
  };
  const size_t log = root_of("tile"), queue = root_of("item");
  Overwrite((log - 1) * 4096, std::string(4096, '\xa5'));
  EXPECT_OK(Open());
  Overwrite((queue - 1) * 4096, std::string(4096, '\xa5'));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is damaged")));
}

TEST_F(DatabaseFileTest, RefusesADamagedDatabase) {
  Fill(2000);
  const size_t size = fs::file_size(path_);
  ASSERT_GT(size, 100u * 4096);
  const struct {
    const char* name;
    std::function<void()> damage;
  } cases[] = {
      {"header", [&] { Overwrite(0, std::string(100, '\xff')); }},
      {"schema page", [&] { Overwrite(100, std::string(400, '\xff')); }},
      {"pages in the middle", [&] { Overwrite(size / 2, std::string(64 * 4096, '\xa5')); }},
      {"second half gone", [&] { fs::resize_file(path_, size / 2); }},
  };
  fs::copy_file(path_, directory_.File("whole.db"));
  for (const auto& c : cases) {
    fs::copy_file(directory_.File("whole.db"), path_, fs::copy_options::overwrite_existing);
    ASSERT_OK(Open());
    c.damage();
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                                 AllOf(HasSubstr("is damaged"), HasSubstr(path_ + " .recover"))))
        << c.name;
  }
}

TEST_F(DatabaseFileTest, RefusesAnotherProgramsDatabase) {
  Execute("CREATE TABLE theirs (x)");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               absl::StrCat("database `", path_,
                                            "` belongs to another program: name the gateway's own "
                                            "file in `database`")));
}

TEST_F(DatabaseFileTest, RefusesAnUnknownSchemaVersion) {
  Fill(1);
  Execute("PRAGMA user_version = 8");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               absl::StrCat("database `", path_,
                                            "` has schema version 8: this program knows versions "
                                            "1 to 7; run the one that wrote the file")));
}

// A file of the program before officers were enrolled.
TEST_F(DatabaseFileTest, BringsAFileOfVersionTwoUpToDate) {
  Fill(3);
  ToVersionFive();
  Execute(
      "DROP TABLE timestamp; DROP TABLE cosignature; DROP TABLE published;"
      "DROP TABLE officer; DROP TABLE officer_register;"
      "ALTER TABLE consent DROP COLUMN standing; PRAGMA user_version = 2");
  EXPECT_OK(OpenBeside(path_));
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  EXPECT_EQ((*store)->ReadHead(testing::kGateway)->size, 3u);
  EXPECT_FALSE((*store)->FindOfficerRegister(AgencyId("school/ekbacken"))->has_value());
  EXPECT_TRUE((*store)->Activations(100, 1)->empty());
}

// A file of the program before policies were stored: its tables are taken away again.
TEST_F(DatabaseFileTest, BringsAFileOfVersionOneUpToDate) {
  Fill(3);
  ToVersionFive();
  Execute(
      "DROP TABLE timestamp; DROP TABLE cosignature; DROP TABLE published;"
      "DROP TABLE officer; DROP TABLE officer_register;"
      "DROP TABLE activation; DROP TABLE proposal; DROP TABLE policy_version;"
      "ALTER TABLE consent DROP COLUMN standing;"
      "PRAGMA user_version = 1");
  EXPECT_OK(OpenBeside(path_));  // to read the log, before the gateway was started
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  EXPECT_EQ((*store)->ReadHead(testing::kGateway)->size, 3u);
  EXPECT_TRUE((*store)->Activations(100, 1)->empty());
  EXPECT_OK(WriteBatch(store->get(), 1));
  EXPECT_OK(testing::VerifyStored(path_));
}

// A file of the program before consents had versions and parts.
TEST_F(DatabaseFileTest, BringsAFileOfVersionThreeUpToDate) {
  Fill(3);
  ToVersionFive();
  Execute(
      "DROP TABLE timestamp; DROP TABLE cosignature; DROP TABLE published;"
      "ALTER TABLE consent DROP COLUMN standing;"
      "INSERT INTO consent VALUES (x'00112233445566778899aabbccddeeff', x'01', x'02', 1, "
      "9223372036854775807, x'', 0);"
      "PRAGMA user_version = 3");
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  const auto row = (*store)->FindConsent(ConsentId(
      std::string("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16)));
  ASSERT_OK(row);
  ASSERT_TRUE(row->has_value());
  EXPECT_EQ((*row)->standing.step_size(), 0);
  EXPECT_OK(testing::VerifyStored(path_));
}

// A file of the program before checkpoints were kept.
TEST_F(DatabaseFileTest, BringsAFileOfVersionFourUpToDate) {
  Fill(3);
  ToVersionFive();
  Execute(
      "DROP TABLE timestamp; DROP TABLE cosignature; DROP TABLE published;"
      "PRAGMA user_version = 4");
  {
    const auto connection = OpenBeside(path_);
    ASSERT_OK(connection);
    EXPECT_FALSE(SqlReader(connection->get()).LastPublished()->has_value());
  }
  EXPECT_OK(testing::VerifyStored(path_));
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  EXPECT_EQ((*store)->ReadHead(testing::kGateway)->size, 3u);
  EXPECT_FALSE((*store)->LastPublished()->has_value());
  EXPECT_FALSE((*store)->LastTimestamp()->has_value());
}

// A file of the program before openings were sealed. They wait until the gateway has the keys.
TEST_F(DatabaseFileTest, BringsAFileOfVersionFiveUpToDate) {
  Fill(3);
  ToVersionFive();
  Execute("INSERT INTO opening VALUES (x'aabb', x'c0ffee')");
  {
    const auto connection = OpenBeside(path_);
    ASSERT_OK(connection);
    const SqlReader reader(connection->get());
    EXPECT_FALSE(reader.ReadOpening(1)->has_value());
    EXPECT_TRUE(reader.LegalHolds()->empty());
    EXPECT_FALSE(*reader.HasPlainOpenings());
  }
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  EXPECT_EQ((*store)->ReadHead(testing::kGateway)->size, 3u);
  EXPECT_EQ(*(*store)->ReadPlainOpening(EventId("\xaa\xbb")), "\xc0\xff\xee");
  EXPECT_FALSE((*store)->ReadOpening(1)->has_value());
  EXPECT_TRUE((*store)->OpeningMonths()->empty());
  EXPECT_OK(testing::VerifyStored(path_));
}

// A file of the program before officers reviewed the log.
TEST_F(DatabaseFileTest, BringsAFileOfVersionSixUpToDate) {
  Fill(3);
  Execute("DROP TABLE review; PRAGMA user_version = 6");
  {
    const auto connection = OpenBeside(path_);
    ASSERT_OK(connection);
    EXPECT_TRUE(SqlReader(connection->get()).Reviews(100, 10)->empty());
    EXPECT_FALSE(SqlReader(connection->get()).FindReview(1)->has_value());
  }
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  EXPECT_EQ((*store)->ReadHead(testing::kGateway)->size, 3u);
  EXPECT_TRUE((*store)->Reviews(100, 10)->empty());
  EXPECT_OK(testing::VerifyStored(path_));
}

TEST_F(DatabaseFileTest, RefusesAFileThatAnotherGatewayHolds) {
  const auto store = OpenSqliteStore(path_);
  ASSERT_OK(store);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               absl::StrCat("`", path_,
                                            "-lock` is held by another process: stop the "
                                            "gateway that uses this database")));
}

TEST_F(DatabaseFileTest, NamesADirectoryThatIsNotThere) {
  EXPECT_THAT(OpenForWriting("/nowhere/sluss.db").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "database `/nowhere/sluss.db` cannot be opened (No such file or "
                       "directory): name a file in an existing directory of the gateway's own"));
  EXPECT_THAT(OpenBeside("/nowhere/sluss.db").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cannot be opened")));
}

// Runs `check` in a child that is an ordinary user, since permissions do not stop root.
bool AsAnOrdinaryUser(const std::function<bool()>& check) {
  const pid_t child = fork();
  if (child == 0) {
    const bool dropped =
        geteuid() != 0 || (setgroups(0, nullptr) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
    _exit(dropped && check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(DatabaseFileTest, RefusesAReadOnlyFileAndSaysWhatToRun) {
  Fill(1);
  chmod(directory_.path().c_str(), 0777);
  chmod(path_.c_str(), 0444);
  fs::remove(path_ + "-lock");
  EXPECT_TRUE(AsAnOrdinaryUser([&] {
    const absl::Status status = Open();
    return absl::IsFailedPrecondition(status) &&
           absl::StrContains(status.message(), "cannot be written by this user") &&
           absl::StrContains(status.message(), absl::StrCat("`chown ", getuid(), " ", path_));
  }));
}

TEST_F(DatabaseFileTest, RefusesAReadOnlyDirectory) {
  Fill(1);
  chmod(path_.c_str(), 0666);
  chmod(directory_.path().c_str(), 0555);
  EXPECT_TRUE(AsAnOrdinaryUser([&] {
    const absl::Status status = OpenForWriting(path_).status();
    return absl::IsFailedPrecondition(status) &&
           absl::StrContains(status.message(), "let the user write its directory");
  }));
}

// Torn at its end, as when power fails within a commit: every earlier commit is there.
TEST_F(DatabaseFileTest, TakesWhatWasWholeFromATornWriteAheadLog) {
  const std::string copy = directory_.File("copy.db");
  std::vector<size_t> sizes;  // of the log after each commit
  std::string database, log;
  {
    const auto store = OpenSqliteStore(path_);
    ASSERT_OK(store);
    for (int i = 0; i < 5; ++i) {
      ASSERT_OK(WriteBatch(store->get(), 3));
      sizes.push_back(fs::file_size(path_ + "-wal"));
    }
    database = *ReadFile(path_);
    log = *ReadFile(path_ + "-wal");
  }
  for (size_t commits = 1; commits < sizes.size(); ++commits) {
    for (const size_t cut : {sizes[commits - 1], sizes[commits - 1] + 1,
                             (sizes[commits - 1] + sizes[commits]) / 2, sizes[commits] - 1}) {
      for (const char* const tail : {"", "torn"}) {
        for (const char* const suffix : {"-wal", "-shm"}) fs::remove(copy + suffix);
        std::ofstream(copy, std::ios::binary) << database;
        std::ofstream(copy + "-wal", std::ios::binary) << log.substr(0, cut) << tail;
        const auto store = OpenSqliteStore(copy);
        ASSERT_OK(store);
        EXPECT_EQ((*store)->ReadHead(testing::kGateway)->size, commits * 3);
        EXPECT_OK(testing::VerifyStored(copy));
      }
    }
  }
}

}  // namespace
}  // namespace sluss
