// What of the catalogue's words a citizen reads: whole sentences, and no notes to a lawyer.
#include "gateway/documents/plain_summary.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "gateway/documents/access_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/parties.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PlainSummaryTest, LeavesOutWholeSentencesAndNothingElse) {
  const struct {
    const char* summary;
    const char* plain;
  } cases[] = {
      {"", ""},
      {"Ska bekräftas.", ""},
      {"Socialnämnden får lämna ut.", "Socialnämnden får lämna ut."},
      {"Får lämnas ut. Dagen ska bekräftas.", "Får lämnas ut."},
      {"Paragraf ska bekräftas. Får lämnas ut.", "Får lämnas ut."},
      {"Får lämnas. Lag (2025:1); dagen ska bekräftas. Även till BUP.",
       "Får lämnas. Även till BUP."},
      {"May be told. The day is to be confirmed.", "May be told."},
      {"Enligt 40 kap. 7 g § OSL. Ska bekräftas.", "Enligt 40 kap. 7 g § OSL."},
      {"Dagen enligt 40 kap. 7 g § ska bekräftas. Återkoppling sker.", "Återkoppling sker."},
      {"Får lämnas. Ändrad 2025; lydelsen ska bekräftas.", "Får lämnas."},
  };
  for (const auto& one : cases) EXPECT_EQ(PlainSummary(one.summary), one.plain);
}

bool IsForOfficers(std::string text) {
  absl::AsciiStrToLower(&text);
  for (const char* const word :
       {"bekräft", "confirm", "inte kontroller", "verified", "dag för lydelsen", "dated by",
        "jurist", "lawyer", "sannolikt", "troligen", "probably", "oklart", "unclear", "todo"}) {
    if (absl::StrContains(text, word)) return true;
  }
  return false;
}

class CatalogueTest : public ::testing::Test {
 protected:
  const v1::Vocabulary words_ = Must(LoadShipped())->bundle().vocabulary();
};

TEST_F(CatalogueTest, NoSummaryTellsACitizenWhatALawyerMustConfirm) {
  ASSERT_GT(words_.paragraph_size(), 100);
  int notes = 0;
  for (const v1::Paragraph& paragraph : words_.paragraph()) {
    SCOPED_TRACE(paragraph.id());
    const std::string sv = PlainSummary(paragraph.summary_sv());
    const std::string en = PlainSummary(paragraph.summary_en());
    for (const std::string& plain : {sv, en}) {
      EXPECT_FALSE(IsForOfficers(plain)) << plain;
      EXPECT_FALSE(plain.empty()) << "nothing is left to tell";
      EXPECT_TRUE(absl::EndsWith(plain, ".")) << plain;
    }
    // Both languages leave out alike, and what has no note stays word for word.
    const bool noted = sv != paragraph.summary_sv();
    EXPECT_EQ(noted, en != paragraph.summary_en());
    EXPECT_EQ(noted, IsForOfficers(paragraph.summary_sv()));
    notes += noted;
  }
  EXPECT_GT(notes, 5) << "the catalogue keeps them";
}

TEST_F(CatalogueTest, NorDoTheOtherNamesInAReport) {
  const auto expect_plain = [](const auto& entries) {
    for (const auto& entry : entries) {
      EXPECT_FALSE(IsForOfficers(entry.name_sv())) << entry.name_sv();
      EXPECT_FALSE(IsForOfficers(entry.name_en())) << entry.name_en();
    }
  };
  expect_plain(words_.category());
  expect_plain(words_.purpose());
  expect_plain(words_.agency_kind());
}

TEST_F(CatalogueTest, NoReportShowsANote) {
  for (const v1::Paragraph& paragraph : words_.paragraph()) {
    AccessReport report;
    ReportedDisclosure& row = report.disclosures.emplace_back();
    row.decision.add_legal_basis(paragraph.id());
    const std::string page = PageHtml(AccessReportPage(report, words_));
    EXPECT_THAT(page, HasSubstr(paragraph.citation()));
    EXPECT_THAT(page, Not(HasSubstr("bekräftas."))) << paragraph.id();
    EXPECT_THAT(page, Not(HasSubstr("not verified"))) << paragraph.id();
    EXPECT_THAT(page, Not(HasSubstr("to be confirmed"))) << paragraph.id();
    EXPECT_THAT(page, Not(HasSubstr("To be confirmed"))) << paragraph.id();
  }
}

}  // namespace
}  // namespace sluss::testing
