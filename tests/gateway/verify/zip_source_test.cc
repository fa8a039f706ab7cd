// Zips that somebody made to do harm, and zips that are as they should be.
#include "gateway/verify/zip_source.h"

#include "gateway/verify/bundle_check.h"
#include "gmock/gmock.h"
#include "tests/gateway/verify/raw_zip.h"
#include "tests/gateway/verify/sample_bundle.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::RawFile;
using testing::RawZip;
using testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

absl::Status Opened(const std::vector<RawFile>& files) {
  const std::string zip = RawZip(files);
  return OpenZipBytes(zip).status();
}

TEST(ZipSourceTest, ReadsABundleWhereItLies) {
  testing::SampleBundle bundle;
  std::vector<RawFile> files;
  for (const auto& [path, bytes] : bundle.Files()) files.push_back({path, bytes});
  const std::string zip = RawZip(files);
  const auto source = OpenZipBytes(zip);
  ASSERT_OK(source);
  EXPECT_THAT((*source)->Read("tile/7/000"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("is missing")));
  const auto checked = CheckBundle(**source, testing::SampleVerifierKey());
  ASSERT_OK(checked);
  EXPECT_EQ(checked->tally.opened, 400u);
}

TEST(ZipSourceTest, RefusesNamesThatNoBundleHas) {
  for (const char* name :
       {"../checkpoint", "/etc/passwd", "tile/../../x", "a/../checkpoint", "C:\\checkpoint",
        "checkpoint/", "Checkpoint", "tile/0/0", "tile/0/000.p/0", "tile/00/000",
        "policies/x.binpb", "./checkpoint", "openings.ndjson ", "", "report.html\n"}) {
    EXPECT_THAT(Opened({{"checkpoint", "x"}, {name, "x"}}),
                StatusIs(kInvalid, HasSubstr("file 1 has a name")))
        << name;
  }
  EXPECT_THAT(Opened({{std::string("checkpoint\0.exe", 15), "x"}}),
              StatusIs(kInvalid, HasSubstr("")));
}

TEST(ZipSourceTest, RefusesTheSameNameTwice) {
  EXPECT_THAT(Opened({{"checkpoint", "one"}, {"checkpoint", "two"}}),
              StatusIs(kInvalid, AnyOf(HasSubstr("there twice"), HasSubstr("already exists"))));
}

TEST(ZipSourceTest, RefusesLinksAndEncryptedFiles) {
  EXPECT_THAT(Opened({{"checkpoint", "/etc/passwd", 0, 0120777}}),
              StatusIs(kInvalid, "the zip's file `checkpoint` is a link"));
  EXPECT_THAT(Opened({{"checkpoint", std::string(40, 'x'), 1}}),
              StatusIs(kInvalid, "the zip's file `checkpoint` is encrypted"));
}

TEST(ZipSourceTest, RefusesFilesThatAreTooLarge) {
  EXPECT_THAT(Opened({{"tile/entries/000", std::string(kLargestLogFile + 1, 'x')}}),
              StatusIs(kInvalid, HasSubstr("tile/entries/000 is larger than")));
  const std::string zip = RawZip({{"checkpoint", "0123456789"}});
  const auto source = OpenZipBytes(zip);
  ASSERT_OK(source);
  EXPECT_THAT((*source)->Read("checkpoint", 9), StatusIs(kInvalid, HasSubstr("larger than the 9")));
  ASSERT_OK((*source)->Read("checkpoint", 10));
}

TEST(ZipSourceTest, DoesNotBelieveASize) {
  for (const int64_t claimed : {5, 20}) {
    const std::string zip = RawZip({{"checkpoint", "0123456789", 0, 0100600, claimed}});
    const auto source = OpenZipBytes(zip);
    if (!source.ok()) continue;
    EXPECT_FALSE((*source)->Read("checkpoint").ok()) << claimed;
  }
}

TEST(ZipSourceTest, FindsDamage) {
  std::string zip = RawZip({{"checkpoint", "0123456789"}});
  zip[zip.find("0123456789")] = 'x';
  const auto source = OpenZipBytes(zip);
  ASSERT_OK(source);
  EXPECT_THAT((*source)->Read("checkpoint"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checkpoint is damaged")));
}

TEST(ZipSourceTest, EveryCutAndNothingAtAllIsNoZip) {
  const std::string zip = RawZip({{"checkpoint", "0123456789"}});
  for (size_t length = 0; length < zip.size(); ++length) {
    EXPECT_FALSE(OpenZipBytes(absl::string_view(zip).substr(0, length)).ok()) << length;
  }
}

TEST(ZipSourceTest, ALineIsNotEndless) {
  std::string lines = "one\ntwo\n";
  const auto read = [](const std::string& text) {
    const std::string zip = RawZip({{"openings.ndjson", text}});
    const auto source = OpenZipBytes(zip);
    auto reader = (*source)->ReadLines("openings.ndjson");
    std::vector<std::string> found;
    for (;;) {
      auto line = (*reader)->Next();
      if (!line.ok()) return absl::StatusOr<std::vector<std::string>>(line.status());
      if (!line->has_value()) return absl::StatusOr<std::vector<std::string>>(found);
      found.push_back(**line);
    }
  };
  EXPECT_THAT(*read(lines), ::testing::ElementsAre("one", "two"));
  EXPECT_THAT(*read(""), ::testing::IsEmpty());
  const std::string longest(kLongestLine - 1, 'x');
  EXPECT_THAT(*read("a\n" + longest + "\nb\n"), ::testing::ElementsAre("a", longest, "b"));
  EXPECT_THAT(read(std::string(3 * kLongestLine, 'x') + "\n"),
              StatusIs(kInvalid, "a line is too long"));
  EXPECT_THAT(read("one\ntwo"), StatusIs(kInvalid, "its last line does not end"));
}

}  // namespace
}  // namespace sluss
