// The journal of erasures as a file: durable line by line, a torn end taken off, damage told.
#include "gateway/openings/erasure_journal.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Must;
using ::testing::SizeIs;
using testing::StatusIs;

JournalledErasure OfEntries(char procedure) {
  return {.at = absl::FromUnixMicros(1764000000123456),
          .procedure = std::string(16, procedure),
          .entries = {{12, EventId(std::string(16, 'a'))}, {15, EventId(std::string(16, 'b'))}},
          .month = std::nullopt,
          .end = 0};
}
JournalledErasure OfMonth() {
  return {.at = absl::FromUnixMicros(5),
          .procedure = std::string(16, 'm'),
          .entries = {},
          .month = OpeningMonth{OpeningClass::kOversight, absl::CivilMonth(2025, 11)},
          .end = 4711};
}

class ErasureJournalTest : public ::testing::Test {
 protected:
  ErasureJournalTest() {
    std::string name = (fs::temp_directory_path() / "sluss-journal-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    path_ = directory_ + "/erasures.journal";
  }
  ~ErasureJournalTest() override { fs::remove_all(directory_); }

  std::string Text() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void Write(const std::string& text) const {
    std::ofstream(path_, std::ios::trunc) << text;
    chmod(path_.c_str(), 0600);
  }

  std::string directory_, path_;
};

TEST_F(ErasureJournalTest, KeepsWhatIsAppendedAsLinesThatAPersonCanRead) {
  const auto journal = Must(OpenErasureJournalFile(directory_));
  EXPECT_THAT(Must(journal->Read()), IsEmpty());
  ASSERT_OK(journal->Append(OfEntries('p')));
  ASSERT_OK(journal->Append(OfMonth()));
  EXPECT_THAT(Text(), HasSubstr("sluss-erasures/v1\n1764000000123456 "
                                "70707070707070707070707070707070 entries "
                                "12:61616161616161616161616161616161 "
                                "15:62626262626262626262626262626262 "));
  EXPECT_THAT(Text(), HasSubstr(" month oversight/2025-11 below 4711 "));
  struct stat info = {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto read = Must(Must(OpenErasureJournalFile(directory_))->Read());
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].at, OfEntries('p').at);
  EXPECT_EQ(read[0].procedure, std::string(16, 'p'));
  ASSERT_THAT(read[0].entries, SizeIs(2));
  EXPECT_EQ(read[0].entries[1].index, 15u);
  EXPECT_EQ(read[0].entries[1].event, EventId(std::string(16, 'b')));
  EXPECT_FALSE(read[0].month.has_value());
  EXPECT_EQ(read[1].month, OfMonth().month);
  EXPECT_EQ(read[1].end, 4711u);
}

// As power fails while a line is written: at every byte.
TEST_F(ErasureJournalTest, ATornLastLineIsTakenOffAtTheNextOpening) {
  std::string whole;
  {
    const auto journal = Must(OpenErasureJournalFile(directory_));
    ASSERT_OK(journal->Append(OfMonth()));
    whole = Text();
    ASSERT_OK(journal->Append(OfEntries('p')));
  }
  const std::string both = Text();
  for (size_t cut = whole.size() + 1; cut < both.size(); ++cut) {
    Write(both.substr(0, cut));
    const auto journal = Must(OpenErasureJournalFile(directory_));
    EXPECT_THAT(Must(journal->Read()), SizeIs(1)) << cut;
    EXPECT_EQ(Text(), whole);
    ASSERT_OK(journal->Append(OfEntries('q')));
    EXPECT_THAT(Must(journal->Read()), SizeIs(2)) << cut;
  }
}

// Its number may be that of the next process: in a container it always is.
TEST_F(ErasureJournalTest, WhatARepairLeftHalfWrittenIsRemoved) {
  (void)Must(OpenErasureJournalFile(directory_));
  const std::string half = absl::StrCat(directory_, "/.erasures.journal.", getpid());
  std::ofstream(half) << "half";
  Write(Text() + "torn");
  const auto journal = Must(OpenErasureJournalFile(directory_));
  EXPECT_FALSE(fs::exists(half));
  EXPECT_EQ(Text(), "sluss-erasures/v1\n");
}

TEST_F(ErasureJournalTest, ADiskThatIsFullLeavesNoHalfLine) {
  const auto journal = Must(OpenErasureJournalFile(directory_));
  ASSERT_OK(journal->Append(OfMonth()));
  const std::string whole = Text();
  struct rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = whole.size() + 20;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = journal->Append(OfEntries('p'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Text(), whole);
  ASSERT_OK(journal->Append(OfEntries('q')));
  EXPECT_THAT(Must(journal->Read()), SizeIs(2));
}

TEST_F(ErasureJournalTest, DamageIsToldWithItsLine) {
  {
    const auto journal = Must(OpenErasureJournalFile(directory_));
    ASSERT_OK(journal->Append(OfMonth()));
    ASSERT_OK(journal->Append(OfEntries('p')));
  }
  const std::string whole = Text();
  for (size_t at = std::string("sluss-erasures/v1\n").size(); at + 1 < whole.size(); at += 3) {
    if (whole[at] == '\n') continue;
    std::string changed = whole;
    changed[at] = changed[at] == '0' ? '1' : '0';
    Write(changed);
    EXPECT_THAT(
        Must(OpenErasureJournalFile(directory_))->Read().status(),
        StatusIs(absl::StatusCode::kDataLoss, ::testing::AllOf(HasSubstr("erasures.journal` line "),
                                                               HasSubstr("restore the directory"))))
        << at;
  }
  Write("something else\n");
  EXPECT_THAT(OpenErasureJournalFile(directory_).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is no journal of erasures")));
  EXPECT_EQ(Text(), "something else\n") << "what is not ours is left alone";
}

TEST_F(ErasureJournalTest, OneThatOthersCanReachIsRefused) {
  Write("sluss-erasures/v1\n");
  chmod(path_.c_str(), 0640);
  EXPECT_THAT(OpenErasureJournalFile(directory_).status(),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("chmod 600")));
}

TEST_F(ErasureJournalTest, WhatIsNoErasureIsRefused) {
  for (const char* line : {"", " ", "1 2 3 4", "1 70707070707070707070707070707070 entries 0"}) {
    EXPECT_THAT(ParseErasure(line), StatusIs(absl::StatusCode::kInvalidArgument, ::testing::_));
  }
}

}  // namespace
}  // namespace sluss
