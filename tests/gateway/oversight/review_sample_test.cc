#include "gateway/oversight/review_sample.h"

#include <algorithm>
#include <map>

#include "gateway/base/hex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;

Hash Root(uint8_t fill) {
  Hash root;
  root.fill(fill);
  return root;
}

std::vector<Candidate> Every(uint64_t step, uint64_t count, const std::string& stratum = "") {
  std::vector<Candidate> population;
  for (uint64_t i = 0; i < count; ++i) population.push_back({step * i, stratum, ""});
  return population;
}

std::vector<uint64_t> Indexes(const std::vector<Candidate>& sample) {
  std::vector<uint64_t> indexes;
  for (const Candidate& one : sample) indexes.push_back(one.index);
  return indexes;
}

v1::ReviewCriteria Random(uint32_t size) {
  v1::ReviewCriteria criteria;
  criteria.set_method(v1::REVIEW_RANDOM);
  criteria.set_size(size);
  return criteria;
}

v1::ReviewCriteria Nth(uint32_t every) {
  v1::ReviewCriteria criteria;
  criteria.set_method(v1::REVIEW_EVERY_NTH);
  criteria.set_every(every);
  return criteria;
}

// Computed by Python's hashlib from the words of PROTOCOL.md.
TEST(ReviewSampleTest, DrawsWhatAStrangerDraws) {
  const std::string procedure = ReviewProcedure(Root(0xab), "criteria");
  EXPECT_EQ(ToHex(procedure), "32eab36af0393788cc297d33300a3bbb");
  const std::string seed = ReviewSeed(1000, Root(0xab), procedure, "criteria");
  EXPECT_EQ(ToHex(seed), "fdb08fd16d4007c8a0dc0ea198662696f841b5ac04e5520da1efd4d4066b8fcb");
  EXPECT_THAT(Indexes(DrawSample(Random(5), seed, Every(3, 100))),
              ElementsAre(27, 72, 108, 192, 273));
  EXPECT_THAT(Indexes(DrawSample(Nth(30), seed, Every(3, 100))), ElementsAre(75, 165, 255));
}

TEST(ReviewSampleTest, EverythingThatIsNotChosenChangesTheSeed) {
  const std::string procedure = ReviewProcedure(Root(1), "criteria");
  const std::string seed = ReviewSeed(7, Root(1), procedure, "criteria");
  EXPECT_NE(ReviewProcedure(Root(2), "criteria"), procedure);
  EXPECT_NE(ReviewProcedure(Root(1), "other"), procedure);
  EXPECT_NE(ReviewSeed(8, Root(1), procedure, "criteria"), seed);
  EXPECT_NE(ReviewSeed(7, Root(2), procedure, "criteria"), seed);
  EXPECT_NE(ReviewSeed(7, Root(1), procedure, "other"), seed);
  EXPECT_NE(Indexes(DrawSample(Random(10), seed, Every(1, 1000))),
            Indexes(DrawSample(Random(10), ReviewSeed(8, Root(1), procedure, "criteria"),
                               Every(1, 1000))));
}

TEST(ReviewSampleTest, TakesAllWhereThereAreFewer) {
  EXPECT_THAT(Indexes(DrawSample(Random(5), "seed", Every(2, 3))), ElementsAre(0, 2, 4));
  EXPECT_TRUE(DrawSample(Random(5), "seed", {}).empty());
  EXPECT_TRUE(DrawSample(Nth(5), "seed", {}).empty());
  EXPECT_THAT(Indexes(DrawSample(Nth(1), "seed", Every(2, 3))), ElementsAre(0, 2, 4));
}

TEST(ReviewSampleTest, EachStratumHasItsShare) {
  std::vector<Candidate> population = Every(2, 500, "large");
  for (const uint64_t index : {1, 11, 21}) population.push_back({index, "small", ""});
  std::map<std::string, int> drawn;
  for (const Candidate& one : DrawSample(Random(2), "seed", population)) ++drawn[one.stratum];
  EXPECT_EQ(drawn["large"], 2);
  EXPECT_EQ(drawn["small"], 2);
  drawn.clear();
  for (const Candidate& one : DrawSample(Nth(3), "seed", population)) ++drawn[one.stratum];
  EXPECT_EQ(drawn["small"], 1);
  EXPECT_NEAR(drawn["large"], 167, 1);
}

TEST(ReviewSampleTest, TheSampleAscendsAndHasNothingTwice) {
  const auto sample = Indexes(DrawSample(Random(100), "seed", Every(7, 1000)));
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(std::adjacent_find(sample.begin(), sample.end()), sample.end());
  EXPECT_EQ(sample.size(), 100u);
}

TEST(ReviewSampleTest, NoEntryIsDrawnMoreOftenThanAnother) {
  std::map<uint64_t, int> drawn;
  for (int round = 0; round < 2000; ++round) {
    const std::string seed = ReviewSeed(round, Root(1), "procedure", "criteria");
    for (const Candidate& one : DrawSample(Random(5), seed, Every(1, 20))) ++drawn[one.index];
  }
  for (uint64_t i = 0; i < 20; ++i) EXPECT_NEAR(drawn[i], 500, 100) << i;  // five deviations
}

}  // namespace
}  // namespace sluss
