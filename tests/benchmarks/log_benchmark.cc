// The disclosure log from the ledger's queue to the disk: how many decisions a second become
// sealed, signed and durable, how long their callers wait, and what a log of many entries costs.
//
//   log_benchmark rates [DIRECTORY]           one and 64 requesters, on the disk and on memory with
//                                             injected sync times of 0, 1 and 4 ms; first on a
//                                             PostgreSQL server where SLUSS_TEST_POSTGRES is its
//                                             URI (its role may create schemas)
//   log_benchmark large [ENTRIES] [DIRECTORY] makes a log (10,000,000 entries), then its size,
//   start,
//                                             memory and verification; the file stays
//   log_benchmark start FILE | verify FILE    one start, one verification of such a log
//
// Each figure stands beside what the same disk does in the same run: quote the ratios.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/exchange/ledger.h"
#include "gateway/openings/vault.h"
#include "gateway/publication/log_tiles.h"
#include "gateway/store/open_store.h"
#include "gateway/store/postgres_connection.h"
#include "gateway/tlog/verifier.h"
#include "tests/gateway/openings/memory_month_keys.h"
#include "tests/gateway/store/fault_disk.h"
#include "tests/gateway/tlog/sample_log.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using testing::kSampleOrigin;

constexpr absl::Duration kMeasured = absl::Seconds(3);
constexpr uint64_t kUnitEntries = 249;  // of a unit where many are made

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << "log_benchmark: " << value.status().message() << "\n";
  std::exit(1);
}
void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "log_benchmark: " << status.message() << "\n";
  std::exit(1);
}

long MemoryKb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  }
  return 0;
}

double Seconds(const std::function<void()>& work) {
  const absl::Time start = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - start);
}

// A decision as the exchange records it: who, to whom, why, by which rules, with everything
// personal committed to.
LeafDraft Decision() {
  static const std::string officer = RandomBytes(32), digest = RandomBytes(32);
  LeafDraft draft;
  v1::AuditLeaf& leaf = draft.clear;
  leaf.set_kind(v1::DECISION);
  leaf.set_verdict("PERMIT");
  leaf.add_rule("duty-report/school-to-social-services");
  leaf.set_policy_version("2026-11-01");
  leaf.set_policy_digest(digest);
  leaf.set_decision_day("2026-11-22");
  leaf.set_sender("school/ekbacken");
  leaf.set_recipient("social-services/sundby");
  leaf.set_purpose("PROTECTION");
  leaf.add_legal_basis("SOL-2025-19-1");
  for (const char* category : {"CONTACT", "IDENTITY", "NARRATIVE"}) leaf.add_passed(category);
  leaf.set_message_id(RandomBytes(16));
  const std::pair<CommitTag, std::string> fields[] = {{CommitTag::kOfficer, officer},
                                                      {CommitTag::kReasons, digest},
                                                      {CommitTag::kManifest, digest},
                                                      {CommitTag::kAge, "15-18"}};
  for (const auto& [tag, value] : fields) {
    v1::OpenedField* const field = &draft.committed.emplace_back();
    field->set_tag(static_cast<uint32_t>(tag));
    field->set_value(value);
  }
  return draft;
}

// Decided again, and handed over.
LeafDraft Delivery(const v1::AuditLeaf& decision, const Entry& decided) {
  LeafDraft draft;
  draft.clear = decision;
  draft.clear.set_kind(v1::DELIVERY);
  draft.clear.set_parent_event(decided.event().value());
  return draft;
}

LeafDraft Acknowledgement(const v1::AuditLeaf& decision, const Entry& decided) {
  LeafDraft draft;
  draft.clear.set_kind(v1::ACKNOWLEDGEMENT);
  draft.clear.set_sender(decision.sender());
  draft.clear.set_recipient(decision.recipient());
  draft.clear.set_purpose(decision.purpose());
  draft.clear.set_message_id(decision.message_id());
  draft.clear.set_parent_event(decided.event().value());
  return draft;
}

LogIdentity Identity() {
  return {.origin = kSampleOrigin,
          .verifier = testing::SampleVerifierKey(),
          .sign = [key = std::make_shared<SigningKey>(testing::SampleLogKey())](
                      const Checkpoint& checkpoint) { return SignCheckpoint(checkpoint, *key); }};
}

struct Log {
  explicit Log(const std::string& path)
      : store(Must(OpenStore(path, "gateway/gw1"))),
        vault(kSampleOrigin, &keys),
        ledger(Must(Ledger::Open(store.get(), &vault, SystemClock(), "gateway/gw1", Identity(),
                                 [](const AgencyId&) {}))) {}

  // In the process: months of openings are not what is measured.
  testing::MemoryMonthKeys keys;
  std::unique_ptr<Store> store;
  OpeningVault vault;
  std::unique_ptr<Ledger> ledger;
};

