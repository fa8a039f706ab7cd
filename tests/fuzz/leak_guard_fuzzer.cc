// Any text before and after a personal number that stands by itself: it is found.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/common/leak_search.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  sluss::FindLeaks(text, {text});
  const std::string half = text.substr(0, size / 2);
  const std::vector<sluss::LeakKind> found =
      sluss::FindLeaks(absl::StrCat(half, " | 20120823-9887 | ", text.substr(size / 2)), {});
  if (found.empty() || found.front() != sluss::LeakKind::kPersonalNumber) std::abort();
  return 0;
}
