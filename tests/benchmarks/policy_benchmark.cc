// Speed of a decision over 100, 1,000 and 10,000 rules, eight categories a notification.
//   Judge: facts as texts to the whole decision as numbers, with determining rules, nearest misses
//     and obligations. p50 and p99 are of single calls, the clock's own time taken off; slower is
//     the time of a call beside that at 100 rules of the same spread, in this run.
//   Core: the same with facts already numbers. Resolve: facts as texts to numbers.
//   Evaluate: verdicts only, without why. Decide: everything, with every sentence.
//   Load: parse, validate, index. Spreads are those of policy_scene.h.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <vector>

#include "policy/decide.h"
#include "policy/question.h"
#include "policy/rule_table.h"
#include "tests/benchmarks/policy_scene.h"

namespace {

thread_local uint64_t allocations = 0;

}  // namespace

// Counting every allocation; not inlined, so that the compiler sees a matching pair.
__attribute__((noinline)) void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace sluss::testing {
namespace {

const PolicyScene& SceneOf(const benchmark::State& state) {
  static auto* const scenes = new std::map<std::pair<int64_t, int64_t>, PolicyScene>;
  const auto key = std::make_pair(state.range(0), state.range(1));
  const auto at = scenes->find(key);
  if (at != scenes->end()) return at->second;
  return scenes
      ->try_emplace(key, static_cast<int>(state.range(1)),
                    static_cast<PolicyScene::Spread>(state.range(0)))
      .first->second;
}

double Nanoseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::nano>(time).count();
}

// Adds p50 and p99 of single calls, in nanoseconds.
template <typename Call>
void AddPercentiles(benchmark::State& state, Call call) {
  constexpr size_t kCalls = 200'000;
  std::vector<double> clock, times;
  times.reserve(kCalls);
  clock.reserve(kCalls);
  for (size_t i = 0; i < kCalls; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto before = std::chrono::steady_clock::now();
    call(i);
    const auto after = std::chrono::steady_clock::now();
    clock.push_back(Nanoseconds(before - begin));
    times.push_back(Nanoseconds(after - before));
  }
  const auto percentile = [](std::vector<double>& all, size_t percent) {
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(all.size() * percent / 100);
    std::nth_element(all.begin(), at, all.end());
    return *at;
  };
  const double overhead = percentile(clock, 50);
  state.counters["p50_ns"] = percentile(times, 50) - overhead;
  state.counters["p99_ns"] = percentile(times, 99) - overhead;
}

void BM_Judge(benchmark::State& state) {
  static auto* const baselines = new std::map<int64_t, double>;
  const PolicyScene& scene = SceneOf(state);
  Judgement judgement;
  const auto call = [&](size_t i) {
    if (!Judge(scene.set(), scene.facts(i), &judgement).ok()) std::abort();
    benchmark::DoNotOptimize(judgement.outcome);
  };
  for (size_t warm = 0; warm < 1024; ++warm) call(warm);
  size_t i = 0;
  const uint64_t before = allocations;
  const auto begin = std::chrono::steady_clock::now();
  for (auto _ : state) call(i++);
  const double each =
      Nanoseconds(std::chrono::steady_clock::now() - begin) / static_cast<double>(i);
  state.counters["allocations"] = static_cast<double>(allocations - before);
  if (state.range(1) == 100) (*baselines)[state.range(0)] = each;
  state.counters["slower"] = each / (*baselines)[state.range(0)];
  state.counters["M/s"] = 1000 / each;
  AddPercentiles(state, call);
}

void BM_Core(benchmark::State& state) {
  const PolicyScene& scene = SceneOf(state);
  Outcome outcome;
  const auto call = [&](size_t i) {
    scene.set().table().Judge(scene.question(i), &outcome);
    benchmark::DoNotOptimize(outcome);
  };
  size_t i = 0;
  for (auto _ : state) call(i++);
  AddPercentiles(state, call);
}

void BM_Evaluate(benchmark::State& state) {
  const PolicyScene& scene = SceneOf(state);
  size_t i = 0;
  const uint64_t before = allocations;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scene.set().table().Evaluate(scene.question(i++)));
  }
  state.counters["allocations"] = static_cast<double>(allocations - before);
}

void BM_Resolve(benchmark::State& state) {
  const PolicyScene& scene = SceneOf(state);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ResolveFacts(scene.set().names(), scene.set().table().nodes(), scene.facts(i++)));
  }
}

void BM_Decide(benchmark::State& state) {
  const PolicyScene& scene = SceneOf(state);
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(Decide(scene.set(), scene.facts(i++)));
}

void BM_Load(benchmark::State& state) {
  const PolicyScene& scene = SceneOf(state);
  for (auto _ : state) benchmark::DoNotOptimize(scene.Load());
}

const std::vector<int64_t> kSizes = {100, 1000, 10000};

BENCHMARK(BM_Judge)
    ->ArgNames({"spread", "rules"})
    ->ArgsProduct({{PolicyScene::kPairs, PolicyScene::kMixed, PolicyScene::kOnePair}, kSizes});
BENCHMARK(BM_Core)
    ->ArgNames({"spread", "rules"})
    ->ArgsProduct({{PolicyScene::kPairs, PolicyScene::kMixed, PolicyScene::kOnePair}, kSizes});
BENCHMARK(BM_Evaluate)->ArgNames({"spread", "rules"})->ArgsProduct({{PolicyScene::kMixed}, kSizes});
BENCHMARK(BM_Resolve)->ArgNames({"spread", "rules"})->ArgsProduct({{PolicyScene::kMixed}, kSizes});
BENCHMARK(BM_Decide)->ArgNames({"spread", "rules"})->ArgsProduct({{PolicyScene::kMixed}, kSizes});
BENCHMARK(BM_Load)
    ->ArgNames({"spread", "rules"})
    ->ArgsProduct({{PolicyScene::kMixed}, {10000}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluss::testing

BENCHMARK_MAIN();
