#include "gateway/base/config_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/config.pb.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::sluss::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ConfigCheckTest : public ::testing::Test {
 protected:
  ConfigCheckTest()
      : dir_(fs::path(::testing::TempDir()) / ("config-check-" + std::to_string(getpid()))) {
    fs::create_directories(dir_);
    Write("gateway.txtpb", "name: \"gateway/gw1\"\nlisten: \"nowhere\"\n");
    Write("secret.pem", "x");
  }
  ~ConfigCheckTest() override { fs::remove_all(dir_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name) << text;
  }
  TextFile Load() {
    auto file = TextFile::Load(dir_ / "gateway.txtpb", &config_);
    EXPECT_OK(file);
    return *std::move(file);
  }

  const fs::path dir_;
  v1::GatewayConfig config_;
};

TEST_F(ConfigCheckTest, NamesEveryFaultWithItsLine) {
  const TextFile file = Load();
  ConfigCheck check(file);
  check.Address("listen", config_.listen());
  check.Required("log_origin", config_.log_origin());
  std::string missing = "missing.pem";
  check.File("key_directory", &missing);
  EXPECT_THAT(check.Finish(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("gateway.txtpb:2:1: `listen`: write host:port"),
                             HasSubstr("`log_origin`: is missing"),
                             HasSubstr("missing.pem`: No such file"))));
}

TEST_F(ConfigCheckTest, TakesOneAddressOrSeveralNumericOnes) {
  const TextFile file = Load();
  for (const char* good : {"gateway.example:7443", "10.0.0.1:7443", "10.0.0.1:7443,10.0.0.2:7444",
                           "[::1]:7443,[fe80::2]:7443"}) {
    ConfigCheck check(file);
    check.Addresses("listen", good);
    EXPECT_OK(check.Finish()) << good;
  }
  for (const char* bad : {"", "nowhere", "10.0.0.1:7443,", "10.0.0.1:7443,gateway.example:7443",
                          "10.0.0.1:7443,[::1]:7443", "10.0.0.1,10.0.0.2:7443"}) {
    ConfigCheck check(file);
    check.Addresses("listen", bad);
    EXPECT_THAT(check.Finish(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`listen`")))
        << bad;
  }
}

TEST_F(ConfigCheckTest, ResolvesPathsFromTheFilesOwnDirectory) {
  const TextFile file = Load();
  ConfigCheck check(file);
  std::string path = "secret.pem";
  chmod((dir_ / "secret.pem").c_str(), 0600);
  check.SecretFile("tls.private_key", &path);
  EXPECT_EQ(path, (dir_ / "secret.pem").string());
  EXPECT_OK(check.Finish());
}

TEST_F(ConfigCheckTest, RefusesASecretThatOthersMayRead) {
  const TextFile file = Load();
  ConfigCheck check(file);
  std::string path = "secret.pem";
  chmod((dir_ / "secret.pem").c_str(), 0640);
  check.SecretFile("tls.private_key", &path);
  EXPECT_THAT(check.Finish(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("chmod 600")));
}

TEST_F(ConfigCheckTest, ZeroTakesTheStandardValue) {
  const TextFile file = Load();
  ConfigCheck check(file);
  EXPECT_EQ(check.Range("limits", 0, 300, 1, 600), 300u);
  EXPECT_EQ(check.Range("limits", 10, 300, 1, 600), 10u);
  EXPECT_OK(check.Finish());
  check.Range("limits", 601, 300, 1, 600);
  EXPECT_THAT(check.Finish(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("from 1 to 600, not 601")));
}

}  // namespace
}  // namespace sluss
