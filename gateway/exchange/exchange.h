// The use cases of the gateway, over values: no gRPC, no SQL.
//
// Every method takes the authenticated caller. Every answer to a call that changes something comes
// after its log entry is durable. Errors are for the caller and begin with the field at fault in
// backticks; they hold no content:
//   INVALID_ARGUMENT, PERMISSION_DENIED   the message will never be taken as it is; recorded
//   FAILED_PRECONDITION                   the same: what it corrects never reached the recipient
//   ALREADY_EXISTS                        the id was used for other bytes
//   NOT_FOUND                             nothing of this name that concerns the caller
//   UNAVAILABLE, RESOURCE_EXHAUSTED       try again with the same id
// A policy denial is an answer, not an error.
#ifndef SLUSS_GATEWAY_EXCHANGE_EXCHANGE_H_
#define SLUSS_GATEWAY_EXCHANGE_EXCHANGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/clock.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/exchange/delivery_stream.h"
#include "gateway/exchange/key_holder_client.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/mailroom.h"
#include "gateway/exchange/may_send.h"
#include "gateway/exchange/pipeline.h"
#include "gateway/exchange/policy_in_force.h"
#include "gateway/exchange/pseudonymiser.h"
#include "gateway/exchange/rejections.h"
#include "gateway/exchange/store.h"
#include "proto/gateway.pb.h"

namespace sluss {

struct Withdrawal;

// Under which name a gateway counts its entries: "gateway/gw1", or "gateway/gw1/b" where several of
// that name share a store.
std::string InstanceName(absl::string_view name, absl::string_view instance);

// What the exchange is joined with. The pointed-to objects outlive it.
struct ExchangeParts {
  Store* store;
  const Clock* clock;
  const PolicyInForce* policies;
  KeyHolderClient* key_holder;
  const HolderRing* keys;  // the gateway's own secrets, and the key directories
  LogIdentity log;
  OpeningSealer* openings;
  // Where several gateways of this name share the store: which of them this one is, and what it is
  // told of the others.
  std::string instance = {};
  Ledger::Hear hear = nullptr;
};

// Thread-safe; methods block for as long as their commit takes.
class Exchange {
 public:
  // Opens the ledger and starts the pseudonymiser. DATA_LOSS when the stored log is not whole.
  static absl::StatusOr<std::unique_ptr<Exchange>> Create(ExchangeParts parts,
                                                          ExchangeLimits limits);
  // Ends every stream, then finishes what waits. No method may be running.
  ~Exchange();

  absl::StatusOr<v1::SubmitResponse> Submit(const AgencyId& caller, v1::Envelope envelope);
  absl::StatusOr<v1::SubmitResponse> Feedback(const AgencyId& caller, v1::Envelope envelope);
  // Without a recipient: what the caller may send to whom, from the matrix of the day.
  absl::StatusOr<v1::PreflightResponse> Preflight(const AgencyId& caller,
                                                  const v1::PreflightRequest& request) const;

  // The caller's stream: at most `window` (1..1024, 0 = 64) deliveries are unacknowledged at a
  // time. Whatever was not acknowledged when the stream dies is delivered again by another.
  absl::StatusOr<std::unique_ptr<DeliveryStream>> Fetch(const AgencyId& caller, uint32_t window);
  // NOT_FOUND "`delivery_id` ..." for what never waited or is done with; for outcomes and
  // pseudonyms a repeated acknowledgement is answered so, for notifications with the same receipt.
  absl::StatusOr<v1::AcknowledgeResponse> Acknowledge(const AgencyId& caller,
                                                      const v1::AcknowledgeRequest& request);

