// An officer's bundle from anybody: the zip, its lines, its head. Nothing of it may do more than
// fail.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/verify/bundle_check.h"
#include "gateway/verify/bundle_layout.h"
#include "gateway/verify/zip_source.h"

namespace sluss {
namespace {

const VerifierKey& Key() {
  static const auto* const key = new VerifierKey(
      *VerifierKey::Make("log.sluss.example/gw1", SigningKey::Generate().public_key()));
  return *key;
}

// What reads reads the same again.
void Lines(absl::string_view text) {
  if (const auto opening = ParseOpening(text); opening.ok()) {
    const auto again = ParseOpening(FormatOpening(*opening));
    if (!again.ok() || FormatOpening(*again) != FormatOpening(*opening)) std::abort();
  }
  if (const auto head = ParseBundleHead(text); head.ok()) {
    const auto again = ParseBundleHead(FormatBundleHead(*head));
    if (!again.ok() || again->SerializeAsString() != head->SerializeAsString()) std::abort();
  }
}

void Zip(absl::string_view bytes) {
  const auto source = OpenZipBytes(bytes);
  if (!source.ok()) return;
  const auto paths = (*source)->Below("");
  if (!paths.ok()) std::abort();
  for (const std::string& path : *paths) {
    if (!IsBundlePath(path)) std::abort();
    const auto content = (*source)->Read(path);
    if (content.ok() && content->size() > kLargestLogFile) std::abort();
  }
  if (IsBundle(**source)) (void)CheckBundle(**source, Key());
}

}  // namespace
}  // namespace sluss

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  sluss::Lines(input);
  sluss::Zip(input);
  return 0;
}
