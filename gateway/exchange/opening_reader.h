// What opens the commitments of an entry, as long as it is not erased.
#ifndef SLUSS_GATEWAY_EXCHANGE_OPENING_READER_H_
#define SLUSS_GATEWAY_EXCHANGE_OPENING_READER_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "proto/record.pb.h"

namespace sluss {

// Thread-safe. Who opens something has it logged first.
class OpeningReader {
 public:
  virtual ~OpeningReader() = default;

  // Of the entry at `index` of the log; empty where it was erased or nothing was committed.
  // DATA_LOSS where it is there and cannot be opened, UNAVAILABLE where trying again may help.
  virtual absl::StatusOr<std::optional<v1::AuditOpening>> Open(uint64_t index) const = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_OPENING_READER_H_
