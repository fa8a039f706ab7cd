// Canonical text and tables: what they keep, what they take from a spreadsheet, what they refuse.
#include "policy/policy_text.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/canonical.h"
#include "policy/policy_set.h"
#include "policy/text_scan.h"
#include "tests/policy/policy_texts.h"
#include "tests/policy/random_policies.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

absl::StatusOr<std::string> Formatted(const std::string& text) {
  const auto document = ParsePolicyText({"p.txtpb", text});
  if (!document.ok()) return document.status();
  return PolicyText(*document);
}

// Rules with every column that a table has.
PolicyDocument RandomDocument(uint32_t seed) {
  testing::RandomPolicies random(seed);
  PolicyDocument document;
  if (random.Chance(50)) document.comment = "# first\n# \"second\"\tline\n";
  document.policy.set_id("p");
  document.policy.set_version("7");
  if (random.Chance(50)) document.policy.set_title_sv("Orosanmälan");
  for (const v1::Rule& rule : random.Rules(8, /*permits_list_unknown=*/true)) {
    v1::Rule* own = document.policy.add_rule();
    *own = rule;
    if (random.Chance(40)) own->set_note("a \"quoted\"\tnote;\nå, ä och ö, \\ and # too");
    if (random.Chance(20)) own->set_legal_comment("\"");
    if (random.Chance(20)) own->set_duty(true);
    if (random.Chance(20)) own->mutable_valid()->set_from("2025-07-01");
    if (random.Chance(20)) own->mutable_age();
    if (random.Chance(20)) own->mutable_attestation();
    if (random.Chance(50)) own->add_obligation()->mutable_retain()->set_days(90);
    if (random.Chance(50)) own->add_obligation()->set_review(true);
    if (random.Chance(50)) own->add_obligation()->mutable_feedback()->set_days(7);
    if (random.Chance(30)) {
      own->add_obligation()->mutable_notify_guardian()->set_unless("RISK_TO_CHILD");
    }
    if (random.Chance(30)) own->add_obligation()->mutable_acknowledge_within()->set_minutes(60);
    if (random.Chance(30)) {
      auto* assessment = own->add_obligation()->mutable_protection_assessment();
      assessment->set_decide_days(14);
      if (random.Chance(50)) assessment->set_assess_hours(24);
      if (random.Chance(50)) assessment->set_finish_months(4);
    }
  }
  return document;
}

TEST(PolicyTextTest, TextToTableToTextIsTheIdentity) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    PolicyDocument document = RandomDocument(seed);
    const std::string text = PolicyText(document);
    const auto from_text = ParsePolicyText({"p.txtpb", text});
    ASSERT_OK(from_text) << text;
    const auto table = PolicyTable(*from_text);
    ASSERT_OK(table) << text;
    const auto from_table = ParsePolicyTable({"p.tsv", *table});
    ASSERT_OK(from_table) << *table;
    EXPECT_EQ(PolicyText(*from_table), text);
    SortCanonically(&document.policy);
    EXPECT_EQ(from_table->policy.SerializeAsString(), document.policy.SerializeAsString());
    EXPECT_EQ(from_table->comment, document.comment);
    if (HasFailure()) return;
  }
}

// A spreadsheet that puts quotes around every cell, a mark in front and its own line ends.
TEST(PolicyTextTest, ATableThatASpreadsheetHasHadIsTheSame) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const std::string text = PolicyText(RandomDocument(seed));
    const auto table = PolicyTable(*ParsePolicyText({"p.txtpb", text}));
    ASSERT_OK(table);
    std::string touched = "\xEF\xBB\xBF";
    bool quoted = false;
    for (const char c : *table) {
      if (c == '"') quoted = !quoted;
      if (c == '\n' && !quoted) touched += "\t\t\r";
      touched += c;
    }
    const auto read = ParsePolicyTable({"p.tsv", touched + "\t\t\r\n\r\n"});
    ASSERT_OK(read) << touched;
    EXPECT_EQ(PolicyText(*read), text);
  }
}

TEST(PolicyTextTest, ShippedTemplatesSurviveTextAndTable) {
  const auto sources = ReadPolicySources(SLUSS_SOURCE_DIR "/policy/templates");
  ASSERT_OK(sources);
  for (const PolicySource& source : *sources) {
    const auto document = ParsePolicyText(source);
    ASSERT_OK(document);
    const std::string text = PolicyText(*document);
    EXPECT_EQ(*Formatted(text), text) << "not idempotent";
    const auto table = PolicyTable(*document);
    ASSERT_OK(table);
    const auto read = ParsePolicyTable({"t.tsv", *table});
    ASSERT_OK(read);
    EXPECT_EQ(PolicyText(*read), text);
    EXPECT_FALSE(document->comment.empty()) << source.name << ": its head comment is lost";
  }
}

