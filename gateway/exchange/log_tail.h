// Where the log stands, as one gateway has proved it: the head that the store holds, and the right
// edge of the tree that the head's checkpoint signs.
//
// Where several gateways write to one store, each reads what the others appended, entry by entry,
// puts it into its own tree, and goes on only if that comes to the tree that was signed. So every
// gateway verifies the whole log as it grows, and a log that was rewritten, forked or put back
// beside one of them stops it.
#ifndef SLUSS_GATEWAY_EXCHANGE_LOG_TAIL_H_
#define SLUSS_GATEWAY_EXCHANGE_LOG_TAIL_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/exchange/rows.h"
#include "gateway/exchange/store.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/note.h"
#include "proto/record.pb.h"

namespace sluss {

// The log's name and key. While the key is changed over, its successor signs too.
struct LogIdentity {
  std::string origin;
  VerifierKey verifier;
  std::function<std::string(const Checkpoint&)> sign;  // the signed note; thread-safe
  std::optional<VerifierKey> successor = std::nullopt;
};

// Of the log's own keys, those that signed the note.
absl::StatusOr<std::set<uint32_t>> SignersOf(const std::string& checkpoint,
                                             const std::string& origin);

// A value. Not thread-safe.
struct LogTail {
  LogHead head;
  Appender tree;
  absl::Time last;  // when the newest entry was made; InfinitePast while there is none

  // Proves the stored head against its checkpoint, and the newest entries, at most 255, against
  // that. DATA_LOSS says what of the stored log is not whole, and the cure.
  static absl::StatusOr<LogTail> Read(const StoreView& view, const std::string& gateway,
                                      const LogIdentity& log);

  // Hears each entry in its place. An error ends the following.
  using Hear = std::function<absl::Status(const v1::AuditLeaf&)>;
  // Goes on to the stored head by what other gateways appended, at most `most` entries, which it
  // tells. DATA_LOSS: what is stored does not go on from here, or this gateway's own count moved.
  // After any error the tail is as it was.
  absl::Status Follow(const StoreView& view, const std::string& gateway, const LogIdentity& log,
                      uint64_t most, const Hear& hear);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_LOG_TAIL_H_
