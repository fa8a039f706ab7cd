// A witness of logs: C2SP tlog-witness, without its HTTP.
//
// It remembers, for each log that it watches, the last checkpoint that it cosigned, and cosigns
// another only when a consistency proof shows that this one follows. Whoever sees the cosignature
// of a witness it trusts knows that the log showed the witness no other history. A log that shows
// two is refused the second, and the refused checkpoint, which carries the log's own signature, is
// the evidence.
#ifndef SLUSS_GATEWAY_TLOG_WITNESS_H_
#define SLUSS_GATEWAY_TLOG_WITNESS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/sign.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/note.h"

namespace sluss {

// What a witness keeps. Calls come one at a time.
class WitnessMemory {
 public:
  virtual ~WitnessMemory() = default;
  // The signed note of the last checkpoint cosigned; empty where there was none.
  virtual absl::StatusOr<std::string> Last(const std::string& origin) = 0;
  // OK only when it will be found again after a loss of power.
  virtual absl::Status Keep(const std::string& origin, const std::string& note) = 0;
  // A checkpoint that the log signed and that does not follow; it is never thrown away.
  virtual absl::Status KeepEvidence(const std::string& origin, const std::string& note) = 0;
};

struct WitnessAnswer {
  int http_status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  bool split_view = false;  // the log has signed two histories: tell somebody
};

// Thread-safe. `memory` and `clock` outlive it.
class Witness {
 public:
  // `name` has passed CheckKeyName; a log is known by the name of its key. Two keys of one name are
  // one log whose key is changed over: either may sign. INVALID_ARGUMENT for more than two.
  static absl::StatusOr<std::unique_ptr<Witness>> Create(std::string name, SigningKey key,
                                                         const std::vector<VerifierKey>& logs,
                                                         WitnessMemory* memory, const Clock* clock);

  // POST add-checkpoint. `request` is
  //   old <size>\n  <base64 hash>\n ...  \n  <checkpoint>
  // 200 with the cosignature; 400 for another form; 403 where the log did not sign; 404 for a log
  // that is not watched; 409 with the size that it has where `old` is another, or where another
  // root of the same size is shown; 422 where the proof does not hold; 500 where it cannot
  // remember.
  WitnessAnswer AddCheckpoint(absl::string_view request);

  // Of every log, by name: the size last cosigned.
  absl::StatusOr<std::map<std::string, uint64_t>> Sizes();
  std::string verifier_key() const;

 private:
  Witness(std::string name, SigningKey key, WitnessMemory* memory, const Clock* clock)
      : name_(std::move(name)), key_(std::move(key)), memory_(memory), clock_(clock) {}

  absl::StatusOr<Checkpoint> LastOf(const std::string& origin)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  WitnessAnswer Refuse(int http_status, absl::string_view text) const;
  WitnessAnswer SplitView(const std::string& log, const std::string& note, int http_status,
                          absl::string_view body) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const SigningKey key_;
  WitnessMemory* const memory_;
  const Clock* const clock_;
  using Keys = std::vector<VerifierKey>;
  static absl::StatusOr<Checkpoint> Open(const std::string& note, const Keys& keys);

  std::map<std::string, Keys> logs_;
  Mutex mutex_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_WITNESS_H_
