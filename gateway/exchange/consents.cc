// The use cases of whoever keeps a consent: register, look up, take back.
#include <optional>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/consent.h"
#include "gateway/exchange/consent_check.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/receipt.h"
#include "gateway/exchange/withdraw.h"

namespace sluss {

absl::StatusOr<v1::WithdrawResponse> Exchange::Withdraw(const AgencyId& caller,
                                                        const v1::WithdrawRequest& request) {
  ASSIGN_OR_RETURN(const Withdrawal withdrawal, ParseWithdrawal(caller, request));
  Withdrawn result;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    return ApplyWithdrawal(recorder, withdrawal, &result);
  }));
  RETURN_IF_ERROR(result.refusal);
  if (result.recorded_before.has_value()) {
    ASSIGN_OR_RETURN(*result.response.mutable_receipt(),
                     ReceiptOf(*parts_.store, gateway_, *result.recorded_before));
  } else {
    *result.response.mutable_receipt() = std::move(receipts.front());
  }
  return std::move(result.response);
}

absl::StatusOr<v1::RegisterConsentResponse> Exchange::RegisterConsent(
    const AgencyId& caller, const v1::RegisterConsentRequest& request) {
  const KeyDirectory& directory = parts_.holder->directory();
  const absl::StatusOr<v1::ConsentRecord> record = CheckConsentDeposit(request, caller, directory);
  if (!record.ok()) return Reject(caller, record.status());
  if (const absl::Status complete =
          CheckConsentRecord(*record, *parts_.policies->Current(), directory);
      !complete.ok()) {
    return Reject(caller, complete);
  }

  ConsentRow row;
  row.id = ConsentId(record->consent_id());
  row.record = request.record();
  std::optional<ConsentRow> known;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(known, recorder.store().FindConsent(row.id));
    if (known.has_value()) return absl::OkStatus();
    LeafDraft leaf;
    leaf.clear.set_kind(v1::CONSENT);
    leaf.clear.set_sender(caller.value());
    leaf.clear.set_purpose(record->purpose());
    leaf.clear.set_consent_id(row.id.value());
    ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
    row.registered_event = entry.event();
    row.registered_index = entry.index();
    return recorder.store().PutConsent(row, entry);
  }));
  v1::RegisterConsentResponse response;
  if (!known.has_value()) {
    *response.mutable_receipt() = std::move(receipts.front());
    return response;
  }
  if (known->record != row.record)
    return absl::AlreadyExistsError("`consent_id` was used for another consent: take a new one");
  ASSIGN_OR_RETURN(*response.mutable_receipt(),
                   ReceiptOf(*parts_.store, gateway_, known->registered_index));
  return response;
}

absl::StatusOr<v1::GetConsentResponse> Exchange::GetConsent(
    const AgencyId& caller, const v1::GetConsentRequest& request) const {
  ASSIGN_OR_RETURN(const ConsentId id, ParseId16<ConsentId>(request.consent_id(), "consent_id"));
  ASSIGN_OR_RETURN(const std::optional<ConsentRow> row, parts_.store->FindConsent(id));
  v1::ConsentRecord record;
  if (!row.has_value() || !record.ParseFromString(row->record) ||
      !NamesAgency(record, caller.value())) {
    return absl::NotFoundError("`consent_id` names no consent that names this agency");
  }
  v1::GetConsentResponse response;
  response.set_record(row->record);
  response.set_state(OwnStateOf(record, row->withdrawn, /*age_from=*/0, parts_.clock->Now(),
                                limits_.own_consent_age));
  return response;
}

}  // namespace sluss
