// Any bytes as a Fiks record: no crash, and what was read can be written.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "agency-adapters/social-services/lifecare_format.h"
#include "tests/agency-adapters/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const format =
      sluss::MakeLifecareFormat(sluss::testing::SampleMapping("social-services")).value().release();
  const auto read = format->Read({"in.json", {reinterpret_cast<const char*>(data), size}});
  if (!read.ok()) return 0;
  sluss::v1::DeliveredNotification delivered;
  *delivered.mutable_notification() = *read;
  delivered.set_sender("school/ekbacken");
  delivered.set_message_id("0123456789abcdef");
  const absl::Status status = format->Write(delivered).status();
  // The record's purpose is any text, and may have no code.
  if (!status.ok() && status.code() != absl::StatusCode::kFailedPrecondition) std::abort();
  return 0;
}
