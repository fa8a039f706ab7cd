// The gateway's part in a citizen's access report, with real keys and a fake key holder.
#include "gateway/access/access_desk.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/access/period.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/enrol.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/history.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kAnna[] = "officer/anna";
constexpr uint32_t kAccessTag = 7;

// The key holder as it would answer; can be away, used up, or cheat.
class FakeScanHolder : public ScanHolder {
 public:
  explicit FakeScanHolder(HolderRing keys, ScanArchive archive = {})
      : keys_(std::move(keys)), archive_(std::move(archive)) {}

  absl::Status fault;
  bool swaps = false;
  int calls_before_fault = 0;

  absl::StatusOr<v1::ScanBatchResponse> TransformScan(
      const v1::ScanBatchRequest& request) override {
    MutexLock lock(&mutex_);
    if (calls_++ >= calls_before_fault) RETURN_IF_ERROR(fault);
    const ScanRing ring(&keys_, &archive_);
    ASSIGN_OR_RETURN(const std::vector<MaybeCiphertext> before, ring.Check(request));
    ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(request.order()));
    ASSIGN_OR_RETURN(const KeyDirectory* const signers, keys_.directories().Find(named));
    ASSIGN_OR_RETURN(const CheckedScanOrder order,
                     CheckScanOrder(request.order(), *signers, absl::Now() /* any */));
    ASSIGN_OR_RETURN(const ScanHop hop, ring.Hop(request.directory(), order.digest, before));
    v1::ScanBatchResponse response;
    for (const MaybeCiphertext& one : hop.after) response.add_ciphertext(one->Encode());
    if (swaps && response.ciphertext_size() > 1) {
      response.mutable_ciphertext()->SwapElements(0, 1);
    }
    response.set_proof(hop.proof);
    response.set_remaining(1000);
    return response;
  }

 private:
  Mutex mutex_;
  HolderRing keys_;
  ScanArchive archive_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Openings as the store has them, but for those that are gone.
class SomeOpenings : public OpeningReader {
 public:
  explicit SomeOpenings(std::unique_ptr<StoredOpenings> all) : all_(std::move(all)) {}
  std::set<uint64_t> erased, damaged, away;

  absl::StatusOr<std::optional<v1::AuditOpening>> Open(uint64_t index) const override {
    if (erased.contains(index)) return std::optional<v1::AuditOpening>();
    if (damaged.contains(index)) return absl::DataLossError("cannot be opened");
    if (away.contains(index)) return absl::UnavailableError("try again");
    return all_->Open(index);
  }

 private:
  const std::unique_ptr<StoredOpenings> all_;
};

class AccessDeskTest : public ::testing::Test {
 protected:
  // The fake key holder checks orders by the machine's clock; so does this world.
  AccessDeskTest() : world_(nullptr, {}, absl::Now()), openings_(world_.Openings()) {
    keys_ = std::make_unique<HolderRing>(world_.parties().gateway_ring());
    holder_ = std::make_unique<FakeScanHolder>(world_.parties().keyholder_ring());
    MakeDesk();
  }

  void MakeDesk() {
    desk_ = std::make_unique<AccessDesk>(AccessParts{.ledger = world_.exchange().ledger(),
                                                     .store = &world_.store(),
                                                     .openings = &openings_,
                                                     .keys = keys_.get(),
                                                     .key_holder = holder_.get(),
                                                     .archive = &archive_});
  }

  // About this child, school to social services; the index of its decision.
  uint64_t Report(const char* child) {
    Outgoing outgoing = world_.DutyReport();
    outgoing.number = Number(child);
    return Must(world_.Submit(kSchool, outgoing)).receipt().index();
  }

  v1::ScanOrder Order() {
    v1::ScanOrder order;
    order.set_officer(kAnna);
    order.set_procedure(std::string(16, 'p'));
    order.set_from_us(absl::ToUnixMicros(world_.clock().Now() - absl::Hours(1)));
    order.set_to_us(absl::ToUnixMicros(world_.clock().Now() + absl::Hours(1)));
    order.set_created_us(absl::ToUnixMicros(world_.clock().Now()));
    return order;
  }
  v1::SignedScanOrder Signed(const v1::ScanOrder& order) {
    return Must(SignScanOrder(order, world_.parties().secrets(kDataProtection),
                              world_.parties().directory()));
  }
  absl::Status Scan(const v1::ScanOrder& order, const std::string& officer = kAnna) {
    parts_.clear();
    return desk_->Scan(officer, Signed(order), [this](const v1::ScanPart& part) {
      parts_.push_back(part);
      return parts_.size() <= most_parts_;
    });
  }