void RemoveDatabase(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) fs::remove(path + suffix);
}

// ---- What the disk does by itself
// -----------------------------------------------------------------

// `bytes` at the end of a file, made durable, one after the other.
double AppendsASecond(const std::string& directory, size_t bytes) {
  const std::string path = directory + "/append";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string block(bytes, 'x');
  const absl::Time end = absl::Now() + kMeasured;
  uint64_t count = 0;
  for (; absl::Now() < end; ++count) {
    if (write(file, block.data(), bytes) != static_cast<ssize_t>(bytes) || fdatasync(file) != 0) {
      Must(absl::UnavailableError("the disk failed"));
    }
  }
  close(file);
  fs::remove(path);
  return static_cast<double>(count) / absl::ToDoubleSeconds(kMeasured);
}

// A page written over, made durable.
double SyncsASecond(const std::string& directory) {
  const std::string path = directory + "/page";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  const absl::Time end = absl::Now() + kMeasured;
  uint64_t count = 0;
  for (; absl::Now() < end; ++count) {
    if (pwrite(file, page.data(), page.size(), 0) != 4096 || fdatasync(file) != 0) {
      Must(absl::UnavailableError("the disk failed"));
    }
  }
  close(file);
  fs::remove(path);
  return static_cast<double>(count) / absl::ToDoubleSeconds(kMeasured);
}

// ---- Rates
// ----------------------------------------------------------------------------------------

struct Rate {
  double entries_a_second;
  double p50_ms, p99_ms;
};

