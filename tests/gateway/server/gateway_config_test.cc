#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/text_file.h"
#include "gateway/server/config.h"
#include "gmock/gmock.h"
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

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

constexpr char kGood[] = R"(name: "gateway/gw1"
listen: "127.0.0.1:7443"
tls { certificate: "a" private_key: "a" authority: "a" revocation_list: "a" }
keys_dir: "keys"
key_directory: "a"
database: "sluss.db"
openings { keys_dir: "openings" }
catalogue: "keys"
policy: "a"
keyholder { address: "127.0.0.1:7444" name: "keyholder/kh1" }
log_origin: "log.sluss.example/gw1"
agency: "school/ekbacken"
limits { clock_skew_seconds: 60 }
)";

constexpr char kOpenings[] = "openings { keys_dir: \"openings\" }";

class GatewayConfigTest : public ::testing::Test {
 protected:
  GatewayConfigTest() {
    ReplaceFile(directory_.Path("a"), "content");
    std::filesystem::create_directory(directory_.Path("keys"));
  }

  absl::StatusOr<v1::GatewayConfig> Load(const std::string& text) {
    ReplaceFile(directory_.Path("gateway.txtpb"), text);
    return LoadGatewayConfig(directory_.Path("gateway.txtpb"));
  }

  // The good file with one thing put in another's place.
  absl::StatusOr<v1::GatewayConfig> With(absl::string_view good, absl::string_view bad) {
    return Load(absl::StrReplaceAll(kGood, {{good, bad}}));
  }

  TestDirectory directory_;
};

TEST_F(GatewayConfigTest, ResolvesPathsAndFillsInLimits) {
  const auto config = Load(kGood);
  ASSERT_OK(config);
  EXPECT_EQ(config->database(), directory_.Path("sluss.db"));
  EXPECT_EQ(config->policy(0), directory_.Path("a"));
  EXPECT_EQ(config->limits().clock_skew_seconds(), 60u);
  EXPECT_EQ(config->limits().requests_per_second(), 2000u);
  EXPECT_EQ(config->limits().max_message_bytes(), 32u << 20);
  EXPECT_EQ(config->limits().expire_hours(), 336u);
}

TEST_F(GatewayConfigTest, TakesKeysBesideThoseInForce) {
  const auto config =
      Load(absl::StrCat(kGood, "beside { keys_dir: \"keys\" key_directory: \"a\" }\n"));
  ASSERT_OK(config);
  EXPECT_EQ(config->beside().key_directory(), directory_.Path("a"));
  EXPECT_THAT(Load(absl::StrCat(kGood, "beside { key_directory: \"none\" }\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("`beside.keys_dir`: is missing"),
                             HasSubstr("`beside.key_directory`: cannot open"))));
}

TEST_F(GatewayConfigTest, TakesAnArchiveOfEarlierKeys) {
  const auto config =
      Load(absl::StrCat(kGood, "archive { keys_dir: \"keys\" key_directory: \"a\" }\n"));
  ASSERT_OK(config);
  EXPECT_EQ(config->archive(0).keys_dir(), directory_.Path("keys"));
  EXPECT_THAT(Load(absl::StrCat(kGood, "archive { key_directory: \"none\" }\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("`archive.keys_dir`: is missing"),
                             HasSubstr("`archive.key_directory`: cannot open"))));
}

TEST_F(GatewayConfigTest, TheSampleNamesTheStandardLimits) {
  const std::string sample = absl::StrCat(SLUSS_SOURCE_DIR, "/deploy/config/gateway.txtpb");
  std::string limits = *ReadFile(sample);
  limits = limits.substr(limits.find("limits {"));
  ASSERT_NE(limits.find("retention {"), std::string::npos);
  const auto shown = With("limits { clock_skew_seconds: 60 }", limits);
  const auto standard = With("limits { clock_skew_seconds: 60 }", "");
  ASSERT_OK(shown);
  ASSERT_OK(standard);
  EXPECT_EQ(shown->limits().SerializeAsString(), standard->limits().SerializeAsString());
  EXPECT_EQ(shown->retention().SerializeAsString(), standard->retention().SerializeAsString());
}

