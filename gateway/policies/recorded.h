// Recorded decisions as facts that can be decided again: what a replay under a draft reads.
#ifndef SLUSS_GATEWAY_POLICIES_RECORDED_H_
#define SLUSS_GATEWAY_POLICIES_RECORDED_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "gateway/exchange/rows.h"
#include "gateway/exchange/store.h"
#include "proto/analysis.pb.h"

namespace sluss {

// The decision at submission, with exactly the facts that were decided: deciding them under the
// version that the decision names gives the same bytes. `id` is the index of its entry in the log.
// Nothing of it says about whom: a child's age is the interval between two limits that some rule
// names.
v1::RecordedDecision RecordedOf(const MessageRow& row);

// Calls `take` with each decision made on a day in [from_day, to_day), in the order in which they
// were made; empty days are open ends. Stops where `take` returns false. Days are YYYY-MM-DD.
absl::Status ReadRecorded(const StoreView& view, const std::string& from_day,
                          const std::string& to_day,
                          const std::function<bool(const v1::RecordedDecision&)>& take);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_RECORDED_H_
