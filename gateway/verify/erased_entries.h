// What a log says was erased: which openings nobody may still have.
#ifndef SLUSS_GATEWAY_VERIFY_ERASED_ENTRIES_H_
#define SLUSS_GATEWAY_VERIFY_ERASED_ENTRIES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "proto/record.pb.h"

namespace sluss {

// Not thread-safe.
class ErasedEntries {
 public:
  // The next entry of the log; only ERASURE entries tell something.
  void Add(uint64_t index, const v1::AuditLeaf& leaf);

  // The entry that says that this one's opening was destroyed; empty where none does. Of a class
  // only what came before the erasure is gone.
  std::optional<uint64_t> Of(uint64_t index, const v1::AuditLeaf& leaf) const;

 private:
  std::map<uint64_t, uint64_t> by_index_;     // entry -> its last erasure
  std::map<std::string, uint64_t> by_class_;  // "disclosure/2026-11" -> its last erasure
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_ERASED_ENTRIES_H_
