// A gateway that keeps a million consents and has a hundred thousand messages queued: how long it
// takes to start, to look a consent up, to take one back, and how much memory it holds.
//
//   build/release/tests/benchmarks/consent_benchmark [CONSENTS] [QUEUED] [DIRECTORY]
//
// One real consent and one real message under it are made by the exchange and then copied under
// other ids, straight into its SQLite file; what is measured after that is the exchange itself.
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/crypto/random.h"
#include "gateway/store/sqlite_store.h"
#include "tests/gateway/exchange/exchange_world.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::Officer;

// So many messages cite the busiest consent; the rest has one of its own.
constexpr size_t kUnderOne = 1000;
constexpr size_t kAsked = 1000;

// The copying. Any fault ends the program.
class Database {
 public:
  explicit Database(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &handle_));
    Run("PRAGMA synchronous = OFF; BEGIN");
  }
  ~Database() {
    Run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_close(handle_);
  }
  void Run(const char* sql) { Check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr)); }
  // Once with each binding.
  void Insert(const char* sql, size_t times,
              const std::function<void(sqlite3_stmt*, size_t)>& bind) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr));
    for (size_t i = 0; i < times; ++i) {
      bind(statement, i);
      if (sqlite3_step(statement) != SQLITE_DONE) Check(sqlite3_errcode(handle_));
      sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
  }

 private:
  void Check(int code) {
    if (code == SQLITE_OK) return;
    std::cerr << "consent_benchmark: " << sqlite3_errmsg(handle_) << "\n";
    std::exit(1);
  }
  sqlite3* handle_ = nullptr;
};

void Blob(sqlite3_stmt* statement, int place, const std::string& bytes) {
  sqlite3_bind_blob(statement, place, bytes.data(), static_cast<int>(bytes.size()),
                    SQLITE_TRANSIENT);
}

struct Filled {
  std::vector<std::string> consents;  // ids
  std::string busiest;
};

// The one consent and message that are there, and copies of them.
Filled Fill(const std::string& path, const ConsentRow& consent, const MessageRow& message,
            size_t consents, size_t queued) {
  Filled filled;
  Database database(path);
  database.Insert(
      "INSERT INTO consent SELECT ?1, record, registered_event, registered_index, withdrawn, "
      "withdrawn_event, withdrawn_index, standing FROM consent WHERE id = ?2",
      consents, [&](sqlite3_stmt* statement, size_t) {
        filled.consents.push_back(RandomBytes(16));
        Blob(statement, 1, filled.consents.back());
        Blob(statement, 2, consent.id.value());
      });
  filled.busiest = filled.consents.back();
  std::vector<std::string> ids, deliveries;
  const auto cited = [&](size_t i) { return i < kUnderOne ? filled.busiest : filled.consents[i]; };
  database.Insert(
      "INSERT INTO message (id, sender, recipient, state, delivery_id, deadline, pseudonym, "
      "pseudonym_due, details) SELECT ?1, sender, recipient, state, ?2, deadline, 0, "
      "pseudonym_due, ?3 FROM message WHERE id = ?4",
      queued, [&](sqlite3_stmt* statement, size_t i) {
        ids.push_back(RandomBytes(16));
        deliveries.push_back(RandomBytes(16));
        v1::StoredMessage details = message.details;
        details.mutable_consent(0)->set_consent_id(cited(i));
        Blob(statement, 1, ids.back());
        Blob(statement, 2, deliveries.back());
        Blob(statement, 3, details.SerializeAsString());
        Blob(statement, 4, message.id.value());
      });
  database.Insert(
      "INSERT INTO payload (message, envelope) SELECT (SELECT admitted FROM message WHERE id = "
      "?1), envelope FROM payload WHERE message = (SELECT admitted FROM message WHERE id = ?2)",
      queued, [&](sqlite3_stmt* statement, size_t i) {
        Blob(statement, 1, ids[i]);
        Blob(statement, 2, message.id.value());
      });
  database.Insert("INSERT INTO citation (consent, message) VALUES (?1, ?2)", queued,
                  [&](sqlite3_stmt* statement, size_t i) {
                    Blob(statement, 1, cited(i));
                    Blob(statement, 2, ids[i]);
                  });
  database.Insert(
      "INSERT INTO item (agency, delivery_id, message_id, kind, ready, outcome) "
      "SELECT agency, ?1, ?2, kind, 1, outcome FROM item WHERE delivery_id = ?3",
      queued, [&](sqlite3_stmt* statement, size_t i) {
        Blob(statement, 1, deliveries[i]);
        Blob(statement, 2, ids[i]);
        Blob(statement, 3, message.delivery_id.value());
      });
  return filled;
}