TEST(PolicyTextTest, OrderAndDoublesMakeNoDifference) {
  const auto one = Formatted(
      R"(version: "1" rule { id: "b" } rule { id: "a" sender: ["y", "x", "y"] } id: "p")");
  const auto two = Formatted(
      R"(id: "p" version: "1" rule { sender: "x" sender: "y" id: "a" } rule { id: "b" })");
  ASSERT_OK(one);
  EXPECT_EQ(*one, *two);
  EXPECT_EQ(*one,
            "id: \"p\"\nversion: \"1\"\n\nrule {\n  id: \"a\"\n  sender: [\"x\", \"y\"]\n}\n\nrule "
            "{\n  id: \"b\"\n}\n");
}

TEST(PolicyTextTest, ACommentThatWouldBeLostIsRefused) {
  EXPECT_THAT(Formatted("# kept\nid: \"p\"\n  # lost\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "p.txtpb:3:3: a comment after the first field would be lost: say it in "
                       "`note`, or above the first field"));
  EXPECT_EQ(*Formatted("# kept\n\n# too \nid: \"p#\"\n"), "# kept\n# too\nid: \"p#\"\n");
}

struct BadTable {
  std::string name, table, fault;
};

class BadTableTest : public ::testing::TestWithParam<BadTable> {};

