// Any text as a decision table: a policy or an error, never a crash; and what is read is written
// and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "policy/policy_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto document = sluss::ParsePolicyTable({"fuzzed.tsv", bytes});
  if (!document.ok()) return 0;
  const auto table = sluss::PolicyTable(*document);
  if (!table.ok()) return 0;
  const auto again = sluss::ParsePolicyTable({"again.tsv", *table});
  if (!again.ok() || sluss::PolicyText(*again) != sluss::PolicyText(*document)) std::abort();
  return 0;
}
