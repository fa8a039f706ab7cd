// Any bytes as an SDK message or receipt. What was read as a message can be written, and then reads
// the same again.
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "agency-adapters/common/sdk_reader.h"
#include "agency-adapters/common/sdk_receipt.h"
#include "agency-adapters/common/sdk_writer.h"
#include "agency-adapters/common/xml_document.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document =
      sluss::XmlDocument::Parse(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!document.ok()) return 0;
  (void)sluss::ReadSdkReceipt(document->root());
  const auto envelope = sluss::ReadSdkEnvelope(document->root());
  if (!envelope.ok()) return 0;
  const auto written = sluss::WriteSdkEnvelope(*envelope);
  if (!written.ok()) return 0;  // such as a person's reference without text
  const auto again = sluss::XmlDocument::Parse(*written);
  if (!again.ok()) std::abort();
  const auto read = sluss::ReadSdkEnvelope(again->root());
  if (!read.ok() || read->message.text != envelope->message.text ||
      read->message.file.size() != envelope->message.file.size()) {
    std::abort();
  }
  return 0;
}
