// Several gateways that append to one log in one store.

#include <set>
#include <thread>

#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/ledger.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/proof_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CommitFault;
using ::sluss::testing::FakeClock;
using ::sluss::testing::MemoryMonthKeys;
using ::sluss::testing::MemoryStore;
using ::sluss::testing::Must;
using ::sluss::testing::Noon;
using ::sluss::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

constexpr char kOrigin[] = "log.sluss.example/gw1";
constexpr size_t kSizeInCheckpoint = sizeof(kOrigin);  // after the origin and its newline

class SharedLogTest : public ::testing::Test {
 protected:
  // A gateway: its ledger, its own openings' sealer, and what it has heard of the others.
  struct Gateway {
    explicit Gateway(MemoryMonthKeys* keys) : vault(kOrigin, keys) {}

    absl::Status Hear(const v1::AuditLeaf& leaf) {
      MutexLock lock(&mutex);
      if (answer.ok()) heard.push_back(leaf.counter());
      return answer;
    }
    void Answer(absl::Status status) {
      MutexLock lock(&mutex);
      answer = std::move(status);
    }
    // The counters of others' entries.
    std::vector<uint64_t> Heard() {
      MutexLock lock(&mutex);
      return heard;
    }
    void Wake(const AgencyId& agency) {
      MutexLock lock(&mutex);
      woken.insert(agency);
    }
    std::set<AgencyId> Woken() {
      MutexLock lock(&mutex);
      return woken;
    }

    OpeningVault vault;
    Mutex mutex;
    std::vector<uint64_t> heard ABSL_GUARDED_BY(mutex);
    absl::Status answer ABSL_GUARDED_BY(mutex);
    std::set<AgencyId> woken ABSL_GUARDED_BY(mutex);
    std::unique_ptr<Ledger> ledger;
  };

  SharedLogTest() : key_(Must(LogSecrets::Generate(kOrigin))) { store_.Share(); }
  ~SharedLogTest() override { gateways_.clear(); }

  LogIdentity Identity() const {
    const SigningKey* const key = &key_.signing;
    return {kOrigin, Verifier(),
            [key](const Checkpoint& head) { return SignCheckpoint(head, *key); }};
  }
  VerifierKey Verifier() const {
    return Must(VerifierKey::Make(kOrigin, key_.signing.public_key()));
  }

  Gateway& Start(const std::string& name) {
    Gateway& gateway = *gateways_.emplace_back(std::make_unique<Gateway>(&month_keys_));
    gateway.ledger = Must(Ledger::Open(
        &store_, &gateway.vault, &clock_, name, Identity(),
        [&gateway](const AgencyId& agency) { gateway.Wake(agency); }, {},
        [&gateway](const v1::AuditLeaf& leaf, const StoreView&) { return gateway.Hear(leaf); }));
    return gateway;
  }

  static absl::Status AnEntry(Recorder& recorder) {
    LeafDraft leaf;
    leaf.clear.set_kind(v1::EXPORT);
    leaf.clear.set_recipient("social-services/sundby");
    v1::OpenedField officer;
    officer.set_tag(1);
    officer.set_value("an officer");
    leaf.committed.push_back(std::move(officer));
    return recorder.Append(leaf, Proof::kWanted).status();
  }

  // The receipt proves its entry under the log's key.
  void CheckReceipts(const Ledger::Receipts& receipts) const {
    for (const v1::LogReceipt& receipt : receipts) {
      const ProofFile proof = Must(ParseProofFile(receipt.proof()));
      EXPECT_OK(VerifyProofFile(proof, receipt.leaf(), Verifier()));
    }
  }

