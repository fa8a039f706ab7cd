// The use cases of a sender: submit, feedback, preflight.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exchange/reason_code.h"
#include "gateway/exchange/receipt.h"
#include "policy/decide.h"

namespace sluss {
namespace {

// For ever, and recorded; all other errors may be gone when it is tried again.
bool IsRejection(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status) ||
         absl::IsFailedPrecondition(status);
}

}  // namespace

absl::StatusOr<v1::SubmitResponse> Exchange::Submit(const AgencyId& caller, v1::Envelope envelope) {
  return Accept(caller, Route::kSubmit, std::move(envelope));
}

absl::StatusOr<v1::SubmitResponse> Exchange::Feedback(const AgencyId& caller,
                                                      v1::Envelope envelope) {
  return Accept(caller, Route::kFeedback, std::move(envelope));
}

absl::StatusOr<v1::SubmitResponse> Exchange::Accept(const AgencyId& caller, Route route,
                                                    v1::Envelope envelope) {
  absl::StatusOr<Submission> submission =
      Submission::Receive(caller, route, std::move(envelope), limits_.max_message_bytes);
  if (!submission.ok()) return Reject(caller, submission.status());
  const MessageId id = submission->ClaimedId();
  const std::string digest = submission->manifest_digest();
  // A repetition is answered before its clock and proofs are looked at: they were, the first time.
  ASSIGN_OR_RETURN(const std::optional<MessageRow> known, parts_.store->FindMessage(id));
  if (known.has_value()) return Repeat(*known, caller, digest);

  const std::shared_ptr<const PolicySet> policy = parts_.policies->Current();
  absl::StatusOr<Verified> verified =
      Verified::Verify(*std::move(submission), parts_.keys->directories(), *policy, *parts_.store,
                       parts_.clock->Now(), limits_);
  if (!verified.ok()) return Reject(caller, verified.status());
  return Admit(caller, route, *std::move(verified), policy);
}

// The order of the log is the order of the law: what stands behind an activation is decided by it.
absl::StatusOr<v1::SubmitResponse> Exchange::Admit(const AgencyId& caller, Route route,
                                                   Verified verified,
                                                   const std::shared_ptr<const PolicySet>& policy) {
  const MessageId id(verified.header().message_id());
  const std::string digest = verified.manifest_digest();
  const size_t bytes = verified.checked().envelope().ByteSizeLong();
  std::optional<MessageRow> known, admitted;
  bool superseded = false;
  const auto unit = [&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(known, recorder.store().FindMessage(id));
    superseded = parts_.policies->Current() != policy;
    if (known.has_value() || superseded) return absl::OkStatus();
    const bool attended = mailroom_.Attended(AgencyId(verified.header().recipient()));
    ASSIGN_OR_RETURN(Decided decided,
                     Decided::Decide(std::move(verified), *policy, recorder.store(), recorder.now(),
                                     limits_, attended));
    ASSIGN_OR_RETURN(const Recorded recorded, recorder.Record(std::move(decided)));
    if (recorded.ready()) recorder.Wake(recorded.row().recipient);
    admitted = recorded.row();
    return recorder.store().Admit(recorded);
  };
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run(unit, bytes));
  if (known.has_value()) return Repeat(*known, caller, digest);
  if (superseded) return Accept(caller, route, verified.checked().envelope());
  if (admitted->pseudonym == PseudonymState::kWanted) pseudonymiser_->Wake();
  return Answer(*admitted, std::move(receipts.front()));
}

v1::SubmitResponse Exchange::Answer(const MessageRow& row, v1::LogReceipt receipt) const {
  v1::SubmitResponse response;
  *response.mutable_decision() = row.details.decision();
  *response.mutable_receipt() = std::move(receipt);
  response.set_phone_now(row.details.phone_now());
  return response;
}

absl::StatusOr<v1::SubmitResponse> Exchange::Repeat(const MessageRow& row, const AgencyId& caller,
                                                    absl::string_view manifest_digest) const {
  if (row.sender != caller || row.details.manifest_digest() != std::string(manifest_digest)) {
    return absl::AlreadyExistsError("`message_id` was used for another message: take a new one");
  }
  ASSIGN_OR_RETURN(v1::LogReceipt receipt,
                   ReceiptOf(*parts_.store, gateway_, row.details.decision_index()));
  v1::SubmitResponse response = Answer(row, std::move(receipt));
  response.set_duplicate(true);
  return response;
}

absl::Status Exchange::Reject(const AgencyId& caller, const absl::Status& why) {
  if (!IsRejection(why)) return why;
  const uint64_t count = rejections_.Count(caller, ledger_->clock().Now());
  if (count > 0) RETURN_IF_ERROR(RecordRejections(caller, count, RejectionCode(why)));
  return why;
}

absl::Status Exchange::RecordRejections(const AgencyId& caller, uint64_t count,
                                        absl::string_view reason) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::REJECTED);
  leaf.clear.set_sender(caller.value());
  leaf.clear.set_outcome(std::string(reason));
  leaf.clear.set_count(count);
  return ledger_->Run([&](Recorder& recorder) { return recorder.Append(leaf).status(); }).status();
}

absl::StatusOr<v1::PreflightResponse> Exchange::Preflight(
    const AgencyId& caller, const v1::PreflightRequest& request) const {
  absl::Time moment = parts_.clock->Now();
  if (absl::CivilDay day; !request.as_of().empty()) {
    if (!absl::ParseCivilTime(request.as_of(), &day)) {
      return absl::InvalidArgumentError("`as_of` must be a day, YYYY-MM-DD");
    }
    moment = StartOfSwedishDay(day);
  }
  const std::shared_ptr<const PolicySet> policy = parts_.policies->Current();
  v1::PreflightResponse response;
  const std::vector<uint32_t> ages = AgeLimits(*policy, limits_);
  response.mutable_age_limit()->Add(ages.begin(), ages.end());
  if (request.recipient().empty()) {
    ASSIGN_OR_RETURN(const auto matrix,
                     matrix_.Get(policy, absl::FormatCivilTime(SwedishDay(moment))));
    for (v1::MatrixEntry& entry : EntriesOf(*matrix, *policy, caller)) {
      *response.add_may_send() = std::move(entry);
    }
    return response;
  }
  RETURN_IF_ERROR(parts_.keys->directories().RequireAgency(request.recipient(), "recipient"));
  v1::Facts facts;
  facts.set_sender(caller.value());
  facts.set_recipient(request.recipient());
  facts.set_purpose(request.purpose());
  facts.set_legal_basis(request.legal_basis());
  *facts.mutable_category() = request.category();
  *facts.mutable_officer_role() = request.officer_role();
  facts.set_reason(request.reason());
  facts.set_weighing(request.weighing());
  facts.set_age_from(request.age().from());
  facts.set_age_below(request.age().below());
  facts.set_protected_identity(request.protected_identity());
  std::vector<v1::CitedConsent> consents;
  for (const std::string& id : request.consent_id()) {
    RETURN_IF_ERROR(ParseId16<ConsentId>(id, "consent_id").status());
    consents.emplace_back().set_consent_id(id);
    consents.back().set_bound(true);
  }
  ASSIGN_OR_RETURN(facts, FactsAt(moment, std::move(facts), consents, *parts_.store, limits_));
  RETURN_IF_ERROR(CheckFacts(*policy, facts));
  *response.mutable_decision() = Decide(*policy, facts);
  return response;
}

}  // namespace sluss
