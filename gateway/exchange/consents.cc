// The use cases of whoever keeps a consent: register, look up, take back, decide.
#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/consent.h"
#include "gateway/exchange/consent_check.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/receipt.h"
#include "gateway/exchange/register_consent.h"
#include "gateway/exchange/withdraw.h"

namespace sluss {
namespace {

absl::Status NoSuchConsent() {
  return absl::NotFoundError("`consent_id` names no consent that names this agency");
}

// By which keys the consent was deposited. The caller must take part still.
absl::StatusOr<const KeyDirectory*> DirectoryOf(const v1::RegisterConsentRequest& request,
                                                const AgencyId& caller, const DirectoryRing& keys) {
  v1::ConsentRecord record;
  if (!record.ParseFromString(request.record())) {
    return absl::InvalidArgumentError("`record` is not a ConsentRecord");
  }
  RETURN_IF_ERROR(keys.RequireAgency(caller.value(), "depositor"));
  return keys.Find(record.directory());
}

}  // namespace

absl::StatusOr<v1::WithdrawResponse> Exchange::Withdraw(const AgencyId& caller,
                                                        const v1::WithdrawRequest& request) {
  ASSIGN_OR_RETURN(const Withdrawal withdrawal, ParseWithdrawal(caller, request));
  return Withdraw(withdrawal);
}

absl::StatusOr<v1::WithdrawResponse> Exchange::WithdrawAsOfficial(
    absl::string_view official, const v1::WithdrawRequest& request) {
  ASSIGN_OR_RETURN(const Withdrawal withdrawal, ParseOfficialWithdrawal(official, request));
  return Withdraw(withdrawal);
}

absl::StatusOr<v1::WithdrawResponse> Exchange::Withdraw(const Withdrawal& withdrawal) {
  Withdrawn result;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    return ApplyWithdrawal(recorder, withdrawal, *parts_.policies->Current(), limits_, &result);
  }));
  RETURN_IF_ERROR(result.refusal);
  ASSIGN_OR_RETURN(
      *result.response.mutable_receipt(),
      ReceiptOfFirst(*parts_.store, gateway_, result.recorded_before, std::move(receipts)));
  return std::move(result.response);
}

absl::StatusOr<v1::RegisterConsentResponse> Exchange::RegisterConsent(
    const AgencyId& caller, const v1::RegisterConsentRequest& request) {
  const DirectoryRing& keys = parts_.keys->directories();
  const absl::StatusOr<const KeyDirectory*> directory = DirectoryOf(request, caller, keys);
  if (!directory.ok()) return Reject(caller, directory.status());
  const absl::StatusOr<v1::ConsentRecord> record =
      CheckConsentDeposit(request, caller, **directory);
  if (!record.ok()) return Reject(caller, record.status());
  absl::Status complete = CheckConsentRecord(*record, *parts_.policies->Current(), keys.current(),
                                             parts_.clock->Now(), limits_);
  if (complete.ok()) {
    complete = CheckLinks(request, *record, caller, **directory, *parts_.store);
  }
  if (!complete.ok()) return Reject(caller, complete);

  const Registration registration{caller, *record, request.record(),
                                  std::string((*directory)->FindAgency(caller)->joint.encoded())};
  Registered result;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    return ApplyRegistration(recorder, registration, *parts_.policies->Current(), limits_, &result);
  }));
  RETURN_IF_ERROR(result.refusal);
  ASSIGN_OR_RETURN(
      *result.response.mutable_receipt(),
      ReceiptOfFirst(*parts_.store, gateway_, result.recorded_before, std::move(receipts)));
  return std::move(result.response);
}

absl::StatusOr<v1::GetConsentResponse> Exchange::GetConsent(
    const AgencyId& caller, const v1::GetConsentRequest& request) const {
  ASSIGN_OR_RETURN(const ConsentId id, ParseId16<ConsentId>(request.consent_id(), "consent_id"));
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> versions, VersionsOf(*parts_.store, id));
  ASSIGN_OR_RETURN(const std::vector<StandingConsent> judges, JudgedBy(*parts_.store, id));
  if (judges.empty() || !(caller.empty() || NamesAgency(judges.front().record, caller.value()))) {
    return NoSuchConsent();
  }
  const absl::Time now = parts_.clock->Now();
  v1::GetConsentResponse response;
  response.set_state(v1::VALID);
  for (const StandingConsent& judge : judges) {
    response.set_state(Graver(response.state(), OwnStateOf(judge, /*age_from=*/0, now, limits_)));
  }
  for (const ConsentRow& row : versions) {
    const std::optional<StandingConsent> consent = StandingOf(row);
    if (!consent.has_value()) continue;
    if (row.id == id) response.set_record(row.record);
    v1::ConsentVersion& version = *response.add_version();
    version.set_consent_id(row.id.value());
    version.set_version(std::max(1u, row.standing.version()));
    version.set_record(row.record);
    version.set_state(OwnStateOf(*consent, /*age_from=*/0, now, limits_));
    *version.mutable_step() = row.standing.step();
    *version.mutable_withdrawn_party() = row.standing.withdrawn_party();
    *version.mutable_withdrawn_category() = row.standing.withdrawn_category();
    *version.mutable_contradicted_by() = row.standing.contradicted_by();
  }
  return response;
}

absl::StatusOr<v1::DecideConsentResponse> Exchange::DecideConsent(
    absl::string_view official, const v1::DecideConsentRequest& request) {
  ASSIGN_OR_RETURN(const ConsentDecision decision, ParseConsentDecision(official, request));
  DecidedConsent result;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    return ApplyConsentDecision(recorder, decision, *parts_.policies->Current(), limits_, &result);
  }));
  RETURN_IF_ERROR(result.refusal);
  *result.response.mutable_receipt() = std::move(receipts.front());
  return std::move(result.response);
}

}  // namespace sluss
