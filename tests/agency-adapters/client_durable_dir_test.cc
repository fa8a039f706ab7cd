#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "agency-adapters/client/durable_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_memory_file_system.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FaultForm;
using ::sluss::testing::kAllFaultForms;
using ::sluss::testing::MemoryFileSystem;
using ::sluss::testing::StatusIs;
using ::testing::_;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;

std::vector<std::string> Names(const DurableDir& directory) {
  std::vector<std::string> names;
  const std::vector<DirectoryEntry> entries = directory.List().value();
  for (const DirectoryEntry& entry : entries) names.push_back(entry.name);
  return names;
}

TEST(DurableDir, EveryFaultLeavesTheOldBytesOrTheNew) {
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < 3; ++at) {  // write, rename, sync
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      MemoryFileSystem files;
      DurableDir directory = DurableDir::Open(&files, "/d").value();
      ASSERT_OK(directory.Put("x", "old"));
      files.FailAt(at, form);
      EXPECT_THAT(directory.Put("x", "new"), StatusIs(absl::StatusCode::kInternal, _));
      files.Crash();
      directory = DurableDir::Open(&files, "/d").value();
      EXPECT_THAT(directory.Get("x").value(), AnyOf(Eq("old"), Eq("new")));
      EXPECT_THAT(Names(directory), ElementsAre("x"));
      ASSERT_OK(directory.Put("x", "new"));
      files.Crash();
      EXPECT_EQ(directory.Get("x").value(), "new");
    }
  }
}

TEST(DurableDir, AMoveNeverLosesTheFile) {
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < 3; ++at) {  // rename, sync there, sync here
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      MemoryFileSystem files;
      const DurableDir from = DurableDir::Open(&files, "/from").value();
      const DurableDir to = DurableDir::Open(&files, "/to").value();
      ASSERT_OK(from.Put("x", "bytes"));
      files.FailAt(at, form);
      EXPECT_FALSE(from.MoveTo("x", to, "y").ok());
      files.Crash();
      EXPECT_TRUE(from.Get("x").ok() || to.Get("y").ok());
    }
  }
}

TEST(DurableDir, OpenRemovesWhatAnInterruptedPutLeft) {
  MemoryFileSystem files;
  files.Place("/d/.tmp-x", "half");
  files.Place("/d/y", "whole");
  ASSERT_OK(DurableDir::Open(&files, "/d"));
  EXPECT_EQ(files.Files().count("/d/.tmp-x"), 0u);
  EXPECT_EQ(files.Files().count("/d/y"), 1u);
}

TEST(DurableDir, ListsOnlyWhatIsFinished) {
  MemoryFileSystem files;
  const DurableDir directory = DurableDir::Open(&files, "/d").value();
  for (const char* name : {"a", ".hidden", "b.tmp", "c.part"}) {
    files.Place(absl::StrCat("/d/", name), "");
  }
  EXPECT_THAT(Names(directory), ElementsAre("a"));
}

TEST(DurableDir, RefusesNamesThatLeadElsewhere) {
  MemoryFileSystem files;
  const DurableDir directory = DurableDir::Open(&files, "/d").value();
  for (const std::string& name :
       {std::string(), std::string(".."), std::string("a/b"), std::string("/etc/passwd"),
        std::string("a\0b", 3), std::string(201, 'x'), std::string(".tmp-x")}) {
    EXPECT_THAT(directory.Put(name, ""), StatusIs(absl::StatusCode::kInvalidArgument,
                                                  HasSubstr("file name: must be one visible")));
    EXPECT_FALSE(directory.Get(name).ok());
    EXPECT_FALSE(directory.Remove(name).ok());
    EXPECT_FALSE(directory.MoveTo("x", directory, name).ok());
  }
}

class PosixTest : public ::testing::Test {
 protected:
  PosixTest() : path_(::testing::TempDir() + "/posix-XXXXXX") {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  std::string path_;
};

TEST_F(PosixTest, WritesPrivateFilesAndReadsThemBack) {
  const DurableDir directory = DurableDir::Open(PosixFileSystem(), path_ + "/d").value();
  ASSERT_OK(directory.Put("x", "bytes"));
  EXPECT_EQ(directory.Get("x").value(), "bytes");
  struct stat info;
  ASSERT_EQ(stat((path_ + "/d/x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((path_ + "/d").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(PosixTest, NamesTheDirectoryAndNeverTheFile) {
  const absl::Status status = PosixFileSystem()->Read(path_ + "/20100101-child.xml", 10).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, HasSubstr(path_)));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("child")));
}

TEST_F(PosixTest, StopsReadingAtTheLimitAndFollowsNoLink) {
  std::ofstream(path_ + "/x") << "0123456789";
  EXPECT_THAT(PosixFileSystem()->Read(path_ + "/x", 9),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("larger than 9 bytes")));
  ASSERT_EQ(symlink("x", (path_ + "/link").c_str()), 0);
  EXPECT_THAT(PosixFileSystem()->Read(path_ + "/link", 99),
              StatusIs(absl::StatusCode::kPermissionDenied, _));
  const std::vector<DirectoryEntry> entries = PosixFileSystem()->List(path_).value();
  for (const DirectoryEntry& entry : entries) {
    EXPECT_EQ(entry.regular, entry.name == "x") << entry.name;
  }
}

TEST(PosixFileSystem, AFullDiskIsResourceExhaustedAndNamesTheDirectory) {
  // /dev/full answers every write with ENOSPC.
  EXPECT_THAT(PosixFileSystem()->WriteSynced("/dev/full", "x", 0666),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("`/dev`")));
}

}  // namespace
}  // namespace sluss
