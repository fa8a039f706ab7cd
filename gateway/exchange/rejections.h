// How many rejected submissions of an agency get an entry of their own.
//
// Every rejection is recorded, but an agency that sends garbage must not fill the log: beyond its
// hourly allowance rejections are only counted, and the next entry carries the count.
#ifndef SLUSS_GATEWAY_EXCHANGE_REJECTIONS_H_
#define SLUSS_GATEWAY_EXCHANGE_REJECTIONS_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"

namespace sluss {

// Thread-safe. One row an agency that is known, so bounded.
class Rejections {
 public:
  explicit Rejections(uint32_t per_hour) : per_hour_(per_hour) {}

  // How many rejections the entry to be written stands for, this one included; 0: write none now.
  uint64_t Count(const AgencyId& agency, absl::Time now);

  // Counted but not written yet, by agency, of hours that are over. They are taken out.
  std::vector<std::pair<AgencyId, uint64_t>> TakeCounted(absl::Time now);

 private:
  struct Hour {
    absl::Time begin = absl::InfinitePast();
    uint32_t written = 0;
    uint64_t counted = 0;
  };

  const uint32_t per_hour_;
  Mutex mutex_;
  std::map<AgencyId, Hour> hours_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_REJECTIONS_H_
