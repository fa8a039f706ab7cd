// What one message costs the gateway before it leaves: verify, decide, record.
//
//   build/release/tests/benchmarks/exchange_benchmark
//
// On a store in memory, so without the disk; signatures, proofs, policies and the log are real.
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "tests/gateway/exchange/exchange_world.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChildPsychiatry;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;

std::vector<v1::Envelope> Sealed(ExchangeWorld& world, const AgencyId& sender,
                                 const Outgoing& outgoing, int64_t count) {
  std::vector<v1::Envelope> envelopes;
  for (int64_t i = 0; i < count; ++i) envelopes.push_back(world.Seal(sender, outgoing));
  return envelopes;
}

void BM_SubmitDutyReport(benchmark::State& state) {
  ExchangeWorld world;
  world.key_holder().SetAway(true);
  const auto envelopes = Sealed(world, kSchool, world.DutyReport(), state.max_iterations);
  auto next = envelopes.begin();
  for (auto _ : state) Must(world.exchange().Submit(kSchool, *next++));
}
BENCHMARK(BM_SubmitDutyReport)->Iterations(500)->UseRealTime();

void BM_SubmitWithConsent(benchmark::State& state) {
  ExchangeWorld world;
  world.key_holder().SetAway(true);
  const ConsentWitness consent = world.Register(world.Record());
  const auto envelopes = Sealed(world, kSchool, world.Signal({consent}), state.max_iterations);
  auto next = envelopes.begin();
  for (auto _ : state) Must(world.exchange().Submit(kSchool, *next++));
}
BENCHMARK(BM_SubmitWithConsent)->Iterations(500)->UseRealTime();

// What a consent adds: the same message, permitted without one, citing none and one. The time is
// the CPU's of the whole process, the ledger's thread included.
Outgoing CareNeed(ExchangeWorld& world) {
  return world.Message(kSocialServices, "CARE_AND_SUPPORT", "OSL-25-12",
                       {"IDENTITY", "NARRATIVE", "HEALTH"}, "psychologist");
}

void BM_SubmitCitingNoConsent(benchmark::State& state) {
  ExchangeWorld world;
  world.key_holder().SetAway(true);
  const auto envelopes = Sealed(world, kChildPsychiatry, CareNeed(world), state.max_iterations);
  auto next = envelopes.begin();
  for (auto _ : state) Must(world.exchange().Submit(kChildPsychiatry, *next++));
}
BENCHMARK(BM_SubmitCitingNoConsent)->Iterations(1000)->MeasureProcessCPUTime();

void BM_SubmitCitingAConsent(benchmark::State& state) {
  ExchangeWorld world;
  world.key_holder().SetAway(true);
  v1::ConsentRecord record = world.Record();
  record.mutable_party(0)->set_agency(kChildPsychiatry.value());
  record.mutable_party(0)->set_function(0, "psychologist");
  record.set_purpose("CARE_AND_SUPPORT");
  SealedConsent consent =
      Must(SealConsent(record, testing::Number(testing::kChild),
                       world.parties().secrets(kChildPsychiatry), world.parties().directory()));
  Must(world.exchange().RegisterConsent(kChildPsychiatry, consent.request));
  Outgoing outgoing = CareNeed(world);
  outgoing.consents.push_back(std::move(consent.witness));
  const auto envelopes = Sealed(world, kChildPsychiatry, outgoing, state.max_iterations);
  auto next = envelopes.begin();
  for (auto _ : state) Must(world.exchange().Submit(kChildPsychiatry, *next++));
}
BENCHMARK(BM_SubmitCitingAConsent)->Iterations(1000)->MeasureProcessCPUTime();

// The ledger's thread alone: decide, form the leaf, grow the tree, sign the head, commit. `range`
// units at once are what group commit makes of senders that wait.
void BM_RecordBatch(benchmark::State& state) {
  ExchangeWorld world;
  world.Stop();
  const auto ledger = Must(world.OpenLedger());
  LeafDraft leaf;
  leaf.clear.set_kind(v1::DECISION);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ledger->Run([&](Recorder& recorder) -> absl::Status {
      for (int64_t i = 0; i < state.range(0); ++i) {
        const absl::StatusOr<Entry> entry = recorder.Append(leaf, Proof::kWanted);
        if (!entry.ok()) return entry.status();
      }
      return absl::OkStatus();
    }));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RecordBatch)->Arg(1)->Arg(16)->Arg(256)->UseRealTime();

// Decided again, delivery recorded, handed out, acknowledged.
void BM_DeliverAndAcknowledge(benchmark::State& state) {
  ExchangeWorld world;
  world.key_holder().SetAway(true);
  for (const v1::Envelope& envelope :
       Sealed(world, kSchool, world.DutyReport(), state.max_iterations)) {
    Must(world.exchange().Submit(kSchool, envelope));
  }
  for (auto _ : state) Must(world.Acknowledge(kSocialServices, world.Take(kSocialServices)));
}
BENCHMARK(BM_DeliverAndAcknowledge)->Iterations(500)->UseRealTime();

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