// Each requester hands in one decision, waits until it is durable and proved, and begins again.
Rate Measure(const std::string& path, int requesters) {
  RemoveDatabase(path);
  Log log(path);
  std::vector<std::vector<double>> waits(requesters);
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (std::vector<double>& mine : waits) {
    threads.emplace_back([&log, &mine, end = start + kMeasured] {
      while (absl::Now() < end) {
        const LeafDraft draft = Decision();
        const absl::Time asked = absl::Now();
        const auto receipts = Must(log.ledger->Run(
            [&](Recorder& recorder) { return recorder.Append(draft, Proof::kWanted).status(); }));
        if (receipts.size() != 1) Must(absl::InternalError("an answer without its proof"));
        mine.push_back(absl::ToDoubleMilliseconds(absl::Now() - asked));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::vector<double> all;
  for (const auto& mine : waits) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  return {static_cast<double>(all.size()) / seconds, all[all.size() / 2],
          all[all.size() * 99 / 100]};
}

void PrintRate(const char* where, int requesters, const Rate& rate, double syncs, double appends) {
  std::printf(
      "%-22s %3d requester%s %8.0f entries/s  p50 %6.2f ms  p99 %6.2f ms  %6.2f of its syncs, "
      "%6.2f of a raw append\n",
      where, requesters, requesters == 1 ? " " : "s", rate.entries_a_second, rate.p50_ms,
      rate.p99_ms, rate.entries_a_second / syncs, rate.entries_a_second / appends);
}

// A schema of its own, which is dropped with all that was measured.
void RatesOnPostgres(const std::string& uri, double syncs, double appends) {
  const auto server = Must(PostgresConnection::Connect(uri, absl::Minutes(1)));
  for (const int requesters : {1, 64}) {
    const std::string schema = absl::StrCat("sluss_benchmark_", getpid(), "_", requesters);
    Must(server->Execute(absl::StrCat("CREATE SCHEMA ", schema).c_str()));
    const Rate rate = Measure(absl::StrCat(uri, absl::StrContains(uri, "?") ? "&" : "?",
                                           "options=-csearch_path%3D", schema),
                              requesters);
    Must(server->Execute(absl::StrCat("DROP SCHEMA ", schema, " CASCADE").c_str()));
    PrintRate("PostgreSQL", requesters, rate, syncs, appends);
  }
}

void Rates(const std::string& directory) {
  prctl(PR_SET_TIMERSLACK, 1);  // an injected wait is as long as it says
  constexpr size_t kEntryBytes = 700;
  const double syncs = SyncsASecond(directory), appends = AppendsASecond(directory, kEntryBytes);
  std::printf("the disk: %.0f fdatasyncs/s, %.0f durable appends/s of %zu bytes\n", syncs, appends,
              kEntryBytes);
  if (const char* const uri = std::getenv("SLUSS_TEST_POSTGRES"); uri != nullptr) {
    RatesOnPostgres(uri, syncs, appends);
  }
  for (const int requesters : {1, 64}) {
    const Rate rate = Measure(directory + "/rates.db", requesters);
    PrintRate("the disk", requesters, rate, syncs, appends);
  }
  RemoveDatabase(directory + "/rates.db");
  testing::FaultDisk disk;
  const std::string memory = absl::StrCat("/dev/shm/sluss-log-", getpid(), ".db");
  for (const int injected : {0, 60, 1000, 4000}) {
    disk.sync_microseconds = injected;
    const double floor = 1e6 / std::max(injected, 1);
    for (const int requesters : {1, 64}) {
      const Rate rate = Measure(memory, requesters);
      PrintRate(absl::StrCat("memory, sync ", injected, " us").c_str(), requesters, rate, floor,
                floor);
    }
  }
  RemoveDatabase(memory);
}

// ---- A large log
// ----------------------------------------------------------------------------------

void Fill(const std::string& path, uint64_t entries) {
  RemoveDatabase(path);
  Log log(path);
  const bool to_terminal = isatty(STDERR_FILENO) != 0;
  for (uint64_t made = 0; made < entries; made += kUnitEntries) {
    Must(log.ledger
             ->Run([&](Recorder& recorder) -> absl::Status {
               for (uint64_t i = 0; i < kUnitEntries; i += 3) {
                 const LeafDraft decision = Decision();
                 ASSIGN_OR_RETURN(const Entry decided, recorder.Append(decision));
                 Must(recorder.Append(Delivery(decision.clear, decided)).status());
                 Must(recorder.Append(Acknowledgement(decision.clear, decided)).status());
               }
               return absl::OkStatus();
             })
             .status());
    if (to_terminal && made % 100'000 == 0) std::fprintf(stderr, "\r%llu", 0ULL + made);
  }
}

void Verify(const std::string& path) {
  const auto store = Must(OpenStore(path, "gateway/gw1"));
  const LogTiles tiles = Must(LogTiles::Of(*store));
  uint64_t verified = 0;
  double reading = 0;
  const auto read = [&](const std::string& file) -> absl::StatusOr<std::string> {
    if (file == kCheckpointPath) return tiles.checkpoint();
    const auto asked = ParseLogPath(file);
    if (!asked) return absl::NotFoundError("no such file");
    absl::StatusOr<std::string> bytes = absl::NotFoundError("no such file");
    reading += Seconds([&] {
      if (asked->kind == LogPath::Kind::kEntries) bytes = tiles.Bundle(asked->index, asked->width);
      if (asked->kind == LogPath::Kind::kTile) {
        bytes = tiles.Tile(asked->tile_level, asked->index, asked->width);
      }
    });
    return bytes;
  };
  const double seconds = Seconds(
      [&] { verified = Must(VerifyLog(read, testing::SampleVerifierKey())).checkpoint.size; });
  std::printf("verified: %llu entries in %.1f s, %.1f s of them reading; %.0f entries/s a core\n",
              0ULL + verified, seconds, reading,
              static_cast<double>(verified) / (seconds - reading));
}

// In a process of its own, so that memory is that of a gateway's log and nothing else.
void Start(const std::string& path) {
  const long before = MemoryKb();
  std::unique_ptr<Log> log;
  const double seconds = Seconds([&] { log = std::make_unique<Log>(path); });
  std::printf("start: %.3f s, %.1f MB (%.1f MB of them the program)\n", seconds,
              static_cast<double>(MemoryKb()) / 1e3, static_cast<double>(before) / 1e3);
}

void Large(uint64_t entries, const std::string& directory, const std::string& self) {
  const std::string path = directory + "/large.db";
  const double seconds = Seconds([&] { Fill(path, entries); });
  const double bytes = static_cast<double>(fs::file_size(path));
  std::printf("made: %llu entries in %.0f s, %.0f a second; %.2f GB, %.0f bytes an entry\n",
              0ULL + entries, seconds, static_cast<double>(entries) / seconds, bytes / 1e9,
              bytes / static_cast<double>(entries));
  std::fflush(stdout);
  if (std::system(absl::StrCat(self, " start ", path).c_str()) != 0) std::exit(1);
  Verify(path);
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto argument = [&](size_t i, const char* standard) {
    return arguments.size() > i ? arguments[i] : std::string(standard);
  };
  const std::string what = argument(0, "rates");
  const std::string standard = "/tmp/sluss-log-benchmark";
  if (what == "rates") {
    const std::string directory = argument(1, standard.c_str());
    std::filesystem::create_directories(directory);
    sluss::Rates(directory);
  } else if (what == "large") {
    const std::string directory = argument(2, standard.c_str());
    std::filesystem::create_directories(directory);
    sluss::Large(std::strtoull(argument(1, "10000000").c_str(), nullptr, 10), directory, argv[0]);
  } else if (what == "start" && arguments.size() == 2) {
    sluss::Start(arguments[1]);
  } else if (what == "verify" && arguments.size() == 2) {
    sluss::Verify(arguments[1]);
  } else {
    std::cerr << "log_benchmark: rates [DIRECTORY], large [ENTRIES] [DIRECTORY], start FILE, or "
                 "verify FILE\n";
    return 1;
  }
  return 0;
}
