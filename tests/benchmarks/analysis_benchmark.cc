// Speed of the exact analysis over 100, 1,000 and 10,000 rules.
//   Diff*: one edit each, from narrow to everything. Dead, Conflicts, Gaps: one set.
//   Replay: a million recorded decisions against one set with other rules; `per_evaluate` is the
//   time of one decision beside that of the bare RuleTable::Evaluate in the same run.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "policy/analysis/conflicts.h"
#include "policy/analysis/dead_rules.h"
#include "policy/analysis/diff.h"
#include "policy/analysis/gaps.h"
#include "policy/analysis/replay.h"
#include "policy/decide.h"
#include "policy/question.h"
#include "policy/rule_table.h"
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

void BM_Dead(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  const auto set = scene.Load(scene.policy());
  for (auto _ : state) {
    const auto dead = FindDeadRules(*set);
    if (!dead.ok()) return state.SkipWithError("too entangled");
    state.counters["dead"] = dead->rule_size();
  }
}

void BM_Conflicts(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  const auto set = scene.Load(scene.policy());
  for (auto _ : state) state.counters["pairs"] = static_cast<double>(FindConflicts(*set).pairs());
}

void BM_Gaps(benchmark::State& state) {
  const AnalysisScene scene(static_cast<int>(state.range(0)));
  const auto set = scene.Load(scene.policy());
  for (auto _ : state) {
    const auto gaps = FindGaps(*set);
    if (!gaps.ok()) return state.SkipWithError("too entangled");
    state.counters["gaps"] = gaps->gap_size();
  }
}

double Seconds(absl::Time since) { return absl::ToDoubleSeconds(absl::Now() - since); }

void BM_ReplayMillionTwoVersions(benchmark::State& state) {
  constexpr int kRecorded = 1'000'000, kDistinct = 65'536;
  AnalysisScene scene(static_cast<int>(state.range(0)));
  const auto before = scene.Load(scene.policy());
  v1::Policy edited = scene.policy();
  *edited.add_rule() = AnalysisScene::Everywhere(v1::FORBID);
  const auto after = scene.Load(edited);
  std::vector<v1::RecordedDecision> recorded(kDistinct);
  std::vector<Question> questions;
  for (v1::RecordedDecision& one : recorded) {
    *one.mutable_facts() = scene.MakeFacts();
    *one.mutable_decision() = Decide(*before, one.facts());
    questions.push_back(*ResolveFacts(before->names(), before->table().nodes(), one.facts()));
  }
  double replayed = 0, evaluated = 0;
  for (auto _ : state) {
    const absl::Time start = absl::Now();
    Replayer first(*before, {.most_listed = 100, .bytes = false});
    Replayer second(*after, {.most_listed = 100, .bytes = false});
    for (int i = 0; i < kRecorded; ++i) {
      first.Add(recorded[i % kDistinct]);
      second.Add(recorded[i % kDistinct]);
    }
    if (first.Result().alike() != kRecorded) return state.SkipWithError("not alike");
    state.counters["changed"] = static_cast<double>(kRecorded - second.Result().alike());
    replayed += Seconds(start);
    const absl::Time bare = absl::Now();
    for (int i = 0; i < 2 * kRecorded; ++i) {
      benchmark::DoNotOptimize(before->table().Evaluate(questions[i % kDistinct]));
    }
    evaluated += Seconds(bare);
  }
  state.counters["seconds"] = replayed / static_cast<double>(state.iterations());
  state.counters["per_evaluate"] = replayed / evaluated;
}

#define SIZES Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond)
BENCHMARK(BM_DiffOneRule)->SIZES;
BENCHMARK(BM_DiffForbidEverywhere)->SIZES;
BENCHMARK(BM_DiffPermitEverywhere)->SIZES;
BENCHMARK(BM_DiffEveryRule)->SIZES;
BENCHMARK(BM_Dead)->SIZES;
BENCHMARK(BM_Conflicts)->SIZES;
BENCHMARK(BM_Gaps)->SIZES;
BENCHMARK(BM_ReplayMillionTwoVersions)->SIZES;

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