long MemoryKb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  }
  return 0;
}

double Milliseconds(const std::function<void()>& work) {
  const absl::Time start = absl::Now();
  work();
  return absl::ToDoubleMilliseconds(absl::Now() - start);
}

void PrintTimes(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::printf("%-52s p50 %8.3f ms  p99 %8.3f ms\n", what, times[times.size() / 2],
              times[times.size() * 99 / 100]);
}

v1::WithdrawRequest WithdrawalOf(const std::string& consent, const char* category) {
  v1::WithdrawRequest request;
  request.set_consent_id(consent);
  request.set_officer(Officer("officer"));
  request.set_on_behalf_of("guardian");
  if (*category != '\0') request.add_category(category);
  return request;
}

void Measure(ExchangeWorld& world, const Filled& filled) {
  std::vector<double> times;
  v1::GetConsentRequest get;
  for (size_t i = 0; i < kAsked; ++i) {
    get.set_consent_id(filled.consents[(i * 7919) % filled.consents.size()]);
    times.push_back(Milliseconds([&] { Must(world.exchange().GetConsent(kSchool, get)); }));
  }
  PrintTimes("look a consent up", std::exchange(times, {}));
  for (const char* category : {"PLAN", ""}) {
    for (size_t i = 0; i < kAsked; ++i) {
      const auto request = WithdrawalOf(filled.consents[kUnderOne + i], category);
      times.push_back(Milliseconds([&] { Must(world.exchange().Withdraw(kPolice, request)); }));
    }
    PrintTimes(*category == '\0' ? "take one back, its message is stopped"
                                 : "take a category back, its message is trimmed",
               std::exchange(times, {}));
  }
  const auto busiest = WithdrawalOf(filled.busiest, "");
  v1::WithdrawResponse answer;
  const double whole =
      Milliseconds([&] { answer = Must(world.exchange().Withdraw(kPolice, busiest)); });
  std::printf(
      "%-52s     %8.1f ms\n",
      absl::StrCat("take one back under which ", answer.step().stopped(), " are queued").c_str(),
      whole);
}

void Run(size_t consents, size_t queued, const std::string& directory) {
  std::filesystem::create_directories(directory);
  const std::string path = absl::StrCat(directory, "/sluss.db");
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(path + suffix);
  auto store = Must(OpenSqliteStore(path));
  ExchangeWorld world(store.get());
  world.key_holder().SetAway(true);
  const ConsentWitness witness = world.Register(world.Record());
  Outgoing outgoing = world.Signal({witness});
  outgoing.header.set_message_id(RandomBytes(16));
  Must(world.Submit(kSchool, outgoing));
  const ConsentRow consent = *Must(store->FindConsent(witness.consent_id()));
  const MessageRow message = *Must(store->FindMessage(MessageId(outgoing.header.message_id())));
  world.Stop();
  store.reset();

  std::printf("%zu consents, %zu queued\n", consents, queued);
  const Filled filled = Fill(path, consent, message, consents, queued);
  std::printf("%-52s     %8.1f MB\n", "file",
              static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  const double start = Milliseconds([&] { store = Must(OpenSqliteStore(path)); });
  std::printf("%-52s     %8.1f ms\n", "open the store, its pages checked", start);
  const long before = MemoryKb();
  world.UseStore(store.get());
  std::printf("%-52s     %8.1f ms\n", "start the exchange on it",
              Milliseconds([&] { world.Restart(); }));
  Measure(world, filled);
  std::printf("%-52s     %8.1f MB\n", "memory grown by, all of that done",
              static_cast<double>(MemoryKb() - before) / 1e3);
  world.CheckLog();
  world.Stop();
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  const size_t consents = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000;
  const size_t queued = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000;
  const std::string directory = argc > 3 ? argv[3] : "/tmp/sluss-consent-benchmark";
  if (consents < queued + 1 || queued < 4000) {
    std::cerr << "consent_benchmark: at least 4000 queued, and more consents than queued\n";
    return 1;
  }
  sluss::Run(consents, queued, directory);
  return 0;
}
