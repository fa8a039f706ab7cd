// What an agency's edge shows of itself to whoever watches it. Names: deploy/OPERATIONS.md.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_METRICS_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_METRICS_H_

#include <cstdint>
#include <map>
#include <string>

#include "agency-adapters/client/clock_book.h"

namespace sluss {

struct EdgeFigures {
  std::map<std::string, ClockCount> clocks;  // by code
  uint64_t drop_waiting = 0;                 // records in the drop directory
  uint64_t rejected = 0;                     // records in rejected/, with the reason beside them
  uint64_t outbox_waiting = 0;               // sealed, not answered or not reported
  uint64_t received = 0;                     // notifications written since the start
  uint64_t quarantined = 0;                  // deliveries refused since the start
  uint64_t contradictions = 0;               // of the log's receipts, since the start
  bool receiving = false;                    // a stream is held, or is being opened
};

// Prometheus' text. Pure. Counts only: nothing tells with whom or about whom.
std::string EdgeMetrics(const EdgeFigures& figures);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_METRICS_H_
