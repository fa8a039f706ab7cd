#include "gateway/oversight/reviews.h"

#include "gateway/exchange/leaf.h"
#include "gateway/oversight/review_sample.h"
#include "gateway/oversight/review_standing.h"
#include "gateway/tlog/merkle.h"
#include "gmock/gmock.h"
#include "tests/gateway/oversight/oversight_world.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

class ReviewsTest : public ::testing::Test {
 protected:
  ReviewsTest()
      : reviews_({.ledger = &world_.ledger(),
                  .log = &world_.store(),
                  .index = &world_.follower(),
                  .openings = &world_.openings(),
                  .agencies = {"school/a", "school/b", "police/c"},
                  .patience = std::chrono::milliseconds(0)}) {}

  v1::DrawReviewRequest Request(uint32_t size = 3) {
    v1::DrawReviewRequest request;
    v1::ReviewCriteria& criteria = *request.mutable_criteria();
    criteria.set_criterion(v1::REVIEW_ANY);
    criteria.set_method(v1::REVIEW_RANDOM);
    criteria.set_size(size);
    criteria.mutable_filter()->add_kind(v1::DECISION);
    criteria.mutable_filter()->set_to_us(absl::ToUnixMicros(world_.clock().Now()) + 1'000'000);
    return request;
  }
  v1::Review Draw(const v1::DrawReviewRequest& request) {
    world_.Follow();
    return Must(reviews_.Draw(kDan, request));
  }
  v1::Review DrawOf(int entries, uint32_t size) {
    for (int i = 0; i < entries; ++i) {
      world_.Append(OversightWorld::By(
          OversightWorld::Decision(i % 2 == 0 ? "school/a" : "school/b"), std::string(32, 'o')));
    }
    return Draw(Request(size));
  }
  absl::StatusOr<v1::Review> Find(const std::string& officer, const v1::Review& review, int item,
                                  v1::ReviewOutcome outcome, const std::string& note = "a note") {
    v1::AddFindingRequest request;
    request.set_number(review.number());
    request.set_index(review.item(item).index());
    request.set_outcome(outcome);
    request.set_note(note);
    return reviews_.AddFinding(officer, request);
  }
  absl::StatusOr<v1::Review> Close(const v1::Review& review, const std::string& officer = kDan) {
    v1::CloseReviewRequest request;
    request.set_number(review.number());
    return reviews_.Close(officer, request);
  }
  v1::ReviewPage Get(uint64_t number) {
    v1::GetReviewRequest request;
    request.set_number(number);
    return Must(reviews_.Get(kDan, request));
  }
  v1::ReviewStatement Statement(uint32_t year) {
    world_.Follow();
    v1::GetReviewStatementRequest request;
    request.set_year(year);
    return Must(reviews_.Statement(request));
  }
  static std::vector<uint64_t> Indexes(const v1::Review& review) {
    std::vector<uint64_t> indexes;
    for (const v1::ReviewItem& item : review.item()) indexes.push_back(item.index());
    return indexes;
  }

  OversightWorld world_;
  LogReviews reviews_;
};

