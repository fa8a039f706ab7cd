// Any bytes as a FHIR bundle: no crash, and what was read can be written.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "tests/agency-adapters/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const format =
      sluss::MakeFhirFormat(sluss::testing::SampleMapping("child-psychiatry")).value().release();
  const auto read = format->Read({"in.json", {reinterpret_cast<const char*>(data), size}});
  if (!read.ok()) return 0;
  sluss::v1::DeliveredNotification delivered;
  *delivered.mutable_notification() = *read;
  delivered.set_message_id("0123456789abcdef");
  if (!format->Write(delivered).ok()) std::abort();
  return 0;
}
