// The disclosure log's own work, without a disk: what an entry costs before it is written.
#include <map>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/proof_file.h"
#include "tests/gateway/tlog/sample_log.h"

namespace sluss {
namespace {

std::vector<Hash> LeavesOf(const std::vector<std::string>& entries) {
  std::vector<Hash> leaves;
  for (const std::string& entry : entries) leaves.push_back(LeafHash(entry));
  return leaves;
}

void BM_LeafHash(benchmark::State& state) {
  const std::string entry = testing::Serialised(testing::SampleLeaf(0));
  for (auto _ : state) benchmark::DoNotOptimize(LeafHash(entry));
  state.SetBytesProcessed(state.iterations() * entry.size());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_LeafHash);

// A group as the ledger commits it: grow a copy of the tree, sign its head, prove each entry.
void BM_AppendSignProve(benchmark::State& state) {
  const SigningKey key = testing::SampleLogKey();
  const std::vector<Hash> leaves = LeavesOf(testing::SampleEntries(state.range(0)));
  Appender tree;
  for (auto _ : state) {
    Appender next = tree;
    next.Append(leaves);
    const std::string checkpoint =
        SignCheckpoint({testing::kSampleOrigin, next.size(), next.root()}, key);
    for (uint64_t i = tree.size(); i < next.size(); ++i) {
      benchmark::DoNotOptimize(
          FormatProofFile({std::nullopt, i, *next.InclusionProofOf(i), checkpoint}));
    }
    benchmark::DoNotOptimize(next.Save());
    tree = std::move(next);
  }
  state.SetItemsProcessed(state.iterations() * leaves.size());
}
BENCHMARK(BM_AppendSignProve)->Arg(1)->Arg(16)->Arg(256);

void BM_VerifyReceipt(benchmark::State& state) {
  const std::vector<std::string> entries = testing::SampleEntries(1000);
  Appender tree;
  tree.Append(LeavesOf(entries));
  const ProofFile proof = {
      std::nullopt, 500, *tree.InclusionProofOf(500),
      SignCheckpoint({testing::kSampleOrigin, tree.size(), tree.root()}, testing::SampleLogKey())};
  const VerifierKey key = testing::SampleVerifierKey();
  for (auto _ : state) {
    if (!VerifyProofFile(proof, entries[500], key).ok()) state.SkipWithError("not verified");
  }
}
BENCHMARK(BM_VerifyReceipt);

// Items are entries: hash, tiles, decode, counts and order.
void BM_VerifyLog(benchmark::State& state) {
  const auto files = testing::LogFilesOf(testing::SampleEntries(state.range(0)));
  for (auto _ : state) {
    if (!testing::VerifyFiles(files).ok()) state.SkipWithError("not verified");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_VerifyLog)->Arg(70000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
