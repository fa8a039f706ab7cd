// What the search index costs the ledger, and what a search costs.
//
//   build/release/tests/benchmarks/search_benchmark [--entries 1000000] [--seconds 0.5]
//
// The ledger's throughput is measured with 64 requesters, index off and on in turn in the same run,
// the index always far behind, so always at work; an injected time is added to the disk's own sync,
// so that the ratio travels. A search is timed whole, with
// the entry of its own that it leaves in the log.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>
#include <iostream>
#include <sstream>
#include <thread>

#include "gateway/crypto/key_files.h"
#include "gateway/crypto/random.h"
#include "gateway/exchange/ledger.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/openings/vault.h"
#include "gateway/oversight/search.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/sqlite_view.h"
#include "tests/gateway/openings/memory_month_keys.h"
#include "tests/gateway/store/fault_disk.h"
#include "tests/gateway/store/test_log.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"

namespace sluss {
namespace {

using testing::Must;
using Clock = std::chrono::steady_clock;

constexpr int kRequesters = 64;
constexpr int kAgencies = 40;
constexpr int kPairs = 31;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string Agency(uint64_t number) { return absl::StrCat("school/s", number % kAgencies); }

// A year of messages: decided, delivered, acknowledged; eight categories, now and then denied.
LeafDraft Made(uint64_t i) {
  const uint64_t message = i / 3;
  LeafDraft draft;
  v1::AuditLeaf& leaf = draft.clear;
  leaf.set_kind(i % 3 == 0 ? v1::DECISION : i % 3 == 1 ? v1::DELIVERY : v1::ACKNOWLEDGEMENT);
  leaf.set_sender(Agency(message * 7));
  leaf.set_recipient(message % 5 == 0 ? "police/p" : absl::StrCat("social/s", message % 10));
  leaf.set_purpose(message % 3 == 0 ? "PROTECTION" : "COLLABORATION");
  leaf.set_message_id(testing::Id16(absl::StrCat("message ", message)));
  if (i % 3 == 2) return draft;
  leaf.set_verdict(message % 50 == 0 ? "DENY" : message % 7 == 0 ? "PARTIAL" : "PERMIT");
  leaf.set_policy_version("1");
  leaf.set_policy_digest(std::string(32, 'p'));
  leaf.set_decision_day("2026-02-10");
  leaf.set_outcome(message % 50 == 0 ? "consent-expired" : "permitted");
  for (int n = 0; n < 3; ++n) leaf.add_rule(absl::StrCat("rule-", (message + n) % 200));
  leaf.add_legal_basis(message % 3 == 0 ? "SOL-2025-19-1" : "OSL-12-2");
  for (const char* category : {"IDENTITY", "NARRATIVE", "CONTACT", "ATTENDANCE", "FACTORS"}) {
    leaf.add_passed(category);
  }
  leaf.add_withheld(message % 11 == 0 ? "HEALTH" : "PLAN");
  for (const uint32_t tag : {1u, 3u, 5u}) {
    v1::OpenedField& field = draft.committed.emplace_back();
    field.set_tag(tag);
    field.set_value(std::string(32, static_cast<char>('a' + message % 20)));
  }
  return draft;
}

// A gateway's log on a real file, and the index beside it.
class World {
 public:
  explicit World(const std::string& path)
      : path_(path), store_(Must(OpenSqliteStore(path))), view_(Must(OpenSqliteView(path))) {
    const SigningKey* const key = &log_.signing;
    ledger_ =
        Must(Ledger::Open(store_.get(), &vault_, SystemClock(), "gateway/gw1",
                          {log_.origin, Must(VerifierKey::Make(log_.origin, key->public_key())),
                           [key](const Checkpoint& head) { return SignCheckpoint(head, *key); }},
                          [](const AgencyId&) {}));
  }
  ~World() {
    follower_.reset();
    ledger_.reset();
  }

  IndexFollower& Follow(bool in_thread) {
    follower_view_ = Must(OpenSqliteView(path_));
    follower_ = std::make_unique<IndexFollower>(path_ + ".index", follower_view_.get(), &events_);
    if (in_thread) follower_->Start();
    return *follower_;
  }
  void StopFollowing() { follower_.reset(); }

  Ledger& ledger() { return *ledger_; }
  const StoreView& view() const { return *view_; }
  const OpeningReader& openings() const { return openings_; }
  IndexFollower& follower() { return *follower_; }

