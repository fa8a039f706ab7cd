// Offline verification of a whole log in the form of tlog-tiles.
//
// What success means: the entries are exactly those of the checkpoint that the key's holder signed,
// unchanged and in order; no gateway's count has a gap; nothing was delivered without a decision
// before it. What it does not mean: that everybody is shown this log. Comparing with a checkpoint
// seen elsewhere (`seen`) does that.
#ifndef SLUSS_GATEWAY_TLOG_VERIFIER_H_
#define SLUSS_GATEWAY_TLOG_VERIFIER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/note.h"

namespace sluss {

// One file of the log by its path ("tile/0/000"). NOT_FOUND when there is none.
using LogFiles = absl::FunctionRef<absl::StatusOr<std::string>(const std::string& path)>;

// A checkpoint of the same log that was seen elsewhere, and verified.
struct SeenCheckpoint {
  Checkpoint checkpoint;
  std::string where = "the earlier checkpoint";  // for the sentence, where the log is another
};

// What else is held against the log while it is read.
struct LogChecks {
  std::vector<SeenCheckpoint> seen;  // the log must contain each of them
  // Each entry in order, once it is known to stand in its tile; an error ends the verification and
  // is passed on as it is.
  std::function<absl::Status(uint64_t index, absl::string_view entry)> on_entry = nullptr;
};

struct VerifiedLog {
  Checkpoint checkpoint;
  History history;
  VerifierKey signer;  // who signed the checkpoint: the key given, or one that followed from it
  std::string note;    // the checkpoint as it was signed, with every line
};

// Reads each file once, in order; memory grows with the undelivered messages only. A partial file
// that is no longer there is taken from the full one, as tlog-tiles allows.
//
// A checkpoint that `key` did not sign is accepted where the log itself leads to the key that did:
// among the kept checkpoints (`checkpoints/<N>`) one is signed by a key already accepted, and an
// entry below its size adds another. A key that an entry retired is accepted for nothing after it.
//
// Errors are sentences that name the first bad row, `entry 300 in tile/entries/001.p/44: ...`, or
// the file at fault. DATA_LOSS: entries, tiles or the story. PERMISSION_DENIED: the signature.
// NOT_FOUND: a missing file. Any other error of `read` is passed on.
absl::StatusOr<VerifiedLog> VerifyLog(LogFiles read, const VerifierKey& key, LogChecks checks = {});

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_VERIFIER_H_
