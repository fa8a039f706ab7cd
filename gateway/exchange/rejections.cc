#include "gateway/exchange/rejections.h"

namespace sluss {

uint64_t Rejections::Count(const AgencyId& agency, absl::Time now) {
  MutexLock lock(&mutex_);
  Hour& hour = hours_[agency];
  if (now >= hour.begin + absl::Hours(1)) {
    hour.begin = now;
    hour.written = 0;
  }
  ++hour.counted;
  if (hour.written >= per_hour_) return 0;
  ++hour.written;
  return std::exchange(hour.counted, 0);
}

std::vector<std::pair<AgencyId, uint64_t>> Rejections::TakeCounted(absl::Time now) {
  MutexLock lock(&mutex_);
  std::vector<std::pair<AgencyId, uint64_t>> counted;
  for (auto& [agency, hour] : hours_) {
    if (hour.counted == 0 || now < hour.begin + absl::Hours(1)) continue;
    counted.emplace_back(agency, std::exchange(hour.counted, 0));
  }
  return counted;
}

}  // namespace sluss
