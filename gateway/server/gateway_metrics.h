// What the gateway shows of itself to whoever watches it. Names: deploy/OPERATIONS.md.
#ifndef SLUSS_GATEWAY_SERVER_GATEWAY_METRICS_H_
#define SLUSS_GATEWAY_SERVER_GATEWAY_METRICS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/store.h"
#include "policy/policy_set.h"

namespace sluss {

// Prometheus' text. Counters count what became durable since the exchange was made. No agency is
// named, and the age of the oldest message only by step: a queue of one must tell nothing of whose
// it is. Errors are those of the store.
absl::StatusOr<std::string> GatewayMetrics(Exchange& exchange, const Store& store,
                                           const PolicySet& policy, absl::string_view gateway);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_GATEWAY_METRICS_H_