// With the published entries and the opened criteria, and nothing of the gateway's.
TEST_F(ReviewsTest, AStrangerDrawsTheSameSampleFromThePublishedLog) {
  for (int i = 0; i < 200; ++i) {
    world_.Append(OversightWorld::Decision(i % 3 == 0 ? "school/a" : "school/b"));
  }
  v1::DrawReviewRequest request = Request(7);
  request.mutable_criteria()->mutable_filter()->add_sender("school/a");
  const v1::Review review = Draw(request);
  ASSERT_THAT(review.item(), SizeIs(7));

  const v1::AuditLeaf drawn = Must(LeafAt(world_.store(), review.drawn_index()));
  const std::string committed =
      Must(world_.openings().Open(review.drawn_index()))->field(1).value();
  v1::ReviewCriteria criteria;
  ASSERT_TRUE(criteria.ParseFromString(committed));
  EXPECT_EQ(criteria.log_size(), review.drawn_index()) << "nothing came between, in this test";
  // The root by the recursion of RFC 6962, the seed and the ranks by hand.
  std::vector<Hash> level;
  std::vector<v1::AuditLeaf> leaves;
  for (uint64_t i = 0; i < criteria.log_size(); ++i) {
    level.push_back(LeafHash(Must(world_.store().ReadEntry(i))));
    leaves.push_back(Must(LeafAt(world_.store(), i)));
  }
  const std::function<Hash(size_t, size_t)> root_of = [&](size_t from, size_t to) {
    if (to - from == 1) return level[from];
    size_t left = 1;
    while (left * 2 < to - from) left *= 2;
    return NodeHash(root_of(from, from + left), root_of(from + left, to));
  };
  const Hash root = root_of(0, level.size());
  const auto big_endian = [](uint64_t value) {
    std::string bytes(8, '\0');
    for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value);
    return bytes;
  };
  const std::string root_bytes(AsStringView(root));
  const std::string procedure =
      Sha256String("sluss-review-procedure/v1\n" + root_bytes + committed).substr(0, 16);
  EXPECT_EQ(procedure, drawn.procedure());
  const std::string seed = Sha256String("sluss-review-seed/v1\n" + big_endian(criteria.log_size()) +
                                        root_bytes + procedure + committed);
  std::vector<std::pair<std::string, uint64_t>> ranked;
  for (uint64_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].kind() != v1::DECISION || leaves[i].sender() != "school/a") continue;
    ranked.emplace_back(Sha256String("sluss-review-rank/v1\n" + seed + big_endian(i)), i);
  }
  EXPECT_EQ(ranked.size(), review.population());
  std::sort(ranked.begin(), ranked.end());
  std::vector<uint64_t> expected;
  for (int i = 0; i < 7; ++i) expected.push_back(ranked[i].second);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Indexes(review), expected);
  EXPECT_EQ(std::vector<uint64_t>(drawn.about_index().begin(), drawn.about_index().end()),
            expected);
}

TEST_F(ReviewsTest, TheDrawIsAnEntryThatNamesNobody) {
  const v1::Review review = DrawOf(10, 3);
  EXPECT_EQ(review.number(), 1u);
  EXPECT_EQ(review.population(), 10u);
  EXPECT_EQ(review.drawn_by(), kDan);
  const v1::AuditLeaf leaf = Must(LeafAt(world_.store(), review.drawn_index()));
  EXPECT_EQ(leaf.kind(), v1::REVIEW_DRAWN);
  EXPECT_EQ(leaf.count(), 3u);
  EXPECT_EQ(leaf.outcome(), "any,random");
  EXPECT_EQ(leaf.to_us(), Request().criteria().filter().to_us());
  EXPECT_EQ(leaf.procedure(), review.procedure());
  ASSERT_EQ(leaf.commitment_size(), 2);
  EXPECT_EQ(leaf.commitment(0).tag(), 1u);
  EXPECT_EQ(leaf.commitment(1).tag(), kCriteriaTag);
  EXPECT_THAT(leaf.SerializeAsString(), Not(HasSubstr("dan")));
}

TEST_F(ReviewsTest, EveryDrawIsAnotherAndNobodyCanDrawAgainUnseen) {
  const v1::Review first = DrawOf(100, 5);
  const v1::Review second = Draw(Request(5));
  EXPECT_EQ(second.number(), 2u);
  EXPECT_NE(Indexes(first), Indexes(second));
  EXPECT_NE(first.procedure(), second.procedure());
  EXPECT_THAT(world_.Leaves(v1::REVIEW_DRAWN), SizeIs(2));
}

TEST_F(ReviewsTest, AnEmptyPopulationIsAReviewToo) {
  const v1::Review review = Draw(Request());
  EXPECT_THAT(review.item(), IsEmpty());
  EXPECT_OK(Close(review));
}

TEST_F(ReviewsTest, DrawsNothingUntilTheIndexIsThere) {
  EXPECT_THAT(reviews_.Draw(kDan, Request()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("try again soon")));
  world_.Follow();
  world_.Append(OversightWorld::Decision());
  EXPECT_THAT(reviews_.Draw(kDan, Request()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("try again soon")));
  EXPECT_THAT(world_.Leaves(v1::REVIEW_DRAWN), IsEmpty());
}

