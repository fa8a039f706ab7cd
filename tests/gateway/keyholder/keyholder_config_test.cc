#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/keyholder/config.h"
#include "gtest/gtest.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::ReplaceFile;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGood[] = R"(name: "keyholder/kh1"
listen: "127.0.0.1:7444"
tls {
  certificate: "kh1.crt"
  private_key: "kh1.key"
  authority: "ca.crt"
  revocation_list: "ca.crl"
}
keys_dir: "keys"
key_directory: "directory.txtpb"
database: "counters.db"
gateway: "gateway/gw1"
transforms_per_day: 7
)";

class KeyHolderConfigTest : public ::testing::Test {
 protected:
  KeyHolderConfigTest() {
    for (const char* name : {"kh1.crt", "kh1.key", "ca.crt", "ca.crl", "directory.txtpb"}) {
      ReplaceFile(directory_.Path(name), "content");
    }
    std::filesystem::create_directory(directory_.Path("keys"));
  }

  absl::StatusOr<v1::KeyHolderConfig> Load(const std::string& text) {
    ReplaceFile(directory_.Path("keyholder.txtpb"), text);
    return LoadKeyHolderConfig(directory_.Path("keyholder.txtpb"));
  }

  TestDirectory directory_;
};

TEST_F(KeyHolderConfigTest, ResolvesPathsAndFillsInBudgets) {
  const auto config = Load(kGood);
  ASSERT_OK(config);
  EXPECT_EQ(config->tls().private_key(), directory_.Path("kh1.key"));
  EXPECT_EQ(config->database(), directory_.Path("counters.db"));
  EXPECT_EQ(config->transforms_per_day(), 7u);
  EXPECT_EQ(config->evaluations_per_day(), 20000u);
  EXPECT_EQ(config->peels_per_day(), 50u);
}

TEST_F(KeyHolderConfigTest, NamesEveryFaultWithItsLine) {
  EXPECT_THAT(
      Load(R"(name: "gateway/gw1"
listen: "7444"
tls { certificate: "none.crt" }
keys_dir: "none"
gateway: "keyholder/kh1"
peels_per_day: 4000000000
)"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr(":1:1: `name`: write keyholder/NAME"),
                     HasSubstr(":2:1: `listen`: write host:port"),
                     HasSubstr(":3:1: `tls.certificate`: cannot open"),
                     HasSubstr(":3:1: `tls.private_key`: is missing"),
                     HasSubstr(":3:1: `tls.revocation_list`: is missing"),
                     HasSubstr(":4:1: `keys_dir`:"), HasSubstr("`key_directory`: is missing"),
                     HasSubstr("`database`: is missing"),
                     HasSubstr(":5:1: `gateway`: write gateway/NAME"),
                     HasSubstr(":6:1: `peels_per_day`: must be from 1 to 10000000"))));
}

TEST_F(KeyHolderConfigTest, TakesKeysBesideThoseInForce) {
  const auto config = Load(
      absl::StrCat(kGood, "beside { keys_dir: \"keys\" key_directory: \"directory.txtpb\" }\n"));
  ASSERT_OK(config);
  EXPECT_EQ(config->beside().keys_dir(), directory_.Path("keys"));
  EXPECT_THAT(Load(absl::StrCat(kGood, "beside { keys_dir: \"none\" }\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(":14:1: `beside.keys_dir`:"),
                             HasSubstr("`beside.key_directory`: is missing"))));
}

TEST_F(KeyHolderConfigTest, TakesAnArchiveOfEarlierKeys) {
  const std::string one = "archive { keys_dir: \"keys\" key_directory: \"directory.txtpb\" }\n";
  const auto config = Load(absl::StrCat(kGood, one, one));
  ASSERT_OK(config);
  ASSERT_EQ(config->archive_size(), 2);
  EXPECT_EQ(config->archive(1).keys_dir(), directory_.Path("keys"));
  EXPECT_THAT(Load(absl::StrCat(kGood, one, "archive { keys_dir: \"none\" }\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(":15:1: `archive.keys_dir`:"),
                             HasSubstr(":15:1: `archive.key_directory`: is missing"))));
}

TEST_F(KeyHolderConfigTest, RefusesAnUnknownField) {
  EXPECT_THAT(Load(absl::StrCat(kGood, "skip_checks: true\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(":14:"), HasSubstr("skip_checks"))));
}

}  // namespace
}  // namespace sluss
