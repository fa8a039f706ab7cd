// One entry of the log for a person or a program to read. Entries hold no personal data, so neither
// does this; commitments are shown as what they are, digests.
#ifndef SLUSS_GATEWAY_PUBLICATION_LOG_TEXT_H_
#define SLUSS_GATEWAY_PUBLICATION_LOG_TEXT_H_

#include <cstdint>
#include <string>

#include "proto/record.pb.h"

namespace sluss {

// "17  2025-11-22 06:40:12.345678Z  DECISION  PERMIT  school/ekbacken -> social-services/sundby
// ..."
std::string EntryAsLine(uint64_t index, const v1::AuditLeaf& leaf);

// One JSON object without a newline; identifiers and digests in hexadecimal, absent fields left
// out.
std::string EntryAsJson(uint64_t index, const v1::AuditLeaf& leaf);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_LOG_TEXT_H_
