#include "absl/strings/str_cat.h"
#include "agency-adapters/client/register_csv.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::StatusIs;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::CivilDay kToday(2026, 1, 15);

// Test numbers of the series 980-999, which is never given to a person.
constexpr char kAnna[] = "201001019809";
constexpr char kBo[] = "201203049810";

absl::StatusOr<std::vector<CsvRow>> Read(absl::string_view text) {
  return ReadRegisterCsv("r.csv", text, kToday);
}

struct Spelling {
  const char* name;
  std::string text;
};

class CsvSpellings : public ::testing::TestWithParam<Spelling> {};

TEST_P(CsvSpellings, GivesTheSameRows) {
  const absl::StatusOr<std::vector<CsvRow>> rows = Read(GetParam().text);
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].number, kAnna);
  EXPECT_EQ((*rows)[0].case_ref, "A-1");
  EXPECT_EQ((*rows)[1].number, kBo);
  EXPECT_EQ((*rows)[1].case_ref, "B;2, \"x\"");
}

INSTANTIATE_TEST_SUITE_P(
    All, CsvSpellings,
    ::testing::Values(
        Spelling{"plain",
                 absl::StrCat("number,case_ref\n", kAnna, ",A-1\n", kBo, ",\"B;2, \"\"x\"\"\"\n")},
        Spelling{"semicolon",
                 absl::StrCat("number;case_ref\n", kAnna, ";A-1\n", kBo, ";\"B;2, \"\"x\"\"\"\n")},
        Spelling{"byte_order_mark", absl::StrCat("\xEF\xBB\xBFnumber,case_ref\r\n", kAnna,
                                                 ",A-1\r\n", kBo, ",\"B;2, \"\"x\"\"\"\r\n")},
        Spelling{
            "hyphen_and_names",
            absl::StrCat("given_name,number,family_name,case_ref\nÅsa,20100101-9809,Ek,A-1\n\n",
                         "Bo,120304-9810,Al,\"B;2, \"\"x\"\"\"")}),
    [](const auto& tested) { return std::string(tested.param.name); });

struct Fault {
  const char* name;
  std::string text;
  std::string error;
};

class CsvFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(CsvFaults, NamesLineAndColumnAndQuotesNothing) {
  const absl::Status status = Read(GetParam().text).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("980")));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(
    All, CsvFaults,
    ::testing::Values(
        Fault{"no_header", absl::StrCat(kAnna, ",secret\n"), "r.csv:1: column 1: not known"},
        Fault{"missing_column", absl::StrCat("number\n", kAnna, "\n"),
              "r.csv:1: column `case_ref` is missing"},
        Fault{"doubled_column", "number,case_ref,number\n", "r.csv:1: column 3: not known"},
        Fault{"empty", "", "r.csv:1: column `number` is missing"},
        Fault{"check_digit", "number,case_ref\n201001019803,secret\n", "r.csv:2: column `number`:"},
        Fault{"no_number", "number,case_ref\n,secret\n", "r.csv:2: column `number`:"},
        Fault{"no_case", absl::StrCat("number,case_ref\n", kAnna, ", \n"),
              "r.csv:2: column `case_ref`: must be 1 to 200 bytes"},
        Fault{"long_case",
              absl::StrCat("number,case_ref\n", kAnna, ",", std::string(201, 'x'), "\n"),
              "r.csv:2: column `case_ref`: must be 1 to 200 bytes"},
        Fault{"too_many_fields", absl::StrCat("number,case_ref\n", kAnna, ",secret,more\n"),
              "r.csv:2: has 3 fields, the header has 2"},
        Fault{"open_quote", absl::StrCat("number,case_ref\n", kAnna, ",\"secret\n"),
              "r.csv:2: a quote is opened and never closed"},
        Fault{"same_person",
              absl::StrCat("number,case_ref\n", kAnna, ",secret\n20100101-9809,secret\n"),
              "r.csv:3: column `number`: the same person is on line 2"},
        Fault{"line_after_quoted_break",
              absl::StrCat("number,case_ref\n", kAnna, ",\"a\nb\"\nx,secret\n"),
              "r.csv:4: column `number`"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(RegisterCsv, TellsAllFaultsUpToTwenty) {
  std::string text = "number,case_ref\n";
  for (int i = 0; i < 30; ++i) text += "x,y\n";
  const std::string message(Read(text).status().message());
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 19);
  EXPECT_THAT(message, HasSubstr("r.csv:21: "));
  EXPECT_THAT(message, Not(HasSubstr("r.csv:22: ")));
}

TEST(RegisterCsv, AHeaderAloneIsAnEmptyRegister) {
  EXPECT_THAT(Read("number,case_ref\n").value().size(), Eq(0u));
}

}  // namespace
}  // namespace sluss
