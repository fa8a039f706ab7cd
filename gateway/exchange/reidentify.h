// Who the child of a message is, where the identity came in escrow: asked by two officers of the
// recipient, decided like any disclosure, recorded, peeled by the key holder, told to the sender.
//
// Life of a re-identification:
//   1. Decide: order and officers are checked and the policy asked, in the transaction that writes
//      the REIDENTIFICATION entry. A denial is an answer and ends here.
//   2. Peel: the key holder takes its layer off. Nothing has been disclosed before; if it is away,
//      the recipient asks again with the same order and goes on here.
//   3. Keep: REIDENTIFIED entry, the inner layer, and the sender's news, in one transaction. Only
//      then the recipient is answered.
//   4. Report: what the recipient found; the inner layer is erased. A lying sender is an entry.
// The first stands: another order for the same message is decided, and when permitted answered from
// the first; the first time that happens is an entry with the outcome "repeated". The same order
// again is the same question: its answer was lost.
#ifndef SLUSS_GATEWAY_EXCHANGE_REIDENTIFY_H_
#define SLUSS_GATEWAY_EXCHANGE_REIDENTIFY_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/recorder.h"
#include "policy/policy_set.h"
#include "proto/gateway.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

// An order whose form and agency signature hold (crypto/reidentification.h).
struct Order {
  AgencyId caller;
  const v1::ReidentifyRequest& request;
  const v1::ReidentificationOrder& order;
  std::string digest;           // SHA-256 of the order's bytes
  std::string manifest_digest;  // SHA-256 of the manifest's
};

// What came of step 1, filled in the ledger's thread.
struct OrderDecided {
  absl::Status refusal;  // for the caller: INVALID_ARGUMENT and PERMISSION_DENIED are recorded
  v1::Decision decision;
  bool permitted = false;
  bool repeated = false;
  v1::StoredReidentification first;  // where permitted: the one that stands
};

// Units of work. Step 1; `policy` is the one in force in this unit.
absl::Status DecideOrder(Recorder& recorder, const Order& order, const PolicySet& policy,
                         const ExchangeLimits& limits, OrderDecided* result);

// Step 3. `fault`: why there is no `inner`. Done once: what is there already is left.
absl::Status KeepPeeled(Recorder& recorder, const MessageId& message, const std::string& inner,
                        const std::string& fault, v1::StoredReidentification* kept);

// What came of step 4.
struct ReportKept {
  absl::Status refusal;
  std::optional<uint64_t> recorded_before;
};
// INVALID_ARGUMENT for an outcome that is none; NOT_FOUND where there is nothing to report on. The
// first report stands.
absl::Status KeepReport(Recorder& recorder, const AgencyId& caller, const MessageId& message,
                        const std::string& outcome, ReportKept* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_REIDENTIFY_H_
