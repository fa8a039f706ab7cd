// The way in: a delivery is verified, opened, matched, written for the agency and only then
// acknowledged.
//
// Trusts nobody on the way. Checked are the log's proof of the delivery, the sender's signature,
// the proof over the original pseudonym ciphertext, both hops, every compartment's digest, seal and
// padding, that feedback is one of three statuses, and that the pseudonym is that of the child who
// is named or whose consent is cited, and that a correction is of the same sender about the same
// child as what it corrects. What fails is refused with a reason code; a record of it
// without content stays in the inbox. The gateway hears the same whether the register knew the
// child or not.
//
// A message that was called back is destroyed as far as the agency's system has not taken it, and
// the gateway is told what was done; it may be called back before it came, and then it never will
// be written. Only the log's word counts for that.
//
// A fault of this agency's own (a full disk) refuses nothing: the delivery stays with the gateway
// and comes again. For one thread.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIVER_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIVER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/clock_book.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/inbox.h"
#include "agency-adapters/client/native_out.h"
#include "agency-adapters/client/register.h"
#include "agency-adapters/client/sender.h"
#include "gateway/crypto/open.h"
#include "proto/gateway.pb.h"

namespace sluss {

class Receiver {
 public:
  // All pointers must outlive the receiver. `outbox` and `sender` hear how sent messages ended.
  Receiver(const EdgeParts& parts, const Inbox* inbox, const Register* rows,
           const NativeOut* native_out, const Outbox* outbox, Sender* sender, ClockBook* clocks);

  // OK when the delivery is dealt with and acknowledged, refused ones included. An error leaves it
  // unacknowledged: it comes again.
  absl::Status Handle(const v1::Delivery& delivery);

  // Since this object was made; from any thread.
  uint64_t received() const { return received_; }
  uint64_t refused() const { return refused_; }

 private:
  absl::Status HandleNotification(const v1::Delivery& delivery);
  absl::Status HandlePseudonym(const v1::Delivery& delivery);
  absl::Status HandleOutcome(const v1::Delivery& delivery);
  absl::Status HandleRecall(const v1::Delivery& delivery);
  absl::StatusOr<v1::InboxRecord> KeepRecall(const v1::Delivery& delivery) const;
  absl::Status CheckRecall(const v1::Delivery& delivery) const;

  absl::StatusOr<v1::DeliveredNotification> Verify(const v1::Delivery& delivery,
                                                   v1::InboxRecord* record) const;
  absl::Status CheckNym(const std::string& nym, v1::InboxRecord* record) const;
  absl::Status CheckCorrected(const v1::InboxRecord& record) const;
  absl::Status KeepConsentNym(const v1::InboxRecord& record) const;
  absl::Status MarkCorrected(const v1::DeliveredNotification& delivered,
                             const v1::InboxRecord& record) const;
  absl::Status ChangeMarkings(const v1::InboxRecord& by,
                              const std::function<void(v1::Markings*)>& change) const;
  absl::Status WriteNative(const v1::DeliveredNotification& delivered) const;
  absl::Status WriteFeedback(const v1::DeliveredNotification& delivered) const;
  absl::Status Refuse(const v1::Delivery& delivery, const absl::Status& why,
                      v1::InboxRecord record);
  absl::Status Acknowledge(const v1::Delivery& delivery, const std::string& reason_code);
  absl::Status AcknowledgeRecall(const v1::Delivery& delivery, const std::string& code);

  const EdgeParts parts_;
  const Inbox* const inbox_;
  const Register* const rows_;
  const NativeOut* const native_out_;
  const Outbox* const outbox_;
  Sender* const sender_;
  ClockBook* const clocks_;
  std::atomic<uint64_t> received_ = 0;
  std::atomic<uint64_t> refused_ = 0;
};

// The code that a refusal tells the gateway, from the field that the error begins with: "padding",
// "nym-proof", "receipt", "compartment", "content" ... Never empty.
std::string RefusalCode(const absl::Status& status);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_RECEIVER_H_
