#include "gateway/exchange/ledger.h"

#include <thread>

#include "gateway/base/status_macros.h"
#include "gateway/tlog/key_change.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CommitFault;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::sluss::testing::StoreFaults;
using ::testing::_;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() { world_.key_holder().SetAway(true); }

  ExchangeWorld world_;
};

TEST_F(LedgerTest, ReceiptsOfOneBatchAllVerify) {
  constexpr int kSenders = 8;
  std::vector<v1::Envelope> envelopes;
  for (int i = 0; i < kSenders; ++i) {
    envelopes.push_back(world_.Seal(kSchool, world_.DutyReport()));
  }
  std::vector<absl::StatusOr<v1::SubmitResponse>> answers(
      kSenders, absl::StatusOr<v1::SubmitResponse>(v1::SubmitResponse()));
  std::vector<std::thread> threads;
  for (int i = 0; i < kSenders; ++i) {
    threads.emplace_back([&, i] { answers[i] = world_.exchange().Submit(kSchool, envelopes[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) world_.CheckReceipt(Must(answer).receipt());
  world_.CheckLog();
}

struct Fault {
  const char* name;
  StoreFaults faults;
  bool persisted;
};

class LedgerFaultTest : public LedgerTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(LedgerFaultTest, NothingLeavesUnrecordedAndNothingIsRecordedTwice) {
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  world_.memory().SetFaults(GetParam().faults);
  const absl::StatusOr<v1::SubmitResponse> answer = world_.exchange().Submit(kSchool, envelope);
  world_.memory().SetFaults({});
  if (GetParam().persisted) {
    world_.CheckReceipt(Must(answer).receipt());  // looked up, and it had taken effect
    EXPECT_OK(world_.exchange().health());
  } else {
    EXPECT_THAT(answer, StatusIs(kUnavailable, HasSubstr("nothing leaves")));
    EXPECT_THAT(world_.exchange().health(), Not(testing::IsOk()));
    EXPECT_TRUE(world_.NothingFor(kSocialServices));
  }
  world_.CheckLog();

  const v1::SubmitResponse again = Must(world_.exchange().Submit(kSchool, envelope));
  EXPECT_EQ(again.duplicate(), GetParam().persisted);
  EXPECT_OK(world_.exchange().health());
  world_.Take(kSocialServices);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  world_.CheckLog();
  if (!GetParam().persisted) {
    EXPECT_THAT(world_.Kinds(), Contains(v1::GAP));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, LedgerFaultTest,
    ::testing::Values(
        Fault{"CommitFailed", {.commit = CommitFault::kFailed}, false},
        Fault{"CommitFailedButPersisted", {.commit = CommitFault::kFailedButPersisted}, true},
        Fault{"BeginFailed", {.begin = true}, false}, Fault{"WriteFailed", {.write = true}, false}),
    [](const ::testing::TestParamInfo<Fault>& one) { return one.param.name; });

// The commit takes effect, its answer is lost, and the store cannot be asked either.
TEST_F(LedgerTest, ACommitInDoubtIsLookedUpBeforeTheNextIsBegun) {
  world_.Stop();
  const auto log = Must(world_.OpenLedger());
  const auto unit = [&](Recorder& recorder) -> absl::Status {
    world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted, .read = true});
    LeafDraft leaf;
    leaf.clear.set_kind(v1::EXPORT);
    return recorder.Append(leaf, Proof::kWanted).status();
  };
  EXPECT_THAT(log->Run(unit), StatusIs(kUnavailable, _));
  // Still in doubt: nothing new is begun.
  int begun = 0;
  const auto count = [&](Recorder&) {
    ++begun;
    return absl::OkStatus();
  };
  EXPECT_THAT(log->Run(count), StatusIs(kUnavailable, _));
  EXPECT_EQ(begun, 0);
  EXPECT_THAT(log->health(), Not(testing::IsOk()));

  world_.memory().SetFaults({});
  EXPECT_OK(log->Run(count));
  EXPECT_EQ(begun, 1);
  EXPECT_OK(log->health());
  world_.CheckLog();
}

TEST_F(LedgerTest, ALogThatSomebodyElseWroteToStopsTheRelayForGood) {
  world_.memory().MoveHead();
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_THAT(world_.Submit(kSchool, world_.DutyReport()),
                StatusIs(kUnavailable, HasSubstr("changed by somebody else")));
  }
  EXPECT_THAT(world_.exchange().health(), StatusIs(absl::StatusCode::kDataLoss, _));
}

TEST_F(LedgerTest, RefusesToStartOnALogThatItsCheckpointDoesNotSign) {
  world_.Stop();
  world_.memory().MoveHead();
  EXPECT_THAT(world_.Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not whole")));
}

TEST_F(LedgerTest, RefusesToStartOnNewestEntriesThatWereChanged) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const size_t size = world_.Leaves().size();
  world_.Stop();
  for (size_t index = 0; index < size; ++index) {
    world_.memory().ChangeEntry(index);
    EXPECT_THAT(world_.Open(),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr(absl::StrCat("entry ", index, " is not the one"))));
    world_.memory().ChangeEntry(index);  // back again
  }
  EXPECT_OK(world_.Open());
}

TEST_F(LedgerTest, AStartIsRecordedAndTheTreeGoesOn) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const size_t before = world_.Leaves().size();
  world_.Restart();
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  EXPECT_EQ(world_.Leaves()[before].kind(), v1::START);
  world_.CheckLog();
}

