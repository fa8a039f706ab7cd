#include "gateway/access/access_desk.h"

#include <algorithm>
#include <deque>
#include <future>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/access/period.h"
#include "gateway/access/scan_batches.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/field_error.h"
#include "gateway/exchange/leaf.h"

namespace sluss {
namespace {

// Batches under way at once: while one is at the key holder, the next is made here.
constexpr size_t kDepth = 3;

struct Done {
  v1::ScanBatch batch;
  uint64_t remaining = std::numeric_limits<uint64_t>::max();
};

// Every row of the batch as one that cannot be looked into.
v1::ScanBatch WithoutKeys(const v1::ScanBatch& batch) {
  v1::ScanBatch told;
  told.set_next_index(batch.next_index());
  *told.mutable_unread() = batch.unread();
  for (const v1::ScanRow& row : batch.row()) {
    v1::UnreadRow& unread = *told.add_unread();
    unread.set_index(row.index());
    unread.set_why("keys-gone");
  }
  return told;
}

}  // namespace

std::string AccessDesk::domain() const {
  const AgencyEntry* const domain = parts_.keys->directories().current().access_domain();
  return domain == nullptr ? "" : domain->id.value();
}

absl::StatusOr<CheckedScanOrder> AccessDesk::Check(absl::string_view officer,
                                                   const v1::SignedScanOrder& signed_order) const {
  ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(signed_order));
  ASSIGN_OR_RETURN(const KeyDirectory* const directory, parts_.keys->directories().Find(named));
  ASSIGN_OR_RETURN(CheckedScanOrder checked,
                   CheckScanOrder(signed_order, *directory, parts_.ledger->clock().Now()));
  if (checked.order.officer() != std::string(officer)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "`officer` is not `", officer, "`, whom the certificate of this connection names"));
  }
  return checked;
}

absl::StatusOr<v1::LogReceipt> AccessDesk::Record(const v1::ScanOrder& order,
                                                  absl::string_view outcome, uint64_t count) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::ACCESS_SCAN);
  leaf.clear.set_procedure(order.procedure());
  leaf.clear.set_from_us(order.from_us());
  leaf.clear.set_to_us(order.to_us());
  leaf.clear.set_outcome(std::string(outcome));
  leaf.clear.set_count(count);
  v1::OpenedField officer;
  officer.set_tag(static_cast<uint32_t>(CommitTag::kOfficer));
  officer.set_value(order.officer());
  leaf.committed.push_back(std::move(officer));
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, parts_.ledger->Run([&](Recorder& recorder) {
    return recorder.Append(leaf, Proof::kWanted).status();
  }));
  return std::move(receipts.front());
}

absl::StatusOr<v1::ScanBatch> AccessDesk::Transformed(const CheckedScanOrder& order,
                                                      const v1::SignedScanOrder& signed_order,
                                                      v1::ScanBatch batch,
                                                      uint64_t* remaining) const {
  if (batch.row().empty()) return batch;
  std::vector<MaybeCiphertext> before;
  for (const v1::ScanRow& row : batch.row()) {
    ASSIGN_OR_RETURN(const AccessValue value, DecodeAccessValue(row.value()));
    ASSIGN_OR_RETURN(NymCiphertext ciphertext, NymCiphertext::Decode(value.ciphertext));
    before.emplace_back(std::move(ciphertext));
  }
  ASSIGN_OR_RETURN(ScanHop hop, keys_.Hop(batch.directory(), order.digest, before));
  v1::ScanBatchRequest request;
  *request.mutable_order() = signed_order;
  for (const MaybeCiphertext& one : hop.after) {
    batch.add_gateway_ciphertext(one.has_value() ? one->Encode() : "");
    if (one.has_value())
      request.add_ciphertext(batch.gateway_ciphertext().rbegin()->data(), kCiphertextSize);
  }
  batch.set_gateway_proof(std::move(hop.proof));
  int made = 0;
  v1::ScanBatchResponse response;
  if (!request.ciphertext().empty()) {
    keys_.Sign(batch.directory(), &request);
    absl::StatusOr<v1::ScanBatchResponse> answer = parts_.key_holder->TransformScan(request);
    // The key holder has dropped what this gateway still has.
    if (absl::IsNotFound(answer.status())) return WithoutKeys(batch);
    RETURN_IF_ERROR(answer.status());
    response = *std::move(answer);
    if (response.ciphertext_size() != request.ciphertext_size()) {
      return absl::InternalError("the key holder answered another number of ciphertexts");
    }
    *remaining = response.remaining();
  }
  for (const MaybeCiphertext& one : hop.after) {
    batch.add_keyholder_ciphertext(one.has_value() ? response.ciphertext(made++) : "");
  }
  batch.set_keyholder_proof(std::move(*response.mutable_proof()));
  return batch;
}

