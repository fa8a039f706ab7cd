// Zips larger than one would write by hand, read again.
#include "gateway/exports/zip_writer.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gateway/tlog/tile.h"
#include "gateway/verify/zip_source.h"
#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

class ZipWriterTest : public ::testing::Test {
 protected:
  ZipWriterTest() {
    std::string name = std::filesystem::temp_directory_path() / "sluss-zip-XXXXXX";
    directory_ = mkdtemp(name.data());
    path_ = directory_ / "bundle.zip";
  }
  ~ZipWriterTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
  std::string path_;
};

// Beyond what a zip without zip64 can hold.
TEST_F(ZipWriterTest, MoreThan65535Files) {
  constexpr uint64_t kFiles = 70000;
  auto zip = *ZipWriter::Create(path_, absl::FromUnixSeconds(1'764'000'000));
  for (uint64_t i = 0; i < kFiles; ++i) {
    ASSERT_OK(zip->Add(KeptCheckpointPath(i), ZipWriter::Packing::kStored,
                       Once([i]() -> absl::StatusOr<std::string> { return absl::StrCat(i); })));
  }
  ASSERT_OK(zip->Write());
  const auto source = OpenZipSource(path_);
  ASSERT_OK(source);
  EXPECT_EQ((*source)->Below("checkpoints/")->size(), kFiles);
  for (const uint64_t i : {uint64_t{0}, uint64_t{65535}, uint64_t{65536}, kFiles - 1}) {
    EXPECT_EQ(*(*source)->Read(KeptCheckpointPath(i)), absl::StrCat(i));
  }
}

// Files come one after the other, and none is asked for before it is written.
TEST_F(ZipWriterTest, AsksForOneFileAtATime) {
  auto zip = *ZipWriter::Create(path_, absl::UnixEpoch());
  std::vector<std::string> asked;
  for (const char* name : {"checkpoint", "openings.ndjson", "report.html"}) {
    int chunks = 0;
    ASSERT_OK(zip->Add(name, ZipWriter::Packing::kDeflated,
                       [&asked, name, chunks]() mutable -> absl::StatusOr<std::string> {
                         asked.push_back(name);
                         return std::string(++chunks > 3 ? 0 : 100'000, 'x');
                       }));
  }
  EXPECT_TRUE(asked.empty());
  ASSERT_OK(zip->Write());
  ASSERT_EQ(asked.size(), 12u);
  EXPECT_TRUE(std::is_sorted(asked.begin(), asked.end()));
  EXPECT_EQ((*OpenZipSource(path_))->Read("report.html")->size(), 300'000u);
}

// In the middle of it, or at its last byte: there is no zip.
TEST_F(ZipWriterTest, AFailingFileLeavesNothingBehind) {
  for (const int good : {0, 2}) {
    auto zip = *ZipWriter::Create(path_, absl::UnixEpoch());
    ASSERT_OK(zip->Add("checkpoint", ZipWriter::Packing::kStored,
                       Once([]() -> absl::StatusOr<std::string> { return std::string("x"); })));
    ASSERT_OK(zip->Add("openings.ndjson", ZipWriter::Packing::kDeflated,
                       [left = good]() mutable -> absl::StatusOr<std::string> {
                         if (left-- > 0) return std::string("line\n");
                         return absl::UnavailableError("the gateway has gone");
                       }));
    EXPECT_THAT(zip->Write(), StatusIs(absl::StatusCode::kUnavailable, "the gateway has gone"));
    zip.reset();
    EXPECT_TRUE(std::filesystem::is_empty(directory_)) << good;
  }
}

TEST_F(ZipWriterTest, SaysWhereItCannotWrite) {
  const auto zip = ZipWriter::Create((directory_ / "no" / "such.zip").string(), absl::UnixEpoch());
  if (zip.ok()) {
    ASSERT_OK((*zip)->Add("checkpoint", ZipWriter::Packing::kStored,
                          Once([]() -> absl::StatusOr<std::string> { return std::string("x"); })));
    EXPECT_THAT((*zip)->Write(),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot write")));
  } else {
    EXPECT_THAT(zip, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot write")));
  }
}

}  // namespace
}  // namespace sluss
