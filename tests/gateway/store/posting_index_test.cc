#include "gateway/store/posting_index.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kFarKey = 0xfedcba9876543210;  // negative where SQLite keeps it

class PostingIndexTest : public ::testing::Test {
 protected:
  std::string Path() const { return directory_.File("index"); }
  std::unique_ptr<PostingIndex> Open(bool* begun_anew = nullptr) {
    return Must(PostingIndex::Open(Path(), begun_anew));
  }
  void Execute(const std::string& sql) {
    const auto connection = Must(SqliteConnection::Open(Path(), absl::Seconds(1)));
    char* fault = nullptr;
    ASSERT_EQ(sqlite3_exec(connection->handle(), sql.c_str(), nullptr, nullptr, &fault), SQLITE_OK)
        << fault;
  }

  TemporaryDirectory directory_;
};

// What the index must answer, from a set.
class Model {
 public:
  std::vector<Posting> Take(std::mt19937& random, uint64_t from, uint64_t to) {
    std::vector<Posting> group;
    for (uint64_t position = from; position < to; ++position) {
      const auto put = [&](uint64_t key) {
        group.push_back({key, position});
        of_[key].insert(position);
      };
      put(1);  // in each entry
      if (random() % 3 == 0) put(2);
      if (random() % 200 == 0) put(kFarKey);
      put(1'000'000 + position / 3);   // of three
      if (random() % 10 == 0) put(1);  // the same twice
    }
    std::shuffle(group.begin(), group.end(), random);
    return group;
  }

  void ExpectSame(const PostingIndex& index, uint64_t key, uint64_t position) {
    const std::set<uint64_t>& all = of_[key];
    const auto after = all.lower_bound(position);
    EXPECT_EQ(Must(index.AtOrAfter(key, position)),
              after == all.end() ? std::nullopt : std::optional<uint64_t>(*after));
    const auto above = all.upper_bound(position);
    EXPECT_EQ(Must(index.AtOrBefore(key, position)),
              above == all.begin() ? std::nullopt : std::optional<uint64_t>(*std::prev(above)));
  }
  void ExpectSameCount(const PostingIndex& index, uint64_t key, uint64_t from, uint64_t to) {
    const std::set<uint64_t>& all = of_[key];
    const uint64_t count =
        from >= to ? 0 : std::distance(all.lower_bound(from), all.lower_bound(to));
    EXPECT_EQ(Must(index.Count(key, from, to)), count) << key << " " << from << " " << to;
  }

 private:
  std::map<uint64_t, std::set<uint64_t>> of_;
};

TEST_F(PostingIndexTest, AnswersAsASetDoesHoweverItWasFilled) {
  for (const uint64_t most : {1u, 7u, 1024u}) {
    std::mt19937 random(17 + most);
    ASSERT_OK(PostingIndex::Remove(Path()));
    std::unique_ptr<PostingIndex> index = Open();
    Model model;
    uint64_t size = 0;
    while (size < 5000) {
      const uint64_t next = size + 1 + random() % most;
      ASSERT_OK(index->Add(model.Take(random, size, next), {next, "entry"}));
      size = next;
      if (random() % 50 == 0) index = Open();  // as after a restart
      // Also between what is added: nothing that was read before is in the way.
      for (const uint64_t key : {uint64_t{1}, uint64_t{2}, kFarKey}) {
        model.ExpectSame(*index, key, random() % (size + 5));
        model.ExpectSame(*index, key, size - random() % std::min<uint64_t>(size, 3));
      }
    }
    EXPECT_EQ(Must(index->Reach()).size, size);
    const std::vector<uint64_t> keys = {1, 2, kFarKey, 1'000'000, 1'000'100, 99, kFarKey + 1};
    for (const uint64_t key : keys) {
      for (int i = 0; i < 2000; ++i) {
        model.ExpectSame(*index, key, random() % (size + 5));
        if (i % 20 == 0) {
          model.ExpectSameCount(*index, key, random() % (size + 5), random() % (size + 5));
        }
      }
      for (const uint64_t edge : {uint64_t{0}, size - 1, size, uint64_t{1} << 62}) {
        model.ExpectSame(*index, key, edge);
        model.ExpectSameCount(*index, key, 0, edge);
      }
    }
  }
}

