// The use cases of a recipient whose message came with an identity in escrow.
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/reidentification.h"
#include "gateway/crypto/sha256.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/officers.h"
#include "gateway/exchange/receipt.h"
#include "gateway/exchange/reidentify.h"

namespace sluss {
namespace {

constexpr char kUnreadable[] = "escrow-unreadable";

std::string Digest(absl::string_view bytes) {
  const Sha256Digest digest = Sha256({bytes});
  return std::string(AsStringView(digest));
}

bool IsRejection(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status);
}

// Whether the key holder said that the ciphertext itself does not open; its other refusals are of
// the gateway, and may be mended.
bool DoesNotOpen(const absl::Status& status) {
  return IsRejection(status) && absl::StartsWith(status.message(), "`ciphertext`");
}

}  // namespace

absl::StatusOr<v1::ReidentifyResponse> Exchange::Reidentify(const AgencyId& caller,
                                                            const v1::ReidentifyRequest& request) {
  const DirectoryRing& keys = parts_.keys->directories();
  RETURN_IF_ERROR(keys.RequireAgency(caller.value(), "agency"));
  const absl::StatusOr<v1::ReidentificationOrder> checked = CheckOrder(request, caller, keys);
  if (!checked.ok()) return Reject(caller, checked.status());
  const absl::Status enrolled = CheckRegisterHonoured(caller, keys, *parts_.store);
  if (!enrolled.ok()) return Reject(caller, enrolled);
  const Order order{caller, request, *checked, Digest(request.order()), Digest(request.manifest())};
  OrderDecided decided;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    decided = OrderDecided();
    return DecideOrder(recorder, order, *parts_.policies->Current(), limits_, &decided);
  }));
  if (IsRejection(decided.refusal)) return Reject(caller, decided.refusal);
  RETURN_IF_ERROR(decided.refusal);
  v1::ReidentifyResponse response;
  *response.mutable_decision() = decided.decision;
  if (!decided.permitted) {
    *response.mutable_receipt() = std::move(receipts.front());
    return response;
  }
  v1::StoredReidentification first = std::move(decided.first);
  if (!first.peeled()) {
    ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(request.manifest()));
    ASSIGN_OR_RETURN(const Holder* const holder, parts_.keys->Find(named));
    ASSIGN_OR_RETURN(first, Peel(MessageId(checked->message_id()), *holder,
                                 PeelRequestOf(*checked, request.escrow())));
  }
  response.set_inner(first.inner());
  response.set_fault(first.fault());
  response.set_repeated(decided.repeated);
  ASSIGN_OR_RETURN(*response.mutable_receipt(), ReceiptOf(*parts_.store, gateway_, first.index()));
  return response;
}

absl::StatusOr<v1::StoredReidentification> Exchange::Peel(const MessageId& message,
                                                          const Holder& holder,
                                                          v1::PeelRequest request) {
  SignPeelRequest(holder.signing(), holder.directory(), &request);
  const absl::StatusOr<v1::PeelResponse> peeled = parts_.key_holder->Peel(request);
  const bool unreadable = DoesNotOpen(peeled.status());
  if (!peeled.ok() && !unreadable) return peeled.status();
  v1::StoredReidentification kept;
  const auto unit = [&](Recorder& recorder) {
    return KeepPeeled(recorder, message, unreadable ? "" : peeled->inner(),
                      unreadable ? kUnreadable : "", &kept);
  };
  RETURN_IF_ERROR(ledger_->Run(unit).status());
  return kept;
}

absl::StatusOr<v1::ReportReidentificationResponse> Exchange::ReportReidentification(
    const AgencyId& caller, const v1::ReportReidentificationRequest& request) {
  ASSIGN_OR_RETURN(const MessageId message,
                   ParseId16<MessageId>(request.message_id(), "message_id"));
  ReportKept kept;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    kept = ReportKept();
    return KeepReport(recorder, caller, message, request.outcome(), &kept);
  }));
  RETURN_IF_ERROR(kept.refusal);
  v1::ReportReidentificationResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_receipt(),
      ReceiptOfFirst(*parts_.store, gateway_, kept.recorded_before, std::move(receipts)));
  return response;
}

}  // namespace sluss