TEST_F(GatewayConfigTest, TheSampleNamesHowLongOpeningsAreKeptByItself) {
  const std::string path = absl::StrCat(SLUSS_SOURCE_DIR, "/deploy/config/gateway.txtpb");
  const std::string sample = *ReadFile(path);
  const size_t begin = sample.find("openings {"), end = sample.find("}\n", begin);
  const auto shown = With(kOpenings, sample.substr(begin, end + 1 - begin));
  ASSERT_OK(shown);
  EXPECT_EQ(shown->openings().SerializeAsString(), Load(kGood)->openings().SerializeAsString());
}

TEST_F(GatewayConfigTest, WhatOpensTheLogIsKeptForFiveYearsUnderKeysOfItsOwn) {
  const auto standard = Load(kGood);
  ASSERT_OK(standard);
  EXPECT_EQ(standard->openings().keys_dir(), directory_.Path("openings"));
  EXPECT_EQ(standard->openings().disclosure_months(), 60u);
  EXPECT_EQ(standard->openings().oversight_months(), 120u);
  const auto named = With(kOpenings, "openings { keys_dir: \"keys/o\" disclosure_months: 61 }");
  ASSERT_OK(named);
  EXPECT_EQ(named->openings().keys_dir(), directory_.Path("keys/o"));
  EXPECT_EQ(named->openings().disclosure_months(), 61u);
  EXPECT_THAT(With(kOpenings, "openings { keys_dir: \"o\" disclosure_months: 59 }"),
              StatusIs(kInvalid, AllOf(HasSubstr("`openings.disclosure_months`: must be at least"),
                                       HasSubstr("HSLF-FS 2016:40 4 kap. 9 §"),
                                       HasSubstr("good norm elsewhere"))));
  for (const uint32_t months : {1u, 12u, 59u}) {
    EXPECT_THAT(
        With(kOpenings, absl::StrCat("openings { keys_dir: \"o\" oversight_months: ", months,
                                     " operation_months: 1 }")),
        StatusIs(kInvalid,
                 AllOf(HasSubstr("`openings.oversight_months`: must be at least 60: reviews "
                                 "of the log are kept for five years"),
                       HasSubstr("`openings.operation_months`: must be from 12"))));
  }
  const auto least = With(kOpenings, "openings { keys_dir: \"o\" oversight_months: 60 }");
  ASSERT_OK(least);
  EXPECT_EQ(least->openings().oversight_months(), 60u);
  EXPECT_THAT(With(kOpenings, "openings { keys_dir: \".\" }"),
              StatusIs(kInvalid, HasSubstr("`openings.keys_dir`: must be a directory of its own")));
  EXPECT_THAT(With(kOpenings, "openings { keys_dir: \"none/o\" }"),
              StatusIs(kInvalid, HasSubstr("`openings.keys_dir`: the directory of")));
}

TEST_F(GatewayConfigTest, NoMessageIsForgottenWhileItMayStillBeSubmitted) {
  EXPECT_THAT(With("limits { clock_skew_seconds: 60 }", "retention { undelivered_days: 15 }"),
              StatusIs(kInvalid, HasSubstr("`retention.undelivered_days`: must be from 16")));
  EXPECT_OK(With("limits { clock_skew_seconds: 60 }", "retention { undelivered_days: 16 }"));
  const auto longer = With("limits { clock_skew_seconds: 60 }", "limits { expire_hours: 960 }");
  ASSERT_OK(longer);
  EXPECT_EQ(longer->retention().undelivered_days(), 42u) << "the standard value follows";
}