TEST_F(PostingIndexTest, PositionsMayLieFarApart) {
  const auto index = Open();
  uint64_t size = 0;
  std::vector<uint64_t> all;
  for (const uint64_t distance :
       {uint64_t{0}, uint64_t{1}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 14,
        (uint64_t{1} << 21) - 1, uint64_t{1} << 35, uint64_t{1} << 61}) {
    size += distance;
    ASSERT_OK(index->Add({{7, size}}, {size + 1, "entry"}));
    all.push_back(size);
  }
  for (const uint64_t position : all) {
    EXPECT_EQ(Must(index->AtOrAfter(7, position)), position);
    EXPECT_EQ(Must(index->AtOrBefore(7, position)), position);
  }
  EXPECT_EQ(Must(index->Count(7, 0, size + 1)), all.size());
}

TEST_F(PostingIndexTest, APositionBelowWhatIsThereIsRefusedAndNothingOfTheGroupStays) {
  const auto index = Open();
  ASSERT_OK(index->Add({{1, 4}, {1, 9}}, {10, "ten"}));
  for (const uint64_t below : {9u, 5u, 2u}) {
    EXPECT_THAT(index->Add({{0, 10}, {1, below}, {2, 10}}, {11, "eleven"}),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("after a later one")));
  }
  EXPECT_EQ(Must(index->Reach()).size, 10u);
  EXPECT_EQ(Must(index->AtOrAfter(0, 0)), std::nullopt);
  EXPECT_EQ(Must(index->Count(1, 0, 100)), 2u);
}

TEST_F(PostingIndexTest, ARunThatIsNoneIsDamage) {
  const struct {
    const char* name;
    const char* rest;
  } cases[] = {{"a distance of nothing", "0100"},
               {"cut off", "0181"},
               {"longer than a number", "ffffffffffffffffff7f"},
               {"beyond all positions", "feffffffffffffff7f7f"}};
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    ASSERT_OK(PostingIndex::Remove(Path()));
    ASSERT_OK(Open()->Add({{1, 0}, {1, 1}, {1, 2}}, {3, "three"}));
    Execute(std::string("UPDATE run SET rest = x'") + one.rest + "'");
    const auto index = Open();
    const auto damage = StatusIs(absl::StatusCode::kDataLoss, HasSubstr("damaged"));
    EXPECT_THAT(index->AtOrAfter(1, INT64_MAX), damage);
    EXPECT_THAT(index->AtOrBefore(1, INT64_MAX), damage);
    EXPECT_THAT(index->Count(1, 0, INT64_MAX), damage);
    EXPECT_THAT(index->Add({{1, 3}}, {4, "four"}), damage);
  }
}

TEST_F(PostingIndexTest, AnIndexOfTheVersionBeforeIsThrownAway) {
  std::ofstream(Path()).close();
  Execute(
      "CREATE TABLE posting (key INTEGER NOT NULL, position INTEGER NOT NULL,"
      " PRIMARY KEY (key, position)) STRICT, WITHOUT ROWID;"
      "CREATE TABLE reach (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,"
      " last_entry BLOB NOT NULL) STRICT;"
      "INSERT INTO reach VALUES (1, 5, x'00');"
      "PRAGMA application_id = 0x534c5849; PRAGMA user_version = 1;");
  bool begun_anew = false;
  const auto index = Open(&begun_anew);
  EXPECT_TRUE(begun_anew);
  EXPECT_EQ(Must(index->Reach()).size, 0u);
  ASSERT_OK(index->Add({{1, 0}}, {1, "one"}));
  EXPECT_EQ(Must(index->AtOrAfter(1, 0)), 0u);
}

// The aim that the form is for: most keys are of few kinds and stand close together.
TEST_F(PostingIndexTest, AFrequentKeyTakesLittleMoreThanAByteAPosition) {
  const auto index = Open();
  constexpr uint64_t kEntries = 100'000, kKeys = 10;
  for (uint64_t from = 0; from < kEntries; from += 1000) {
    std::vector<Posting> group;
    for (uint64_t position = from; position < from + 1000; ++position) {
      for (uint64_t key = 0; key < kKeys; ++key) group.push_back({key * 7919, position});
    }
    ASSERT_OK(index->Add(std::move(group), {from + 1000, "entry"}));
  }
  const uintmax_t size = std::filesystem::file_size(Path());
  EXPECT_LT(static_cast<double>(size) / (kEntries * kKeys), 2.0);
}

}  // namespace
}  // namespace sluss::testing
