#include "gateway/oversight/search.h"

#include <functional>

#include "gateway/exchange/leaf.h"
#include "gateway/oversight/search_filter.h"
#include "gmock/gmock.h"
#include "tests/gateway/oversight/oversight_world.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<uint64_t> Indexes(const v1::SearchPage& page) {
  std::vector<uint64_t> indexes;
  for (const v1::FoundEntry& found : page.entry()) indexes.push_back(found.index());
  return indexes;
}

class SearchTest : public ::testing::Test {
 protected:
  v1::SearchPage Search(const v1::SearchRequest& request) {
    return Must(world_.search().Search(kDan, request));
  }
  // All pages, one after the other.
  std::vector<uint64_t> All(v1::SearchRequest request, OversightWorld& world) {
    std::vector<uint64_t> indexes;
    for (int pages = 0; pages < 10000; ++pages) {
      const v1::SearchPage page = Must(world.search().Search(kDan, request));
      EXPECT_LE(page.entry_size(), static_cast<int>(request.limit()));
      for (const uint64_t index : Indexes(page)) indexes.push_back(index);
      if (page.cursor().empty()) return indexes;
      request.set_cursor(page.cursor());
    }
    ADD_FAILURE() << "the pages have no end";
    return indexes;
  }

  OversightWorld world_;
};

TEST_F(SearchTest, ShowsTheNewestFirstWithTheBytesOfTheLog) {
  const uint64_t first = world_.Append(OversightWorld::Decision());
  const uint64_t denied =
      world_.Append(OversightWorld::Decision("school/ekbacken", "police/region-mitt", "DENY"));
  const uint64_t last = world_.Append(OversightWorld::Decision());
  world_.Follow();
  v1::SearchRequest request;
  request.mutable_filter()->add_agency("school/ekbacken");
  const v1::SearchPage page = Search(request);
  EXPECT_THAT(Indexes(page), ElementsAre(last, denied, first));
  for (const v1::FoundEntry& found : page.entry()) {
    EXPECT_EQ(found.entry(), Must(world_.store().ReadEntry(found.index())));
  }
  EXPECT_EQ(page.complete_to(), last + 1);
  EXPECT_EQ(page.log_size(), last + 1);
  EXPECT_EQ(page.cursor(), "");
  request.set_oldest_first(true);
  EXPECT_THAT(Indexes(Search(request)), ElementsAre(first, denied, last));
}

TEST_F(SearchTest, SaysHowFarTheIndexLags) {
  world_.Append(OversightWorld::Decision());
  world_.Follow();
  const uint64_t complete = Must(world_.store().ReadHead("")).size;
  for (int i = 0; i < 3; ++i) world_.Append(OversightWorld::Decision());
  v1::SearchRequest request;
  request.mutable_filter()->add_kind(v1::DECISION);
  const v1::SearchPage page = Search(request);
  EXPECT_EQ(page.complete_to(), complete);
  EXPECT_EQ(page.log_size(), complete + 3);
  EXPECT_EQ(page.entry_size(), 1);
}

TEST_F(SearchTest, TheSearchIsAnEntryBeforeAnythingIsShown) {
  world_.Append(OversightWorld::Decision());
  world_.Follow();
  v1::SearchRequest request;
  request.mutable_filter()->add_sender("school/ekbacken");
  request.mutable_filter()->set_from_us(5);
  request.mutable_filter()->set_to_us(int64_t{1} << 60);
  const v1::SearchPage page = Search(request);
  const v1::AuditLeaf leaf = Must(LeafAt(world_.store(), page.search_index()));
  EXPECT_EQ(leaf.kind(), v1::SEARCH);
  EXPECT_EQ(leaf.count(), 1u);
  EXPECT_EQ(leaf.from_us(), 5);
  EXPECT_EQ(leaf.to_us(), int64_t{1} << 60);
  EXPECT_EQ(leaf.procedure(), page.procedure());
  // Who and what stand in commitments only.
  EXPECT_THAT(leaf.SerializeAsString(), ::testing::Not(HasSubstr("ekbacken")));
  EXPECT_THAT(leaf.SerializeAsString(), ::testing::Not(HasSubstr("dan")));
  const auto opening = Must(world_.openings().Open(page.search_index()));
  ASSERT_TRUE(opening.has_value());
  ASSERT_EQ(leaf.commitment_size(), 2);
  for (int i = 0; i < 2; ++i) {
    const v1::OpenedField& field = opening->field(i);
    EXPECT_EQ(field.tag(), i == 0 ? 1u : kCriteriaTag);
    EXPECT_EQ(leaf.commitment(i).tag(), field.tag());
    EXPECT_EQ(leaf.commitment(i).digest(),
              CommitmentDigest(opening->secret(), field.tag(), field.value()));
  }
  EXPECT_EQ(opening->field(0).value(), kDan);
  EXPECT_EQ(opening->field(1).value(), CriteriaBytes(request.filter(), false));
  v1::SearchRequest asked;
  ASSERT_TRUE(asked.ParseFromString(opening->field(1).value()));
  EXPECT_EQ(asked.filter().sender(0), "school/ekbacken");
}

