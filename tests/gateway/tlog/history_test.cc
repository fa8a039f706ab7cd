#include "gateway/tlog/history.h"

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "tests/gateway/tlog/sample_log.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::SampleLeaf;
using testing::Serialised;
using testing::StatusIs;

absl::Status AddAll(const std::vector<v1::AuditLeaf>& leaves) {
  History history;
  for (const v1::AuditLeaf& leaf : leaves) {
    if (const absl::Status status = history.Add(Serialised(leaf)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::vector<v1::AuditLeaf> Sample(size_t count) {
  std::vector<v1::AuditLeaf> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(SampleLeaf(i));
  return leaves;
}

TEST(HistoryTest, AcceptsAGatewayThatKeptItsRules) {
  std::vector<v1::AuditLeaf> leaves = Sample(9);
  leaves[8].set_time_us(leaves[7].time_us() - 60000000);  // the clock was set back a minute
  EXPECT_OK(AddAll(leaves));
}

// Handed out, expired, and acknowledged after that: the recipient had it all the while.
TEST(HistoryTest, AcceptsAnAcknowledgementThatCameLate) {
  std::vector<v1::AuditLeaf> leaves = Sample(4);
  leaves[3] = leaves[2];
  leaves[3].set_counter(4);
  leaves[2].set_kind(v1::EXPIRY);
  EXPECT_OK(AddAll(leaves));
  leaves[1].set_kind(v1::START);  // never handed out
  EXPECT_FALSE(AddAll(leaves).ok());
}

TEST(HistoryTest, CountsEachGatewayForItself) {
  std::vector<v1::AuditLeaf> leaves = Sample(4);
  for (int i = 0; i < 4; ++i) {
    leaves[i].set_kind(v1::CONSENT);
    leaves[i].set_gateway(i < 2 ? "gateway/gw1" : "gateway/gw2");
    leaves[i].set_counter(i % 2 + 1);
  }
  EXPECT_OK(AddAll(leaves));
}

TEST(HistoryTest, SaysWhatIsWrong) {
  using Leaves = std::vector<v1::AuditLeaf>;
  const struct {
    const char* name;
    std::function<void(Leaves*)> change;
    const char* error;
  } cases[] = {
      {"an entry left out", [](Leaves* l) { l->erase(l->begin() + 3); },
       "it is number 5 of `gateway/gw1`, where number 4 must follow"},
      {"an entry twice", [](Leaves* l) { l->insert(l->begin() + 3, (*l)[2]); },
       "it is number 3 of `gateway/gw1`, where number 4 must follow"},
      {"the beginning left out", [](Leaves* l) { l->erase(l->begin()); },
       "it is number 2 of `gateway/gw1`, where number 1 must follow"},
      {"time runs back", [](Leaves* l) { (*l)[4].set_time_us((*l)[3].time_us() - 300000001); },
       "it is 5m0.000001s older than an entry before it"},
      {"delivered undecided", [](Leaves* l) { (*l)[3].set_kind(v1::CONSENT); },
       "it is the delivery of a message that no decision before it permits"},
      {"delivered though denied", [](Leaves* l) { (*l)[3].set_verdict("DENY"); },
       "it is the delivery of a message that no decision before it permits"},
      {"delivered after it was stopped",
       [](Leaves* l) {
         (*l)[4].set_kind(v1::STOP);
         (*l)[5].set_kind(v1::DELIVERY);
       },
       "it is the delivery of a message that no decision before it permits"},
      {"told to phone of what was denied",
       [](Leaves* l) {
         (*l)[3].set_verdict("DENY");
         (*l)[4].set_kind(v1::PHONE_NOTICE);
       },
       "it tells the sender of a message to phone that is not under way"},
      {"acknowledged undecided",
       [](Leaves* l) {
         (*l)[3].set_kind(v1::START);
         (*l)[4].set_kind(v1::START);
       },
       "it is the ACKNOWLEDGEMENT of a message that no decision before it permits, or that had "
       "ended"},
      {"acknowledged undelivered", [](Leaves* l) { (*l)[4].set_kind(v1::START); },
       "it is the ACKNOWLEDGEMENT of a message that was not delivered"},
      {"expired after its end",
       [](Leaves* l) {
         (*l)[6] = (*l)[5];
         (*l)[6].set_counter(7);
         (*l)[6].set_kind(v1::EXPIRY);
       },
       "it is the EXPIRY of a message that no decision before it permits, or that had ended"},
      {"stopped though denied",
       [](Leaves* l) {
         (*l)[3].set_verdict("DENY");
         (*l)[4].set_kind(v1::STOP);
       },
       "it is the STOP of a message that no decision before it permits, or that had ended"},
      {"delivered to somebody else", [](Leaves* l) { (*l)[4].set_recipient("police/region-mitt"); },
       "it is a delivery to `police/region-mitt` of a message that was decided for "
       "`social-services/sundby`"},
      {"no event id", [](Leaves* l) { (*l)[4].clear_event_id(); },
       "it is not a record of the disclosure log"},
      {"no gateway", [](Leaves* l) { (*l)[4].clear_gateway(); },
       "it is not a record of the disclosure log"},
      {"no kind", [](Leaves* l) { (*l)[4].clear_kind(); },
       "it is not a record of the disclosure log"},
      {"a kind of later days", [](Leaves* l) { (*l)[4].set_kind(v1::RecordKind(99)); },
       "it is of kind 99, which only a newer verifier knows"},
  };
  for (const auto& c : cases) {
    Leaves leaves = Sample(9);
    c.change(&leaves);
    EXPECT_THAT(AddAll(leaves), StatusIs(absl::StatusCode::kInvalidArgument, c.error)) << c.name;
  }
}

// A decision without outcome: not while a recipient may still fetch it, then named by its entry.
TEST(HistoryTest, WhatWasPermittedHasAnEndWithinThreeMonths) {
  for (const bool overdue : {false, true}) {
    History history;
    std::vector<v1::AuditLeaf> leaves = Sample(6);
    leaves[4].set_kind(v1::START);
    leaves[5].set_kind(v1::START);
    leaves[5].set_time_us(leaves[3].time_us() + absl::ToInt64Microseconds(kLongestUnderWay) +
                          (overdue ? 1 : 0));
    for (const v1::AuditLeaf& leaf : leaves) ASSERT_OK(history.Add(Serialised(leaf)));
    EXPECT_EQ(history.under_way(), 1u);
    if (overdue) {
      EXPECT_THAT(history.Finish(),
                  StatusIs(absl::StatusCode::kDataLoss,
                           "entry 3: what it permits has had no outcome for more than 92 days"));
    } else {
      EXPECT_OK(history.Finish());
    }
  }
}

TEST(HistoryTest, RefusesBytesThatAreNoRecord) {
  for (const std::string& bytes : {std::string(), std::string("\x02") + Serialised(SampleLeaf(0)),
                                   std::string("\x01\xff\xff")}) {
    EXPECT_THAT(ParseEntry(bytes), StatusIs(absl::StatusCode::kInvalidArgument,
                                            "it is not a record of the disclosure log"));
  }
}

}  // namespace
}  // namespace sluss