absl::Status AccessDesk::Stream(const CheckedScanOrder& order,
                                const v1::SignedScanOrder& signed_order, uint64_t first,
                                uint64_t end, const Write& write, Progress* progress) {
  ScanBatches batches(parts_.store, parts_.openings, &keys_, first, end);
  std::deque<std::future<absl::StatusOr<Done>>> under_way;
  progress->remaining = std::numeric_limits<uint64_t>::max();
  const auto hand_out = [&]() -> absl::Status {
    absl::StatusOr<Done> done = under_way.front().get();
    under_way.pop_front();
    RETURN_IF_ERROR(done.status());
    const uint64_t rows = done->batch.row_size();
    const uint64_t unread = done->batch.unread_size();
    v1::ScanPart part;
    *part.mutable_batch() = std::move(done->batch);
    if (!write(part)) return absl::CancelledError("the caller is gone");
    progress->rows += rows;
    progress->unread += unread;
    progress->remaining = std::min(progress->remaining, done->remaining);
    return absl::OkStatus();
  };
  for (;;) {
    ASSIGN_OR_RETURN(std::optional<v1::ScanBatch> batch, batches.Next());
    if (!batch.has_value()) break;
    if (under_way.size() == kDepth) RETURN_IF_ERROR(hand_out());
    under_way.push_back(std::async(
        std::launch::async, [&, next = *std::move(batch)]() mutable -> absl::StatusOr<Done> {
          Done done;
          ASSIGN_OR_RETURN(done.batch,
                           Transformed(order, signed_order, std::move(next), &done.remaining));
          return done;
        }));
  }
  while (!under_way.empty()) RETURN_IF_ERROR(hand_out());
  return absl::OkStatus();
}

absl::Status AccessDesk::Scan(absl::string_view officer, const v1::SignedScanOrder& signed_order,
                              const Write& write) {
  ASSIGN_OR_RETURN(const CheckedScanOrder order, Check(officer, signed_order));
  {
    MutexLock lock(&mutex_);
    if (busy_)
      return absl::ResourceExhaustedError("another scan runs: try again when it has ended");
    busy_ = true;
  }
  const auto scan = [&]() -> absl::Status {
    v1::ScanPart part;
    ASSIGN_OR_RETURN(*part.mutable_begun()->mutable_receipt(), Record(order.order, "begun", 0));
    // What is decided after this entry is of another scan.
    const uint64_t size = part.begun().receipt().index();
    ASSIGN_OR_RETURN(uint64_t first, FirstEntryFrom(*parts_.store, size, order.order.from_us()));
    ASSIGN_OR_RETURN(const uint64_t end, FirstEntryFrom(*parts_.store, size, order.order.to_us()));
    first = std::min(std::max(first, order.order.from_index()), end);
    part.mutable_begun()->set_first_index(first);
    part.mutable_begun()->set_end_index(end);
    Progress progress;
    absl::Status streamed =
        write(part) ? absl::OkStatus() : absl::CancelledError("the caller is gone");
    if (streamed.ok()) {
      streamed = Stream(order, signed_order, first, end, write, &progress);
    }
    ASSIGN_OR_RETURN(v1::LogReceipt receipt,
                     Record(order.order, streamed.ok() ? "done" : "broken-off", progress.rows));
    RETURN_IF_ERROR(streamed);
    v1::ScanPart last;
    *last.mutable_done()->mutable_receipt() = std::move(receipt);
    last.mutable_done()->set_rows(progress.rows);
    last.mutable_done()->set_unread(progress.unread);
    last.mutable_done()->set_remaining(progress.remaining);
    return write(last) ? absl::OkStatus() : absl::CancelledError("the caller is gone");
  };
  const absl::Status status = scan();
  MutexLock lock(&mutex_);
  busy_ = false;
  return status;
}

}  // namespace sluss
