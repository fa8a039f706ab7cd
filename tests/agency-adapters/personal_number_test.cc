#include "agency-adapters/common/personal_number.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

const absl::CivilDay kToday(2026, 3, 1);

std::string FormatsDirectory() {
  const char* directory = std::getenv("SLUSS_FORMATS");
  return directory != nullptr ? directory : SLUSS_SOURCE_DIR "/../shared/formats";
}

// The published list refuses a space as separator; a form's free-text field may hold one.
bool HasSpace(const std::string& written) {
  return written.find(' ') != std::string::npos || written.find("\u00a0") != std::string::npos;
}

TEST(PersonalNumberTest, AgreesWithThePublishedList) {
  std::ifstream file(FormatsDirectory() + "/common/structured.json");
  if (!file) GTEST_SKIP() << "no personnummer list under SLUSS_FORMATS";
  const nlohmann::json list = nlohmann::json::parse(file);
  const std::pair<const char*, v1::IdentifierType> kinds[] = {{"ssn", v1::PERSONNUMMER},
                                                              {"con", v1::SAMORDNINGSNUMMER}};
  for (const auto& [kind, type] : kinds) {
    for (const std::string written : list[kind]["string"]["valid"]) {
      const auto number = ParsePersonalNumber(written, kToday);
      ASSERT_OK(number) << written;
      EXPECT_EQ(number->type, type) << written;
      EXPECT_EQ(number->digits.size(), 12u) << written;
      EXPECT_EQ(ParsePersonalNumber(number->digits, kToday)->digits, number->digits);
    }
    for (const std::string written : list[kind]["string"]["invalid"]) {
      if (HasSpace(written)) continue;
      EXPECT_FALSE(ParsePersonalNumber(written, kToday).ok()) << written;
    }
  }
}

struct Spelling {
  const char* written;
  const char* digits;
};

class SpellingTest : public ::testing::TestWithParam<Spelling> {};

TEST_P(SpellingTest, ReadsTo12Digits) {
  const auto number = ParsePersonalNumber(GetParam().written, kToday);
  ASSERT_OK(number);
  EXPECT_EQ(number->digits, GetParam().digits);
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, SpellingTest,
    ::testing::Values(
        Spelling{"201208239887", "201208239887"}, Spelling{"20120823-9887", "201208239887"},
        Spelling{"120823-9887", "201208239887"}, Spelling{"1208239887", "201208239887"},
        Spelling{" 20120823 - 9887 ", "201208239887"},
        Spelling{"20 12 08 23 98 87", "201208239887"},
        // '+' moves a century back; without it the century is the last possible one.
        Spelling{"090527+1474", "190905271474"}, Spelling{"090527-1474", "200905271474"},
        Spelling{"260301-9809", "202603019809"},    // born today
        Spelling{"260302-9808", "192603029808"},    // not born yet: a century earlier
        Spelling{"210791-9967", "202107919967"}));  // samordningsnummer

struct Refusal {
  const char* written;
  const char* reason;
};

class RefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, SaysWhyWithoutQuotingTheNumber) {
  const auto number = ParsePersonalNumber(GetParam().written, kToday);
  EXPECT_THAT(number, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().reason)));
  if (*GetParam().written != '\0') {
    EXPECT_THAT(std::string(number.status().message()),
                ::testing::Not(HasSubstr(GetParam().written)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, RefusalTest,
    ::testing::Values(
        Refusal{"", "10 or 12 digits"}, Refusal{"20120823", "10 or 12 digits"},
        Refusal{"20120823988", "10 or 12 digits"}, Refusal{"2012082398876", "10 or 12 digits"},
        Refusal{"20120823-9886", "check digit is wrong"},
        Refusal{"20120230-9886", "no such day of birth"},
        Refusal{"20121323-9886", "no such day of birth"},
        Refusal{"20150916-0006", "birth numbers begin at 001"},
        Refusal{"19420566-9899", "check digit is wrong"},
        Refusal{"20120892-9886", "no such day of birth"}, Refusal{"17121212-1212", "no such day"},
        Refusal{"20260302-9808", "in the future"},
        Refusal{"2012-08239887", "before the last four digits"},
        Refusal{"20120823--9887", "only digits"}, Refusal{"20120823/9887", "only digits"},
        Refusal{"20120823+9887", "100 years or more"},
        Refusal{"20210325K069", "a reservnummer cannot be matched between agencies"},
        Refusal{"98240301AA06", "a reservnummer cannot be matched between agencies"},
        Refusal{"000101-R226", "a reservnummer cannot be matched between agencies"},
        Refusal{"212000-0142", "an organisation number is not a personal number"},
        Refusal{"16212000-0142", "an organisation number is not a personal number"}));

TEST(PersonalNumberTest, CountsWholeYearsOnADay) {
  const auto number = ParsePersonalNumber("20120823-9887", kToday);
  ASSERT_OK(number);
  EXPECT_EQ(number->birth_date, absl::CivilDay(2012, 8, 23));
  EXPECT_EQ(number->AgeOn(absl::CivilDay(2027, 8, 22)), 14);
  EXPECT_EQ(number->AgeOn(absl::CivilDay(2027, 8, 23)), 15);
  EXPECT_EQ(number->AgeOn(absl::CivilDay(2030, 8, 23)), 18);
}

TEST(PersonalNumberTest, TakesTheBirthDateOfASamordningsnummerFromTheDayLess60) {
  const auto number = ParsePersonalNumber("20210791-9967", kToday);
  ASSERT_OK(number);
  EXPECT_EQ(number->type, v1::SAMORDNINGSNUMMER);
  EXPECT_EQ(number->birth_date, absl::CivilDay(2021, 7, 31));
}

TEST(PersonalNumberTest, AgesALeapDayChildOnTheFirstOfMarch) {
  PersonalNumber number;
  number.birth_date = absl::CivilDay(2012, 2, 29);
  EXPECT_EQ(number.AgeOn(absl::CivilDay(2030, 2, 28)), 17);
  EXPECT_EQ(number.AgeOn(absl::CivilDay(2030, 3, 1)), 18);
}

}  // namespace
}  // namespace sluss