  std::vector<v1::ScanRow> Rows() const {
    std::vector<v1::ScanRow> rows;
    for (const v1::ScanPart& part : parts_) {
      rows.insert(rows.end(), part.batch().row().begin(), part.batch().row().end());
    }
    return rows;
  }
  std::vector<uint64_t> Indexes() const {
    std::vector<uint64_t> indexes;
    for (const v1::ScanRow& row : Rows()) indexes.push_back(row.index());
    return indexes;
  }
  std::map<uint64_t, std::string> Unread() const {
    std::map<uint64_t, std::string> unread;
    for (const v1::ScanPart& part : parts_) {
      for (const v1::UnreadRow& row : part.batch().unread()) unread[row.index()] = row.why();
    }
    return unread;
  }
  // Of the log's end: kind, outcome, count.
  std::vector<std::string> Scans() {
    std::vector<std::string> scans;
    for (const v1::AuditLeaf& leaf : world_.Leaves()) {
      if (leaf.kind() == v1::ACCESS_SCAN) {
        scans.push_back(leaf.outcome() + " " + std::to_string(leaf.count()));
      }
    }
    return scans;
  }

  ExchangeWorld world_;
  SomeOpenings openings_;
  std::unique_ptr<HolderRing> keys_;
  ScanArchive archive_;
  std::unique_ptr<FakeScanHolder> holder_;
  std::unique_ptr<AccessDesk> desk_;
  std::vector<v1::ScanPart> parts_;
  size_t most_parts_ = 1000;
};

TEST_F(AccessDeskTest, EveryDecisionOfThePeriodComesWithBothHops) {
  const std::vector<uint64_t> sent = {Report(kChild), Report(kOtherChild), Report(kChild)};
  ASSERT_OK(Scan(Order()));
  EXPECT_EQ(Indexes(), sent);
  EXPECT_TRUE(parts_.front().has_begun());
  EXPECT_TRUE(parts_.back().has_done());
  EXPECT_EQ(parts_.back().done().rows(), 3u);
  EXPECT_EQ(parts_.back().done().remaining(), 1000u);
  world_.CheckReceipt(parts_.front().begun().receipt());
  world_.CheckReceipt(parts_.back().done().receipt());
  EXPECT_THAT(Scans(), ElementsAre("begun 0", "done 3"));
  for (const v1::ScanRow& row : Rows()) {
    const v1::AuditLeaf leaf = Must(ParseEntry(row.leaf()));
    EXPECT_OK(CheckCommitment(leaf, kAccessTag, row.salt(), row.value()));
    EXPECT_EQ(Must(DecodeAccessValue(row.value())).directory,
              std::string(world_.parties().directory().short_name()));
  }
  world_.CheckLog();
}

TEST_F(AccessDeskTest, TheScanIsInTheLogBeforeTheFirstRowLeaves) {
  Report(kChild);
  size_t size_at_first_row = 0;
  const v1::SignedScanOrder order = Signed(Order());
  ASSERT_OK(desk_->Scan(kAnna, order, [&](const v1::ScanPart& part) {
    if (part.has_begun()) {
      size_at_first_row = Must(world_.store().ReadHead("")).size;
      EXPECT_EQ(part.begun().receipt().index() + 1, size_at_first_row);
    }
    return true;
  }));
  const v1::AuditLeaf leaf =
      Must(ParseEntry(Must(world_.store().ReadEntry(size_at_first_row - 1))));
  EXPECT_EQ(leaf.kind(), v1::ACCESS_SCAN);
  EXPECT_EQ(leaf.procedure(), std::string(16, 'p'));
  EXPECT_EQ(leaf.from_us(), Order().from_us());
  ASSERT_EQ(leaf.commitment_size(), 1);
  EXPECT_EQ(leaf.commitment(0).tag(), 1u);  // who, committed to and not named
  EXPECT_THAT(leaf.SerializeAsString(), ::testing::Not(HasSubstr("anna")));
}

TEST_F(AccessDeskTest, ThePeriodIsKeptTo) {
  Report(kChild);
  world_.clock().Advance(absl::Minutes(1));
  const int64_t from = absl::ToUnixMicros(world_.clock().Now());
  const uint64_t second = Report(kChild);
  world_.clock().Advance(absl::Minutes(1));
  const int64_t to = absl::ToUnixMicros(world_.clock().Now());
  Report(kChild);
  v1::ScanOrder order = Order();
  order.set_from_us(from);
  order.set_to_us(to);
  ASSERT_OK(Scan(order));
  EXPECT_THAT(Indexes(), ElementsAre(second));
  EXPECT_EQ(parts_.front().begun().first_index(), second);
  order.set_from_index(second + 1);
  ASSERT_OK(Scan(order));
  EXPECT_THAT(Indexes(), ElementsAre());
}

