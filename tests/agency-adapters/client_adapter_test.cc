// What sluss-adapter refuses before it starts.
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/adapter/config.h"
#include "agency-adapters/adapter/native.h"
#include "agency-adapters/adapter/progress.h"
#include "agency-adapters/client/state_lock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using ::sluss::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kConfig[] = R"(agency: "school/ekbacken"
gateway_address: "127.0.0.1:7443"
gateway_name: "gateway/gw1"
tls { certificate: "f" private_key: "f" authority: "f" revocation_list: "f" }
keys_dir: "d"
key_directory: "f"
format: OPEN_EPLATFORM
mapping: "f"
drop_dir: "d"
native_out_dir: "d"
officers_dir: "d"
state_dir: "d"
)";

class AdapterTest : public ::testing::Test {
 protected:
  AdapterTest() : root_(::testing::TempDir() + "/adapter-XXXXXX") {
    EXPECT_NE(mkdtemp(root_.data()), nullptr);
    Write("f", "");
    fs::create_directory(root_ + "/d");
    Permit("d", 0700);
    Permit("f", 0600);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(root_ + "/" + name) << text;
  }
  void Permit(const std::string& name, mode_t mode) {
    ASSERT_EQ(chmod((root_ + "/" + name).c_str(), mode), 0);
  }
  absl::StatusOr<v1::AdapterConfig> Load(const std::string& text) {
    Write("adapter.txtpb", text);
    return LoadAdapterConfig(root_ + "/adapter.txtpb");
  }

  std::string root_;
};

TEST_F(AdapterTest, ResolvesPathsAndFillsInDefaults) {
  const absl::StatusOr<v1::AdapterConfig> config = Load(kConfig);
  ASSERT_OK(config);
  EXPECT_EQ(config->drop_dir(), root_ + "/d");
  EXPECT_EQ(config->poll_milliseconds(), 500u);
}

TEST_F(AdapterTest, TakesKeysBesideThoseInForce) {
  const std::string text = kConfig;
  const auto config = Load(text + "beside { keys_dir: \"d\" key_directory: \"f\" }\n");
  ASSERT_OK(config);
  EXPECT_EQ(config->beside().keys_dir(), root_ + "/d");
  EXPECT_THAT(Load(text + "beside { keys_dir: \"none\" }\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("`beside.keys_dir`:"),
                             HasSubstr("`beside.key_directory`: is missing"))));
}

TEST_F(AdapterTest, NamesEveryFaultWithItsLine) {
  const std::string bad =
      absl::StrReplaceAll(kConfig, {{"school/ekbacken", "School"},
                                    {"127.0.0.1:7443", "nowhere"},
                                    {"format: OPEN_EPLATFORM\n", ""},
                                    {"mapping: \"f\"", "mapping: \"missing\""}});
  EXPECT_THAT(Load(bad + "poll_milliseconds: 1\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("adapter.txtpb:1:1: `agency`"),
                             HasSubstr("adapter.txtpb:2:1: `gateway_address`: write host:port"),
                             HasSubstr("`format`: is missing"),
                             HasSubstr("adapter.txtpb:7:1: `mapping`: cannot open"),
                             HasSubstr("`poll_milliseconds`: must be from 20 to 60000"))));
}

TEST_F(AdapterTest, RefusesDirectoriesThatOthersMayEnter) {
  Permit("d", 0750);
  EXPECT_THAT(Load(kConfig), StatusIs(absl::StatusCode::kInvalidArgument,
                                      AllOf(HasSubstr("`state_dir`: others may enter"),
                                            HasSubstr("run chmod go-rwx on it"))));
  Permit("d", 0701);
  EXPECT_THAT(Load(kConfig), StatusIs(absl::StatusCode::kInvalidArgument,
                                      AllOf(HasSubstr("`drop_dir`: others may enter"),
                                            HasSubstr("`native_out_dir`: others may enter"))));
}

TEST_F(AdapterTest, RefusesTheMappingOfAnotherAgency) {
  v1::AdapterConfig config = Load(kConfig).value();
  Write("f", "agency: \"school/other\"");
  EXPECT_THAT(MakeNativeFormat(config).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("`agency`: is `school/other`, not `school/ekbacken`")));
}

TEST_F(AdapterTest, OnlyOneProcessMayUseAStateDirectory) {
  const absl::StatusOr<StateLock> first = StateLock::Take(root_ + "/d");
  ASSERT_OK(first);
  EXPECT_THAT(StateLock::Take(root_ + "/d").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("is in use by another sluss-adapter: stop that one first")));
}

TEST(ProgressBar, FillsUp) {
  EXPECT_EQ(ProgressBar(0, 4), absl::StrCat("enrolling [", std::string(40, '.'), "] 0 of 4"));
  EXPECT_EQ(ProgressBar(1, 4),
            absl::StrCat("enrolling [", std::string(10, '#'), std::string(30, '.'), "] 1 of 4"));
  EXPECT_EQ(ProgressBar(4, 4), absl::StrCat("enrolling [", std::string(40, '#'), "] 4 of 4"));
}

}  // namespace
}  // namespace sluss
