// The way out: a native record becomes one sealed message in the outbox, and the outbox empties
// itself towards the gateway.
//
// Life of a record: read -> leak guard -> composed -> preflight (advice; settles the age limits and
// whether a protected identity may travel) -> sealed -> outbox, durable -> [the caller moves the
// native file away] -> submitted under its own id until answered -> the answer's proof checked ->
// the agency told in its own form.
//
// Preflight's denial does not stop a record: an officer decided to send it, and the gateway's
// denial with its paragraph is on record for both. A person with protected identity is the
// exception: nothing of it is sealed, sent or kept here unless the gateway says now that the rules
// permit it.
//
// Take and Flush are for one and the same thread; OnOutcome for any.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_SENDER_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_SENDER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/client/age_limits.h"
#include "agency-adapters/client/backoff.h"
#include "agency-adapters/client/clock_book.h"
#include "agency-adapters/client/compose.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/native_out.h"
#include "agency-adapters/client/outbox.h"
#include "agency-adapters/common/native_format.h"

namespace sluss {

class Sender {
 public:
  // All pointers must outlive the sender.
  Sender(const EdgeParts& parts, Outbox* outbox, const References& references,
         OfficerBook* officers, const NativeOut* native_out, AgeLimitStore* age_limits,
         ClockBook* clocks);

  struct Taken {
    MessageId message;
    bool duplicate = false;  // the same bytes were taken before
    std::string done_name;   // the native file's name in done/
  };
  // Durable in the outbox when OK. `done_name` is where the caller will move the file.
  // ALREADY_EXISTS: a receipt for something delivered here before; there is nothing to send.
  // INVALID_ARGUMENT, FAILED_PRECONDITION: the record cannot be sent as it is.
  // Other errors: try again later, nothing has changed.
  absl::StatusOr<Taken> Take(const NativeFile& file, const std::string& done_name);

  // A record that the gateway will never take: INVALID_ARGUMENT, with the field that it named.
  struct Invalid {
    v1::OutboxRecord record;
    absl::Status reason;
  };
  // Submits what is due, reports what is answered, tells to phone where a message cannot get
  // through in time. Returns what the caller hands back to the agency and then forgets here.
  std::vector<Invalid> Flush();
  // After the native file went back: the agency mends it and drops it again.
  absl::Status Forget(const MessageId& id);

  // How a message ended, from the gateway. NOT_FOUND for a message that this agency did not send.
  absl::Status OnOutcome(const MessageId& id, const v1::Outcome& outcome);

  // True when nothing waits for the gateway's answer or for being reported.
  bool Idle() const { return outbox_->Unfinished().empty(); }

 private:
  absl::Status OnReidentified(const MessageId& id, const v1::Outcome& outcome);
  absl::Status TellClocks(const v1::NeutralNotification& notification, const v1::Header& header);
  absl::StatusOr<Taken> TakenBefore(const MessageId& id) const;
  absl::StatusOr<Composed> ComposeWithAdvice(const v1::NeutralNotification& notification);
  absl::StatusOr<v1::Decision> Preflight(const Composed& composed);
  absl::StatusOr<v1::OutboxRecord> Submit(const v1::OutboxRecord& record);
  absl::Status Report(const v1::OutboxRecord& record);
  absl::Status TellToPhoneWhenLate(const v1::OutboxRecord& record);
  absl::Status SubmitWhenDue(v1::OutboxRecord* record, std::vector<Invalid>* invalid);
  absl::Status Step(const MessageId& id, std::vector<Invalid>* invalid);

  const EdgeParts parts_;
  Outbox* const outbox_;
  const References references_;
  OfficerBook* const officers_;
  const NativeOut* const native_out_;
  AgeLimitStore* const age_limits_;
  ClockBook* const clocks_;
  std::map<MessageId, Attempt> attempts_;  // of Flush's thread
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_SENDER_H_
