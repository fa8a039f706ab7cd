#include "gateway/crypto/vectors/vectors.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "gateway/base/text_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/parties.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string TestData(const std::string& name) {
  return Must(ReadFile(std::string(SLUSS_SOURCE_DIR "/tests/testdata/crypto/") + name));
}

VectorReport ReportOn(const std::string& text) {
  VectorReport report;
  RunVectorText("file", text, &report);
  return report;
}

struct PublishedFile {
  const char* name;
  int cases;
};

constexpr PublishedFile kRfcTables[] = {
    {"rfc9180.json", 47}, {"rfc9380.json", 10}, {"rfc9496.json", 52}, {"rfc9497.json", 11}};
constexpr PublishedFile kJudgedCases[] = {{"rfc8032.json", 4}, {"wycheproof-x25519.json", 18}};

void ExpectAllPass(const PublishedFile& file) {
  const VectorReport report = ReportOn(TestData(file.name));
  EXPECT_THAT(report.failures(), IsEmpty()) << file.name;
  EXPECT_EQ(report.passed(), file.cases) << file.name;
  EXPECT_EQ(report.skipped(), 0) << file.name;
}

TEST(VectorsTest, EveryPublishedCasePasses) {
  for (const PublishedFile& file : kRfcTables) ExpectAllPass(file);
  for (const PublishedFile& file : kJudgedCases) ExpectAllPass(file);
}

// Calls `visit` with every text of hex digits, long enough not to be a word, in turn changed by one
// digit.
template <typename Visit>
void ForEachChangedHex(nlohmann::json& root, nlohmann::json& value, Visit visit) {
  if (value.is_structured()) {
    for (nlohmann::json& child : value) ForEachChangedHex(root, child, visit);
    return;
  }
  if (!value.is_string()) return;
  const auto text = value.get<std::string>();
  for (const char c : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return;
  }
  if (text.size() < 24) return;
  std::string changed = text;
  changed.back() = changed.back() == '1' ? '2' : '1';
  value = changed;
  visit(text);
  value = text;
}

// A runner that does not look is worse than none: whatever a case lists is checked.
TEST(VectorsTest, NoFieldCanChangeUnnoticed) {
  for (const PublishedFile& file : kRfcTables) {
    nlohmann::json json = nlohmann::json::parse(TestData(file.name));
    json.erase("invalid_encodings");  // still invalid after a change
    int changes = 0;
    ForEachChangedHex(json, json, [&](const std::string& was) {
      ++changes;
      EXPECT_GT(ReportOn(json.dump()).failed(), 0) << file.name << " with a change in " << was;
    });
    EXPECT_GT(changes, 5) << file.name;
  }
}

TEST(VectorsTest, OtherSuitesAndModesAreSkippedAndCounted) {
  nlohmann::json hpke = nlohmann::json::parse(TestData("rfc9180.json"));
  hpke["vectors"][0]["mode"] = 1;
  hpke["vectors"][1]["kem_id"] = 18;  // P-521
  hpke["vectors"][2]["kdf_id"] = 2;
  const VectorReport report = ReportOn(hpke.dump());
  EXPECT_EQ(report.skipped(), 3);
  EXPECT_EQ(report.failed(), 0);
  EXPECT_GT(report.passed(), 10);

  nlohmann::json oprf = nlohmann::json::parse(TestData("rfc9497.json"));
  oprf["suites"][0]["suite"] = "P256-SHA256";
  EXPECT_EQ(ReportOn(oprf.dump()).skipped(), 2);
}

// As the authors of RFC 9180 publish it: an array, other names, every sequence number in order.
TEST(VectorsTest, TheAuthorsSpellingIsUnderstood) {
  nlohmann::json vector = nlohmann::json::parse(TestData("rfc9180.json"))["vectors"][1];
  for (nlohmann::json& entry : vector["encryptions"]) {
    entry["pt"] = entry["plaintext"];
    entry["ct"] = entry["ciphertext"];
    entry.erase("plaintext");
    entry.erase("ciphertext");
  }
  while (vector["encryptions"].size() > 3) vector["encryptions"].erase(3);
  for (nlohmann::json& entry : vector["encryptions"]) entry.erase("seq");
  const VectorReport report = ReportOn(nlohmann::json::array({vector}).dump());
  EXPECT_THAT(report.failures(), IsEmpty());
  EXPECT_EQ(report.passed(), 1 + 3 + 3);
}

TEST(VectorsTest, ExportsAloneAreEnough) {
  nlohmann::json vector = nlohmann::json::parse(TestData("rfc9180.json"))["vectors"][0];
  nlohmann::json exports;
  for (const char* field : {"mode", "kem_id", "kdf_id", "aead_id", "exporter_secret", "exports"}) {
    exports[field] = vector[field];
  }
  EXPECT_EQ(ReportOn(exports.dump()).passed(), 1 + 3);
}

TEST(VectorsTest, AcceptableMayBeRefusedButNotWrong) {
  nlohmann::json json = nlohmann::json::parse(TestData("wycheproof-x25519.json"));
  for (nlohmann::json& test : json["testGroups"][0]["tests"]) {
    if (test["tcId"] == 1) test["result"] = "invalid";  // a good one is not refused
    if (test["tcId"] == 2) test["shared"] = std::string(64, '1');
    if (test["tcId"] == 33) test["result"] = "valid";  // the all-zero secret is
  }
  EXPECT_EQ(ReportOn(json.dump()).failed(), 3);
}

TEST(VectorsTest, AFileWithoutVectorsFails) {
  EXPECT_THAT(ReportOn("{").failures(), ElementsAre("file: is not JSON"));
  EXPECT_THAT(ReportOn("{\"x\": [1]}").failures(),
              ElementsAre("file: has no vectors of a known shape"));
  EXPECT_THAT(ReportOn("{\"kem_id\": 32}").failures(), ElementsAre(HasSubstr("not found")));
}

}  // namespace
}  // namespace sluss