TEST_F(GatewayConfigTest, NamesEveryFaultWithItsLine) {
  EXPECT_THAT(
      Load(R"(name: "keyholder/gw1"
listen: "7443"
tls { certificate: "none.crt" }
keys_dir: "none"
keyholder { address: "x" name: "gateway/gw1" }
agency: "Ekbacken"
agency: "school/ekbacken"
agency: "school/ekbacken"
limits { clock_skew_seconds: 3600 }
)"),
      StatusIs(
          kInvalid,
          AllOf(HasSubstr(":1:1: `name`: write gateway/NAME"),
                HasSubstr(":2:1: `listen`: write host:port"),
                HasSubstr(":3:1: `tls.certificate`: cannot open"),
                HasSubstr(":3:1: `tls.private_key`: is missing"), HasSubstr(":4:1: `keys_dir`:"),
                HasSubstr("`key_directory`: is missing"), HasSubstr("`database`: is missing"),
                HasSubstr("`openings.keys_dir`: is missing"), HasSubstr("`catalogue`: is missing"),
                HasSubstr("`policy`: name at least one policy file"),
                HasSubstr(":5:1: `keyholder.address`: write host:port"),
                HasSubstr(":5:1: `keyholder.name`: write keyholder/NAME"),
                HasSubstr(":6:1: `agency`:"),
                HasSubstr(":8:1: `agency`: `school/ekbacken` stands twice"),
                HasSubstr("`limits.clock_skew_seconds`: must be from 10 to 600"),
                HasSubstr("`log_origin`: is missing"))));
}

TEST_F(GatewayConfigTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Load(absl::StrCat(kGood, "allow_plain_text: true\n")),
              StatusIs(kInvalid, AllOf(HasSubstr(":14:"), HasSubstr("allow_plain_text"))));
  EXPECT_THAT(With("agency: \"school/ekbacken\"", ""),
              StatusIs(kInvalid, HasSubstr("`agency`: name at least one agency")));
}

