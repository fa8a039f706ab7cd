// What the processes of a load run share: when each message was sent, answered and acknowledged.
#ifndef SLUSS_TESTS_BENCHMARKS_LOAD_JOURNEY_H_
#define SLUSS_TESTS_BENCHMARKS_LOAD_JOURNEY_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

struct Journey {
  std::atomic<int64_t> sent_ns;
  std::atomic<int64_t> answered_ns;
  std::atomic<int64_t> acknowledged_ns;
};

// Shared memory for `messages` journeys, visible to processes forked after its making.
class Journeys {
 public:
  explicit Journeys(size_t messages);
  ~Journeys();
  Journeys(const Journeys&) = delete;
  Journeys& operator=(const Journeys&) = delete;

  std::span<Journey> all() const { return {journeys_, size_}; }
  std::atomic<uint64_t>& acknowledged() const { return *acknowledged_; }
  std::atomic<uint64_t>& failed() const { return *failed_; }

  // Message ids carry the place of their journey in the last 8 bytes.
  std::string MessageId(size_t index) const;
  std::optional<size_t> IndexOf(absl::string_view message_id) const;

 private:
  const std::string run_id_;  // 8 random bytes
  size_t size_;
  size_t bytes_;
  void* memory_;
  std::atomic<uint64_t>* acknowledged_;
  std::atomic<uint64_t>* failed_;
  Journey* journeys_;
};

}  // namespace sluss

#endif  // SLUSS_TESTS_BENCHMARKS_LOAD_JOURNEY_H_
