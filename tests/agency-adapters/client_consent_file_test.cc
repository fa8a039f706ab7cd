#include <nlohmann/json.hpp>

#include "agency-adapters/client/consent_file.h"
#include "gateway/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::nlohmann::json;
using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::CivilDay kToday(2026, 1, 15);

json Good() {
  return {{"reference", "C-17"},
          {"form", "SSPF"},
          {"purpose", "COLLABORATION"},
          {"parties",
           {{{"agency", "school/ekbacken"}, {"functions", {"principal", "counsellor"}}},
            {{"agency", "police/region-mitt"}, {"functions", {"police-officer"}}}}},
          {"categories", {"NARRATIVE"}},
          {"validFrom", "2025-09-01"},
          {"validTo", "2025-12-31"},
          {"child", "20100101-9809"},
          {"guardians", 2},
          {"grants",
           {{{"who", "guardian"},
             {"name", "Vera Vård"},
             {"granted", true},
             {"channel", "paper"},
             {"evidence", "a.pdf"}},
            {{"who", "child"},
             {"name", "Testa"},
             {"granted", false},
             {"channel", "oral-with-witness"},
             {"evidenceDigest", std::string(64, 'a')}}}},
          {"maturity", {{"mature", true}, {"note", "förstår"}}},
          {"refusedCategories", {"HEALTH"}},
          {"excludedTopics", {"skilsmässan"}},
          {"replaces", "C-16"},
          {"contradicts", {"C-3"}},
          {"information", {{"voluntary", true}, {"revocable", true}, {"consequence", true}}},
          {"interpreter", true},
          {"gdpr", {{"article6", "6.1.e"}, {"article9", "9.2.g"}}},
          {"officer", "Eva Ek"},
          {"officerRole", "counsellor"}};
}

TEST(ConsentFile, ReadsEveryMember) {
  const absl::StatusOr<ConsentFile> file = ReadConsentFile(Good().dump(), kToday);
  ASSERT_OK(file);
  EXPECT_EQ(file->reference, "C-17");
  EXPECT_EQ(file->officer, "Eva Ek");
  EXPECT_EQ(file->child.digits, "201001019809");
  EXPECT_EQ(file->record.form(), "SSPF");
  EXPECT_EQ(file->record.purpose(), "COLLABORATION");
  ASSERT_EQ(file->record.party_size(), 2);
  EXPECT_THAT(file->record.party(0).function(), ElementsAre("principal", "counsellor"));
  EXPECT_THAT(file->record.category(), ElementsAre("NARRATIVE"));
  EXPECT_EQ(file->record.guardians(), 2u);
  ASSERT_EQ(file->record.grant_size(), 2);
  EXPECT_EQ(file->record.grant(0).grantor(), v1::GUARDIAN);
  EXPECT_TRUE(file->record.grant(0).granted());
  EXPECT_EQ(file->record.grant(1).grantor(), v1::CHILD);
  EXPECT_FALSE(file->record.grant(1).granted());
  EXPECT_THAT(file->person, ElementsAre("Vera Vård", "Testa"));
  EXPECT_EQ(file->record.maturity(), v1::MATURE);
  EXPECT_EQ(file->maturity_note, "förstår");
  EXPECT_THAT(file->record.refused_category(), ElementsAre("HEALTH"));
  EXPECT_THAT(file->excluded_topic, ElementsAre("skilsmässan"));
  EXPECT_EQ(file->replaces, "C-16");
  EXPECT_THAT(file->contradicts, ElementsAre("C-3"));
  EXPECT_TRUE(file->record.information().voluntary());
  EXPECT_TRUE(file->record.information().revocable());
  EXPECT_TRUE(file->record.information().consequence());
  EXPECT_EQ(file->record.interpreter(), v1::INTERPRETER_TOOK_PART);
  EXPECT_EQ(file->record.gdpr().article_6(), "6.1.e");
  EXPECT_EQ(file->record.gdpr().article_9(), "9.2.g");
  EXPECT_EQ(file->record.received_role(), "counsellor");
  EXPECT_EQ(file->record.grant(1).evidence_digest(), std::string(32, '\xaa'));
  EXPECT_THAT(file->evidence, ElementsAre("a.pdf", ""));
}

TEST(ConsentFile, TheLastDayIsIncludedInSwedishTime) {
  const ConsentFile file = ReadConsentFile(Good().dump(), kToday).value();
  EXPECT_EQ(
      file.record.valid_from_us(),
      absl::ToUnixMicros(absl::FromCivil(absl::CivilHour(2025, 8, 31, 22), absl::UTCTimeZone())));
  EXPECT_EQ(
      file.record.valid_to_us(),
      absl::ToUnixMicros(absl::FromCivil(absl::CivilHour(2025, 12, 31, 23), absl::UTCTimeZone())));
}

struct Fault {
  const char* name;
  const char* pointer;  // what is changed
  json value;           // null: removed
  const char* error;
};

class ConsentFileFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(ConsentFileFaults, NamesTheFieldAndQuotesNothing) {
  json file = Good();
  const json::json_pointer pointer(GetParam().pointer);
  if (GetParam().value.is_null()) {
    file[pointer.parent_pointer()].erase(pointer.back());
  } else {
    file[pointer] = GetParam().value;
  }
  const absl::Status status = ReadConsentFile(file.dump(), kToday).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("980")));
}

