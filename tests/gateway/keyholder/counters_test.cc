#include "gateway/keyholder/counters.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

const AgencyId kSchool("school/ekbacken");
const AgencyId kPolice("police/region-mitt");
const absl::CivilDay kMonday(2026, 3, 2);

class CountersTest : public ::testing::Test {
 protected:
  CountersTest() : directory_(::testing::TempDir() + "/countersXXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~CountersTest() override { std::filesystem::remove_all(directory_); }

  std::string path() const { return directory_ + "/counters.db"; }

  std::unique_ptr<Counters> Open() {
    auto counters = Counters::Open(path());
    EXPECT_OK(counters);
    return counters.ok() ? *std::move(counters) : nullptr;
  }

  static Grant TakeFrom(Counters& counters, absl::CivilDay day, uint64_t wanted, bool whole,
                        const AgencyId& agency = kSchool, Oracle oracle = Oracle::kEvaluate) {
    const auto grants = counters.Take(oracle, day, /*limit=*/100, {{agency, wanted}}, whole);
    EXPECT_OK(grants);
    return grants->at(agency);
  }

  std::string directory_;
};

TEST_F(CountersTest, GrantsUntilTheDaysBudgetIsUsed) {
  const std::unique_ptr<Counters> counters = Open();
  EXPECT_EQ(TakeFrom(*counters, kMonday, 60, /*whole=*/true).remaining, 40u);
  const Grant too_much = TakeFrom(*counters, kMonday, 41, /*whole=*/true);
  EXPECT_EQ(too_much.granted, 0u);
  EXPECT_EQ(too_much.remaining, 40u);
  const Grant part = TakeFrom(*counters, kMonday, 41, /*whole=*/false);
  EXPECT_EQ(part.granted, 40u);
  EXPECT_EQ(part.remaining, 0u);
  EXPECT_EQ(TakeFrom(*counters, kMonday, 1, /*whole=*/false).granted, 0u);
}

TEST_F(CountersTest, KeepsDaysAgenciesAndOraclesApart) {
  const std::unique_ptr<Counters> counters = Open();
  EXPECT_EQ(TakeFrom(*counters, kMonday, 100, true).granted, 100u);
  EXPECT_EQ(TakeFrom(*counters, kMonday + 1, 100, true).granted, 100u);
  EXPECT_EQ(TakeFrom(*counters, kMonday, 100, true, kPolice).granted, 100u);
  EXPECT_EQ(TakeFrom(*counters, kMonday, 100, true, kSchool, Oracle::kTransform).granted, 100u);
  EXPECT_EQ(TakeFrom(*counters, kMonday, 1, true).granted, 0u);
}

TEST_F(CountersTest, RemembersAcrossARestart) {
  TakeFrom(*Open(), kMonday, 70, true);
  const std::unique_ptr<Counters> counters = Open();
  EXPECT_EQ(TakeFrom(*counters, kMonday, 31, true).granted, 0u);
  const auto uses = counters->Since(kMonday);
  ASSERT_OK(uses);
  ASSERT_EQ(uses->size(), 1u);
  EXPECT_EQ(uses->front().agency, kSchool);
  EXPECT_EQ(uses->front().used, 70u);
  EXPECT_EQ(uses->front().day, kMonday);
  EXPECT_TRUE(counters->Since(kMonday + 1)->empty());
}

TEST_F(CountersTest, NeverGrantsMoreThanTheBudgetToThreadsThatRace) {
  const std::unique_ptr<Counters> counters = Open();
  std::atomic<uint64_t> granted = 0;
  const auto take = [&] {
    for (int i = 0; i < 30; ++i) granted += TakeFrom(*counters, kMonday, 3, false).granted;
  };
  std::thread other(take);
  take();
  other.join();
  EXPECT_EQ(granted.load(), 100u);
}

TEST_F(CountersTest, GrantsNothingThatItCannotKeep) {
  const std::unique_ptr<Counters> counters = Open();
  TakeFrom(*counters, kMonday, 1, true);
  // From here on every write fails, as on a full disk.
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none = {0, before.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const auto grants = counters->Take(Oracle::kEvaluate, kMonday, /*limit=*/100, {{kSchool, 1}},
                                     /*whole=*/true);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(grants,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("the counters cannot be kept")));
  EXPECT_EQ(TakeFrom(*counters, kMonday, 99, true).granted, 99u) << "works again with the disk";
}

TEST_F(CountersTest, RefusesADamagedFile) {
  std::ofstream(path()) << std::string(8192, 'x');
  EXPECT_THAT(Counters::Open(path()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(path()), HasSubstr("is damaged; restore it"))));
}

TEST_F(CountersTest, RefusesAnotherProgramsDatabase) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA application_id = 7; CREATE TABLE t (x);", nullptr, nullptr,
                         nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_THAT(Counters::Open(path()), StatusIs(absl::StatusCode::kFailedPrecondition,
                                               HasSubstr("belongs to another program")));
}

TEST_F(CountersTest, RefusesAFileThatAnotherProcessUses) {
  const std::unique_ptr<Counters> first = Open();
  EXPECT_THAT(Counters::Open(path()), StatusIs(absl::StatusCode::kFailedPrecondition,
                                               HasSubstr("is in use by another process")));
}

TEST_F(CountersTest, RefusesAPathThatCannotBe) {
  EXPECT_THAT(Counters::Open(directory_ + "/none/counters.db"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cannot be opened")));
}

TEST_F(CountersTest, RefusesAReadOnlyFile) {
  Open();
  ASSERT_EQ(chmod(directory_.c_str(), 0555), 0);
  ASSERT_EQ(chmod(path().c_str(), 0444), 0);
  // Nothing is read-only to root: be nobody for a moment.
  const bool root = geteuid() == 0;
  ASSERT_EQ(root ? seteuid(65534) : 0, 0);
  const auto counters = Counters::Open(path());
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
  ASSERT_EQ(chmod(directory_.c_str(), 0700), 0);
  EXPECT_THAT(counters, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is read-only")));
}

}  // namespace
}  // namespace sluss
