// Any text as a policy, as a vocabulary, and as cases: an answer or an error, never a crash; and
// what loads always decides, alike each time.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "policy/decide.h"
#include "policy/policy_cases.h"
#include "policy/policy_set.h"
#include "tests/policy/policy_texts.h"

namespace {

using sluss::PolicySource;

void DecideSomething(const sluss::PolicySet& set, const std::string& text) {
  sluss::v1::Facts facts;
  facts.ParseFromString(text);
  facts.set_sender("school/ek");
  facts.set_recipient("social/sund");
  facts.set_purpose("CARE");
  facts.set_day("2025-07-01");
  facts.clear_category();
  for (const char* category : {"A", "B", "C"}) facts.add_category(category);
  const sluss::v1::Decision decision = sluss::Decide(set, facts);
  bool passed = false;
  for (const auto& category : decision.category()) passed = passed || category.permitted();
  if (passed != (decision.verdict() != sluss::v1::VERDICT_DENY)) std::abort();
  if (decision.SerializeAsString() != sluss::Decide(set, facts).SerializeAsString()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<PolicySource> small = {{"small", sluss::testing::kSmallCatalogue}};
  const std::vector<PolicySource> fuzzed = {{"fuzzed", text}};
  const auto policy = sluss::PolicySet::Load(small, fuzzed, sluss::testing::Sha256);
  if (policy.ok()) {
    DecideSomething(**policy, text);
    (void)sluss::RunPolicyCases(**policy, fuzzed.front());
  }
  const auto vocabulary = sluss::PolicySet::Load(fuzzed, {}, sluss::testing::Sha256);
  if (vocabulary.ok()) DecideSomething(**vocabulary, text);
  const auto empty = sluss::PolicySet::Load(small, {}, sluss::testing::Sha256);
  if (!empty.ok()) std::abort();
  (void)sluss::RunPolicyCases(**empty, fuzzed.front());
  return 0;
}
