// The gateway's part in a citizen's access report.
//
// Life of a scan:
//   1. The officer's order is checked: its signature by the access domain, and that it names the
//      officer who calls.
//   2. An ACCESS_SCAN entry ("begun") is durable: nothing leaves before it.
//   3. Batch after batch: the decisions of the period, opened; the gateway's hop; the key holder's,
//      under the same order; and out. Every decision with an encrypted number is told, transformed
//      or with why not, so that the caller can hold it all against the log. Each batch is made by
//      the keys that its entries name: those in force, those beside them, or the archive's.
//   4. A second ACCESS_SCAN entry says how many were transformed, also of a scan that broke off.
// Which rows are about the citizen is seen by the caller alone: all rows leave alike. Knows no
// gRPC.
#ifndef SLUSS_GATEWAY_ACCESS_ACCESS_DESK_H_
#define SLUSS_GATEWAY_ACCESS_ACCESS_DESK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/access/scan_holder.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/scan_keys.h"
#include "gateway/crypto/scan_requests.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/exchange/store.h"
#include "proto/access.pb.h"

namespace sluss {

// The pointed-to objects outlive the desk.
struct AccessParts {
  Ledger* ledger;
  const Store* store;
  const OpeningReader* openings;
  const HolderRing* keys;
  ScanHolder* key_holder;
  const ScanArchive* archive = nullptr;  // of earlier keys; null: nothing is kept
};

// Thread-safe; one scan at a time, since it takes both cores from the relay's spare.
class AccessDesk {
 public:
  // False where the caller is gone.
  using Write = std::function<bool(const v1::ScanPart&)>;

  explicit AccessDesk(AccessParts parts) : parts_(parts), keys_(parts.keys, parts.archive) {}

  // `officer`: the caller as the certificate names it, "officer/anna". INVALID_ARGUMENT,
  // PERMISSION_DENIED, FAILED_PRECONDITION as of CheckScanOrder; RESOURCE_EXHAUSTED while another
  // scan runs or the key holder's budget is used up; UNAVAILABLE where the log or the key holder
  // fails; CANCELLED where the caller is gone. After an error nothing that was written is a whole
  // scan: the caller goes on with `from_index`, or begins anew.
  absl::Status Scan(absl::string_view officer, const v1::SignedScanOrder& signed_order,
                    const Write& write);

  // Of the domain's key directory; empty where there is no domain.
  std::string domain() const;

 private:
  struct Progress {
    uint64_t rows = 0;
    uint64_t unread = 0;
    uint64_t remaining = 0;
  };

  absl::StatusOr<CheckedScanOrder> Check(absl::string_view officer,
                                         const v1::SignedScanOrder& signed_order) const;
  absl::StatusOr<v1::LogReceipt> Record(const v1::ScanOrder& order, absl::string_view outcome,
                                        uint64_t count);
  absl::Status Stream(const CheckedScanOrder& order, const v1::SignedScanOrder& signed_order,
                      uint64_t first, uint64_t end, const Write& write, Progress* progress);
  // Both hops of one batch.
  absl::StatusOr<v1::ScanBatch> Transformed(const CheckedScanOrder& order,
                                            const v1::SignedScanOrder& signed_order,
                                            v1::ScanBatch batch, uint64_t* remaining) const;

  const AccessParts parts_;
  const ScanRing keys_;
  Mutex mutex_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_ACCESS_ACCESS_DESK_H_
