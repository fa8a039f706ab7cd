#include "gateway/exchange/exchange.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/sha256.h"
#include "gateway/exchange/acknowledge.h"
#include "gateway/exchange/enrolment.h"
#include "gateway/exchange/key_end.h"
#include "gateway/exchange/officers.h"
#include "gateway/exchange/receipt.h"
#include "gateway/exchange/sweep.h"

namespace sluss {
namespace {

constexpr uint32_t kStandardWindow = 64;
constexpr uint32_t kLargestWindow = 1024;
// Whatever waits expires within this time, however the limits were set when it was admitted.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 90);
constexpr size_t kAll = std::numeric_limits<int32_t>::max();

// One that was handed out ends when it is asked for again, or expires: its recipient may have it.
bool EndsWithoutKeys(const MessageRow& row, const DirectoryRing& keys) {
  return row.state == v1::QUEUED && !KeysHonoured(row, keys);
}

}  // namespace

std::string InstanceName(absl::string_view name, absl::string_view instance) {
  return instance.empty() ? std::string(name) : absl::StrCat(name, "/", instance);
}

Exchange::Exchange(ExchangeParts parts, ExchangeLimits limits)
    : parts_(std::move(parts)),
      limits_(limits),
      gateway_(InstanceName(parts_.keys->current().name(), parts_.instance)),
      rejections_(limits.rejections_logged_per_hour) {}

absl::StatusOr<std::unique_ptr<Exchange>> Exchange::Create(ExchangeParts parts,
                                                           ExchangeLimits limits) {
  std::unique_ptr<Exchange> exchange(new Exchange(std::move(parts), limits));
  const ExchangeParts& joined = exchange->parts_;
  Mailroom* const mailroom = &exchange->mailroom_;
  ASSIGN_OR_RETURN(exchange->ledger_,
                   Ledger::Open(
                       joined.store, joined.openings, joined.clock, exchange->gateway_, joined.log,
                       [mailroom](const AgencyId& agency) { mailroom->Wake(agency); },
                       limits.retention, joined.hear));
  exchange->claimer_ =
      std::make_unique<Claimer>(joined.store, exchange->ledger_.get(), joined.policies,
                                &joined.keys->directories(), mailroom, limits, exchange->gateway_);
  exchange->pseudonymiser_ =
      std::make_unique<Pseudonymiser>(joined.store, exchange->ledger_.get(),
                                      &exchange->ledger_->clock(), joined.keys, joined.key_holder);
  return exchange;
}

Exchange::~Exchange() { CloseStreams(); }

absl::StatusOr<std::unique_ptr<DeliveryStream>> Exchange::Fetch(const AgencyId& caller,
                                                                uint32_t window) {
  if (window > kLargestWindow) {
    return absl::InvalidArgumentError(
        absl::StrCat("`window` is ", window, ", at most ", kLargestWindow, " is given"));
  }
  return std::make_unique<DeliveryStream>(caller, window == 0 ? kStandardWindow : window,
                                          claimer_.get(), &mailroom_);
}

absl::StatusOr<v1::AcknowledgeResponse> Exchange::Acknowledge(
    const AgencyId& caller, const v1::AcknowledgeRequest& request) {
  Acknowledgement acknowledgement{caller, {}, request.refused(), request.reason_code()};
  ASSIGN_OR_RETURN(acknowledgement.delivery_id,
                   ParseId16<DeliveryId>(request.delivery_id(), "delivery_id"));
  Acknowledged result;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run([&](Recorder& recorder) {
    return ApplyAcknowledgement(recorder, acknowledgement, &result);
  }));
  mailroom_.Release(caller, acknowledgement.delivery_id);
  RETURN_IF_ERROR(result.refusal);
  v1::AcknowledgeResponse response;
  if (result.recorded_before.has_value()) {
    ASSIGN_OR_RETURN(*response.mutable_receipt(),
                     ReceiptOf(*parts_.store, gateway_, *result.recorded_before));
  } else if (!receipts.empty()) {
    *response.mutable_receipt() = std::move(receipts.front());
  }
  return response;
}

void Exchange::CloseStreams() { mailroom_.CloseAll(); }

absl::StatusOr<v1::EnrolResponse> Exchange::Enrol(const AgencyId& caller,
                                                  const v1::EnrolRequest& request) {
  const size_t count = static_cast<size_t>(request.blinded_size());
  if (count == 0 || count > kMaxEnrolBatch) {
    return absl::InvalidArgumentError(
        absl::StrCat("`blinded` has ", count, " elements, 1 to ", kMaxEnrolBatch, " are taken"));
  }
  ASSIGN_OR_RETURN(const Holder* const holder, parts_.keys->Find(request.directory()));
  RETURN_IF_ERROR(parts_.keys->directories().RequireAgency(caller.value(), "agency"));
  ASSIGN_OR_RETURN(const uint64_t left,
                   TakeEnrolments(*ledger_, caller, count, limits_.enrolments_per_day));
  ASSIGN_OR_RETURN(const v1::EvaluateRequest evaluate, EvaluateAtGateway(*holder, caller, request));
  ASSIGN_OR_RETURN(v1::EvaluateResponse evaluated, parts_.key_holder->Evaluate(evaluate));
  v1::EnrolResponse response;
  *response.mutable_gateway_element() = evaluate.gateway_element();
  response.set_gateway_proof(evaluate.gateway_proof());
  *response.mutable_keyholder_element() = std::move(*evaluated.mutable_element());
  response.set_keyholder_proof(std::move(*evaluated.mutable_proof()));
  response.set_remaining(std::min(left, evaluated.remaining()));
  return response;
}