 private:
  const std::string path_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<StoreView> view_;
  std::ostringstream lines_;
  EventLog events_{&lines_, SystemClock()};
  LogSecrets log_ = Must(LogSecrets::Generate("log.sluss.example/gw1"));
  testing::MemoryMonthKeys month_keys_;
  OpeningVault vault_{log_.origin, &month_keys_};
  StoredOpenings openings_{view_.get(), &month_keys_, log_.origin};
  std::unique_ptr<StoreView> follower_view_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<IndexFollower> follower_;
};

// What 64 requesters get through the ledger. The processor's time for an entry is the whole
// process's, the index's included: it tells the same on a machine on which others work too.
struct Pace {
  double entries_a_second;
  double cpu_us_an_entry;
};

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Pace Throughput(Ledger& ledger, std::atomic<uint64_t>* next, double seconds) {
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> done{0};
  std::vector<std::thread> requesters;
  const Clock::time_point begun = Clock::now();
  const double cpu = CpuSeconds();
  for (int i = 0; i < kRequesters; ++i) {
    requesters.emplace_back([&] {
      while (!stop) {
        const LeafDraft draft = Made((*next)++);
        Must(ledger.Run(
            [&](Recorder& recorder) { return recorder.Append(draft, Proof::kWanted).status(); }));
        ++done;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (std::thread& requester : requesters) requester.join();
  return {static_cast<double>(done) / Seconds(Clock::now() - begun),
          1e6 * (CpuSeconds() - cpu) / static_cast<double>(done)};
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void MeasureLedger(testing::FaultDisk& disk, double seconds) {
  for (const int sync_us : {0, 1000, 4000}) {
    const testing::TemporaryDirectory directory;
    disk.sync_microseconds = sync_us;
    World world(directory.File("sluss.db"));
    std::atomic<uint64_t> next{0};
    Throughput(world.ledger(), &next, 0.5);  // warms up
    std::vector<double> off, on, ratios, cpu_off, cpu_on;
    for (int round = 0; round < kPairs; ++round) {
      PostingIndex::Remove(directory.File("sluss.db.index")).IgnoreError();
      const Pace without = Throughput(world.ledger(), &next, seconds);
      world.Follow(/*in_thread=*/true);
      const Pace with = Throughput(world.ledger(), &next, seconds);
      off.push_back(without.entries_a_second);
      on.push_back(with.entries_a_second);
      cpu_off.push_back(without.cpu_us_an_entry);
      cpu_on.push_back(with.cpu_us_an_entry);
      const auto index = world.follower().Index();
      if (round == kPairs - 1 && index != nullptr) {
        std::printf("  %lu of %lu entries indexed at the end\n", Must(index->Reach()).size,
                    Must(world.view().ReadHead("")).size);
      }
      world.StopFollowing();
      ratios.push_back(on.back() / off.back());
    }
    std::sort(ratios.begin(), ratios.end());
    std::printf(
        "sync + %4d us: %8.0f entries/s without the index, %8.0f with it: ratio %.3f "
        "(median of %d pairs, half of them %.3f to %.3f)\n",
        sync_us, Median(off), Median(on), Median(ratios), kPairs, ratios[kPairs / 4],
        ratios[3 * kPairs / 4]);
    std::printf("  processor: %.1f us an entry without, %.1f with it: ratio %.3f\n",
                Median(cpu_off), Median(cpu_on), Median(cpu_off) / Median(cpu_on));
  }
  disk.sync_microseconds = 0;
}

void Fill(World& world, uint64_t entries) {
  for (uint64_t i = 0; i < entries;) {
    Must(world.ledger().Run([&](Recorder& recorder) -> absl::Status {
      for (int n = 0; n < 1024 && i < entries; ++n) {
        RETURN_IF_ERROR(recorder.Append(Made(i++)).status());
      }
      return absl::OkStatus();
    }));
  }
}

struct Question {
  const char* name;
  std::function<void(v1::SearchRequest&, uint64_t)> ask;
};

const std::vector<Question>& Questions() {
  using R = v1::SearchRequest;
  static const auto* const questions = new std::vector<Question>{
      {"nothing asked", [](R&, uint64_t) {}},
      {"agency", [](R& r, uint64_t i) { r.mutable_filter()->add_agency(Agency(i)); }},
      {"sender and recipient",
       [](R& r, uint64_t i) {
         r.mutable_filter()->add_sender(Agency(i));
         r.mutable_filter()->add_recipient("police/p");
       }},
      {"rule",
       [](R& r, uint64_t i) { r.mutable_filter()->add_rule(absl::StrCat("rule-", i % 200)); }},
      {"paragraph", [](R& r, uint64_t) { r.mutable_filter()->add_paragraph("SOL-2025-19-1"); }},
      {"purpose", [](R& r, uint64_t) { r.mutable_filter()->add_purpose("COLLABORATION"); }},
      {"category", [](R& r, uint64_t) { r.mutable_filter()->add_category("HEALTH"); }},
      {"verdict", [](R& r, uint64_t) { r.mutable_filter()->add_verdict("DENY"); }},
      {"verdict of an agency",
       [](R& r, uint64_t i) {
         r.mutable_filter()->add_agency(Agency(i));
         r.mutable_filter()->add_verdict("DENY");
       }},
      {"kind", [](R& r, uint64_t) { r.mutable_filter()->add_kind(v1::DELIVERY); }},
      {"outcome", [](R& r, uint64_t) { r.mutable_filter()->add_outcome("consent-expired"); }},
      {"message",
       [](R& r, uint64_t i) {
         r.mutable_filter()->add_message_id(testing::Id16(absl::StrCat("message ", i)));
       }},
      {"two that never meet",
       [](R& r, uint64_t) {
         r.mutable_filter()->add_rule("rule-0");
         r.mutable_filter()->add_rule("rule-1");
         r.mutable_filter()->add_withheld("HEALTH");
         r.mutable_filter()->add_sender("school/s1");
         r.mutable_filter()->add_recipient("police/p");
         r.mutable_filter()->add_purpose("PROTECTION");
       }},
      {"officer",
       [](R& r, uint64_t i) {
         r.mutable_filter()->set_officer(std::string(32, static_cast<char>('a' + i % 20)));
         r.mutable_filter()->set_from_us(absl::ToUnixMicros(absl::Now() - absl::Hours(24)));
         r.mutable_filter()->set_to_us(absl::ToUnixMicros(absl::Now() + absl::Hours(24)));
       }},
  };
  return *questions;
}

void MeasureSearch(uint64_t entries) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.File("sluss.db");
  World world(path);
  Fill(world, entries);
  world.Follow(/*in_thread=*/false);
  const Clock::time_point begun = Clock::now();
  while (Must(world.follower().Step())) {
  }
  const double took = Seconds(Clock::now() - begun);
  world.StopFollowing();  // what is still in the write-ahead log goes into the file
  std::printf(
      "%lu entries indexed in %.1f s (%.0f a second without rest), %.0f bytes an entry "
      "(database: %.0f)\n",
      entries, took, static_cast<double>(entries) / took,
      static_cast<double>(std::filesystem::file_size(path + ".index")) /
          static_cast<double>(entries),
      static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(entries));
  IndexFollower& follower = world.Follow(/*in_thread=*/false);
  Must(follower.Step());
  LogSearch search({.ledger = &world.ledger(),
                    .log = &world.view(),
                    .index = &follower,
                    .openings = &world.openings()});
  for (const Question& question : Questions()) {
    std::vector<double> times;
    size_t shown = 0;
    for (uint64_t i = 0; i < 101; ++i) {
      v1::SearchRequest request;
      question.ask(request, i * 997);
      const Clock::time_point asked = Clock::now();
      shown += Must(search.Search("officer/dan", request)).entry_size();
      times.push_back(1e3 * Seconds(Clock::now() - asked));
    }
    std::sort(times.begin(), times.end());
    std::printf("%-24s p50 %7.2f ms, p99 %7.2f ms, %.0f shown\n", question.name, times[50],
                times[99], static_cast<double>(shown) / 101);
  }
}

int Main(int argc, char** argv) {
  uint64_t entries = 1'000'000;
  double seconds = 0.5;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--entries") == 0) entries = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::strtod(argv[i + 1], nullptr);
  }
  testing::FaultDisk disk;
  if (seconds > 0) MeasureLedger(disk, seconds);
  if (entries > 0) MeasureSearch(entries);
  return 0;
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) { return sluss::Main(argc, argv); }
