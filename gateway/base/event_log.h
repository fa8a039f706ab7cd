// One JSON line a step, for operators and for whatever watches a process.
//
//   {"time":"2026-01-07T08:00:00Z","event":"submitted","message":"<32 hex>","verdict":"PARTIAL"}
//
// Lines hold ids, agencies, codes, counts and paragraphs: no personal data, no file names (an agency
// may name a file after a child), no texts of officers. Whoever writes a line answers for that.
#ifndef SLUSS_GATEWAY_BASE_EVENT_LOG_H_
#define SLUSS_GATEWAY_BASE_EVENT_LOG_H_

#include <ostream>

#include "absl/strings/string_view.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "nlohmann/json.hpp"

namespace sluss {

// Thread-safe; each line is flushed.
class EventLog {
 public:
  // Both must outlive this object.
  EventLog(std::ostream* out, const Clock* clock) : out_(out), clock_(clock) {}

  // `fields` is an object whose members follow "time" and "event".
  void Write(absl::string_view event,
             const nlohmann::ordered_json& fields = nlohmann::ordered_json::object());

 private:
  Mutex mutex_;
  std::ostream* const out_ ABSL_PT_GUARDED_BY(mutex_);
  const Clock* const clock_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_EVENT_LOG_H_
