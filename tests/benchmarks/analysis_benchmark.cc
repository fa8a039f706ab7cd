// Speed of the exact analysis over 100, 1,000 and 10,000 rules.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "policy/analysis/diff.h"
#include "tests/benchmarks/analysis_scene.h"

namespace sluss {
namespace {

using testing::AnalysisScene;

void Diff(benchmark::State& state, const AnalysisScene& scene, const v1::Policy& edited) {
  const auto before = scene.Load(scene.policy()), after = scene.Load(edited);
  uint64_t boxes = 0, cells = 0;
  for (auto _ : state) {
    const auto diff = DiffPolicies(*before, *after);
    if (!diff.ok()) return state.SkipWithError("too entangled");
    boxes = diff->newly_permitted().change_size() + diff->newly_denied().change_size() +
            diff->terms_changed().change_size();
    cells = diff->newly_permitted().situations() + diff->newly_denied().situations() +
            diff->terms_changed().situations();
  }
  state.counters["boxes"] = static_cast<double>(boxes);
  state.counters["situations"] = static_cast<double>(cells);
}

void BM_DiffOneRule(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  v1::Policy edited = scene.policy();
  edited.mutable_rule(50)->mutable_age()->set_below(25);
  Diff(state, scene, edited);
}

void BM_DiffForbidEverywhere(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  v1::Policy edited = scene.policy();
  *edited.add_rule() = AnalysisScene::Everywhere(v1::FORBID);
  Diff(state, scene, edited);
}

void BM_DiffPermitEverywhere(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  v1::Policy edited = scene.policy();
  *edited.add_rule() = AnalysisScene::Everywhere(v1::PERMIT);
  Diff(state, scene, edited);
}

// Every permit reaches higher ages than before.
void BM_DiffEveryRule(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  v1::Policy edited = scene.policy();
  for (v1::Rule& rule : *edited.mutable_rule()) {
    if (rule.effect() == v1::PERMIT) rule.mutable_age()->set_below(rule.age().below() + 1);
  }
  Diff(state, scene, edited);
}

#define SIZES Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond)
BENCHMARK(BM_DiffOneRule)->SIZES;
BENCHMARK(BM_DiffForbidEverywhere)->SIZES;
BENCHMARK(BM_DiffPermitEverywhere)->SIZES;
BENCHMARK(BM_DiffEveryRule)->SIZES;

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
