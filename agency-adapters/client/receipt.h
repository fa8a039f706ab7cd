// Holds the gateway to its log: an answer counts only with a proof that its entry is there.
//
// A receipt is checked against the log key of the key directory, and its leaf must tell the same
// story as the answer it came with. Does not show that everybody sees the same log: for that,
// checkpoints are compared (sluss-verify). Every error is DATA_LOSS and begins with
// `receipt`: an answer without proof counts as not given. Thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIPT_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIPT_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/tlog/note.h"
#include "proto/gateway.pb.h"
#include "proto/keys.pb.h"
#include "proto/record.pb.h"

namespace sluss {

class ReceiptVerifier {
 public:
  // INVALID_ARGUMENT when the key directory's log key is malformed.
  static absl::StatusOr<ReceiptVerifier> Make(const v1::LogKey& log);

  // The entry that the receipt proves to be in the log.
  absl::StatusOr<v1::AuditLeaf> Verify(const v1::LogReceipt& receipt) const;

  // The entry of this submission: the message, who, to whom, why, and the verdict with exactly the
  // categories of the answer.
  absl::Status VerifySubmission(const v1::Header& header, const v1::SubmitResponse& answer) const;
  // The entry of this delivery to `recipient`.
  absl::Status VerifyDelivery(const v1::Header& header, const v1::Notification& notification) const;

 private:
  explicit ReceiptVerifier(VerifierKey key) : key_(std::move(key)) {}

  VerifierKey key_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIPT_H_