  // Whole: every entry is in its place in the tree that is signed, no count has a gap, and every
  // opening opens.
  void CheckLog() const {
    const LogHead head = Must(store_.ReadHead(""));
    Appender tree;
    History history;
    const StoredOpenings openings(&store_, &month_keys_, kOrigin);
    for (uint64_t i = 0; i < head.size; ++i) {
      const std::string entry = Must(store_.ReadEntry(i));
      EXPECT_OK(history.Add(entry));
      tree.Append(std::vector<Hash>{LeafHash(entry)});
      const v1::AuditLeaf leaf = Must(ParseEntry(entry));
      EXPECT_EQ(Must(openings.Open(i)).has_value(), leaf.kind() == v1::EXPORT) << i;
    }
    EXPECT_EQ(Must(OpenCheckpoint(head.checkpoint, Verifier())).root, tree.root());
    EXPECT_EQ(head.tree, tree.Save());
  }

  FakeClock clock_{Noon(2026, 2, 10)};
  LogSecrets key_;
  MemoryMonthKeys month_keys_;
  MemoryStore store_;
  std::vector<std::unique_ptr<Gateway>> gateways_;
};

TEST_F(SharedLogTest, TwoAppendInTurnAndEachHearsTheOther) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  for (int i = 0; i < 3; ++i) {
    CheckReceipts(Must(a.ledger->Run(AnEntry)));
    CheckReceipts(Must(b.ledger->Run(AnEntry)));
  }
  EXPECT_OK(a.ledger->Run(AnEntry));
  // A began alone, so that it hears B's start too.
  EXPECT_THAT(a.Heard(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(b.Heard(), ElementsAre(2, 3, 4));
  EXPECT_THAT(a.Woken(), ElementsAre(AgencyId("social-services/sundby")));
  EXPECT_EQ(Must(store_.ReadHead("gateway/gw1/a")).counter, 5u);
  EXPECT_EQ(Must(store_.ReadHead("gateway/gw1/b")).counter, 4u);
  CheckLog();
}

TEST_F(SharedLogTest, ManyAppendAtOnce) {
  constexpr int kThreads = 4, kEach = 100;
  std::vector<Gateway*> gateways = {&Start("gateway/gw1/a"), &Start("gateway/gw1/b"),
                                    &Start("gateway/gw1/c")};
  std::vector<std::thread> threads;
  for (Gateway* gateway : gateways) {
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, gateway] {
        for (int i = 0; i < kEach; ++i) CheckReceipts(Must(gateway->ledger->Run(AnEntry)));
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Must(store_.ReadHead("")).size, 3u * (1 + kThreads * kEach));
  CheckLog();
}

TEST_F(SharedLogTest, WhoIsFarBehindCatchesUp) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  const auto many = [](Recorder& recorder) -> absl::Status {
    for (int i = 0; i < 9000; ++i) RETURN_IF_ERROR(AnEntry(recorder));
    return absl::OkStatus();
  };
  ASSERT_OK(a.ledger->Run(many));
  CheckReceipts(Must(b.ledger->Run(AnEntry)));
  EXPECT_THAT(b.Heard(), SizeIs(9000));
}

TEST_F(SharedLogTest, WhatCannotBeHeardLetsNothingThrough) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  ASSERT_OK(a.ledger->Run(AnEntry));
  b.Answer(absl::UnavailableError("the policy in force cannot be loaded"));
  int ran = 0;
  const auto count = [&](Recorder& recorder) {
    ++ran;
    return AnEntry(recorder);
  };
  EXPECT_THAT(b.ledger->Run(count), StatusIs(kUnavailable, HasSubstr("cannot be loaded")));
  EXPECT_EQ(ran, 0);
  b.Answer(absl::OkStatus());
  EXPECT_OK(b.ledger->Run(count));
  EXPECT_THAT(b.Heard(), ElementsAre(2));
  CheckLog();
}

TEST_F(SharedLogTest, TimeNeverGoesBackFromOneGatewayToTheOther) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  ASSERT_OK(a.ledger->Run(AnEntry));
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(a.ledger->Run(AnEntry));
  clock_.Advance(-absl::Hours(1));  // B's machine is an hour behind
  ASSERT_OK(b.ledger->Run(AnEntry));
  CheckLog();
}

// ---- Who notices

