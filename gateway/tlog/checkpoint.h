// The log's signed head: a C2SP tlog-checkpoint, which is a signed note over
//
//   <origin>\n<size>\n<base64 root>\n
//
// without extension lines. The origin is the name of the log's key. A verified checkpoint says: the
// holder of this key claims that its log has these entries. It does not say that everybody is shown
// the same log; for that, checkpoints are compared.
#ifndef SLUSS_GATEWAY_TLOG_CHECKPOINT_H_
#define SLUSS_GATEWAY_TLOG_CHECKPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/sign.h"
#include "gateway/tlog/merkle.h"
#include "gateway/tlog/note.h"

namespace sluss {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root{};
};

// The signed note. `origin` has passed CheckKeyName. With a successor, both sign: the log's key is
// being changed.
std::string SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& key,
                           const SigningKey* successor = nullptr);

// The body of a note already verified. INVALID_ARGUMENT names the line at fault.
absl::StatusOr<Checkpoint> ParseCheckpointText(absl::string_view text);

// The checkpoint, if `key` signed it and its origin is the key's name. PERMISSION_DENIED otherwise;
// INVALID_ARGUMENT when the bytes are no checkpoint.
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const VerifierKey& key);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_CHECKPOINT_H_
