// Writes batches of made-up disclosures to a store as the ledger does, and checks what a store
// holds.
#ifndef SLUSS_TESTS_GATEWAY_STORE_TEST_LOG_H_
#define SLUSS_TESTS_GATEWAY_STORE_TEST_LOG_H_

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/log_directory.h"
#include "gateway/store/sqlite_view.h"
#include "tests/gateway/tlog/sample_log.h"

namespace sluss::testing {

inline constexpr char kGateway[] = "gateway/gw1";
inline const AgencyId kReceiver("social-services/sundby");

// The entries [head.size, head.size + count) of the sample log, and the tree after them.
inline absl::StatusOr<LogAppend> NextEntries(const LogHead& head, uint64_t count) {
  Appender tree;
  if (head.size > 0) {
    ASSIGN_OR_RETURN(tree, Appender::Restore(head.tree));
  }
  LogAppend append;
  append.first_index = head.size;
  std::vector<Hash> leaves;
  for (uint64_t i = head.size; i < head.size + count; ++i) {
    const std::string leaf = Serialised(SampleLeaf(i));
    leaves.push_back(LeafHash(leaf));
    append.entries.push_back({EventId(SampleLeaf(i).event_id()), leaf});
  }
  append.tiles = tree.Append(leaves);
  append.head = {tree.size(), tree.Save(),
                 SignCheckpoint({kSampleOrigin, tree.size(), tree.root()}, SampleLogKey()),
                 tree.size(), append.entries.back().event};
  return append;
}

inline const OpeningMonth kMonth{OpeningClass::kDisclosure, absl::CivilMonth(2025, 11)};

// What stands for the sealed opening of each entry, ten to a group.
inline SealedOpenings OpeningsFor(const LogAppend& append) {
  SealedOpenings sealed;
  const uint64_t end = append.first_index + append.entries.size();
  for (uint64_t i = append.first_index; i < end; ++i) {
    const uint64_t group = 1 + i / 10;
    if (sealed.groups.empty() || sealed.groups.back().number != group) {
      sealed.groups.push_back({group, kMonth, 0, absl::StrCat("key of group ", group, ";")});
    }
    sealed.groups.back().openings = i % 10 + 1;
    sealed.openings.push_back({i, group, absl::StrCat("opening of ", i, ";")});
  }
  return sealed;
}

// One transaction: `count` entries and one outcome that waits for kReceiver, whose reason is the
// size of the log after it.
inline absl::Status WriteBatch(Store* store, uint64_t count) {
  ASSIGN_OR_RETURN(const LogHead head, store->ReadHead(kGateway));
  ASSIGN_OR_RETURN(const LogAppend append, NextEntries(head, count));
  ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction, store->Begin());
  v1::Outcome outcome;
  outcome.set_reason_code(absl::StrCat(append.head.size));
  RETURN_IF_ERROR(
      transaction->EnqueueOutcome(kReceiver, DeliveryId(Id16(absl::StrCat("delivery ", head.size))),
                                  MessageId(Id16(absl::StrCat("message ", head.size))), outcome));
  RETURN_IF_ERROR(transaction->PutOpenings(OpeningsFor(append)));
  RETURN_IF_ERROR(transaction->AppendLog(kGateway, append));
  return transaction->Commit();
}

// Exports the log of a view to an empty `directory` and verifies every entry of it. Returns its
// size.
inline absl::StatusOr<uint64_t> VerifyView(const StoreView& view, const std::string& directory,
                                           const VerifierKey& key = SampleVerifierKey()) {
  std::filesystem::remove_all(directory);
  RETURN_IF_ERROR(ExportLog(view, directory, key).status());
  const auto read = [&](const std::string& path) { return ReadFile(directory + "/" + path); };
  ASSIGN_OR_RETURN(const VerifiedLog log, VerifyLog(read, key));
  return log.checkpoint.size;
}

// The same for a file.
inline absl::StatusOr<uint64_t> VerifyStored(const std::string& database,
                                             const VerifierKey& key = SampleVerifierKey()) {
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreView> view, OpenSqliteView(database));
  return VerifyView(*view, database + "-tiles", key);
}

// How many of 800 reads, by eight threads, succeed while a transaction with a change is open.
inline absl::StatusOr<int> ReadBesideAWriter(Store* store) {
  RETURN_IF_ERROR(WriteBatch(store, 10));
  ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> transaction, store->Begin());
  RETURN_IF_ERROR(transaction->AddEnrolments(kReceiver, absl::CivilDay(2025, 11, 22), 1));
  std::vector<std::thread> readers;
  std::atomic<int> read = 0;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      for (int n = 0; n < 100; ++n) read += store->ReadEntry(n % 10).ok();
    });
  }
  for (std::thread& reader : readers) reader.join();
  return read.load();
}

// A directory of its own for each test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "sluss-store-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_STORE_TEST_LOG_H_
