// The proofs of what the gateway did with this agency's disclosures, kept for as long as the agency
// keeps its own records: with them it can show later that something was logged, or that it was not.
//
// One file an entry, "<index, 12 digits>-<kind>-<message or consent id, hex>.tlog-proof", in the
// form of gateway/tlog/kept_receipts.h; `sluss-verify --receipts DIR` reads them all. Nothing of a
// person is in them: they hold what the published log holds. Nothing here removes them.
//
// A log that was set back shows here first: it proves an entry where it proved another before, or
// gives a later entry a number below one that it gave earlier. Both proofs are kept then and
// whoever watches is told; nothing stops, for a duty report is sent all the same.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIPT_BOOK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIPT_BOOK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/client/durable_dir.h"
#include "agency-adapters/client/receipt.h"
#include "gateway/base/mutex.h"

namespace sluss {

// Thread-safe. To take the same receipt again changes nothing. What is taken is verified first, as
// ReceiptVerifier does, and durable with OK; errors are those, and of the directory
// (RESOURCE_EXHAUSTED, INTERNAL): then the answer counts as not given, and is asked for again.
class ReceiptBook {
 public:
  // `files` must outlive the result. `on_contradiction` hears of an entry that was another before.
  static absl::StatusOr<std::unique_ptr<ReceiptBook>> Open(
      FileSystem* files, const std::string& path, ReceiptVerifier verifier,
      std::function<void(uint64_t index)> on_contradiction);

  // The entry that it proves; whether that is the one asked for is for the caller to see.
  absl::StatusOr<v1::AuditLeaf> Take(const v1::LogReceipt& receipt);
  absl::Status TakeSubmission(const v1::Header& header, const v1::SubmitResponse& answer);
  absl::Status TakeDelivery(const v1::Header& header, const v1::Notification& notification);

  uint64_t kept() const;
  uint64_t contradictions() const;  // since this object was made

 private:
  ReceiptBook(DurableDir directory, ReceiptVerifier verifier,
              std::function<void(uint64_t index)> on_contradiction);
  absl::Status Keep(const v1::LogReceipt& receipt, const v1::AuditLeaf& leaf);
  absl::StatusOr<bool> Contradicts(const std::string& name, const v1::LogReceipt& receipt,
                                   const v1::AuditLeaf& leaf) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(uint64_t index, const std::string& name, const v1::AuditLeaf& leaf)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The furthest that a gateway's count is known to have come, and when.
  struct Furthest {
    uint64_t counter = 0;
    int64_t time_us = 0;
  };

  const DurableDir directory_;
  const ReceiptVerifier verifier_;
  const std::function<void(uint64_t index)> on_contradiction_;
  mutable Mutex mutex_;
  std::map<uint64_t, std::string> names_ ABSL_GUARDED_BY(mutex_);     // the first of each index
  std::map<std::string, Furthest> furthest_ ABSL_GUARDED_BY(mutex_);  // by gateway
  uint64_t contradictions_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIPT_BOOK_H_