TEST_F(AccessDeskTest, WhatCannotBeReadIsToldAndCounted) {
  const uint64_t first = Report(kChild), second = Report(kChild), third = Report(kChild);
  openings_.erased = {first};
  openings_.damaged = {second};
  ASSERT_OK(Scan(Order()));
  EXPECT_THAT(Indexes(), ElementsAre(third));
  EXPECT_EQ(Unread(), (std::map<uint64_t, std::string>{{first, "erased"}, {second, "damaged"}}));
  EXPECT_EQ(parts_.back().done().unread(), 2u);
  openings_.away = {third};
  EXPECT_THAT(Scan(Order()), StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  EXPECT_EQ(Scans().back(), "broken-off 0");
}

TEST_F(AccessDeskTest, EntriesOfKeysThatAreGoneAreToldAndThoseOfBothGenerationsAreRead) {
  const uint64_t old = Report(kChild);
  const Parties next = world_.parties().Next();
  world_.ChangeKeys(next, &world_.parties());
  world_.SealBy(next);
  for (const AgencyId& agency : {kSchool, kSocialServices}) world_.EnrolOfficers(agency);
  const uint64_t young = Report(kChild);
  *keys_ = next.gateway_ring(&world_.parties());
  holder_ = std::make_unique<FakeScanHolder>(next.keyholder_ring(&world_.parties()));
  MakeDesk();
  const auto scan = [&] {
    parts_.clear();
    return desk_->Scan(
        kAnna, Must(SignScanOrder(Order(), next.secrets(kDataProtection), next.directory())),
        [this](const v1::ScanPart& part) {
          parts_.push_back(part);
          return true;
        });
  };
  ASSERT_OK(scan());
  EXPECT_THAT(Indexes(), ElementsAre(old, young));
  *keys_ = next.gateway_ring();
  holder_ = std::make_unique<FakeScanHolder>(next.keyholder_ring());
  MakeDesk();
  ASSERT_OK(scan());
  EXPECT_THAT(Indexes(), ElementsAre(young));
  EXPECT_EQ(Unread(), (std::map<uint64_t, std::string>{{old, "keys-gone"}}));
}

TEST_F(AccessDeskTest, EntriesOfThreeGenerationsAreReadWhereBothHoldersHaveKeptTheFirst) {
  const uint64_t first = Report(kChild);
  const Parties second = world_.parties().Next();
  const Parties third = second.Next();
  const Parties* before = &world_.parties();
  std::vector<uint64_t> sent = {first};
  for (const Parties* const next : {&second, &third}) {
    world_.ChangeKeys(*next, before);
    world_.SealBy(*next);
    for (const AgencyId& agency : {kSchool, kSocialServices}) world_.EnrolOfficers(agency);
    sent.push_back(Report(kChild));
    before = next;
  }
  *keys_ = third.gateway_ring(&second);
  const auto scan = [&](bool at_gateway, bool at_key_holder) {
    archive_ = {};
    ScanArchive other;
    if (at_gateway) {
      archive_ = Must(ScanArchive::Make(keys_->directories(), {world_.parties().gateway_kept()}));
    }
    if (at_key_holder) {
      other = Must(ScanArchive::Make(keys_->directories(), {world_.parties().keyholder_kept()}));
    }
    holder_ = std::make_unique<FakeScanHolder>(third.keyholder_ring(&second), std::move(other));
    MakeDesk();
    parts_.clear();
    return desk_->Scan(
        kAnna, Must(SignScanOrder(Order(), third.secrets(kDataProtection), third.directory())),
        [this](const v1::ScanPart& part) {
          parts_.push_back(part);
          return true;
        });
  };
  ASSERT_OK(scan(true, true));
  EXPECT_EQ(Indexes(), sent);
  EXPECT_THAT(Unread(), ::testing::IsEmpty());
  for (const auto& [at_gateway, at_key_holder] :
       {std::pair(true, false), std::pair(false, true), std::pair(false, false)}) {
    ASSERT_OK(scan(at_gateway, at_key_holder));
    EXPECT_THAT(Indexes(), ElementsAre(sent[1], sent[2]));
    EXPECT_EQ(Unread(), (std::map<uint64_t, std::string>{{first, "keys-gone"}}));
    EXPECT_EQ(parts_.back().done().unread(), 1u);
  }
}

TEST_F(AccessDeskTest, OnlyTheOfficerWhomTheOrderNames) {
  EXPECT_THAT(Scan(Order(), "officer/bengt"),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`officer` is not")));
  v1::SignedScanOrder forged = Signed(Order());
  forged.mutable_signature()->front() ^= 1;
  const auto ignore = [](const v1::ScanPart&) { return true; };
  EXPECT_THAT(desk_->Scan(kAnna, forged, ignore),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`signature`")));
  EXPECT_THAT(Scans(), ElementsAre());
}

TEST_F(AccessDeskTest, AScanThatBreaksOffIsLoggedAsSuch) {
  for (int i = 0; i < 3; ++i) Report(kChild);
  holder_->fault = absl::UnavailableError("the key holder is away");
  EXPECT_THAT(Scan(Order()), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("away")));
  for (const v1::ScanPart& part : parts_) EXPECT_FALSE(part.has_done());
  holder_->fault = absl::OkStatus();
  most_parts_ = 1;  // the caller goes away after the first part
  EXPECT_THAT(Scan(Order()), StatusIs(absl::StatusCode::kCancelled, ::testing::_));
  most_parts_ = 1000;
  ASSERT_OK(Scan(Order()));
  EXPECT_THAT(Scans(), ElementsAre("begun 0", "broken-off 0", "begun 0", "broken-off 0", "begun 0",
                                   "done 3"));
}

TEST_F(AccessDeskTest, NothingLeavesWhileTheLogCannotBeWritten) {
  Report(kChild);
  for (const CommitFault fault : {CommitFault::kFailed, CommitFault::kFailedButPersisted}) {
    StoreFaults faults;
    faults.commit = fault;
    world_.memory().SetFaults(faults);
    const absl::Status status = Scan(Order());
    world_.memory().SetFaults({});
    if (status.ok()) continue;  // it was found to be durable after all
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
    EXPECT_TRUE(parts_.empty());
  }
  EXPECT_OK(Scan(Order()));
}

TEST_F(AccessDeskTest, ADutyReportWithoutAKeyHolderStillHasItsCopy) {
  world_.key_holder().SetAway(true);
  const uint64_t index = Report(kChild);
  const v1::AuditLeaf leaf = Must(ParseEntry(Must(world_.store().ReadEntry(index))));
  EXPECT_EQ(leaf.verdict(), "PERMIT");
  EXPECT_NE(CommittedUnder(leaf, kAccessTag), "");
}

TEST_F(AccessDeskTest, OnlyLawEnforcementMayWithhold) {
  Outgoing outgoing = world_.DutyReport();
  const int64_t until = absl::ToUnixMicros(world_.clock().Now() + absl::Hours(24 * 30));
  outgoing.header.set_withhold_until_us(until);
  EXPECT_THAT(world_.Submit(kSchool, outgoing),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("`withhold_until_us` is for law enforcement only")));
  Outgoing police = world_.Message(kSocialServices, "PROTECTION", "SOL-2025-19-1",
                                   {"IDENTITY", "NARRATIVE"}, "police-officer");
  police.header.set_withhold_until_us(until);
  const uint64_t index = Must(world_.Submit(kPolice, police)).receipt().index();
  EXPECT_EQ(Must(ParseEntry(Must(world_.store().ReadEntry(index)))).withhold_until_us(), until);
  for (const absl::Duration wrong : {-absl::Hours(1), absl::Hours(24 * 366 * 5 + 1)}) {
    police.header.set_withhold_until_us(
        absl::ToUnixMicros(absl::FromUnixMicros(police.header.created_us()) + wrong));
    EXPECT_THAT(world_.Submit(kPolice, police),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("within five years")));
  }
}

TEST_F(AccessDeskTest, TheFirstEntryOfATimeIsFoundAsALookThroughAllFindsIt) {
  for (int i = 0; i < 20; ++i) {
    Report(kChild);
    world_.clock().Advance(absl::Seconds(i % 3));
  }
  const std::vector<v1::AuditLeaf> leaves = world_.Leaves();
  for (const v1::AuditLeaf& leaf : leaves) {
    for (const int64_t time : {leaf.time_us() - 1, leaf.time_us(), leaf.time_us() + 1}) {
      uint64_t naive = 0;
      while (naive < leaves.size() && leaves[naive].time_us() < time) ++naive;
      EXPECT_EQ(Must(FirstEntryFrom(world_.store(), leaves.size(), time)), naive);
    }
  }
}

}  // namespace
}  // namespace sluss::testing
