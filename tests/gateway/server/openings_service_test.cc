// Who may erase and hold what opens the log, over mutual TLS with real certificates, and what an
// officer is answered.
#include "gateway/server/openings_service.h"

#include <memory>
#include <sstream>
#include <string>

#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/gateway/openings/memory_erasure_journal.h"
#include "tests/gateway/server/test_rim.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kOfficerUri[] = "sluss://role/officer/anna";
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class OpeningsServiceTest : public ::testing::Test {
 protected:
  OpeningsServiceTest()
      : openings_(std::make_unique<StoredOpenings>(&world_.store(), &world_.month_keys(),
                                                   "log.sluss.example/gw1")),
        erasures_(Must(Erasures::Begin({.store = &world_.store(),
                                        .ledger = world_.exchange().ledger(),
                                        .erasing = {.vault = &world_.vault(),
                                                    .openings = openings_.get(),
                                                    .keys = &world_.month_keys(),
                                                    .journal = &journal_},
                                        .events = &events_},
                                       {}))),
        service_(erasures_.get(), rim_.verifier()) {
    rim_.Serve(&service_);
  }
  ~OpeningsServiceTest() override { rim_.Stop(); }

  using Stub = v1::Openings::Stub;

  uint64_t Disclose() {
    Outgoing outgoing = world_.DutyReport();
    outgoing.header.set_message_id(RandomBytes(16));
    return Must(world_.Submit(kSchool, outgoing)).receipt().index();
  }
  bool Opens(uint64_t index) { return Must(openings_->Open(index)).has_value(); }
  static v1::EraseRequest EraseOf(uint64_t index) {
    v1::EraseRequest request;
    request.add_index(index);
    request.set_reason_digest(std::string(32, 'r'));
    return request;
  }
  static v1::HoldRequest HoldAll() {
    v1::HoldRequest request;
    request.set_from_month("2026-01");
    request.set_to_month("2026-12");
    request.set_reason_digest(std::string(32, 'r'));
    return request;
  }
  size_t Entries(v1::RecordKind kind) {
    size_t entries = 0;
    for (const v1::AuditLeaf& leaf : world_.Leaves()) entries += leaf.kind() == kind;
    return entries;
  }

  TestRim<v1::Openings> rim_;
  ExchangeWorld world_;
  MemoryErasureJournal journal_;
  std::ostringstream lines_;
  EventLog events_{&lines_, &world_.clock()};
  std::unique_ptr<StoredOpenings> openings_;
  std::unique_ptr<Erasures> erasures_;
  OpeningsService service_;
};

TEST_F(OpeningsServiceTest, AnOfficerErasesHoldsAndLists) {
  Stub& stub = rim_.As(kOfficerUri);
  const uint64_t first = Disclose(), second = Disclose();
  const v1::EraseResponse erased = Must(rim_.Call(stub, &Stub::Erase, EraseOf(first)));
  EXPECT_EQ(erased.erased(), 1u);
  world_.CheckReceipt(erased.receipt());
  EXPECT_FALSE(Opens(first));
  EXPECT_TRUE(Opens(second));

  const v1::HoldResponse held = Must(rim_.Call(stub, &Stub::Hold, HoldAll()));
  EXPECT_EQ(held.hold().hold().size(), 16u);
  EXPECT_THAT(rim_.Call(stub, &Stub::Erase, EraseOf(second)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("hold")));
  EXPECT_TRUE(Opens(second));
  const v1::OpeningsStanding standing =
      Must(rim_.Call(stub, &Stub::List, v1::ListOpeningsRequest()));
  ASSERT_EQ(standing.hold_size(), 1);
  EXPECT_EQ(standing.hold(0).hold(), held.hold().hold());
  EXPECT_EQ(standing.of_class_size(), 3);

  v1::EndHoldRequest end;
  end.set_hold(held.hold().hold());
  end.set_reason_digest(std::string(32, 'r'));
  EXPECT_OK(rim_.Call(stub, &Stub::EndHold, end));
  EXPECT_OK(rim_.Call(stub, &Stub::Erase, EraseOf(second)));
  EXPECT_FALSE(Opens(second));
}

TEST_F(OpeningsServiceTest, NobodyElseIsLetIn) {
  const uint64_t index = Disclose();
  const auto refused =
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("is no officer of the exchange"));
  for (const char* const uri :
       {"sluss://role/administrator/ada", "sluss://role/author/anna", "sluss://role/approver/bo",
        "sluss://agency/school/ekbacken", "sluss://gateway/gw2", "sluss://keyholder/kh1"}) {
    Stub& stub = rim_.As(uri);
    EXPECT_THAT(rim_.Call(stub, &Stub::Erase, EraseOf(index)), refused) << uri;
    EXPECT_THAT(rim_.Call(stub, &Stub::Hold, HoldAll()), refused) << uri;
    EXPECT_THAT(rim_.Call(stub, &Stub::EndHold, v1::EndHoldRequest()), refused) << uri;
    EXPECT_THAT(rim_.Call(stub, &Stub::List, v1::ListOpeningsRequest()), refused) << uri;
  }
  EXPECT_TRUE(Opens(index));
  EXPECT_EQ(Entries(v1::ERASURE), 0u);
}

TEST_F(OpeningsServiceTest, WhatIsNoOrderIsRefusedByItsField) {
  Stub& stub = rim_.As(kOfficerUri);
  const uint64_t index = Disclose();
  v1::EraseRequest no_reason = EraseOf(index);
  no_reason.clear_reason_digest();
  EXPECT_THAT(rim_.Call(stub, &Stub::Erase, no_reason),
              StatusIs(kInvalid, HasSubstr("`reason_digest`")));
  v1::EraseRequest nothing = EraseOf(index);
  nothing.clear_index();
  EXPECT_THAT(rim_.Call(stub, &Stub::Erase, nothing), StatusIs(kInvalid, HasSubstr("`index`")));
  EXPECT_THAT(rim_.Call(stub, &Stub::Erase, EraseOf(1'000'000)),
              StatusIs(kInvalid, HasSubstr("`index`")));
  v1::HoldRequest no_month = HoldAll();
  no_month.set_from_month("January");
  EXPECT_THAT(rim_.Call(stub, &Stub::Hold, no_month),
              StatusIs(kInvalid, HasSubstr("`from_month`")));
  v1::HoldRequest no_class = HoldAll();
  no_class.add_opening_class("gossip");
  EXPECT_THAT(rim_.Call(stub, &Stub::Hold, no_class),
              StatusIs(kInvalid, HasSubstr("`opening_class`")));
  v1::EndHoldRequest unknown;
  unknown.set_hold(std::string(16, 'h'));
  unknown.set_reason_digest(std::string(32, 'r'));
  EXPECT_THAT(rim_.Call(stub, &Stub::EndHold, unknown),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("hold")));
  EXPECT_TRUE(Opens(index));
}

}  // namespace
}  // namespace sluss::testing