TEST_F(SharedLogTest, AnEntryOfTheOtherThatWasChangedStopsTheReplica) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  ASSERT_OK(b.ledger->Run(AnEntry));
  b.Answer(absl::UnavailableError("busy"));  // so that it has not read on by itself
  ASSERT_OK(a.ledger->Run(AnEntry));
  const uint64_t changed = Must(store_.ReadHead("")).size - 1;
  store_.ChangeEntry(changed);
  b.Answer(absl::OkStatus());
  EXPECT_THAT(b.ledger->Run(AnEntry), StatusIs(kUnavailable, HasSubstr("changed by somebody")));
  EXPECT_THAT(b.ledger->health(), StatusIs(kDataLoss, _));
  store_.ChangeEntry(changed);  // put back: it stays stopped
  EXPECT_THAT(b.ledger->Run(AnEntry), StatusIs(kUnavailable, HasSubstr("changed by somebody")));
}

// What somebody does to the store while a replica waits: to entries, tree or checkpoint ahead of
// it.
struct Tampering {
  const char* name;
  void (*change)(testing::MemoryBase& base, uint64_t size, const SigningKey& other);
  const char* told;
};

class TamperedStoreTest : public SharedLogTest, public ::testing::WithParamInterface<Tampering> {};

TEST_P(TamperedStoreTest, StopsTheReplicaForGood) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  ASSERT_OK(b.ledger->Run(AnEntry));
  b.Answer(absl::UnavailableError("busy"));  // so that it does not read on by itself
  for (int i = 0; i < 3; ++i) ASSERT_OK(a.ledger->Run(AnEntry));
  auto base = store_.Backup();
  const LogSecrets other = Must(LogSecrets::Generate(kOrigin));
  GetParam().change(base, Must(store_.ReadHead("")).size, other.signing);
  store_.RestoreBackup(base);
  b.Answer(absl::OkStatus());
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_THAT(b.ledger->Run(AnEntry), StatusIs(kUnavailable, HasSubstr(GetParam().told)));
  }
  EXPECT_THAT(b.ledger->health(), StatusIs(kDataLoss, HasSubstr("the relay has stopped")));
}

INSTANTIATE_TEST_SUITE_P(
    All, TamperedStoreTest,
    ::testing::Values(Tampering{"EntryRemoved",
                                [](testing::MemoryBase& base, uint64_t size, const SigningKey&) {
                                  base.entries.erase(size - 1);
                                },
                                "is not there"},
                      Tampering{"EntriesReordered",
                                [](testing::MemoryBase& base, uint64_t size, const SigningKey&) {
                                  std::swap(base.entries.at(size - 1), base.entries.at(size - 2));
                                },
                                "that is signed is not"},
                      Tampering{"NoRecord",
                                [](testing::MemoryBase& base, uint64_t size, const SigningKey&) {
                                  base.entries.at(size - 1) = "no record";
                                },
                                "is no record"},
                      Tampering{"TreeOfAnother",
                                [](testing::MemoryBase& base, uint64_t, const SigningKey&) {
                                  base.heads.at("").tree.back() ^= 1;
                                },
                                "that is signed is not"},
                      Tampering{"CheckpointChanged",
                                [](testing::MemoryBase& base, uint64_t, const SigningKey&) {
                                  base.heads.at("").checkpoint[kSizeInCheckpoint] ^= 1;
                                },
                                "changed by somebody else"},
                      Tampering{
                          "SignedByAnotherKey",
                          [](testing::MemoryBase& base, uint64_t size, const SigningKey& other) {
                            LogHead& head = base.heads.at("");
                            const Hash root = Must(Appender::Restore(head.tree)).root();
                            head.checkpoint = SignCheckpoint({kOrigin, size, root}, other);
                          },
                          "changed by somebody else"}),
    [](const auto& one) { return one.param.name; });

TEST_F(SharedLogTest, ALogThatWentBackStopsEveryReplica) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  ASSERT_OK(a.ledger->Run(AnEntry));
  const auto backup = store_.Backup();
  ASSERT_OK(a.ledger->Run(AnEntry));
  ASSERT_OK(b.ledger->Run(AnEntry));
  store_.RestoreBackup(backup);
  for (Gateway* gateway : {&a, &b}) {
    EXPECT_THAT(gateway->ledger->Run(AnEntry),
                StatusIs(kUnavailable, HasSubstr("changed by somebody else or went back")));
  }
}