TEST_F(GatewayConfigTest, ThePublishedLogHasItsOwnCertificateAndLimits) {
  std::filesystem::permissions(directory_.Path("a"), std::filesystem::perms(0600));
  const auto with = [&](const std::string& fields) {
    return Load(absl::StrCat(kGood, "published_log { ", fields, " }\n"));
  };
  const auto config = with("listen: \"127.0.0.1:1\" tls { certificate: \"a\" private_key: \"a\" }");
  ASSERT_OK(config);
  EXPECT_EQ(config->published_log().tls().certificate(), directory_.Path("a"));
  EXPECT_EQ(config->published_log().max_connections(), 128u);
  EXPECT_EQ(config->published_log().longest_seconds(), 120u);
  EXPECT_OK(with("directory: \"keys\""));
  const struct {
    const char* fields;
    const char* error;
  } cases[] = {
      {"listen: \"8443\"", "`published_log.listen`: write host:port"},
      {"listen: \"127.0.0.1:1\"", "`published_log.tls.certificate`: is missing"},
      {"listen: \"127.0.0.1:1\" tls { certificate: \"a\" private_key: \"none\" }",
       "`published_log.tls.private_key`: cannot open"},
      {"listen: \"127.0.0.1:1\" client_certificates: true "
       "tls { certificate: \"a\" private_key: \"a\" }",
       "`published_log.tls.authority`: is missing"},
      {"directory: \"none\"", "`published_log.directory`: `"},
      {"max_connections: 1", "`published_log.max_connections`: must be from 8 to 10000"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(with(c.fields), StatusIs(kInvalid, HasSubstr(c.error))) << c.fields;
  }
}

TEST_F(GatewayConfigTest, WitnessesWarnBeforeTheyRefuse) {
  const auto with = [&](const std::string& fields) {
    return Load(absl::StrCat(kGood, "witnesses { ", fields, " }\n"));
  };
  const auto config = with("policy: \"a\"");
  ASSERT_OK(config);
  EXPECT_EQ(config->witnesses().every_seconds(), 15u);
  EXPECT_EQ(config->witnesses().warn_after_minutes(), 10u);
  EXPECT_EQ(config->witnesses().refuse_after_minutes(), 0u);
  EXPECT_EQ(config->witnesses().policy(), directory_.Path("a"));
  const struct {
    const char* fields;
    const char* error;
  } cases[] = {
      {"", "`witnesses.policy`: is missing"},
      {"policy: \"none\"", "`witnesses.policy`: cannot open"},
      {"policy: \"a\" authority: \"none\"", "`witnesses.authority`: cannot open"},
      {"policy: \"a\" every_seconds: 4000", "`witnesses.every_seconds`: must be from 1 to 3600"},
      {"policy: \"a\" refuse_after_minutes: 10",
       "`witnesses.refuse_after_minutes`: must be above `warn_after_minutes`"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(with(c.fields), StatusIs(kInvalid, HasSubstr(c.error))) << c.fields;
  }
}

TEST_F(GatewayConfigTest, TimestampsAreAskedForMoreOftenThanTheyAreMissed) {
  const auto with = [&](const std::string& fields) {
    return Load(absl::StrCat(kGood, "timestamps { ", fields, " }\n"));
  };
  const auto config = with("url: \"http://tsa.example\" authority: \"a\"");
  ASSERT_OK(config);
  EXPECT_EQ(config->timestamps().every_minutes(), 60u);
  EXPECT_EQ(config->timestamps().warn_after_minutes(), 180u);
  EXPECT_EQ(config->timestamps().refuse_after_minutes(), 0u);
  const struct {
    const char* fields;
    const char* error;
  } cases[] = {
      {"authority: \"a\"", "`timestamps.url`: write https://HOST/PATH"},
      {"url: \"file:///x\" authority: \"a\"", "`timestamps.url`: write https://HOST/PATH"},
      {"url: \"https://x\"", "`timestamps.authority`: is missing"},
      {"url: \"https://x\" authority: \"a\" tls_authority: \"none\"",
       "`timestamps.tls_authority`: cannot open"},
      {"url: \"https://x\" authority: \"a\" warn_after_minutes: 60",
       "`timestamps.warn_after_minutes`: must be above `every_minutes`"},
      {"url: \"https://x\" authority: \"a\" refuse_after_minutes: 180",
       "`timestamps.refuse_after_minutes`: must be above `warn_after_minutes`"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(with(c.fields), StatusIs(kInvalid, HasSubstr(c.error))) << c.fields;
  }
}

TEST_F(GatewayConfigTest, TheDatabaseMayBeAServer) {
  constexpr char kServer[] = "postgresql://sluss@/sluss?host=/run/postgresql";
  const auto config = With("database: \"sluss.db\"", absl::StrCat("database: \"", kServer, "\""));
  ASSERT_OK(config);
  EXPECT_EQ(config->database(), kServer);
  EXPECT_EQ(config->search().index(), directory_.Path("search.index"));
}

TEST_F(GatewayConfigTest, AServerIsReachedSafelyAndWithoutAPassword) {
  EXPECT_THAT(With("database: \"sluss.db\"", "database: \"postgresql://db.example/sluss\""),
              StatusIs(kInvalid, HasSubstr("`database`: the URI of the database leads over "
                                           "TCP without `sslmode=verify-full`")));
  EXPECT_THAT(
      With("database: \"sluss.db\"", "database: \"postgresql://a:hemlig@/b?host=/run/postgresql\""),
      StatusIs(kInvalid, AllOf(HasSubstr("`passfile`"), ::testing::Not(HasSubstr("hemlig")))));
  EXPECT_THAT(With("database: \"sluss.db\"", "database: \"mysql://db.example/sluss\""),
              StatusIs(kInvalid, HasSubstr("unknown scheme")));
}

}  // namespace
}  // namespace sluss
