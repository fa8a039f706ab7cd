#include "gateway/oversight/review_standing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;

struct Found {
  const char* reviewer;
  v1::ReviewOutcome outcome;
};

v1::ReviewItem Item(const std::vector<Found>& findings) {
  v1::ReviewItem item;
  for (const Found& one : findings) {
    v1::ReviewFinding& finding = *item.add_finding();
    finding.set_reviewer(one.reviewer);
    finding.set_outcome(one.outcome);
  }
  return item;
}

TEST(ReviewStandingTest, WhatFindingsAmountTo) {
  const auto open = v1::REVIEW_OUTCOME_UNSPECIFIED;
  const struct {
    const char* name;
    std::vector<Found> findings;
    v1::ReviewOutcome settled;
  } cases[] = {
      {"none", {}, open},
      {"one", {{"dan", v1::REVIEW_JUSTIFIED}}, v1::REVIEW_JUSTIFIED},
      {"one unjustified waits", {{"dan", v1::REVIEW_UNJUSTIFIED}}, open},
      {"the same officer twice is one",
       {{"dan", v1::REVIEW_UNJUSTIFIED}, {"dan", v1::REVIEW_UNJUSTIFIED}},
       open},
      {"two agree",
       {{"dan", v1::REVIEW_UNJUSTIFIED}, {"eva", v1::REVIEW_UNJUSTIFIED}},
       v1::REVIEW_UNJUSTIFIED},
      {"two differ",
       {{"dan", v1::REVIEW_UNJUSTIFIED}, {"eva", v1::REVIEW_JUSTIFIED}},
       v1::REVIEW_UNCLEAR},
      {"the other way round",
       {{"eva", v1::REVIEW_JUSTIFIED}, {"dan", v1::REVIEW_UNJUSTIFIED}},
       v1::REVIEW_UNCLEAR},
      {"a third agrees",
       {{"dan", v1::REVIEW_UNJUSTIFIED},
        {"eva", v1::REVIEW_JUSTIFIED},
        {"fia", v1::REVIEW_UNJUSTIFIED}},
       v1::REVIEW_UNJUSTIFIED},
      {"taken back",
       {{"dan", v1::REVIEW_UNJUSTIFIED}, {"dan", v1::REVIEW_CORRECTED}},
       v1::REVIEW_CORRECTED},
      {"the latest of two who accuse nobody",
       {{"dan", v1::REVIEW_UNCLEAR}, {"eva", v1::REVIEW_JUSTIFIED}},
       v1::REVIEW_JUSTIFIED},
  };
  for (const auto& one : cases)
    EXPECT_EQ(SettledOutcome(Item(one.findings)), one.settled) << one.name;
}

TEST(ReviewStandingTest, CountsWhatIsSettled) {
  v1::Review review;
  *review.add_item() = Item({{"dan", v1::REVIEW_JUSTIFIED}});
  *review.add_item() = Item({{"dan", v1::REVIEW_UNJUSTIFIED}});
  *review.add_item() = Item({{"dan", v1::REVIEW_UNCLEAR}});
  EXPECT_EQ(CountSettled(review), 2u);
  EXPECT_EQ(OutcomeCounts(review), "justified=1,unclear=1,unjustified=0,corrected=0");
}

// "-" is left out.
std::vector<std::string> Shown(const std::vector<uint64_t>& numbers) {
  std::vector<v1::ReviewCount> counts(numbers.size());
  std::vector<v1::ReviewCount*> all;
  for (size_t i = 0; i < numbers.size(); ++i) {
    counts[i].set_count(numbers[i]);
    all.push_back(&counts[i]);
  }
  SuppressFew(all);
  std::vector<std::string> shown;
  for (const v1::ReviewCount& count : counts) {
    EXPECT_TRUE(!count.few() || count.count() == 0) << "left out, and there all the same";
    shown.push_back(count.few() ? "-" : std::to_string(count.count()));
  }
  return shown;
}

TEST(ReviewStandingTest, LeavesOutFewAndWhatWouldTellThem) {
  EXPECT_THAT(Shown({0, 5, 100}), ElementsAre("0", "5", "100"));
  EXPECT_THAT(Shown({1, 4, 100}), ElementsAre("-", "-", "100"));
  EXPECT_THAT(Shown({20, 4, 100}), ElementsAre("-", "-", "100"));
  EXPECT_THAT(Shown({0, 4, 100}), ElementsAre("-", "-", "100"));
  EXPECT_THAT(Shown({3}), ElementsAre("-"));
  EXPECT_THAT(Shown({0, 0, 0}), ElementsAre("0", "0", "0"));
}

TEST(ReviewStandingTest, ANoteHoldsNoPersonalNumber) {
  // Test numbers, in the ways in which people write one.
  for (const char* text :
       {"201212121212", "20121212-1212", "121212-1212", "1212121212", "barnet 121212+1212 anmäldes",
        "se 20121212 1212.", "x201212121212y", "id 99201212121212"}) {
    EXPECT_TRUE(HoldsPersonalNumber(text)) << text;
  }
  for (const char* text : {"", "entry 4711", "2026-03-01 at 07:30", "20261399-9999", "1212121213",
                           "message 5f0c1b9e2ad34c77"}) {
    EXPECT_FALSE(HoldsPersonalNumber(text)) << text;
  }
}

}  // namespace
}  // namespace sluss
