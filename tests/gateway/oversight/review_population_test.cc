#include "gateway/oversight/review_population.h"

#include "gateway/base/clock.h"
#include "gmock/gmock.h"
#include "tests/gateway/oversight/oversight_world.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

int64_t SwedishUs(int year, int month, int day, int hour, int minute) {
  return absl::ToUnixMicros(FromSwedishTime(absl::CivilSecond(year, month, day, hour, minute, 0)));
}

v1::ReviewCriteria Criteria(v1::ReviewCriterion criterion = v1::REVIEW_ANY) {
  v1::ReviewCriteria criteria;
  criteria.set_criterion(criterion);
  criteria.set_method(v1::REVIEW_RANDOM);
  criteria.set_size(10);
  criteria.mutable_filter()->set_from_us(1);
  criteria.mutable_filter()->set_to_us(int64_t{1} << 60);
  if (criterion == v1::REVIEW_RETRIED_DENIAL) criteria.set_retry_minutes(60);
  return criteria;
}

TEST(ReviewCriteriaTest, ABadOneNamesItsField) {
  using C = v1::ReviewCriteria;
  const struct {
    const char* field;
    std::function<void(C&)> spoil;
  } cases[] = {
      {"filter.sender", [](C& c) { c.mutable_filter()->add_sender("x"); }},
      {"criteria.filter.to_us", [](C& c) { c.mutable_filter()->clear_to_us(); }},
      {"criteria.criterion", [](C& c) { c.clear_criterion(); }},
      {"criteria.criterion", [](C& c) { c.set_criterion(static_cast<v1::ReviewCriterion>(77)); }},
      {"criteria.method", [](C& c) { c.clear_method(); }},
      {"criteria.size", [](C& c) { c.set_size(0); }},
      {"criteria.size", [](C& c) { c.set_size(kMostSample + 1); }},
      {"criteria.every", [](C& c) { c.set_every(3); }},
      {"criteria.every",
       [](C& c) {
         c.set_method(v1::REVIEW_EVERY_NTH);
         c.set_size(0);
       }},
      {"criteria.size",
       [](C& c) {
         c.set_method(v1::REVIEW_EVERY_NTH);
         c.set_every(2);
       }},
      {"criteria.stratum", [](C& c) { c.set_stratum(static_cast<v1::ReviewStratum>(77)); }},
      {"criteria.stratum", [](C& c) { c.set_stratum(v1::REVIEW_BY_OFFICER); }},
      {"criteria.retry_minutes", [](C& c) { c.set_retry_minutes(5); }},
      {"criteria.retry_minutes", [](C& c) { c.set_criterion(v1::REVIEW_RETRIED_DENIAL); }},
      {"criteria.retry_minutes",
       [](C& c) {
         c.set_criterion(v1::REVIEW_RETRIED_DENIAL);
         c.set_retry_minutes(kMostRetryMinutes + 1);
       }},
      {"criteria.log_size", [](C& c) { c.set_log_size(5); }},
      {"criteria", [](C& c) { c.GetReflection()->MutableUnknownFields(&c)->AddVarint(99, 1); }},
  };
  EXPECT_OK(CheckCriteria(Criteria()));
  for (const auto& one : cases) {
    v1::ReviewCriteria criteria = Criteria();
    one.spoil(criteria);
    EXPECT_THAT(CheckCriteria(criteria), StatusIs(absl::StatusCode::kInvalidArgument,
                                                  StartsWith(absl::StrCat("`", one.field, "`"))))
        << one.field;
  }
}

