// Durable groups of entries through the SQLite store, beside what the disk itself can do. Quote
// ratios: both depend on the machine's disk and on who else runs.
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "benchmark/benchmark.h"
#include "gateway/store/sqlite_store.h"
#include "tests/gateway/store/test_log.h"

namespace sluss {
namespace {

// The floor: one page written over and made durable.
void BM_Fdatasync(benchmark::State& state) {
  const testing::TemporaryDirectory directory;
  const int file = open(directory.File("page").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  for (auto _ : state) {
    if (pwrite(file, page.data(), page.size(), 0) != 4096 || fdatasync(file) != 0) {
      state.SkipWithError("the disk failed");
    }
  }
  close(file);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Fdatasync)->UseRealTime();

// Items are entries: appended, signed, each with its row, its opening and the head; one commit a
// group.
void BM_CommitGroup(benchmark::State& state) {
  const testing::TemporaryDirectory directory;
  const auto store = *OpenSqliteStore(directory.File("sluss.db"));
  for (auto _ : state) {
    const absl::Status status = testing::WriteBatch(store.get(), state.range(0));
    if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_CommitGroup)->Arg(1)->Arg(16)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
