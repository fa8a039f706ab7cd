#include "gateway/access/scan_batches.h"

#include <string>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/scan_hop.h"
#include "gateway/exchange/leaf.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

constexpr uint32_t kTag = static_cast<uint32_t>(CommitTag::kAccess);
// Entries passed over in one batch.
constexpr uint64_t kMostEntries = 4096;

const std::string* ValueOf(const v1::AuditOpening& opening) {
  for (const v1::OpenedField& field : opening.field()) {
    if (field.tag() == kTag) return &field.value();
  }
  return nullptr;
}

// The row, or why there is none.
struct Read {
  std::string why;
  AccessValue value = {};
  std::string salt = {};
  std::string bytes = {};
};

absl::StatusOr<Read> Open(const OpeningReader& openings, uint64_t index) {
  const absl::StatusOr<std::optional<v1::AuditOpening>> opening = openings.Open(index);
  if (absl::IsDataLoss(opening.status())) return Read{.why = "damaged"};
  RETURN_IF_ERROR(opening.status());
  if (!opening->has_value()) return Read{.why = "erased"};
  const std::string* const value = ValueOf(**opening);
  if (value == nullptr) return Read{.why = "damaged"};
  absl::StatusOr<AccessValue> decoded = DecodeAccessValue(*value);
  if (!decoded.ok() || !NymCiphertext::Decode(decoded->ciphertext).ok()) {
    return Read{.why = "damaged"};
  }
  return Read{"", *std::move(decoded), CommitmentSalt((*opening)->secret(), kTag), *value};
}

}  // namespace

absl::StatusOr<std::optional<v1::ScanBatch>> ScanBatches::Next() {
  if (next_ >= end_) return std::optional<v1::ScanBatch>();
  v1::ScanBatch batch;
  const uint64_t first = next_;
  while (next_ < end_ && batch.row_size() < static_cast<int>(kMaxScanBatch) &&
         next_ - first < kMostEntries) {
    ASSIGN_OR_RETURN(const bool taken, Take(next_, &batch));
    if (!taken) break;
    ++next_;
  }
  batch.set_next_index(next_);
  return std::optional<v1::ScanBatch>(std::move(batch));
}

absl::StatusOr<bool> ScanBatches::Take(uint64_t index, v1::ScanBatch* batch) {
  ASSIGN_OR_RETURN(std::string entry, view_->ReadEntry(index));
  const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
  if (!leaf.ok()) return absl::DataLossError(leaf.status().message());
  if (leaf->kind() != v1::DECISION || CommittedUnder(*leaf, kTag).empty()) return true;
  ASSIGN_OR_RETURN(Read read, Open(*openings_, index));
  if (read.why.empty() && !keys_->Has(read.value.directory)) read.why = "keys-gone";
  if (!read.why.empty()) {
    v1::UnreadRow& unread = *batch->add_unread();
    unread.set_index(index);
    unread.set_why(read.why);
    return true;
  }
  if (batch->row_size() > 0 && batch->directory() != read.value.directory) return false;
  batch->set_directory(read.value.directory);
  v1::ScanRow& row = *batch->add_row();
  row.set_index(index);
  row.set_leaf(std::move(entry));
  row.set_value(std::move(read.bytes));
  row.set_salt(std::move(read.salt));
  return true;
}

}  // namespace sluss