TEST_F(SearchTest, ASearchThatFindsNothingIsAnEntryToo) {
  world_.Follow();
  v1::SearchRequest request;
  request.mutable_filter()->add_rule("none");
  const v1::SearchPage page = Search(request);
  EXPECT_EQ(page.entry_size(), 0);
  EXPECT_EQ(Must(LeafAt(world_.store(), page.search_index())).kind(), v1::SEARCH);
}

TEST_F(SearchTest, ARefusedSearchIsNoEntryAndShowsNothing) {
  world_.Follow();
  v1::SearchRequest request;
  request.set_limit(501);
  EXPECT_THAT(world_.search().Search(kDan, request),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("`limit` is 501")));
  request.set_limit(0);
  request.mutable_filter()->add_verdict("MAYBE");
  EXPECT_THAT(world_.search().Search(kDan, request),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("`filter.verdict`")));
  EXPECT_THAT(world_.Leaves(v1::SEARCH), IsEmpty());
}

TEST_F(SearchTest, NothingIsShownWhenTheLogCannotBeWritten) {
  world_.Append(OversightWorld::Decision());
  world_.Follow();
  world_.store().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_THAT(world_.search().Search(kDan, {}),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  world_.store().SetFaults({});
  EXPECT_THAT(world_.Leaves(v1::SEARCH), IsEmpty());
  EXPECT_OK(world_.search().Search(kDan, {}));
}

TEST_F(SearchTest, AnEntryThatPersistedThoughItsCommitFailedIsThereOnce) {
  world_.Append(OversightWorld::Decision());
  world_.Follow();
  world_.store().SetFaults({.commit = CommitFault::kFailedButPersisted});
  const auto page = world_.search().Search(kDan, {});
  world_.store().SetFaults({});
  const size_t entries = world_.Leaves(v1::SEARCH).size();
  EXPECT_EQ(entries, 1u);
  if (page.ok()) {
    EXPECT_EQ(Must(LeafAt(world_.store(), page->search_index())).kind(), v1::SEARCH);
  }
}

TEST_F(SearchTest, AStoreThatCannotBeReadFailsTheSearchAndKeepsTheIndex) {
  world_.Append(OversightWorld::Decision());
  world_.Follow();
  world_.store().SetFaults({.read = true});
  EXPECT_FALSE(world_.search().Search(kDan, {}).ok());
  world_.store().SetFaults({});
  EXPECT_EQ(Search({}).entry_size(), 2);  // START and the decision
  EXPECT_THAT(world_.Events(), ::testing::Not(HasSubstr("thrown-away")));
}

TEST_F(SearchTest, BeforeThereIsAnIndexItSaysToTryAgain) {
  EXPECT_THAT(
      world_.search().Search(kDan, {}),
      StatusIs(absl::StatusCode::kUnavailable, "the search index is being made: try again soon"));
}

TEST_F(SearchTest, ACursorBelongsToItsSearch) {
  for (int i = 0; i < 5; ++i) world_.Append(OversightWorld::Decision());
  world_.Follow();
  v1::SearchRequest request;
  request.set_limit(2);
  request.mutable_filter()->add_kind(v1::DECISION);
  const v1::SearchPage first = Search(request);
  ASSERT_NE(first.cursor(), "");
  request.set_cursor(first.cursor());
  const v1::SearchPage second = Search(request);
  EXPECT_EQ(second.procedure(), first.procedure()) << "the pages of a search belong together";
  EXPECT_NE(second.search_index(), first.search_index()) << "each page is an entry";

  const auto refused = [&](v1::SearchRequest other, const char* text) {
    EXPECT_THAT(world_.search().Search(kDan, other),
                StatusIs(absl::StatusCode::kInvalidArgument, StartsWith(text)));
  };
  v1::SearchRequest other = request;
  other.mutable_filter()->add_verdict("DENY");
  refused(other, "`cursor` belongs to a search with another filter or order");
  other = request;
  other.set_oldest_first(true);
  refused(other, "`cursor` belongs to a search with another filter or order");
  other = request;
  for (const std::string& bad : {std::string("x"), first.cursor() + "x", std::string(33, '\0')}) {
    other.set_cursor(bad);
    refused(other, "`cursor` is none");
  }
  // Written by hand, a place that no page ended at is only a place.
  other.set_cursor(first.cursor());
  for (int i = 1; i <= 8; ++i) (*other.mutable_cursor())[i] = '\xff';
  EXPECT_EQ(Search(other).entry_size(), 2);
}

TEST_F(SearchTest, APageEndedOldestFirstGoesOnIntoWhatCameSince) {
  for (int i = 0; i < 3; ++i) world_.Append(OversightWorld::Decision());
  world_.Follow();
  v1::SearchRequest request;
  request.set_limit(2);
  request.set_oldest_first(true);
  request.mutable_filter()->add_kind(v1::DECISION);
  const v1::SearchPage first = Search(request);
  const uint64_t late = world_.Append(OversightWorld::Decision());
  world_.Follow();
  request.set_cursor(first.cursor());
  EXPECT_EQ(Indexes(Search(request)).back(), late);
}

TEST_F(SearchTest, FindsAnOfficerByOpeningEntriesOneByOne) {
  const std::string anna(32, 'a'), bo(32, 'b');
  const uint64_t by_anna = world_.Append(OversightWorld::By(OversightWorld::Decision(), anna));
  world_.Append(OversightWorld::By(OversightWorld::Decision(), bo));
  const uint64_t with_anna =
      world_.Append(OversightWorld::By(OversightWorld::Decision(), bo, anna));
  const uint64_t gone = world_.Append(OversightWorld::By(OversightWorld::Decision(), anna));
  const uint64_t broken = world_.Append(OversightWorld::By(OversightWorld::Decision(), anna));
  world_.openings().erased.insert(gone);
  world_.openings().damaged.insert(broken);
  world_.Follow();
  v1::SearchRequest request;
  request.mutable_filter()->set_officer(anna);
  request.mutable_filter()->add_kind(v1::DECISION);
  request.mutable_filter()->set_to_us(absl::ToUnixMicros(world_.clock().Now()) + 1);
  request.mutable_filter()->set_from_us(request.filter().to_us() - 1'000'000);
  const v1::SearchPage page = Search(request);
  EXPECT_THAT(Indexes(page), ElementsAre(with_anna, by_anna));
  EXPECT_EQ(page.erased_openings(), 1u);
  EXPECT_EQ(page.unreadable_openings(), 1u);
  // The officers' own acts by their name.
  request.mutable_filter()->set_officer(kDan);
  request.mutable_filter()->clear_kind();
  world_.Follow();
  EXPECT_THAT(Indexes(Search(request)), ElementsAre(page.search_index()));
}

TEST_F(SearchTest, AnOpeningThatCannotBeHadNowFailsTheSearch) {
  world_.Append(OversightWorld::By(OversightWorld::Decision(), std::string(32, 'a')));
  world_.Follow();
  world_.openings().fault = absl::UnavailableError("the keys are away");
  v1::SearchRequest request;
  request.mutable_filter()->set_officer(std::string(32, 'a'));
  request.mutable_filter()->set_to_us(absl::ToUnixMicros(world_.clock().Now()) + 1);
  request.mutable_filter()->set_from_us(request.filter().to_us() - 1'000'000);
  EXPECT_THAT(world_.search().Search(kDan, request),
              StatusIs(absl::StatusCode::kUnavailable, "the keys are away"));
  EXPECT_THAT(world_.Leaves(v1::SEARCH), IsEmpty());
}

TEST_F(SearchTest, WithoutAnOfficerNothingIsOpened) {
  world_.Append(OversightWorld::By(OversightWorld::Decision(), std::string(32, 'a')));
  world_.Follow();
  Search({});
  EXPECT_EQ(world_.openings().opened, 0);
}

// What a page looks through is bounded; the cursor goes on until everything was looked at.
TEST_F(SearchTest, EveryBoundEndsAPageAndNoneLosesAnEntry) {
  for (const SearchBounds& bounds :
       {SearchBounds{.lookups = 7}, SearchBounds{.entries = 3}, SearchBounds{.openings = 2}}) {
    OversightWorld world(bounds);
    std::vector<uint64_t> expected;
    for (int i = 0; i < 30; ++i) {
      const std::string officer(32, i % 5 == 0 ? 'a' : 'b');
      const uint64_t index = world.Append(OversightWorld::By(
          OversightWorld::Decision(i % 2 == 0 ? "school/ekbacken" : "school/annan"), officer));
      if (i % 10 == 0) expected.insert(expected.begin(), index);
    }
    world.Follow();
    v1::SearchRequest request;
    request.set_limit(50);
    request.mutable_filter()->add_sender("school/ekbacken");
    request.mutable_filter()->add_kind(v1::DECISION);
    request.mutable_filter()->set_officer(std::string(32, 'a'));
    request.mutable_filter()->set_to_us(absl::ToUnixMicros(world.clock().Now()) + 1);
    request.mutable_filter()->set_from_us(1 + request.filter().to_us() - 1'000'000);
    EXPECT_EQ(All(request, world), expected);
    EXPECT_GT(world.Leaves(v1::SEARCH).size(), 2u) << "no bound was met";
  }
}

// Against every entry held against the filter, one by one.
TEST_F(SearchTest, FindsExactlyWhatMatchesWhateverIsAsked) {
  std::mt19937 random(7);
  const auto pick = [&](int below) { return static_cast<int>(random() % below); };
  const std::vector<std::string> agencies = {"school/a", "school/b", "police/c"};
  const std::vector<std::string> words = {"A", "B", "C"};
  const std::vector<std::string> verdicts = {"PERMIT", "PARTIAL", "DENY"};
  for (int i = 0; i < 400; ++i) {
    LeafDraft draft;
    draft.clear.set_kind(pick(3) == 0 ? v1::DELIVERY : v1::DECISION);
    draft.clear.set_sender(agencies[pick(3)]);
    draft.clear.set_recipient(agencies[pick(3)]);
    draft.clear.set_verdict(verdicts[pick(3)]);
    draft.clear.set_purpose(words[pick(3)]);
    draft.clear.set_outcome(words[pick(3)]);
    for (int n = pick(3); n > 0; --n) draft.clear.add_rule(words[pick(3)]);
    for (int n = pick(3); n > 0; --n) draft.clear.add_legal_basis(words[pick(3)]);
    for (int n = pick(3); n > 0; --n) draft.clear.add_passed(words[pick(3)]);
    for (int n = pick(3); n > 0; --n) draft.clear.add_withheld(words[pick(3)]);
    draft.clear.set_message_id(std::string(16, static_cast<char>('a' + pick(20))));
    world_.Append(draft);
    if (pick(4) == 0) world_.clock().Advance(absl::Minutes(pick(20)));
  }
  world_.Follow();
  const std::vector<v1::AuditLeaf> leaves = world_.Leaves();
  const uint64_t complete = leaves.size();
  for (int round = 0; round < 200; ++round) {
    v1::SearchRequest request;
    v1::SearchFilter& filter = *request.mutable_filter();
    if (pick(3) == 0) filter.set_from_us(leaves[pick(complete)].time_us());
    if (pick(3) == 0) {
      filter.set_to_us(std::max(filter.from_us(), leaves[pick(complete)].time_us()) + 1);
    }
    for (int n = pick(3); n > 0; --n) filter.add_agency(agencies[pick(3)]);
    if (pick(4) == 0) filter.add_sender(agencies[pick(3)]);
    if (pick(4) == 0) filter.add_recipient(agencies[pick(3)]);
    if (pick(4) == 0) filter.add_rule(words[pick(3)]);
    if (pick(4) == 0) filter.add_paragraph(words[pick(3)]);
    if (pick(4) == 0) filter.add_purpose(words[pick(3)]);
    if (pick(4) == 0) filter.add_category(words[pick(3)]);
    if (pick(6) == 0) filter.add_passed(words[pick(3)]);
    if (pick(6) == 0) filter.add_withheld(words[pick(3)]);
    if (pick(4) == 0) filter.add_verdict(verdicts[pick(3)]);
    if (pick(4) == 0) filter.add_kind(v1::DELIVERY);
    if (pick(6) == 0) filter.add_outcome(words[pick(3)]);
    if (pick(8) == 0) filter.add_message_id(std::string(16, static_cast<char>('a' + pick(20))));
    request.set_oldest_first(pick(2) == 0);
    request.set_limit(1 + pick(60));
    std::vector<uint64_t> expected;
    for (uint64_t i = 0; i < complete; ++i) {
      if (Matches(filter, leaves[i])) expected.push_back(i);
    }
    if (!request.oldest_first()) std::reverse(expected.begin(), expected.end());
    ASSERT_EQ(All(request, world_), expected) << filter.DebugString();
  }
}

}  // namespace
}  // namespace sluss::testing