absl::StatusOr<v1::EnrolOfficersResponse> Exchange::EnrolOfficers(
    const AgencyId& caller, const v1::EnrolOfficersRequest& request) {
  const DirectoryRing& keys = parts_.keys->directories();
  RETURN_IF_ERROR(keys.RequireAgency(caller.value(), "agency"));
  const absl::StatusOr<SignedRegister> officers = CheckRegister(request, keys.KeysOf(caller));
  if (!officers.ok()) return Reject(caller, officers.status());
  const Sha256Digest digest = Sha256({request.officers()});
  OfficersKept kept;
  const auto keep = [&](Recorder& recorder) {
    return ApplyOfficers(recorder, caller, *officers, AsStringView(digest), keys, &kept);
  };
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, ledger_->Run(keep, request.ByteSizeLong()));
  RETURN_IF_ERROR(kept.refusal);
  v1::EnrolOfficersResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_receipt(),
      ReceiptOfFirst(*parts_.store, gateway_, kept.recorded_before, std::move(receipts)));
  return response;
}

absl::StatusOr<v1::GetStatusResponse> Exchange::GetStatus(
    const AgencyId& caller, const v1::GetStatusRequest& request) const {
  v1::GetStatusResponse response;
  if (!request.message_id().empty()) {
    ASSIGN_OR_RETURN(const MessageId id, ParseId16<MessageId>(request.message_id(), "message_id"));
    ASSIGN_OR_RETURN(const std::optional<MessageRow> row, parts_.store->FindMessage(id));
    if (!row.has_value() || (row->sender != caller && row->recipient != caller)) {
      return absl::NotFoundError("`message_id` names no message of this agency");
    }
    response.set_state(row->state);
    response.set_reason_code(row->details.reason_code());
    response.set_recall(row->details.recall());
    return response;
  }
  ASSIGN_OR_RETURN(const LogHead head, parts_.store->ReadHead(gateway_));
  response.set_log_size(head.size);
  response.set_checkpoint(head.checkpoint);
  response.set_policy_version(parts_.policies->Current()->version());
  response.set_keyholder_reachable(pseudonymiser_->reachable());
  if (!caller.empty()) {
    ASSIGN_OR_RETURN(const uint64_t queued, parts_.store->CountItems(caller));
    response.set_queued(queued);
  }
  return response;
}

// What a claim or a pseudonym would never come to: whoever was to fetch it may never come again.
absl::Status Exchange::EndWithoutKeys() {
  if (ended_without_keys_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<MessageId> waiting,
                   parts_.store->MessagesDue(ledger_->clock().Now() + kLongestWait, kAll));
  std::vector<MessageId> without;
  for (const MessageId& id : waiting) {
    ASSIGN_OR_RETURN(const std::optional<MessageRow> row, parts_.store->FindMessage(id));
    if (row.has_value() && EndsWithoutKeys(*row, parts_.keys->directories())) without.push_back(id);
  }
  for (size_t begin = 0; begin < without.size(); begin += kSweepBatch) {
    const size_t end = std::min(begin + kSweepBatch, without.size());
    const auto unit = [&](Recorder& recorder) -> absl::Status {
      for (size_t i = begin; i < end; ++i) {
        ASSIGN_OR_RETURN(const std::optional<MessageRow> row,
                         recorder.store().FindMessage(without[i]));
        if (row.has_value() && EndsWithoutKeys(*row, parts_.keys->directories())) {
          RETURN_IF_ERROR(EndForKeys(recorder, *row));
        }
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(ledger_->Run(unit).status());
  }
  ended_without_keys_ = true;
  return absl::OkStatus();
}

absl::Status Exchange::Sweep() {
  // What another gateway made ready without an entry: a message whose pseudonym has come.
  if (parts_.hear != nullptr) mailroom_.WakeAll();
  RETURN_IF_ERROR(EndWithoutKeys());
  for (const auto& [agency, count] : rejections_.TakeCounted(ledger_->clock().Now())) {
    RETURN_IF_ERROR(RecordRejections(agency, count, "counted"));
  }
  size_t done = kSweepBatch;
  while (done == kSweepBatch) {
    RETURN_IF_ERROR(ledger_
                        ->Run([&](Recorder& recorder) -> absl::Status {
                          ASSIGN_OR_RETURN(done, ApplyDeadlines(recorder));
                          return absl::OkStatus();
                        })
                        .status());
  }
  return absl::OkStatus();
}

}  // namespace sluss
