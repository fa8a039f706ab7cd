// One JSON line a step, for operators and for whoever watches the adapter.
//
//   {"time":"2025-09-01T08:00:00Z","event":"submitted","message":"<32
//   hex>","verdict":"PARTIAL",...}
// Lines hold ids, agencies, codes and paragraphs: no personal data, no file names (an agency may
// name a file after a child), no texts of officers. Thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_EVENT_LOG_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_EVENT_LOG_H_

#include <nlohmann/json.hpp>
#include <ostream>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace sluss {

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

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_EVENT_LOG_H_
