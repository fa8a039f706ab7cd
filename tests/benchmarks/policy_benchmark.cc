// Speed of a decision over 100, 1,000 and 10,000 rules.
//   Core: facts already numbers; what the semantics costs. No heap, one notification of four
//   categories.
//   Resolve: facts as texts to numbers. Decide: everything, with every sentence.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "policy/decide.h"
#include "policy/policy_set.h"
#include "policy/question.h"
#include "policy/rule_table.h"

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

namespace sluss {
namespace {

constexpr int kKinds = 12, kAgenciesOfAKind = 20, kCategories = 12, kPurposes = 9, kRoles = 12,
              kParagraphs = 40;

std::string Vocabulary() {
  std::string text = "version: \"1\"\n";
  for (int i = 0; i < kParagraphs; ++i) {
    absl::StrAppend(
        &text, "paragraph { id: \"P", i, "\" citation: \"", i, " §\" short_citation: \"", i,
        " §\" summary_sv: \"s\" summary_en: \"s\" source: \"s\" standing: VERIFIED }\n");
  }
  for (int i = 0; i < kCategories; ++i) absl::StrAppend(&text, "category { id: \"C", i, "\" }\n");
  for (int i = 0; i < kPurposes; ++i) absl::StrAppend(&text, "purpose { id: \"U", i, "\" }\n");
  for (int i = 0; i < kRoles; ++i) absl::StrAppend(&text, "role { id: \"r", i, "\" }\n");
  for (int i = 0; i < kKinds; ++i) {
    absl::StrAppend(&text, "agency_kind { kind: \"k", i, "\" secrecy_cover: \"STRONG\" }\n");
  }
  return text;
}

class Scene {
 public:
  // Half of the rules speak of kinds, as policies do, half of single agencies.
  explicit Scene(int rules) {
    v1::Policy policy;
    policy.set_id("p");
    policy.set_version("1");
    for (int i = 0; i < rules; ++i) AddRule(i, policy.add_rule());
    std::string text;
    google::protobuf::TextFormat::PrintToString(policy, &text);
    auto set = PolicySet::Load(std::vector<PolicySource>{{"v", Vocabulary()}},
                               std::vector<PolicySource>{{"p", text}},
                               [](absl::string_view) { return std::string(32, 'x'); });
    if (!set.ok()) std::abort();
    set_ = *std::move(set);
    for (int i = 0; i < 1024; ++i) {
      facts_.push_back(MakeFacts());
      questions_.push_back(*ResolveFacts(set_->names(), set_->table().nodes(), facts_.back()));
    }
  }

  const PolicySet& set() const { return *set_; }
  const v1::Facts& facts(size_t i) const { return facts_[i & 1023]; }
  const Question& question(size_t i) const { return questions_[i & 1023]; }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }
  std::string One(absl::string_view letter, int limit) {
    return absl::StrCat(letter, Below(limit));
  }
  std::string Agency() { return absl::StrCat(One("k", kKinds), "/a", Below(kAgenciesOfAKind)); }

  void AddRule(int number, v1::Rule* rule) {
    const bool kinds = number % 2 == 0;
    rule->set_id(absl::StrCat("r", number));
    rule->add_sender(kinds ? One("k", kKinds) + "/*" : Agency());
    rule->add_recipient(kinds ? One("k", kKinds) + "/*" : Agency());
    for (int i = 0; i < 4; ++i) rule->add_category(One("C", kCategories));
    for (int i = 0; i < 2; ++i) rule->add_purpose(One("U", kPurposes));
    for (int i = 0; i < 4; ++i) rule->add_sender_role(One("r", kRoles));
    rule->add_legal_basis(One("P", kParagraphs));
    if (number % 10 == 9) {
      rule->set_effect(v1::FORBID);
      rule->set_reason_sv("nej");
      rule->set_reason_en("no");
      return;
    }
    rule->set_effect(v1::PERMIT);
    rule->set_consent(number % 3 == 0 ? v1::REQUIRED : v1::NOT_REQUIRED);
    rule->mutable_age()->set_below(18);
  }

  v1::Facts MakeFacts() {
    v1::Facts facts;
    facts.set_sender(Agency());
    facts.set_recipient(Agency());
    facts.set_purpose(One("U", kPurposes));
    facts.set_legal_basis(One("P", kParagraphs));
    for (int i = 0; i < 4; ++i) {
      facts.add_category(absl::StrCat("C", (Below(3) + 3 * i) % kCategories));
      facts.add_consent_category(facts.category(i));
    }
    facts.add_officer_role(One("r", kRoles));
    facts.set_age_from(15);
    facts.set_age_below(16);
    facts.set_consent(v1::VALID);
    facts.set_day("2026-02-10");
    return facts;
  }

  std::mt19937 random_{7};
  std::shared_ptr<const PolicySet> set_;
  std::vector<v1::Facts> facts_;
  std::vector<Question> questions_;
};

void BM_Core(benchmark::State& state) {
  const Scene scene(static_cast<int>(state.range(0)));
  size_t i = 0;
  const uint64_t before = allocations;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scene.set().table().Evaluate(scene.question(i++)));
  }
  state.counters["allocations"] = static_cast<double>(allocations - before);
}

void BM_Resolve(benchmark::State& state) {
  const Scene scene(static_cast<int>(state.range(0)));
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ResolveFacts(scene.set().names(), scene.set().table().nodes(), scene.facts(i++)));
  }
}

void BM_Decide(benchmark::State& state) {
  const Scene scene(static_cast<int>(state.range(0)));
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(Decide(scene.set(), scene.facts(i++)));
}

void BM_Load(benchmark::State& state) {
  for (auto _ : state) Scene scene(static_cast<int>(state.range(0)));
}

BENCHMARK(BM_Core)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(BM_Resolve)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(BM_Decide)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(BM_Load)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