TEST_P(BadTableTest, IsRefusedWithThePlaceOfItsCell) {
  EXPECT_THAT(ParsePolicyTable({"t.tsv", GetParam().table}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    Tables, BadTableTest,
    ::testing::Values(
        BadTable{"Empty", "", "t.tsv: no row with the names of the columns"},
        BadTable{"Semicolons", "id;effect;sender\na;PERMIT;x",
                 "t.tsv:1:1: `;` between the cells: "
                 "save the table as tab-separated text"},
        BadTable{"Commas", "id,effect\na,PERMIT", "t.tsv:1:1: `,` between the cells"},
        BadTable{"SemicolonsInAList", "id\tsender\na\tx; y",
                 "t.tsv:2:3: `sender`: semicolons: the "
                 "values of a list are joined by commas"},
        BadTable{"UnknownColumn", "id\tsendr",
                 "t.tsv:1:4: unknown column `sendr`: did you mean "
                 "`sender`?"},
        BadTable{"ColumnTwice", "id\tid", "t.tsv:1:4: column `id` stands here twice"},
        BadTable{"UnknownEffect", "policy\tp\n\nid\teffect\na\tPERMITT",
                 "t.tsv:4:3: `effect`: "
                 "unknown effect `PERMITT`: did you mean `PERMIT`?: one of PERMIT, FORBID"},
        BadTable{"Age", "id\tage\na\t12-17", "t.tsv:2:3: `age`: `12-17` is no range: as `12..18`"},
        BadTable{"AgeLetters", "id\tage\na\tx..18", "t.tsv:2:3: `age`: `x` is no whole number"},
        BadTable{"Flag", "id\tduty\na\tja", "t.tsv:2:3: `duty`: `ja`: a flag is `yes` or nothing"},
        BadTable{"Obligation", "id\tobligation\na\treview, retian=9",
                 "t.tsv:2:3: `obligation`: unknown obligation `retian`: did you mean `retain`?"},
        BadTable{"ObligationNumber", "id\tobligation\na\tretain",
                 "`retain` needs a number, as `retain=14`"},
        BadTable{"Assessment", "id\tobligation\na\tprotection_assessment=24h",
                 "t.tsv:2:3: `obligation`: `protection_assessment=24h`: as `14d 24h 4m`"},
        BadTable{"AssessmentTwice", "id\tobligation\na\tprotection_assessment=14d 15d",
                 "`protection_assessment=14d 15d`: as `14d 24h 4m`"},
        BadTable{"AssessmentUnit", "id\tobligation\na\tprotection_assessment=14d 2w",
                 "`protection_assessment=14d 2w`: as"},
        BadTable{"Attestation", "id\tattestation\na\ttwo", "`two`: `officers=2`, `reason` or"},
        BadTable{"QuoteOpen", "id\tnote\na\t\"x\nb",
                 "t.tsv:2:3: the quote that begins here is not "
                 "closed"},
        BadTable{"Latin1", "id\tnote\na\tk\xE4nd", "t.tsv:2:4: no UTF-8: save the table as UTF-8"},
        BadTable{"TextBehindQuote", "id\tnote\na\t\"x\"y", "t.tsv:2:3: text after the closing"},
        BadTable{"CellTooFar", "id\na\tx", "t.tsv:2:3: a cell to the right of the last column"},
        BadTable{"ListHole", "id\tsender\na\tx,,y", "t.tsv:2:3: `sender`: a list with an empty"}),
    [](const auto& test) { return test.param.name; });

TEST(PolicyTextTest, AnAssessmentIsThreeTimesOrTheDaysAlone) {
  for (const auto& [cell, days, hours, months] :
       std::vector<std::tuple<std::string, uint32_t, uint32_t, uint32_t>>{
           {"14d 24h 4m", 14, 24, 4}, {"4m 14d", 14, 0, 4}, {"14", 14, 0, 0}}) {
    const auto read =
        ParsePolicyTable({"t.tsv", "id\tobligation\na\tprotection_assessment=" + cell + "\n"});
    ASSERT_OK(read) << cell;
    const auto& owed = read->policy.rule(0).obligation(0).protection_assessment();
    EXPECT_EQ(owed.decide_days(), days) << cell;
    EXPECT_EQ(owed.assess_hours(), hours) << cell;
    EXPECT_EQ(owed.finish_months(), months) << cell;
  }
}

TEST(PolicyTextTest, EveryFaultOfATableIsShown) {
  EXPECT_THAT(ParsePolicyTable({"t.tsv", "id\tage\tduty\na\tx\tja\nb\t\tnej\n"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "t.tsv:2:3: `age`: `x` is no range: as `12..18`, the end left out\n"
                       "t.tsv:2:5: `duty`: `ja`: a flag is `yes` or nothing\n"
                       "t.tsv:3:4: `duty`: `nej`: a flag is `yes` or nothing"));
}

// A table is loaded as it lies there, and what the names in it are worth is told cell by cell.
absl::StatusOr<std::shared_ptr<const PolicySet>> LoadTable(absl::string_view rules) {
  const std::string table = absl::StrCat("policy\tp\nversion\t1\n", rules);
  return PolicySet::Load(std::vector<PolicySource>{{"catalogue.txtpb", testing::kSmallCatalogue}},
                         std::vector<PolicySource>{{"t.tsv", table}}, testing::Sha256);
}

constexpr char kColumns[] =
    "id\teffect\tsender\trecipient\tpurpose\tlegal_basis\tcategory\tsender_role\tconsent\tage\t"
    "obligation\n";

TEST(PolicyTextTest, ATableIsLoadedLikeTheTextOfTheSameRules) {
  const auto table = LoadTable(absl::StrCat(
      kColumns, "r\tPERMIT\tschool/*\tsocial/*\tCARE\tLAW-1\tA, B\tclerk\tREQUIRED\t..18\t\n"));
  ASSERT_OK(table);
  const auto text =
      PolicySet::Load(std::vector<PolicySource>{{"catalogue.txtpb", testing::kSmallCatalogue}},
                      std::vector<PolicySource>{
                          {"p.txtpb",
                           "id: \"p\" version: \"1\" rule { id: \"r\" effect: PERMIT "
                           "sender: \"school/*\" recipient: \"social/*\" purpose: \"CARE\" "
                           "legal_basis: \"LAW-1\" category: [\"A\", \"B\"] sender_role: \"clerk\" "
                           "consent: REQUIRED age { below: 18 } }"}},
                      testing::Sha256);
  ASSERT_OK(text);
  EXPECT_EQ((*table)->digest(), (*text)->digest());
}

TEST(PolicyTextTest, UnknownNamesOfATableAreToldWithTheirCells) {
  EXPECT_THAT(
      LoadTable(absl::StrCat(
          kColumns, "r\tPERMIT\tschol/*\tsocial/*\tCARES\tLAW1\tA, AC\tclark\tREQUIRED\t18..18\t\n",
          "s\tPERMIT\tschool/*\tsocial/*\tCARE\tLAW-1\tA\tclerk\tREQUIRED\t\tretain=0\n")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::AllOf(
                   HasSubstr("t.tsv:4:10: unknown agency kind `schol`: did you mean `school`?"),
                   HasSubstr("t.tsv:4:27: unknown purpose `CARES`: did you mean `CARE`?"),
                   HasSubstr("t.tsv:4:33: unknown legal basis `LAW1`: did you mean `LAW-1`?"),
                   HasSubstr("t.tsv:4:38: unknown category `AC`"),
                   HasSubstr("t.tsv:4:44: unknown role `clark`: did you mean `clerk`?"),
                   HasSubstr("t.tsv:4:59: no age lies from 18 to below 18"),
                   HasSubstr("t.tsv:5:57: `retain` needs `days`"))));
}

TEST(PolicyTextTest, ATableOfTooManyRulesIsRefusedBeforeItIsRead) {
  std::string rules = kColumns;
  for (int i = 0; i < 1'000'000; ++i) rules += "r\tPERMIT\n";
  EXPECT_THAT(LoadTable(rules), StatusIs(absl::StatusCode::kResourceExhausted,
                                         HasSubstr("the limit of a policy set is 100000")));
}

TEST(PolicyTextTest, WhatNoCellCanHoldIsNotWritten) {
  PolicyDocument document;
  v1::Rule* rule = document.policy.add_rule();
  rule->set_id("a");
  rule->add_sender("x, y");
  EXPECT_THAT(PolicyTable(document),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "rule `a`: `sender` holds `x, y`, which a list of a table cannot hold"));
  rule->clear_sender();
  rule->add_obligation();
  EXPECT_THAT(PolicyTable(document),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("without a kind")));
}

TEST(TextScanTest, CountsRulesOutsideStringsAndComments) {
  EXPECT_EQ(ScanPolicyText("rule {} rule: < > # rule {\n note: \"rule { \\\" rule {\"").rules, 2u);
  EXPECT_EQ(ScanPolicyText("x { rule { } } my_rule {} rule_ {}").rules, 0u);
  EXPECT_EQ(ScanPolicyText("\"open\nrule {").rules, 1u);
}

}  // namespace
}  // namespace sluss
