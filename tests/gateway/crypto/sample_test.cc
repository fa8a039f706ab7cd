// A whole notification of an earlier build, kept as bytes: whatever changes a layout, a proof or a
// seal breaks it, and with it every message that is on its way when parties upgrade.
#include <filesystem>
#include <string>

#include "absl/strings/ascii.h"
#include "gateway/base/hex.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/key_assembly.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/private_file.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/parties.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::Number;

constexpr char kSample[] = SLUSS_SOURCE_DIR "/tests/testdata/crypto/sample/";

class SampleTest : public ::testing::Test {
 protected:
  SampleTest() : directory_(::testing::TempDir() + "sample-" + ToHex(RandomBytes(8))) {
    // The repository's copy is readable by all, which a key file must not be.
    const absl::Status written = WritePrivateFile(directory_, "agency.key", File("agency.key"));
    EXPECT_TRUE(written.ok()) << written;
  }
  ~SampleTest() override { std::filesystem::remove_all(directory_); }

  static std::string File(const std::string& name) { return Must(ReadFile(kSample + name)); }

  const std::string directory_;
};

TEST_F(SampleTest, StillOpensAndGivesTheSameNym) {
  const nlohmann::json expected = nlohmann::json::parse(File("expected.json"));
  const auto directory = Must(LoadKeyDirectory(std::string(kSample) + "key-directory.txtpb"));
  EXPECT_EQ(ToHex(directory->digest()), expected["directory_digest"]);
  EXPECT_EQ(ToHex(directory->short_name()), expected["directory"]);
  const AgencySecrets secrets = Must(LoadAgencySecrets(directory_));
  v1::Notification notification;
  ASSERT_TRUE(notification.ParseFromString(
      Must(FromHex(absl::StripAsciiWhitespace(File("notification.hex"))))));

  const Opened opened = Must(OpenNotification(notification, secrets, *directory));
  EXPECT_EQ(ToHex(opened.nym->value()), expected["nym"]);
  EXPECT_EQ(opened.contents.at("CONTACT"), expected["CONTACT"]);
  EXPECT_EQ(opened.contents.at("NARRATIVE"), expected["NARRATIVE"]);
  EXPECT_EQ(opened.withheld, expected["withheld"]);
  EXPECT_EQ(ToHex(opened.header.directory()), expected["directory"]);

  const auto hex_of = [](const Point& point) { return ToHex(point.encoded()); };
  EXPECT_EQ(hex_of(Must(NumberElement(Number(expected["number"].get<std::string>().c_str())))),
            expected["M"]);
  EXPECT_EQ(hex_of(Must(DecryptElement(
                secrets, Must(NymCiphertext::Decode(notification.keyholder_hop().ciphertext()))))),
            expected["N"]);
}

}  // namespace
}  // namespace sluss
