// Any bytes as an Open ePlatform export: read or refused, never a fault of memory; what is read
// must be complete.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "agency-adapters/school/open_eplatform_format.h"
#include "google/protobuf/text_format.h"

namespace {

std::unique_ptr<sluss::NativeFormat> MakeFormat() {
  sluss::v1::MappingConfig config;
  const bool parsed = google::protobuf::TextFormat::ParseFromString(
      R"(agency: "school/a"
         route { native_type: "1" recipient: "police/a" purpose: "P" legal_basis: "B"
                 escrow_identity: true ignore: "i" }
         field { native: "n" field: "identity.number" mandatory: true }
         field { native: "s" field: "statement.seen" }
         field { native: "g/N" field: "contact.guardian.#.name" }
         field { native: "f" field: "attachment.narrative" }
         field { native: "u" field: "urgency" value { native: "a" code: "NOW" } }
         field { native: "Header/Poster" field: "officer.name" }
         field { native: "r" field: "officer.role" }
         field { native: "w" field: "officer.reason" }
         role { native: "R" role: "principal" }
         open_eplatform { external_system: "x" user_id: "x" inbox_flow_instance: 1 })",
      &config);
  if (!parsed) std::abort();
  return *sluss::MakeOpenEplatformFormat(config);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sluss::NativeFormat* const format = MakeFormat().release();
  const auto read =
      format->Read({"form.xml", std::string(reinterpret_cast<const char*>(data), size)});
  if (read.ok() && !sluss::CheckComplete(*read).ok()) std::abort();
  return 0;
}