TEST_F(LedgerTest, OldReceiptsAreProvedInTheTreeOfNow) {
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  const v1::SubmitResponse first = Must(world_.exchange().Submit(kSchool, envelope));
  world_.Stop();
  auto ledger = Must(world_.OpenLedger());
  const auto many = [](Recorder& recorder) -> absl::Status {
    for (int i = 0; i < 700; ++i) RETURN_IF_ERROR(recorder.Append(LeafDraft()).status());
    return absl::OkStatus();
  };
  ASSERT_OK(ledger->Run(many));
  ledger.reset();
  world_.Restart();
  const v1::SubmitResponse again = Must(world_.exchange().Submit(kSchool, envelope));
  EXPECT_EQ(again.receipt().index(), first.receipt().index());
  world_.CheckReceipt(again.receipt());
}

// ---- The log's key is changed over

class LogKeyChangeTest : public LedgerTest {
 protected:
  static LogSecrets Make() { return Must(LogSecrets::Generate("log.sluss.example/gw1")); }
  VerifierKey Verifier(int which) const {
    return Must(VerifierKey::Parse(keys_[which].PublicKey().verifier_key()));
  }
  // Opens the ledger as a start of the gateway does, and closes it.
  absl::Status Start(int key, std::optional<int> successor = std::nullopt) {
    LogIdentity log{.origin = keys_[key].origin,
                    .verifier = Verifier(key),
                    .sign = [this, key, successor](const Checkpoint& head) {
                      return SignCheckpoint(head, keys_[key].signing,
                                            successor ? &keys_[*successor].signing : nullptr);
                    }};
    if (successor) log.successor = Verifier(*successor);
    return Ledger::Open(store_.get(), &vault_, &world_.clock(), "gateway/gw1", std::move(log),
                        [](const AgencyId&) {})
        .status();
  }
  std::vector<std::string> Changes() const {
    std::vector<std::string> outcomes;
    for (uint64_t i = 0; i < Must(store_->ReadHead("")).size; ++i) {
      v1::AuditLeaf leaf;
      EXPECT_TRUE(leaf.ParseFromString(Must(store_->ReadEntry(i)).substr(1)));
      if (leaf.kind() == v1::KEY_CHANGE) outcomes.push_back(leaf.outcome());
    }
    return outcomes;
  }
  bool SignedBy(int key) const {
    return OpenCheckpoint(Must(store_->ReadHead("")).checkpoint, Verifier(key)).ok();
  }

  const std::unique_ptr<testing::MemoryStore> store_ = std::make_unique<testing::MemoryStore>();
  testing::MemoryMonthKeys month_keys_;
  OpeningVault vault_{"log.sluss.example/gw1", &month_keys_};
  const LogSecrets keys_[3] = {Make(), Make(), Make()};
};

TEST_F(LogKeyChangeTest, BothSignForAWhileAndTheLogSaysSo) {
  ASSERT_OK(Start(0));
  EXPECT_EQ(Changes(), std::vector<std::string>{});
  ASSERT_OK(Start(0, 1));
  ASSERT_OK(Start(0, 1));  // said once
  EXPECT_EQ(Changes(), std::vector<std::string>{AddedOutcome(Verifier(1))});
  EXPECT_TRUE(SignedBy(0));
  EXPECT_TRUE(SignedBy(1));
  ASSERT_OK(Start(1));
  EXPECT_EQ(Changes(), (std::vector<std::string>{AddedOutcome(Verifier(1)),
                                                 RetiredOutcome(Verifier(0).Label())}));
  EXPECT_FALSE(SignedBy(0));
  EXPECT_TRUE(SignedBy(1));
  ASSERT_OK(Start(1, 2));
  ASSERT_OK(Start(1));  // given up
  EXPECT_EQ(Changes().back(), RetiredOutcome(Verifier(2).Label()));
}

TEST_F(LogKeyChangeTest, AKeyThatNobodyWasToldOfDoesNotStart) {
  ASSERT_OK(Start(0));
  const uint64_t size = Must(store_->ReadHead("")).size;
  for (const absl::Status& status : {Start(1), Start(1, 2)}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("log_keys.successor_dir")));
  }
  EXPECT_EQ(Must(store_->ReadHead("")).size, size) << "nothing was written";
}

TEST_F(LogKeyChangeTest, AChangeThatIsNotDurableIsMadeAtTheNextStart) {
  ASSERT_OK(Start(0));
  store_->SetFaults({.commit = CommitFault::kFailed});
  EXPECT_THAT(Start(0, 1), StatusIs(kUnavailable, _));
  store_->SetFaults({});
  EXPECT_FALSE(SignedBy(1));
  ASSERT_OK(Start(0, 1));
  store_->SetFaults({.commit = CommitFault::kFailedButPersisted});
  EXPECT_OK(Start(1)) << "looked up, and it had taken effect";
  store_->SetFaults({});
  ASSERT_OK(Start(1));
  EXPECT_EQ(Changes(), (std::vector<std::string>{AddedOutcome(Verifier(1)),
                                                 RetiredOutcome(Verifier(0).Label())}));
}

}  // namespace
}  // namespace sluss