TEST(ReviewPopulationTest, OutOfHoursIsNightsAndWeekendsOfSwedishTime) {
  const struct {
    int64_t us;
    bool out;
  } cases[] = {
      {SwedishUs(2026, 2, 10, 6, 59), true},  // Tuesday
      {SwedishUs(2026, 2, 10, 7, 0), false},  {SwedishUs(2026, 2, 10, 18, 59), false},
      {SwedishUs(2026, 2, 10, 19, 0), true},  {SwedishUs(2026, 7, 7, 7, 0), false},   // summer time
      {SwedishUs(2026, 7, 7, 6, 59), true},   {SwedishUs(2026, 2, 14, 12, 0), true},  // Saturday
      {SwedishUs(2026, 2, 15, 12, 0), true},                                          // Sunday
      {SwedishUs(2026, 2, 16, 12, 0), false},
  };
  for (const auto& one : cases) {
    v1::AuditLeaf leaf;
    leaf.set_time_us(one.us);
    EXPECT_EQ(IsOutOfHours(leaf), one.out) << absl::FormatTime(absl::FromUnixMicros(one.us));
  }
}

v1::AuditLeaf Decided(int minute, const char* verdict, const char* message,
                      const char* purpose = "PROTECTION", const char* paragraph = "P-1",
                      const char* recipient = "police/b") {
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::DECISION);
  leaf.set_time_us(int64_t{60'000'000} * (1000 + minute));
  leaf.set_sender("school/a");
  leaf.set_recipient(recipient);
  leaf.set_verdict(verdict);
  leaf.set_message_id(message);
  leaf.set_purpose(purpose);
  leaf.add_legal_basis(paragraph);
  return leaf;
}

TEST(ReviewPopulationTest, ARetryIsADecisionSoonAfterADenialBetweenTheSame) {
  const v1::AuditLeaf denial = Decided(0, "DENY", "m1");
  const struct {
    const char* name;
    v1::AuditLeaf later;
    bool retry;
  } cases[] = {
      {"let through", Decided(10, "PERMIT", "m2"), true},
      {"trimmed", Decided(10, "PARTIAL", "m2"), true},
      {"denied again alike", Decided(10, "DENY", "m2"), false},
      {"denied again under another purpose", Decided(10, "DENY", "m2", "COLLABORATION"), true},
      {"denied again under another paragraph", Decided(10, "DENY", "m2", "PROTECTION", "P-2"),
       true},
      {"at the end of the time", Decided(60, "PERMIT", "m2"), true},
      {"too late", Decided(61, "PERMIT", "m2"), false},
      {"to somebody else", Decided(10, "PERMIT", "m2", "PROTECTION", "P-1", "social-services/c"),
       false},
      {"the same message", Decided(10, "PERMIT", "m1"), false},
  };
  for (const auto& one : cases) {
    Belonging belonging(Criteria(v1::REVIEW_RETRIED_DENIAL));
    EXPECT_FALSE(belonging.Add(denial)) << "a denial is no retry of itself";
    EXPECT_EQ(belonging.Add(one.later), one.retry) << one.name;
  }
  Belonging nothing_before(Criteria(v1::REVIEW_RETRIED_DENIAL));
  EXPECT_FALSE(nothing_before.Add(Decided(10, "PERMIT", "m2")));
}

TEST(ReviewPopulationTest, WhichKindsACriterionIsAbout) {
  const auto belongs = [](v1::ReviewCriterion criterion, v1::RecordKind kind,
                          const char* outcome = "") {
    v1::AuditLeaf leaf;
    leaf.set_kind(kind);
    leaf.set_time_us(SwedishUs(2026, 2, 14, 12, 0));
    leaf.set_outcome(outcome);
    return Belonging(Criteria(criterion)).Add(leaf);
  };
  for (const v1::RecordKind kind :
       {v1::DECISION, v1::REIDENTIFICATION, v1::SEARCH, v1::ACCESS_SCAN, v1::EXPORT}) {
    EXPECT_TRUE(belongs(v1::REVIEW_ANY, kind));
    EXPECT_TRUE(belongs(v1::REVIEW_OUT_OF_HOURS, kind));
  }
  EXPECT_FALSE(belongs(v1::REVIEW_ANY, v1::DELIVERY));
  EXPECT_FALSE(belongs(v1::REVIEW_ANY, v1::START));
  EXPECT_TRUE(belongs(v1::REVIEW_REIDENTIFICATION, v1::REIDENTIFICATION));
  EXPECT_FALSE(belongs(v1::REVIEW_REIDENTIFICATION, v1::DECISION));
  EXPECT_TRUE(belongs(v1::REVIEW_NO_CASE, v1::REFUSAL, "nym-mismatch"));
  EXPECT_FALSE(belongs(v1::REVIEW_NO_CASE, v1::REFUSAL, "seal"));
  EXPECT_TRUE(belongs(v1::REVIEW_NO_CASE, v1::REIDENTIFICATION_REPORT, "nym-mismatch"));
  EXPECT_TRUE(belongs(v1::REVIEW_NO_CASE, v1::REIDENTIFICATION_REPORT, "escrow-unreadable"));
  EXPECT_FALSE(belongs(v1::REVIEW_NO_CASE, v1::REIDENTIFICATION_REPORT, "match"));
  EXPECT_FALSE(belongs(v1::REVIEW_NO_CASE, v1::ACKNOWLEDGEMENT, ""));
}

