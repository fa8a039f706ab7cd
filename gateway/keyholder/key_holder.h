// What the key holder does when it is asked, without the wire.
//
// It sees blinded elements and ciphertexts only, answers nothing that the gateway has not signed
// for, and keeps every agency within daily budgets on both paths by which its pseudonyms can be
// computed. The budget drawn on is that of the agency whose pseudonyms are at stake: the one that
// enrols, and the recipient of a message, so that a gateway which invents senders gains nothing.
#ifndef SLUSS_GATEWAY_KEYHOLDER_KEY_HOLDER_H_
#define SLUSS_GATEWAY_KEYHOLDER_KEY_HOLDER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/scan_keys.h"
#include "gateway/keyholder/counters.h"
#include "proto/access.pb.h"
#include "proto/keyholder.pb.h"

namespace sluss {

// Units an agency and Swedish day.
struct Budgets {
  uint64_t evaluations;
  uint64_t transforms;
  uint64_t peels;
  uint64_t scans = 0;  // entries of the log, for the access domain
};

// Thread-safe.
class KeyHolder {
 public:
  // What is pointed to must outlive this object. `archive`: of earlier keys, for scans; null: none.
  KeyHolder(const HolderRing* keys, Counters* counters, Budgets budgets, const Clock* clock,
            const ScanArchive* archive = nullptr)
      : keys_(keys),
        scan_keys_(keys, archive),
        counters_(counters),
        budgets_(budgets),
        clock_(clock) {}

  // Each by the keys of the directory that the request names. Errors of all three: INVALID_ARGUMENT
  // "`directory` ..." for one that is not honoured, "`agency` ..." or "`recipient` ..." for an
  // agency that takes no part any more; those of the signatures and proofs checked (enrol.h,
  // keyholder_requests.h); RESOURCE_EXHAUSTED when the budget of today does not suffice;
  // UNAVAILABLE when the counters cannot be kept. Where an error is returned nothing is evaluated.

  // A batch is evaluated whole or not at all.
  absl::StatusOr<v1::EvaluateResponse> Evaluate(const v1::EvaluateRequest& request);

  // One result for each item, in order; `error` of a result is "recipient", "message_id",
  // "ciphertext" or "budget", and the others are not touched by it. Two threads work on a batch.
  absl::StatusOr<v1::TransformResponse> Transform(const v1::TransformRequest& request);

  absl::StatusOr<v1::PeelResponse> Peel(const v1::PeelRequest& request);

  // A batch of the log for the access domain, whole or not at all. FAILED_PRECONDITION where the
  // domain's order has lapsed or no domain is named; else errors as above, "`order`: ..." for those
  // of the order (scan_requests.h).
  absl::StatusOr<v1::ScanBatchResponse> TransformScan(const v1::ScanBatchRequest& request);

  // Of today and the 31 days before; scans are in the log's entries and the event lines.
  absl::StatusOr<v1::GetCountersResponse> GetCounters() const;

 private:
  // RESOURCE_EXHAUSTED unless all `units` are granted; otherwise what remains.
  absl::StatusOr<uint64_t> TakeWhole(Oracle oracle, uint64_t limit, const AgencyId& agency,
                                     uint64_t units);

  const HolderRing* const keys_;
  const ScanRing scan_keys_;
  Counters* const counters_;
  const Budgets budgets_;
  const Clock* const clock_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_KEYHOLDER_KEY_HOLDER_H_
