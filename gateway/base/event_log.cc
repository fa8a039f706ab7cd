#include "gateway/base/event_log.h"

#include <string>

#include "absl/time/time.h"

namespace sluss {

void EventLog::Write(absl::string_view event, const nlohmann::ordered_json& fields) {
  nlohmann::ordered_json line = {
      {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_->Now(), absl::UTCTimeZone())},
      {"event", std::string(event)}};
  line.update(fields);
  // Bytes that are no UTF-8 are replaced: a log line is never lost over its content.
  const std::string text = line.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false,
                                     nlohmann::ordered_json::error_handler_t::replace);
  MutexLock lock(&mutex_);
  *out_ << text << std::endl;
}

}  // namespace sluss