INSTANTIATE_TEST_SUITE_P(
    All, ConsentFileFaults,
    ::testing::Values(
        Fault{"no_form", "/form", nullptr, "`form`"},
        Fault{"unknown_member", "/childName", "x", "`childName`"},
        Fault{"unknown_in_grant", "/grants/0/note", "x", "`grants[0].note`"},
        Fault{"bad_agency", "/parties/1/agency", "Police", "`parties[1].agency`"},
        Fault{"no_functions", "/parties/0/functions", json::array(), "`parties[0].functions`"},
        Fault{"no_parties", "/parties", json::array(), "`parties`"},
        Fault{"no_categories", "/categories", nullptr, "`categories`"},
        Fault{"bad_day", "/validTo", "31/12 2025", "`validTo`: must be a day, YYYY-MM-DD"},
        Fault{"no_end", "/validTo", nullptr, "`validTo`"},
        Fault{"ends_first", "/validTo", "2025-08-31", "`validTo`: must not lie before"},
        Fault{"bad_child", "/child", "20100101-9803", "`child`: "},
        Fault{"no_guardians", "/guardians", nullptr, "`guardians`: must be a number"},
        Fault{"guardians_text", "/guardians", "2", "`guardians`: must be a number"},
        Fault{"many_guardians", "/guardians", 9, "`guardians`: must be a number from 0 to 8"},
        Fault{"no_grants", "/grants", json::array(), "`grants`"},
        Fault{"who", "/grants/0/who", "teacher", "`grants[0].who`"},
        Fault{"granted", "/grants/0/granted", "yes", "`grants[0].granted`"},
        Fault{"channel", "/grants/1/channel", "sms", "`grants[1].channel`"},
        Fault{"no_evidence", "/grants/0/evidence", nullptr, "`grants[0].evidence`: give this or"},
        Fault{"two_evidences", "/grants/1/evidence", "a.pdf", "and one of them only"},
        Fault{"evidence_path", "/grants/0/evidence", "../a.pdf",
              "`grants[0].evidence`: must be the name of a file in evidence/"},
        Fault{"digest", "/grants/1/evidenceDigest", "aa",
              "`grants[1].evidenceDigest`: must be 64 hex digits"},
        Fault{"no_officer", "/officer", nullptr, "`officer`"},
        Fault{"no_officer_role", "/officerRole", nullptr, "`officerRole`"},
        Fault{"grandmother", "/grants/0/who", "grandmother", "`grants[0].who`"},
        Fault{"no_name", "/grants/0/name", nullptr, "`grants[0].name`"},
        Fault{"no_information", "/information", nullptr, "`information`"},
        Fault{"not_said_voluntary", "/information/voluntary", nullptr, "`information.voluntary`"},
        Fault{"no_interpreter", "/interpreter", nullptr, "`interpreter`"},
        Fault{"no_gdpr", "/gdpr", nullptr, "`gdpr`"},
        Fault{"no_article", "/gdpr/article6", nullptr, "`gdpr.article6`"},
        Fault{"no_note", "/maturity/note", nullptr, "`maturity.note`"},
        Fault{"maturity_text", "/maturity/mature", "yes", "`maturity.mature`"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(ConsentFile, RefusesWhatIsNotOneStrictObject) {
  for (const char* text : {"", "{", "[]", "{\"form\":1,\"form\":2}", "{} x", "\xff"}) {
    EXPECT_THAT(ReadConsentFile(text, kToday).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, ::testing::_))
        << text;
  }
}

TEST(WithdrawFile, ReadsAConsentOrAMessage) {
  const auto consent =
      ReadWithdrawFile(R"({"consent": "C-17", "officer": "Eva Ek", "onBehalfOf": "guardian"})");
  ASSERT_OK(consent);
  EXPECT_EQ(consent->consent, "C-17");
  EXPECT_EQ(consent->on_behalf_of, "guardian");
  const auto message =
      ReadWithdrawFile(R"({"message": "FI-1", "officer": "Eva Ek", "onBehalfOf": "party"})");
  ASSERT_OK(message);
  EXPECT_EQ(message->message, "FI-1");
}

TEST(WithdrawFile, ReadsParts) {
  const auto part = ReadWithdrawFile(
      R"({"consent": "C-17", "parties": ["police/region-mitt"], "categories": ["HEALTH"],
          "officer": "Eva Ek", "onBehalfOf": "child"})");
  ASSERT_OK(part);
  EXPECT_THAT(part->party, ElementsAre("police/region-mitt"));
  EXPECT_THAT(part->category, ElementsAre("HEALTH"));
}

TEST(WithdrawFile, NamesTheFault) {
  const std::pair<const char*, const char*> faults[] = {
      {R"({"officer": "E", "onBehalfOf": "party"})", "`consent`: give this or `message`"},
      {R"({"consent": "a", "message": "b", "officer": "E", "onBehalfOf": "party"})",
       "one of them only"},
      {R"({"message": "a", "categories": ["PLAN"], "officer": "E", "onBehalfOf": "party"})",
       "`message`: is taken back whole"},
      {R"({"consent": "a", "onBehalfOf": "party"})", "`officer`"},
      {R"({"consent": "a", "officer": "E", "onBehalfOf": "nobody"})", "`onBehalfOf`"},
      {R"({"consent": "a", "officer": "E", "onBehalfOf": "party", "why": "x"})", "`why`"}};
  for (const auto& [text, error] : faults) {
    EXPECT_THAT(ReadWithdrawFile(text).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(error)));
  }
}

}  // namespace
}  // namespace sluss
