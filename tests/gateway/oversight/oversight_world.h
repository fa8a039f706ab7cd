// What officers do with the log, with everything else faked: clock, store, openings; the index is a
// real file. Entries are made up, and the ledger's own.
#ifndef SLUSS_TESTS_GATEWAY_OVERSIGHT_OVERSIGHT_WORLD_H_
#define SLUSS_TESTS_GATEWAY_OVERSIGHT_OVERSIGHT_WORLD_H_

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/key_files.h"
#include "gateway/crypto/random.h"
#include "gateway/exchange/ledger.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/openings/vault.h"
#include "gateway/oversight/index_follower.h"
#include "gateway/oversight/index_scan.h"
#include "gateway/oversight/oversight_leaf.h"
#include "gateway/oversight/search.h"
#include "gateway/tlog/history.h"
#include "tests/gateway/exchange/memory_store.h"
#include "tests/gateway/openings/memory_month_keys.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

inline constexpr char kDan[] = "officer/dan";
inline constexpr char kEva[] = "officer/eva";

// Those of the store, unless a test says otherwise.
class FakeOpenings final : public OpeningReader {
 public:
  FakeOpenings(const StoreView* log, const MonthKeys* keys, std::string origin)
      : stored_(log, keys, std::move(origin)) {}

  absl::StatusOr<std::optional<v1::AuditOpening>> Open(uint64_t index) const override {
    ++opened;
    if (!fault.ok()) return fault;
    if (damaged.count(index) > 0) return absl::DataLossError("damaged");
    if (erased.count(index) > 0) return std::nullopt;
    return stored_.Open(index);
  }

  absl::Status fault;
  std::set<uint64_t> erased, damaged;
  mutable int opened = 0;

 private:
  const StoredOpenings stored_;
};

class OversightWorld {
 public:
  explicit OversightWorld(SearchBounds bounds = {}) : bounds_(bounds) {
    std::string name = std::filesystem::temp_directory_path() / "sluss-oversight-XXXXXX";
    directory_ = mkdtemp(name.data());
    OpenLedger();
    RestartIndex();
  }
  ~OversightWorld() {
    search_.reset();
    follower_.reset();
    ledger_.reset();
    std::filesystem::remove_all(directory_);
  }

  void OpenLedger() {
    ledger_.reset();
    const SigningKey* const key = &log_.signing;
    ledger_ =
        Must(Ledger::Open(&store_, &vault_, &clock_, "gateway/gw1",
                          {log_.origin, Must(VerifierKey::Make(log_.origin, key->public_key())),
                           [key](const Checkpoint& head) { return SignCheckpoint(head, *key); }},
                          [](const AgencyId&) {}));
  }
  // As a gateway's restart; nothing is followed yet.
  void RestartIndex() {
    search_.reset();
    follower_ = nullptr;
    follower_ = std::make_unique<IndexFollower>(IndexPath(), &store_, &events_);
    search_ = std::make_unique<LogSearch>(SearchParts{.ledger = ledger_.get(),
                                                      .log = &store_,
                                                      .index = follower_.get(),
                                                      .openings = &openings_,
                                                      .bounds = bounds_});
  }
  void Follow() {
    while (Must(follower_->Step())) {
    }
  }

  uint64_t Append(const LeafDraft& draft) {
    uint64_t index = 0;
    EXPECT_OK(ledger_->Run([&](Recorder& recorder) -> absl::Status {
      const Entry entry = Must(recorder.Append(draft));
      index = entry.index();
      return absl::OkStatus();
    }));
    return index;
  }
  // A decision with what is not given left as it usually is.
  static LeafDraft Decision(const std::string& sender = "school/ekbacken",
                            const std::string& recipient = "social-services/sundby",
                            const std::string& verdict = "PERMIT") {
    LeafDraft draft;
    draft.clear.set_kind(v1::DECISION);
    draft.clear.set_sender(sender);
    draft.clear.set_recipient(recipient);
    draft.clear.set_verdict(verdict);
    draft.clear.set_purpose("PROTECTION");
    draft.clear.add_legal_basis("SOL-2025-19-1");
    draft.clear.add_rule("duty-report");
    (verdict == "DENY" ? draft.clear.add_withheld() : draft.clear.add_passed())->assign("IDENTITY");
    draft.clear.set_message_id(RandomBytes(16));
    return draft;
  }
  static LeafDraft By(LeafDraft draft, const std::string& officer,
                      const std::string& further = "") {
    CommitField(1, officer, &draft);
    CommitField(2, further, &draft);
    return draft;
  }

  std::vector<v1::AuditLeaf> Leaves() {
    std::vector<v1::AuditLeaf> leaves;
    const uint64_t size = Must(store_.ReadHead("")).size;
    for (uint64_t i = 0; i < size; ++i) leaves.push_back(Must(LeafAt(store_, i)));
    return leaves;
  }
  std::vector<v1::AuditLeaf> Leaves(v1::RecordKind kind) {
    std::vector<v1::AuditLeaf> leaves = Leaves();
    std::erase_if(leaves, [&](const v1::AuditLeaf& leaf) { return leaf.kind() != kind; });
    return leaves;
  }

  std::string IndexPath() const { return directory_ / "index"; }
  std::string Events() const { return lines_.str(); }
  LogSearch& search() { return *search_; }
  IndexFollower& follower() { return *follower_; }
  FakeOpenings& openings() { return openings_; }
  MemoryStore& store() { return store_; }
  Ledger& ledger() { return *ledger_; }
  FakeClock& clock() { return clock_; }
  EventLog& events() { return events_; }

 private:
  const SearchBounds bounds_;
  std::filesystem::path directory_;
  FakeClock clock_{absl::FromUnixSeconds(1'770'000'000)};
  MemoryStore store_;
  LogSecrets log_ = Must(LogSecrets::Generate("log.sluss.example/gw1"));
  std::ostringstream lines_;
  EventLog events_{&lines_, &clock_};
  MemoryMonthKeys month_keys_;
  OpeningVault vault_{log_.origin, &month_keys_};
  FakeOpenings openings_{&store_, &month_keys_, log_.origin};
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<IndexFollower> follower_;
  std::unique_ptr<LogSearch> search_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_OVERSIGHT_OVERSIGHT_WORLD_H_
