// What a citizen reads, in both languages, and what nobody may read out of it.
#include "gateway/documents/access_report.h"

#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/parties.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const v1::Vocabulary& Words() {
  static const auto* const vocabulary =
      new v1::Vocabulary(Must(LoadShipped())->bundle().vocabulary());
  return *vocabulary;
}

absl::Time At(int day, int hour) {
  return StartOfSwedishDay(absl::CivilDay(2026, 3, day)) + absl::Hours(hour);
}

v1::AuditLeaf Decision() {
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::DECISION);
  leaf.set_verdict("PARTIAL");
  leaf.set_time_us(absl::ToUnixMicros(At(3, 14) + absl::Minutes(7)));
  leaf.set_sender("school/ekbacken");
  leaf.set_recipient("social-services/sundby");
  leaf.set_purpose("PROTECTION");
  leaf.add_legal_basis("SOL-2025-19-1");
  leaf.add_passed("NARRATIVE");
  leaf.add_passed("CONTACT");
  leaf.add_withheld("HEALTH");
  leaf.set_message_id("MARKER-MESSAGE-ID");
  leaf.set_event_id("MARKER-EVENT-ID");
  leaf.add_commitment()->set_digest("MARKER-COMMITMENT");
  return leaf;
}

v1::AuditLeaf Later(v1::RecordKind kind, absl::Time at, std::vector<std::string> passed = {}) {
  v1::AuditLeaf leaf;
  leaf.set_kind(kind);
  leaf.set_time_us(absl::ToUnixMicros(at));
  leaf.mutable_passed()->Add(passed.begin(), passed.end());
  return leaf;
}

AccessReport Report(std::vector<ReportedDisclosure> rows) {
  AccessReport report;
  report.made = At(10, 9);
  report.from_us = absl::ToUnixMicros(At(1, 0));
  report.to_us = absl::ToUnixMicros(At(11, 0));
  report.disclosures = std::move(rows);
  report.contact = "dataskyddsombudet <dso@sundby.example>";
  report.log = "log.sluss.example/gw1";
  return report;
}

std::string Html(const AccessReport& report) { return PageHtml(AccessReportPage(report, Words())); }

TEST(AccessReportTest, SaysWhatWasToldInPlainWords) {
  ReportedDisclosure one =
      Reported(Decision(), {Later(v1::DELIVERY, At(3, 15), {"NARRATIVE", "CONTACT"}),
                            Later(v1::ACKNOWLEDGEMENT, At(3, 16))});
  one.proof = "proofs/entries/17.tlog-proof";
  const std::string html = Html(Report({one}));
  for (const char* const words : {"Vad myndigheter har berättat om dig för varandra",
                                  "2026-03-03 14:07",
                                  "skolan (school/ekbacken)",
                                  "socialtjänsten (social-services/sundby)",
                                  "skydd av barn",
                                  "19 kap. 1 § socialtjänstlagen (2025:400)",
                                  "berättelse om oron",
                                  "kontaktuppgifter",
                                  "hälsouppgifter",
                                  "Mottagaren tog emot det 2026-03-03 16:00.",
                                  "En del av uppgifterna fick inte lämnas.",
                                  "proofs/entries/17.tlog-proof",
                                  "2026-03-01 till 2026-03-10",
                                  "Integritetsskyddsmyndigheten (IMY)",
                                  "What agencies have told each other about you",
                                  "school (school/ekbacken)",
                                  "protection of a child",
                                  "the narrative of the concern",
                                  "health data",
                                  "dataskyddsombudet &lt;dso@sundby.example&gt;",
                                  "<html lang=\"sv\">",
                                  "<section lang=\"en\">"}) {
    EXPECT_THAT(html, HasSubstr(words));
  }
  EXPECT_THAT(html, Not(HasSubstr("MARKER")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("http")));
}

TEST(AccessReportTest, EveryEndOfAMessageHasItsSentence) {
  struct Case {
    v1::RecordKind kind;
    Fate fate;
    const char* sv;
    const char* en;
  };
  const Case cases[] = {
      {v1::DELIVERY, Fate::kDelivered, "Utlämnat till mottagaren 2026-03-04 10:00.",
       "Handed out to the recipient 2026-03-04 10:00."},
      {v1::ACKNOWLEDGEMENT, Fate::kReceived, "Mottagaren tog emot det", "received it"},
      {v1::STOP, Fate::kStopped, "Stoppat 2026-03-04 10:00, innan", "Stopped"},
      {v1::DELIVERY_DENIED, Fate::kStopped, "Stoppat", "Stopped"},
      {v1::RECALL, Fate::kRecalled, "återkallat 2026-03-04 10:00", "called back"},
      {v1::REFUSAL, Fate::kRefused, "kunde inte ta emot det", "could not accept it"},
      {v1::EXPIRY, Fate::kExpired, "Hämtades aldrig", "Was never fetched"},
  };
  for (const Case& one : cases) {
    const ReportedDisclosure row = Reported(Decision(), {Later(one.kind, At(4, 10))});
    EXPECT_EQ(row.fate, one.fate);
    const std::string html = Html(Report({row}));
    EXPECT_THAT(html, HasSubstr(one.sv));
    EXPECT_THAT(html, HasSubstr(one.en));
  }
  EXPECT_EQ(Reported(Decision(), {}).fate, Fate::kOnTheWay);
  EXPECT_THAT(Html(Report({Reported(Decision(), {})})), HasSubstr("Väntar på att mottagaren"));
}

