// Takes committed messages without pseudonym through both holders, in batches, off every caller's
// path: nobody waits for the key holder, and a duty report has left already if it is away. Each by
// the keys of the directory that it was made under; where those are not honoured any more, a
// pseudonym that should have followed is given up.
#ifndef SLUSS_GATEWAY_EXCHANGE_PSEUDONYMISER_H_
#define SLUSS_GATEWAY_EXCHANGE_PSEUDONYMISER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/exchange/key_holder_client.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"

namespace sluss {

inline constexpr size_t kPseudonymBatch = 64;

// Thread-safe. The pointed-to objects outlive it. Its thread runs from construction to destruction.
class Pseudonymiser {
 public:
  Pseudonymiser(const StoreView* store, Ledger* ledger, const Clock* clock, const HolderRing* keys,
                KeyHolderClient* key_holder);
  ~Pseudonymiser();
  Pseudonymiser(const Pseudonymiser&) = delete;
  Pseudonymiser& operator=(const Pseudonymiser&) = delete;

  // A message that wants its pseudonym was committed.
  void Wake();

  // Whether the key holder answered the last time it was asked.
  bool reachable() const { return reachable_.load(); }

 private:
  struct Work;

  void Loop();
  bool Pause(std::chrono::milliseconds pause, bool until_woken);
  // One batch; how many messages it was about. Stores what was made of them; those whose hop was
  // refused are asked for again later, each by itself.
  absl::StatusOr<size_t> RunBatch();
  absl::StatusOr<std::vector<Work>> TakeBatch() const;
  absl::Status AskKeyHolder(std::vector<Work>* batch);
  // About those of the batch that were made under one directory: their hops are that one's.
  absl::Status AskUnder(const Holder& holder, std::vector<Work>* batch);
  absl::Status Keep(const std::vector<Work>& batch);
  absl::Status KeepHops(Recorder& recorder, const Work& work) const;
  absl::Status PutOff(Recorder& recorder, const Work& work) const;
  absl::Status GiveUp(Recorder& recorder, const Work& work) const;

  const StoreView* const store_;
  Ledger* const ledger_;
  const Clock* const clock_;
  const HolderRing* const keys_;
  KeyHolderClient* const key_holder_;
  std::atomic<bool> reachable_{true};

  Mutex mutex_;
  CondVar wake_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_PSEUDONYMISER_H_
