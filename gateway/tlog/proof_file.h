// C2SP tlog-proof: one file that proves, offline, that an entry is in a log.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>            optional; not authenticated
//   index <n>
//   <base64 hash>             from the leaf's sibling up, none or more
//   <empty line>
//   <checkpoint, verbatim>
#ifndef SLUSS_GATEWAY_TLOG_PROOF_FILE_H_
#define SLUSS_GATEWAY_TLOG_PROOF_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/merkle.h"
#include "gateway/tlog/note.h"

namespace sluss {

struct ProofFile {
  std::optional<std::string> extra;
  uint64_t index = 0;
  std::vector<Hash> path;
  std::string checkpoint;  // the signed note with all its signatures
};

std::string FormatProofFile(const ProofFile& proof);

// INVALID_ARGUMENT names the line at fault. Nothing is verified.
absl::StatusOr<ProofFile> ParseProofFile(absl::string_view text);

// The checkpoint that holds `entry` at the proof's index, if `key` signed it. PERMISSION_DENIED
// when it did not; DATA_LOSS when the entry is another, or stands elsewhere.
absl::StatusOr<Checkpoint> VerifyProofFile(const ProofFile& proof, absl::string_view entry,
                                           const VerifierKey& key);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_PROOF_FILE_H_
