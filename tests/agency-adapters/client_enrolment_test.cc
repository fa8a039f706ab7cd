// Enrolment through both holders, and the match that it is for.
#include <cstdlib>
#include <fstream>

#include "agency-adapters/common/personal_number.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone());

// Numbers of the test series (birth numbers 980-999), one a day from 1 January 2008.
std::vector<CsvRow> Rows(int count) {
  std::vector<CsvRow> rows;
  for (absl::CivilDay day(2008, 1, 1); static_cast<int>(rows.size()) < count; ++day) {
    const std::string nine = absl::FormatCivilTime(day);
    std::string digits = nine.substr(0, 4) + nine.substr(5, 2) + nine.substr(8, 2) + "9800";
    while (!HasLuhnCheckDigit(digits.substr(2))) ++digits.back();
    rows.push_back({.number = digits, .case_ref = absl::StrCat("case-", rows.size())});
  }
  return rows;
}

class EnrolmentTest : public ::testing::Test {
 protected:
  absl::StatusOr<EnrolmentResult> Enrol(const std::vector<CsvRow>& rows) {
    progress_.clear();
    return EnrolRegister(rows, social_.parts(), table_.get(),
                         [&](size_t done, size_t total) { progress_.emplace_back(done, total); });
  }

  Parties parties_;
  FakeClock clock_{kNow};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
  std::unique_ptr<Register> table_ = Must(Register::Open(&social_.disk, "/table", 1));
  std::vector<std::pair<size_t, size_t>> progress_;
};

TEST_F(EnrolmentTest, GoesInBatchesAndTellsHowFarItIs) {
  ASSERT_OK(Enrol(Rows(300)));
  EXPECT_THAT(progress_, ElementsAre(Pair(256, 300), Pair(300, 300)));
  EXPECT_EQ(table_->size(), 300u);
  EXPECT_EQ(gateway_.enrol_calls(), 2u);
}

TEST_F(EnrolmentTest, OnlyWhatChangedIsEnrolledAgain) {
  std::vector<CsvRow> rows = Rows(4);
  ASSERT_OK(Enrol(rows));
  rows[0].case_ref = "renamed";
  rows.erase(rows.begin() + 1);
  rows.push_back({.number = kChild, .case_ref = "new"});
  const absl::StatusOr<EnrolmentResult> result = Enrol(rows);
  ASSERT_OK(result);
  EXPECT_EQ(result->enrolled, 1u);
  EXPECT_EQ(result->updated, 1u);
  EXPECT_EQ(result->removed, 1u);
  EXPECT_EQ(gateway_.enrol_calls(), 2u);
  ASSERT_OK(Enrol(rows));
  EXPECT_EQ(gateway_.enrol_calls(), 2u) << "nothing new, nothing asked";
}

TEST_F(EnrolmentTest, AnExhaustedBudgetKeepsWhatWasEnrolledAndGoesOnLater) {
  gateway_.enrolments_left = 256;
  const std::vector<CsvRow> rows = Rows(300);
  EXPECT_THAT(Enrol(rows), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("budget")));
  EXPECT_EQ(table_->size(), 256u);
  gateway_.enrolments_left = 256;
  ASSERT_OK(Enrol(rows));
  EXPECT_THAT(progress_, ElementsAre(Pair(44, 44)));
  EXPECT_EQ(table_->size(), 300u);
}

TEST_F(EnrolmentTest, AHoldersProofThatDoesNotHoldKeepsNothing) {
  for (const bool keyholder : {false, true}) {
    gateway_.tamper_enrolment = [&](v1::EnrolResponse* response) {
      auto* proof =
          keyholder ? response->mutable_keyholder_proof() : response->mutable_gateway_proof();
      proof->at(3) ^= 1;
    };
    EXPECT_THAT(Enrol(Rows(2)), StatusIs(absl::StatusCode::kPermissionDenied, _));
    EXPECT_EQ(table_->size(), 0u);
  }
}

TEST_F(EnrolmentTest, NeitherTheWireNorTheTableHoldsANumber) {
  const std::vector<CsvRow> rows = Rows(3);
  ASSERT_OK(Enrol(rows));
  std::string seen = gateway_.wire();
  for (const auto& [path, bytes] : social_.Files("/table")) seen += bytes;
  for (const CsvRow& row : rows) EXPECT_THAT(seen, Not(HasSubstr(row.number)));
}

TEST_F(EnrolmentTest, ANotificationAboutAnEnrolledChildFindsItsCase) {
  std::string path = ::testing::TempDir() + "/register-XXXXXX";
  ASSERT_NE(mkstemp(path.data()), -1);
  std::ofstream(path) << "number,case_ref\n" << kChild << ",case-77\n";
  social_.csv = path;
  social_.Restart();
  ASSERT_OK(social_.edge->Enrol());
  EXPECT_THAT(social_.log.str(), HasSubstr("\"event\":\"enrolled\",\"rows\":1,\"new\":1"));
  ASSERT_OK(social_.edge->Enrol());
  EXPECT_EQ(gateway_.enrol_calls(), 1u) << "the file has not changed";
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Drop("b.txt", DutyReport("FI-2", kOtherChild));
  school_.Look();
  social_.Receive();
  const auto natives = social_.Files("/out", "in.pb");
  ASSERT_THAT(natives, SizeIs(2));
  int matched = 0;
  for (const auto& [name, bytes] : natives) {
    v1::DeliveredNotification delivered;
    ASSERT_TRUE(delivered.ParseFromString(bytes));
    const bool about_child = delivered.notification().identity().number() == kChild;
    EXPECT_EQ(delivered.matched_case(), about_child ? "case-77" : "");
    matched += about_child;
  }
  EXPECT_EQ(matched, 1);
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(2));
  for (const auto& answer : gateway_.acknowledged()) {
    EXPECT_FALSE(answer.refused) << "the same answer whether it matched or not";
  }
}

}  // namespace
}  // namespace sluss