class FindPopulationTest : public ::testing::Test {
 protected:
  Population Find(v1::ReviewCriteria criteria) {
    world_.Follow();
    criteria.set_log_size(Must(world_.store().ReadHead("")).size);
    return Must(Try(criteria));
  }
  absl::StatusOr<Population> Try(const v1::ReviewCriteria& criteria) {
    const auto index = world_.follower().Index();
    return FindPopulation(criteria, {.log = &world_.store(),
                                     .index = index.get(),
                                     .openings = &world_.openings(),
                                     .index_failed = [this] { ++index_faults_; }});
  }
  static std::vector<uint64_t> Indexes(const Population& population) {
    std::vector<uint64_t> indexes;
    for (const Candidate& one : population.entries) indexes.push_back(one.index);
    return indexes;
  }
  static v1::ReviewCriteria Lately(v1::ReviewCriteria criteria, absl::Time now) {
    criteria.mutable_filter()->set_to_us(absl::ToUnixMicros(now) + 1);
    criteria.mutable_filter()->set_from_us(criteria.filter().to_us() - 86'400'000'000);
    return criteria;
  }

  OversightWorld world_;
  int index_faults_ = 0;
};

TEST_F(FindPopulationTest, EntriesAndWhoseActTheyWere) {
  const uint64_t decided = world_.Append(OversightWorld::Decision("school/a", "police/b"));
  LeafDraft opened = OversightWorld::Decision("school/a", "police/b");
  opened.clear.set_kind(v1::REIDENTIFICATION);
  const uint64_t reidentified = world_.Append(opened);
  LeafDraft delivery = OversightWorld::Decision();
  delivery.clear.set_kind(v1::DELIVERY);
  world_.Append(delivery);
  const Population all = Find(Criteria());
  ASSERT_THAT(Indexes(all), ElementsAre(decided, reidentified));
  EXPECT_EQ(all.entries[0].agency, "school/a");
  EXPECT_EQ(all.entries[1].agency, "police/b") << "who asked, not who told";
  EXPECT_THAT(Indexes(Find(Criteria(v1::REVIEW_REIDENTIFICATION))), ElementsAre(reidentified));
}

TEST_F(FindPopulationTest, NothingThatCameAfterTheCheckpoint) {
  const uint64_t before = world_.Append(OversightWorld::Decision());
  v1::ReviewCriteria criteria = Criteria();
  criteria.set_log_size(before + 1);
  world_.Append(OversightWorld::Decision());
  world_.Follow();
  EXPECT_THAT(Indexes(Must(Try(criteria))), ElementsAre(before));
}

TEST_F(FindPopulationTest, StrataByWhatTheEntrySays) {
  world_.clock().Set(FromSwedishTime(absl::CivilSecond(2026, 2, 10, 23, 5, 0)));
  LeafDraft draft = OversightWorld::Decision("school/a", "police/b");
  draft.clear.clear_rule();
  draft.clear.add_rule("r7");
  draft.clear.add_rule("r9");
  world_.Append(draft);
  const struct {
    v1::ReviewStratum stratum;
    const char* name;
  } cases[] = {{v1::REVIEW_UNDIVIDED, ""},
               {v1::REVIEW_BY_SENDER, "school/a"},
               {v1::REVIEW_BY_RECIPIENT, "police/b"},
               {v1::REVIEW_BY_RULE, "r7"},
               {v1::REVIEW_BY_HOUR, "23:00"}};
  for (const auto& one : cases) {
    v1::ReviewCriteria criteria = Criteria();
    criteria.set_stratum(one.stratum);
    ASSERT_EQ(Find(criteria).entries.size(), 1u);
    EXPECT_EQ(Find(criteria).entries[0].stratum, one.name);
  }
}

TEST_F(FindPopulationTest, ByOfficerTheyAreNumberedAndNotNamed) {
  const std::string anna(32, 'a'), bo(32, 'b');
  for (const std::string& officer : {bo, anna, bo}) {
    world_.Append(OversightWorld::By(OversightWorld::Decision(), officer));
  }
  const uint64_t erased = world_.Append(OversightWorld::By(OversightWorld::Decision(), anna));
  world_.openings().erased.insert(erased);
  v1::ReviewCriteria criteria = Lately(Criteria(), world_.clock().Now());
  criteria.set_stratum(v1::REVIEW_BY_OFFICER);
  const Population population = Find(criteria);
  std::vector<std::string> strata;
  for (const Candidate& one : population.entries) strata.push_back(one.stratum);
  EXPECT_THAT(strata, ElementsAre("officer 1", "officer 2", "officer 1", ""));
  EXPECT_EQ(population.erased_openings, 1u);
}

TEST_F(FindPopulationTest, OfOneOfficer) {
  const std::string anna(32, 'a'), bo(32, 'b');
  const uint64_t hers = world_.Append(OversightWorld::By(OversightWorld::Decision(), anna));
  world_.Append(OversightWorld::By(OversightWorld::Decision(), bo));
  v1::ReviewCriteria criteria = Lately(Criteria(), world_.clock().Now());
  criteria.mutable_filter()->set_officer(anna);
  EXPECT_THAT(Indexes(Find(criteria)), ElementsAre(hers));
}

TEST_F(FindPopulationTest, ARetryIsFoundThoughTheFilterHidesItsDenial) {
  LeafDraft denial = OversightWorld::Decision("school/a", "police/b", "DENY");
  world_.Append(denial);
  world_.clock().Advance(absl::Minutes(5));
  const int64_t from = absl::ToUnixMicros(world_.clock().Now());
  LeafDraft retry = OversightWorld::Decision("school/a", "police/b");
  retry.clear.set_purpose("COLLABORATION");
  const uint64_t found = world_.Append(retry);
  v1::ReviewCriteria criteria = Criteria(v1::REVIEW_RETRIED_DENIAL);
  criteria.mutable_filter()->set_from_us(from);
  criteria.mutable_filter()->add_verdict("PERMIT");
  criteria.mutable_filter()->add_purpose("COLLABORATION");
  EXPECT_THAT(Indexes(Find(criteria)), ElementsAre(found));
  criteria.set_retry_minutes(4);
  EXPECT_THAT(Indexes(Find(criteria)), IsEmpty());
}

TEST_F(FindPopulationTest, AnOpeningThatCannotBeHadNowFailsTheDraw) {
  world_.Append(OversightWorld::By(OversightWorld::Decision(), std::string(32, 'a')));
  world_.Follow();
  world_.openings().fault = absl::UnavailableError("the keys are away");
  v1::ReviewCriteria criteria = Lately(Criteria(), world_.clock().Now());
  criteria.set_stratum(v1::REVIEW_BY_OFFICER);
  criteria.set_log_size(Must(world_.store().ReadHead("")).size);
  EXPECT_THAT(Try(criteria), StatusIs(absl::StatusCode::kUnavailable, "the keys are away"));
}

}  // namespace
}  // namespace sluss::testing