  absl::StatusOr<v1::WithdrawResponse> Withdraw(const AgencyId& caller,
                                                const v1::WithdrawRequest& request);
  // `official`: an officer of the exchange as the certificate names it, "officer/anna", who takes
  // back a consent on a guardian's or a child's behalf.
  absl::StatusOr<v1::WithdrawResponse> WithdrawAsOfficial(absl::string_view official,
                                                          const v1::WithdrawRequest& request);
  absl::StatusOr<v1::RegisterConsentResponse> RegisterConsent(
      const AgencyId& caller, const v1::RegisterConsentRequest& request);
  // For a party of the consent, or (`caller` empty) for an officer of the exchange.
  absl::StatusOr<v1::GetConsentResponse> GetConsent(const AgencyId& caller,
                                                    const v1::GetConsentRequest& request) const;
  // Which of two contradicting consents stands. FAILED_PRECONDITION where they do not contradict
  // each other, or a refusal would be decided away.
  absl::StatusOr<v1::DecideConsentResponse> DecideConsent(absl::string_view official,
                                                          const v1::DecideConsentRequest& request);

  // The caller's whole register of officers, in the place of the one before. FAILED_PRECONDITION
  // "`officers` ..." for an older one; the same again is answered with the same receipt.
  absl::StatusOr<v1::EnrolOfficersResponse> EnrolOfficers(const AgencyId& caller,
                                                          const v1::EnrolOfficersRequest& request);

  // Counts first, durably, then evaluates through both holders. RESOURCE_EXHAUSTED when the day's
  // budget is used up.
  absl::StatusOr<v1::EnrolResponse> Enrol(const AgencyId& caller, const v1::EnrolRequest& request);

  // Who the child of a message is, whose identity came to the caller in escrow (reidentify.h). A
  // denial is an answer. NOT_FOUND where nothing came in escrow; UNAVAILABLE while the key holder
  // is away: ask again with the same order.
  absl::StatusOr<v1::ReidentifyResponse> Reidentify(const AgencyId& caller,
                                                    const v1::ReidentifyRequest& request);
  absl::StatusOr<v1::ReportReidentificationResponse> ReportReidentification(
      const AgencyId& caller, const v1::ReportReidentificationRequest& request);

  // Of a message: its sender and its recipient may ask. Without one: the gateway's own state, which
  // a caller that is no agency may ask for too (`caller` empty).
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const AgencyId& caller,
                                                  const v1::GetStatusRequest& request) const;

  // What time does by itself: expiry, "phone now", counted rejections; the first time also the end
  // of what waits under keys that are not honoured any more. Called every few seconds, by one
  // thread.
  absl::Status Sweep();

  // Wakes and ends every stream; for a graceful stop, before the last calls are awaited.
  void CloseStreams();

  // OK while entries become durable; else why the relay has stopped.
  absl::Status health() const { return ledger_->health(); }
  // Where everything else that changes the store is recorded too. Lives as long as the exchange.
  Ledger* ledger() { return ledger_.get(); }
  bool key_holder_reachable() const { return pseudonymiser_->reachable(); }

 private:
  Exchange(ExchangeParts parts, ExchangeLimits limits);

  absl::StatusOr<v1::WithdrawResponse> Withdraw(const Withdrawal& withdrawal);
  absl::StatusOr<v1::SubmitResponse> Accept(const AgencyId& caller, Route route,
                                            v1::Envelope envelope);
  absl::StatusOr<v1::SubmitResponse> Admit(const AgencyId& caller, Route route, Verified verified,
                                           const std::shared_ptr<const PolicySet>& policy);
  v1::SubmitResponse Answer(const MessageRow& row, v1::LogReceipt receipt) const;
  absl::StatusOr<v1::SubmitResponse> Repeat(const MessageRow& row, const AgencyId& caller,
                                            absl::string_view manifest_digest) const;
  absl::StatusOr<v1::StoredReidentification> Peel(const MessageId& message, const Holder& holder,
                                                  v1::PeelRequest request);
  absl::Status EndWithoutKeys();
  // Records a rejection; then the error for the caller.
  absl::Status Reject(const AgencyId& caller, const absl::Status& why);
  absl::Status RecordRejections(const AgencyId& caller, uint64_t count, absl::string_view reason);

  const ExchangeParts parts_;
  const ExchangeLimits limits_;
  const std::string gateway_;
  Rejections rejections_;
  Mailroom mailroom_;
  mutable MatrixOfDay matrix_;
  bool ended_without_keys_ = false;  // of Sweep's thread; the keys are the same until a restart
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Claimer> claimer_;
  std::unique_ptr<Pseudonymiser> pseudonymiser_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_EXCHANGE_H_