TEST(AccessReportTest, WhatWasTakenOutOnTheWayWasNotTold) {
  const ReportedDisclosure cut = Reported(
      Decision(),
      {Later(v1::TRIM, At(4, 9), {"NARRATIVE"}), Later(v1::DELIVERY, At(4, 10), {"NARRATIVE"})});
  EXPECT_THAT(cut.passed, ElementsAre("NARRATIVE"));
  EXPECT_THAT(Html(Report({cut})), Not(HasSubstr("kontaktuppgifter")));
}

TEST(AccessReportTest, ADenialIsShownAsOne) {
  v1::AuditLeaf leaf = Decision();
  leaf.set_verdict("DENY");
  const ReportedDisclosure denied = Reported(leaf, {});
  EXPECT_EQ(denied.fate, Fate::kDenied);
  EXPECT_THAT(denied.passed, IsEmpty());
  EXPECT_THAT(Html(Report({denied})), HasSubstr("Ingenting lämnades ut: det var inte tillåtet."));
}

TEST(AccessReportTest, CorrectionsAreNamed) {
  v1::AuditLeaf leaf = Decision();
  leaf.set_corrects("0123456789abcdef");
  EXPECT_THAT(Html(Report({Reported(leaf, {})})), HasSubstr("rättar ett tidigare meddelande"));
  leaf.set_retracts(true);
  EXPECT_THAT(Html(Report({Reported(leaf, {})})),
              HasSubstr("tas ett tidigare meddelande tillbaka"));
}

TEST(AccessReportTest, OfProtectedPersonsNeitherPlaceNorDay) {
  AccessReport report = Report({Reported(Decision(), {Later(v1::DELIVERY, At(4, 10))})});
  report.protected_identity = true;
  const std::string html = Html(report);
  for (const char* const place : {"ekbacken", "social-services/", "2026-03-03", "2026-03-04"}) {
    EXPECT_THAT(html, Not(HasSubstr(place))) << place;
  }
  EXPECT_THAT(html, HasSubstr("skolan"));
  EXPECT_THAT(html, HasSubstr("2026-03<"));
  EXPECT_THAT(html, HasSubstr("Dina personuppgifter är skyddade"));
  EXPECT_THAT(html, HasSubstr("Your personal data are protected"));
  EXPECT_THAT(html, HasSubstr("Bevisen för det har dataskyddsombudet"));
  EXPECT_THAT(html, Not(HasSubstr("mappen proofs")));
}

TEST(AccessReportTest, EveryReportSaysThatSomethingMayBeHeldBack) {
  const char* const sentence = "vare sig sådana uppgifter finns eller inte";
  AccessReport report = Report({});
  EXPECT_THAT(Html(report), HasSubstr(sentence));
  EXPECT_THAT(Html(report), HasSubstr("Inga utlämnanden om dig"));
  EXPECT_THAT(Html(report), Not(HasSubstr("hålls tillbaka tills vidare")));
  report.withheld = 2;
  EXPECT_THAT(Html(report), HasSubstr(sentence));
  EXPECT_THAT(Html(report), HasSubstr("Antal utlämnanden som hålls tillbaka tills vidare"));
}

TEST(AccessReportTest, WhatNobodyCanReadIsCounted) {
  AccessReport report = Report({});
  EXPECT_THAT(Html(report), Not(HasSubstr("ingen längre kan läsa")));
  report.unread = 12;
  EXPECT_THAT(Html(report), HasSubstr("ingen längre kan läsa, oavsett vem de gäller"));
  EXPECT_THAT(Html(report), Not(HasSubstr("nycklarna från då")));
}

TEST(AccessReportTest, ATimeThatCouldNotBeReachedIsSaidWithItsDays) {
  AccessReport report = Report({});
  report.unread = report.unreached = 12;
  report.unreached_from_us = absl::ToUnixMicros(StartOfSwedishDay(absl::CivilDay(2024, 3, 5)));
  report.unreached_to_us = absl::ToUnixMicros(StartOfSwedishDay(absl::CivilDay(2024, 9, 1)));
  EXPECT_THAT(Html(report), HasSubstr("inte kunde sökas igenom, för att nycklarna från då"));
  EXPECT_THAT(Html(report), HasSubstr("2024-03-05 till 2024-09-01 (12)"));
  EXPECT_THAT(Html(report), HasSubstr("2024-03-05 to 2024-09-01 (12)"));
}

TEST(AccessReportTest, WhatTheVocabularyDoesNotKnowIsShownAsTheLogHasIt) {
  v1::AuditLeaf leaf = Decision();
  leaf.set_sender("<b>/x");
  leaf.add_passed("NEW-CATEGORY");
  leaf.add_legal_basis("NEW-LAW");
  const std::string html = Html(Report({Reported(leaf, {})}));
  EXPECT_THAT(html, HasSubstr("NEW-CATEGORY"));
  EXPECT_THAT(html, HasSubstr("NEW-LAW"));
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace sluss::testing