TEST_F(ReviewsTest, ABadDrawIsNoEntry) {
  world_.Follow();
  v1::DrawReviewRequest request = Request();
  request.mutable_criteria()->set_size(0);
  EXPECT_THAT(reviews_.Draw(kDan, request),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("`criteria.size`")));
  for (int i = 0; i < 600; ++i) world_.Append(OversightWorld::Decision());
  request = Request(0);
  request.mutable_criteria()->set_method(v1::REVIEW_EVERY_NTH);
  request.mutable_criteria()->set_every(1);
  world_.Follow();
  EXPECT_THAT(reviews_.Draw(kDan, request), StatusIs(absl::StatusCode::kInvalidArgument,
                                                     StartsWith("`criteria` draws 600 entries")));
  EXPECT_THAT(world_.Leaves(v1::REVIEW_DRAWN), IsEmpty());
}

TEST_F(ReviewsTest, AnOfficerWhoIsLookedForStandsInNoRow) {
  const std::string anna(32, 'a');
  world_.Append(OversightWorld::By(OversightWorld::Decision(), anna));
  v1::DrawReviewRequest request = Request();
  request.mutable_criteria()->mutable_filter()->set_officer(anna);
  request.mutable_criteria()->mutable_filter()->set_from_us(request.criteria().filter().to_us() -
                                                            86'400'000'000);
  const v1::Review review = Draw(request);
  ASSERT_THAT(review.item(), SizeIs(1));
  EXPECT_THAT(world_.store().Dump(), Not(HasSubstr(anna)));
  v1::ReviewCriteria committed;
  ASSERT_TRUE(committed.ParseFromString(Get(1).criteria()));
  EXPECT_EQ(committed.filter().officer(), anna) << "it stands in the opening";
  world_.openings().erased.insert(review.drawn_index());
  EXPECT_EQ(Get(1).criteria(), "");
}

TEST_F(ReviewsTest, AFindingIsAnEntryAndItsNoteStandsInTheOpeningOnly) {
  const v1::Review review = DrawOf(10, 3);
  const v1::Review found =
      Must(Find(kEva, review, 1, v1::REVIEW_UNCLEAR, "the reason says nothing"));
  const v1::ReviewFinding& finding = found.item(1).finding(0);
  EXPECT_EQ(finding.reviewer(), kEva);
  const v1::AuditLeaf leaf = Must(LeafAt(world_.store(), finding.index()));
  EXPECT_EQ(leaf.kind(), v1::REVIEW_FINDING);
  EXPECT_EQ(leaf.outcome(), "unclear");
  EXPECT_EQ(leaf.procedure(), review.procedure());
  EXPECT_THAT(leaf.about_index(), ElementsAre(review.item(1).index()));
  ASSERT_EQ(leaf.commitment_size(), 2);
  EXPECT_EQ(leaf.commitment(1).tag(), kNoteTag);
  const auto opening = *Must(world_.openings().Open(finding.index()));
  EXPECT_EQ(leaf.commitment(1).digest(),
            CommitmentDigest(opening.secret(), kNoteTag, "the reason says nothing"));
  EXPECT_THAT(world_.store().Dump(), Not(HasSubstr("the reason says nothing")));
  EXPECT_THAT(Get(1).note(), ElementsAre("the reason says nothing"));
  world_.openings().damaged.insert(finding.index());
  EXPECT_THAT(Get(1).note(), ElementsAre(""));
  world_.openings().damaged.clear();
  world_.openings().erased.insert(finding.index());
  EXPECT_THAT(Get(1).note(), ElementsAre(""));
}

TEST_F(ReviewsTest, ShowingAReviewIsAnEntry) {
  const v1::Review review = DrawOf(10, 3);
  const v1::ReviewPage page = Get(1);
  ASSERT_EQ(page.entry_size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(page.entry(i), Must(world_.store().ReadEntry(review.item(i).index())));
  }
  const v1::AuditLeaf leaf = Must(LeafAt(world_.store(), page.search_index()));
  EXPECT_EQ(leaf.kind(), v1::SEARCH);
  EXPECT_EQ(leaf.outcome(), "review-shown");
  EXPECT_EQ(leaf.procedure(), review.procedure());
  world_.store().SetFaults({.commit = CommitFault::kFailed});
  v1::GetReviewRequest request;
  request.set_number(1);
  EXPECT_THAT(reviews_.Get(kDan, request), StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  world_.store().SetFaults({});
}

TEST_F(ReviewsTest, BadFindingsAreRefusedAndLeaveNothing) {
  const v1::Review review = DrawOf(10, 3);
  v1::AddFindingRequest good;
  good.set_number(1);
  good.set_index(review.item(0).index());
  good.set_outcome(v1::REVIEW_UNCLEAR);
  good.set_note("n");
  const struct {
    std::function<void(v1::AddFindingRequest&)> spoil;
    absl::StatusCode code;
    const char* text;
  } cases[] = {
      {[](auto& r) { r.set_number(9); }, absl::StatusCode::kNotFound, "`number`"},
      {[](auto& r) { r.set_index(1'000'000); }, absl::StatusCode::kNotFound, "`index`"},
      {[](auto& r) { r.clear_outcome(); }, absl::StatusCode::kInvalidArgument, "`outcome`"},
      {[](auto& r) { r.set_outcome(static_cast<v1::ReviewOutcome>(9)); },
       absl::StatusCode::kInvalidArgument, "`outcome`"},
      {[](auto& r) { r.clear_note(); }, absl::StatusCode::kInvalidArgument, "`note` is empty"},
      {[](auto& r) { r.set_note(std::string(2001, 'n')); }, absl::StatusCode::kInvalidArgument,
       "`note` has 2001 bytes"},
      {[](auto& r) { r.set_note("barnet 20121212-1212"); }, absl::StatusCode::kInvalidArgument,
       "`note` holds what looks like a personal number"},
  };
  for (const auto& one : cases) {
    v1::AddFindingRequest request = good;
    one.spoil(request);
    EXPECT_THAT(reviews_.AddFinding(kDan, request), StatusIs(one.code, StartsWith(one.text)));
  }
  EXPECT_THAT(world_.Leaves(v1::REVIEW_FINDING), IsEmpty());
  EXPECT_OK(reviews_.AddFinding(kDan, good));
}

TEST_F(ReviewsTest, NobodyReviewsTheirOwnActWhereThatCanBeKnown) {
  world_.Follow();
  Must(world_.search().Search(kDan, {}));
  v1::DrawReviewRequest request = Request();
  request.mutable_criteria()->mutable_filter()->clear_kind();
  const v1::Review review = Draw(request);
  ASSERT_THAT(review.item(), SizeIs(1));
  EXPECT_THAT(Find(kDan, review, 0, v1::REVIEW_JUSTIFIED),
              StatusIs(kDenied, HasSubstr("is your own act: another officer reviews it")));
  world_.openings().fault = absl::UnavailableError("the keys are away");
  EXPECT_THAT(Find(kEva, review, 0, v1::REVIEW_JUSTIFIED),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  world_.openings().fault = absl::OkStatus();
  EXPECT_OK(Find(kEva, review, 0, v1::REVIEW_JUSTIFIED));
  // Erased or damaged, nobody can know any more.
  world_.openings().erased.insert(review.item(0).index());
  EXPECT_OK(Find(kDan, review, 0, v1::REVIEW_JUSTIFIED));
  world_.openings().damaged.insert(review.item(0).index());
  EXPECT_OK(Find(kDan, review, 0, v1::REVIEW_JUSTIFIED));
}

TEST_F(ReviewsTest, OneOfficerAloneCannotCallAnActUnjustified) {
  const v1::Review review = DrawOf(4, 1);
  Must(Find(kDan, review, 0, v1::REVIEW_UNJUSTIFIED));
  EXPECT_THAT(Close(review), StatusIs(kPrecondition, HasSubstr("a second one must look at it")));
  Must(Find(kEva, review, 0, v1::REVIEW_UNJUSTIFIED));
  const v1::Review closed = Must(Close(review));
  const v1::AuditLeaf leaf = Must(LeafAt(world_.store(), closed.closed_index()));
  EXPECT_EQ(leaf.kind(), v1::REVIEW_CLOSED);
  EXPECT_EQ(leaf.outcome(), "justified=0,unclear=0,unjustified=1,corrected=0");
  EXPECT_EQ(leaf.count(), 1u);
  EXPECT_EQ(leaf.procedure(), review.procedure());
}

TEST_F(ReviewsTest, IsClosedOnceAndOnlyWhenItIsFinished) {
  const v1::Review review = DrawOf(10, 2);
  Must(Find(kDan, review, 0, v1::REVIEW_JUSTIFIED, ""));
  EXPECT_THAT(Close(review),
              StatusIs(kPrecondition, HasSubstr(absl::StrCat("entry ", review.item(1).index(),
                                                             " has no finding"))));
  Must(Find(kDan, review, 1, v1::REVIEW_CORRECTED));
  EXPECT_EQ(Must(Close(review, kEva)).closed_by(), kEva);
  EXPECT_THAT(Close(review), StatusIs(kPrecondition, HasSubstr("is closed")));
  EXPECT_THAT(Find(kEva, review, 0, v1::REVIEW_UNCLEAR),
              StatusIs(kPrecondition, HasSubstr("is closed")));
  EXPECT_THAT(world_.Leaves(v1::REVIEW_CLOSED), SizeIs(1));
  v1::CloseReviewRequest none;
  none.set_number(99);
  EXPECT_THAT(reviews_.Close(kDan, none), StatusIs(absl::StatusCode::kNotFound, ::testing::_));
}

TEST_F(ReviewsTest, AnEntryTakesTenFindingsAndNoMore) {
  const v1::Review review = DrawOf(4, 1);
  for (int i = 0; i < 10; ++i) Must(Find(kDan, review, 0, v1::REVIEW_UNCLEAR));
  EXPECT_THAT(Find(kDan, review, 0, v1::REVIEW_UNCLEAR),
              StatusIs(kPrecondition, HasSubstr("agree on one")));
  EXPECT_THAT(world_.Leaves(v1::REVIEW_FINDING), SizeIs(10));
}

// Row and entry are one transaction: both or neither, and each entry once.
TEST_F(ReviewsTest, AFaultOfTheStoreLeavesRowAndEntryTogether) {
  for (const CommitFault fault : {CommitFault::kFailed, CommitFault::kFailedButPersisted}) {
    const v1::Review review = DrawOf(4, 2);
    const auto consistent = [&] {
      size_t findings = 0, closed = 0, drawn = 0;
      for (const v1::Review& one : Must(world_.store().Reviews(1000, 1000))) {
        ++drawn;
        closed += one.closed_by().empty() ? 0 : 1;
        for (const v1::ReviewItem& item : one.item()) findings += item.finding_size();
      }
      EXPECT_EQ(world_.Leaves(v1::REVIEW_DRAWN).size(), drawn);
      EXPECT_EQ(world_.Leaves(v1::REVIEW_FINDING).size(), findings);
      EXPECT_EQ(world_.Leaves(v1::REVIEW_CLOSED).size(), closed);
    };
    world_.store().SetFaults({.commit = fault});
    const auto found = Find(kDan, review, 0, v1::REVIEW_JUSTIFIED);
    world_.store().SetFaults({});
    EXPECT_EQ(found.ok(), fault == CommitFault::kFailedButPersisted);
    consistent();
    for (int i = 0; i < 2; ++i) Must(Find(kDan, review, i, v1::REVIEW_JUSTIFIED));
    world_.store().SetFaults({.commit = fault});
    EXPECT_EQ(Close(review).ok(), fault == CommitFault::kFailedButPersisted);
    world_.store().SetFaults({});
    consistent();
    world_.Follow();
    world_.store().SetFaults({.commit = fault});
    EXPECT_EQ(reviews_.Draw(kDan, Request()).ok(), fault == CommitFault::kFailedButPersisted);
    world_.store().SetFaults({});
    consistent();
  }
}

TEST_F(ReviewsTest, ListsNewestFirst) {
  for (int i = 0; i < 3; ++i) DrawOf(2, 1);
  const v1::ReviewPage second = Get(2);
  Must(Find(kDan, second.review(), 0, v1::REVIEW_JUSTIFIED));
  Must(Close(second.review()));
  v1::ListReviewsRequest request;
  v1::ReviewList list = Must(reviews_.List(request));
  ASSERT_THAT(list.review(), SizeIs(3));
  EXPECT_EQ(list.review(0).number(), 3u);
  EXPECT_THAT(list.review(0).item(), IsEmpty());
  EXPECT_THAT(list.entries(), ElementsAre(1, 1, 1));
  EXPECT_THAT(list.found(), ElementsAre(0, 1, 0));
  request.set_open_only(true);
  EXPECT_THAT(Must(reviews_.List(request)).review(), SizeIs(2));
  request.set_before(3);
  EXPECT_THAT(Must(reviews_.List(request)).review(), SizeIs(1));
  request.set_limit(501);
  EXPECT_THAT(reviews_.List(request),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("`limit`")));
}

TEST_F(ReviewsTest, TheYearInNumbers) {
  world_.clock().Set(FromSwedishTime(absl::CivilSecond(2027, 1, 1, 0, 0, 0)) - absl::Seconds(1));
  const v1::Review old = DrawOf(20, 12);  // ten of each school
  for (int i = 0; i < 12; ++i) Must(Find(kDan, old, i, v1::REVIEW_JUSTIFIED));
  Must(Close(old));
  world_.clock().Advance(absl::Seconds(1));
  const uint64_t before = Must(world_.store().ReadHead("")).size;
  v1::DrawReviewRequest request = Request(1);
  request.mutable_criteria()->set_criterion(v1::REVIEW_OUT_OF_HOURS);
  world_.Append(OversightWorld::Decision("police/c"));
  const v1::Review young = Draw(request);
  ASSERT_THAT(young.item(), SizeIs(1));

  const v1::ReviewStatement last_year = Statement(2026);
  EXPECT_EQ(last_year.draws(), 1u);
  EXPECT_EQ(last_year.open(), 0u);
  EXPECT_EQ(last_year.sampled(), 12u);
  EXPECT_EQ(last_year.reviewed(), 12u);
  EXPECT_EQ(last_year.log_entries(), before);
  std::map<std::string, std::string> outcomes, criteria;
  for (const auto& one : last_year.by_outcome()) {
    outcomes[one.name()] = one.few() ? "few" : std::to_string(one.count());
  }
  for (const auto& one : last_year.by_criterion()) {
    criteria[one.name()] = std::to_string(one.count());
  }
  EXPECT_EQ(outcomes["justified"], "12");
  EXPECT_EQ(outcomes["unjustified"], "0");
  EXPECT_EQ(criteria["any"], "12");
  EXPECT_EQ(criteria["out-of-hours"], "0");
  ASSERT_EQ(last_year.coverage_size(), 3);
  uint64_t reviewed = 0;
  for (const v1::ReviewCoverage& coverage : last_year.coverage()) {
    EXPECT_EQ(coverage.entries(), coverage.agency() == "police/c" ? 0u : 10u);
    reviewed += coverage.reviewed().count();
    EXPECT_TRUE(coverage.reviewed().few() || coverage.reviewed().count() != 3);
  }
  EXPECT_LE(reviewed, 12u);

  const v1::ReviewStatement this_year = Statement(2027);
  EXPECT_EQ(this_year.draws(), 1u);
  EXPECT_EQ(this_year.open(), 1u);
  EXPECT_EQ(this_year.sampled(), 1u);
  EXPECT_EQ(this_year.reviewed(), 0u);
  EXPECT_EQ(this_year.complete_to(), Must(world_.store().ReadHead("")).size);
  EXPECT_EQ(Statement(2030).log_entries(), 0u);
  v1::GetReviewStatementRequest bad;
  EXPECT_THAT(reviews_.Statement(bad),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("`year`")));
}

TEST_F(ReviewsTest, AStatementLeavesOutWhatPointsAtSomebody) {
  const v1::Review review = DrawOf(20, 20);
  for (int i = 0; i < 20; ++i) {
    Must(Find(kDan, review, i, i == 0 ? v1::REVIEW_UNJUSTIFIED : v1::REVIEW_JUSTIFIED));
  }
  Must(Find(kEva, review, 0, v1::REVIEW_UNJUSTIFIED));
  const v1::ReviewStatement statement =
      Statement(ToSwedishTime(absl::FromUnixMicros(review.drawn_us())).year());
  EXPECT_EQ(statement.reviewed(), 20u);
  int few = 0;
  for (const v1::ReviewCount& one : statement.by_outcome()) {
    few += one.few() ? 1 : 0;
    EXPECT_TRUE(one.few() || one.name() != "unjustified");
  }
  EXPECT_EQ(few, 2) << "one alone could be computed";
}

}  // namespace
}  // namespace sluss::testing