TEST_F(SharedLogTest, AReplicaThatWroteNothingSinceSeesItGoBack) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  const auto backup = store_.Backup();
  ASSERT_OK(a.ledger->Run(AnEntry));
  ASSERT_OK(b.ledger->Run([](Recorder&) { return absl::OkStatus(); }));  // it has followed
  store_.RestoreBackup(backup);
  EXPECT_THAT(b.ledger->Run(AnEntry),
              StatusIs(kUnavailable, HasSubstr("2 entries where there were 3")));
}

TEST_F(SharedLogTest, AnotherHistoryOfTheOtherGatewayStopsTheReplica) {
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  ASSERT_OK(a.ledger->Run(AnEntry));
  const auto backup = store_.Backup();
  ASSERT_OK(a.ledger->Run(AnEntry));
  const uint64_t size = Must(store_.ReadHead("")).size;
  ASSERT_OK(b.ledger->Run([](Recorder&) { return absl::OkStatus(); }));  // it has followed
  // The store goes back, and A, started anew on it, goes on otherwise and further.
  a.ledger.reset();
  store_.RestoreBackup(backup);
  Gateway& forked = Start("gateway/gw1/a");
  while (Must(store_.ReadHead("")).size <= size) ASSERT_OK(forked.ledger->Run(AnEntry));
  EXPECT_THAT(b.ledger->Run(AnEntry), StatusIs(kUnavailable, HasSubstr("that is signed is not")));
}

TEST_F(SharedLogTest, TheSameNameTwiceStopsTheEarlierOne) {
  Gateway& first = Start("gateway/gw1/a");
  Start("gateway/gw1/a");
  EXPECT_THAT(first.ledger->Run(AnEntry), StatusIs(kUnavailable, HasSubstr("under its name")));
}

TEST_F(SharedLogTest, AnIdleReplicaNoticesByItself) {
  Gateway& a = Start("gateway/gw1/a");
  ASSERT_OK(a.ledger->Run(AnEntry));
  store_.MoveHead();
  while (a.ledger->health().ok()) std::this_thread::yield();
  EXPECT_THAT(a.ledger->health(), StatusIs(kDataLoss, _));
}

// ---- A commit whose outcome is not known, while others write

class SharedDoubtTest : public SharedLogTest, public ::testing::WithParamInterface<CommitFault> {};

TEST_P(SharedDoubtTest, IsLookedUpThoughOthersHaveGoneOn) {
  const bool persisted = GetParam() == CommitFault::kFailedButPersisted;
  Gateway& a = Start("gateway/gw1/a");
  Gateway& b = Start("gateway/gw1/b");
  const auto unit = [&](Recorder& recorder) -> absl::Status {
    store_.SetFaults({.commit = GetParam(), .read = true});
    LeafDraft leaf;  // commits to nothing, so that nothing need be read to seal it
    leaf.clear.set_kind(v1::SEARCH);
    return recorder.Append(leaf).status();
  };
  EXPECT_THAT(a.ledger->Run(unit), StatusIs(kUnavailable, _));
  store_.SetFaults({});
  ASSERT_OK(b.ledger->Run(AnEntry));
  CheckReceipts(Must(a.ledger->Run(AnEntry)));
  // Both starts, B's entry, A's second one and, as its answer was lost, a gap; and A's first.
  EXPECT_EQ(Must(store_.ReadHead("")).size, persisted ? 6u : 5u);
  CheckLog();
}

INSTANTIATE_TEST_SUITE_P(All, SharedDoubtTest,
                         ::testing::Values(CommitFault::kFailed, CommitFault::kFailedButPersisted),
                         [](const auto& one) {
                           return one.param == CommitFault::kFailed ? "Failed"
                                                                    : "FailedButPersisted";
                         });

}  // namespace
}  // namespace sluss
