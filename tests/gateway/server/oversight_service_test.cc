// Who may search and review the log, over mutual TLS with real certificates, and how many at a
// time.
#include "gateway/server/oversight_service.h"

#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/oversight/oversight_world.h"
#include "tests/gateway/server/test_rim.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOfficerUri[] = "sluss://role/officer/dan";

// Opens nothing before it is let go.
class SlowOpenings final : public OpeningReader {
 public:
  absl::StatusOr<std::optional<v1::AuditOpening>> Open(uint64_t) const override {
    MutexLock lock(&mutex_);
    while (!let_go_) changed_.Wait(&mutex_);
    return std::nullopt;
  }
  void LetGo() {
    MutexLock lock(&mutex_);
    let_go_ = true;
    changed_.NotifyAll();
  }

 private:
  mutable Mutex mutex_;
  mutable CondVar changed_;
  bool let_go_ ABSL_GUARDED_BY(mutex_) = false;
};

class OversightServiceTest : public ::testing::Test {
 protected:
  OversightServiceTest()
      : search_({.ledger = &world_.ledger(),
                 .log = &world_.store(),
                 .index = &world_.follower(),
                 .openings = &slow_}),
        reviews_({.ledger = &world_.ledger(),
                  .log = &world_.store(),
                  .index = &world_.follower(),
                  .openings = &world_.openings(),
                  .agencies = {},
                  .patience = std::chrono::milliseconds(0)}),
        service_({.search = &search_,
                  .reviews = &reviews_,
                  .verifier = rim_.verifier(),
                  .events = &events_}) {
    world_.Append(OversightWorld::By(OversightWorld::Decision(), std::string(32, 'a')));
    world_.Follow();
    rim_.Serve(&service_);
  }
  ~OversightServiceTest() override {
    slow_.LetGo();
    rim_.Stop();
  }

  using Stub = v1::Oversight::Stub;

  TestRim<v1::Oversight> rim_;
  OversightWorld world_;
  SlowOpenings slow_;
  std::ostringstream lines_;
  EventLog events_{&lines_, &world_.clock()};
  LogSearch search_;
  LogReviews reviews_;
  OversightService service_;
};

TEST_F(OversightServiceTest, AnOfficerSearchesAndTheEventNamesNobody) {
  const auto page = rim_.Call(rim_.As(kOfficerUri), &Stub::Search, v1::SearchRequest());
  ASSERT_OK(page);
  EXPECT_EQ(page->entry_size(), 2);
  EXPECT_THAT(lines_.str(), AllOf(HasSubstr("\"event\":\"log-searched\""), Not(HasSubstr("dan"))));
}

TEST_F(OversightServiceTest, NobodyElseIsLetIn) {
  for (const char* uri :
       {"sluss://role/administrator/ada", "sluss://role/author/anna", "sluss://role/approver/bo",
        "sluss://agency/school/ekbacken", "sluss://gateway/gw2", "sluss://keyholder/kh1"}) {
    Stub& stub = rim_.As(uri);
    const auto refused =
        StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("is no officer of the exchange"));
    EXPECT_THAT(rim_.Call(stub, &Stub::Search, v1::SearchRequest()), refused) << uri;
    EXPECT_THAT(rim_.Call(stub, &Stub::DrawReview, v1::DrawReviewRequest()), refused);
    EXPECT_THAT(rim_.Call(stub, &Stub::ListReviews, v1::ListReviewsRequest()), refused);
    EXPECT_THAT(rim_.Call(stub, &Stub::GetReview, v1::GetReviewRequest()), refused);
    EXPECT_THAT(rim_.Call(stub, &Stub::AddFinding, v1::AddFindingRequest()), refused);
    EXPECT_THAT(rim_.Call(stub, &Stub::CloseReview, v1::CloseReviewRequest()), refused);
    EXPECT_THAT(rim_.Call(stub, &Stub::GetReviewStatement, v1::GetReviewStatementRequest()),
                refused);
  }
  EXPECT_TRUE(world_.Leaves(v1::SEARCH).empty());
}

TEST_F(OversightServiceTest, ConfiguredOffNothingIsAnswered) {
  TestRim<v1::Oversight> rim;
  OversightService service(
      {.search = nullptr, .reviews = nullptr, .verifier = rim.verifier(), .events = &events_});
  rim.Serve(&service);
  EXPECT_THAT(rim.Call(rim.As(kOfficerUri), &Stub::Search, v1::SearchRequest()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("`search.off`")));
  EXPECT_THAT(rim.Call(rim.As(kOfficerUri), &Stub::ListReviews, v1::ListReviewsRequest()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("`search.off`")));
  rim.Stop();
}

// Whoever asks without end takes no thread from the relay.
TEST_F(OversightServiceTest, MoreThanAFewAtATimeAreRefused) {
  v1::SearchRequest slow;
  slow.mutable_filter()->set_officer(std::string(32, 'a'));
  slow.mutable_filter()->set_to_us(absl::ToUnixMicros(world_.clock().Now()) + 1);
  slow.mutable_filter()->set_from_us(slow.filter().to_us() - 1'000'000);
  Stub& stub = rim_.As(kOfficerUri);
  std::vector<std::thread> waiting;
  std::atomic<int> answered{0};
  for (int i = 0; i < kMostOversightCalls; ++i) {
    waiting.emplace_back([&] {
      // Whoever comes too early beside one of the questions below asks again.
      while (absl::IsResourceExhausted(rim_.Call(stub, &Stub::Search, slow).status())) {
      }
      ++answered;
    });
  }
  absl::Status refused;
  while (refused.ok()) {
    refused = rim_.Call(stub, &Stub::ListReviews, v1::ListReviewsRequest()).status();
  }
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted,
                                "8 calls of officers run already: try again soon"));
  EXPECT_EQ(answered, 0);
  slow_.LetGo();
  for (std::thread& one : waiting) one.join();
  EXPECT_OK(rim_.Call(stub, &Stub::ListReviews, v1::ListReviewsRequest()));
}

}  // namespace
}  // namespace sluss::testing
