#include "tests/benchmarks/load/journey.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr size_t kCounters = 64;  // bytes before the journeys

}  // namespace

Journeys::Journeys(size_t messages)
    : run_id_(RandomBytes(8)), size_(messages), bytes_(kCounters + messages * sizeof(Journey)) {
  memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory_ == MAP_FAILED) std::abort();
  char* const start = static_cast<char*>(memory_);
  acknowledged_ = new (start) std::atomic<uint64_t>(0);
  failed_ = new (start + sizeof(*acknowledged_)) std::atomic<uint64_t>(0);
  journeys_ = reinterpret_cast<Journey*>(start + kCounters);
  for (size_t i = 0; i < messages; ++i) new (journeys_ + i) Journey{};
}

Journeys::~Journeys() { munmap(memory_, bytes_); }

std::string Journeys::MessageId(size_t index) const {
  char place[8];
  for (int i = 0; i < 8; ++i) place[i] = static_cast<char>(index >> (56 - 8 * i));
  return absl::StrCat(run_id_, absl::string_view(place, 8));
}

std::optional<size_t> Journeys::IndexOf(absl::string_view message_id) const {
  if (message_id.size() != 16 || message_id.substr(0, 8) != run_id_) return std::nullopt;
  size_t index = 0;
  for (const char c : message_id.substr(8)) index = index << 8 | static_cast<uint8_t>(c);
  if (index >= size_) return std::nullopt;
  return index;
}

}  // namespace sluss
