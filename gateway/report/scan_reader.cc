#include "gateway/report/scan_reader.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/field_error.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

constexpr uint32_t kAccessTag = 7;

absl::Status AtEntry(uint64_t index, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("entry ", index, ": ", status.message()));
}

absl::StatusOr<std::vector<MaybeCiphertext>> Decoded(
    const google::protobuf::RepeatedPtrField<std::string>& ciphertexts, int rows) {
  if (ciphertexts.size() != rows) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", ciphertexts.size(), " ciphertexts of ", rows, " rows"));
  }
  std::vector<MaybeCiphertext> decoded;
  for (const std::string& bytes : ciphertexts) {
    MaybeCiphertext& one = decoded.emplace_back();
    if (bytes.empty()) continue;
    ASSIGN_OR_RETURN(one, NymCiphertext::Decode(bytes));
  }
  return decoded;
}

}  // namespace

// A batch as it was read: what came, and what each hop made of it.
struct ScanReader::Batch {
  const AgencyKeys* keys = nullptr;
  std::vector<MaybeCiphertext> before, by_gateway, by_both;
};

ScanReader::ScanReader(const AgencyRing* keys, std::vector<Nym> wanted,
                       const AgencyArchive* archive)
    : keys_(keys), archive_(archive), wanted_(std::move(wanted)) {}

const AgencyKeys* ScanReader::KeysOf(absl::string_view directory) const {
  const absl::StatusOr<const AgencyKeys*> honoured = keys_->Find(directory);
  if (honoured.ok()) return *honoured;
  return archive_ == nullptr ? nullptr : archive_->Find(directory);
}

void ScanReader::Begin(std::string order_digest) { order_digest_ = std::move(order_digest); }

absl::Status ScanReader::Take(const v1::ScanPart& part) {
  if (part.has_batch()) {
    if (!begun_.has_value() || done_.has_value()) {
      return absl::InvalidArgumentError("rows came before the scan began, or after it ended");
    }
    return TakeBatch(part.batch());
  }
  if (part.has_done()) {
    if (!begun_.has_value() || next_index_ < begun_->end_index()) {
      return absl::InvalidArgumentError("the scan ended before everything was told");
    }
    done_ = part.done();
    return absl::OkStatus();
  }
  if (!part.has_begun()) return absl::InvalidArgumentError("a part of the scan is empty");
  if (!begun_.has_value()) {
    begun_ = part.begun();
    next_index_ = begun_->first_index();
    return absl::OkStatus();
  }
  // Goes on: what was decided meanwhile is of another scan, so the end stays.
  if (part.begun().first_index() != std::min(next_index_, part.begun().end_index())) {
    return absl::InvalidArgumentError("the scan does not go on where it broke off");
  }
  begun_->set_end_index(std::max(begun_->end_index(), part.begun().end_index()));
  return absl::OkStatus();
}

absl::Status ScanReader::CheckRows(const v1::ScanBatch& batch, Batch* out) const {
  uint64_t least = next_index_;
  for (const v1::ScanRow& row : batch.row()) {
    if (row.index() < least || row.index() >= batch.next_index()) {
      return absl::InvalidArgumentError("the rows are not in order");
    }
    least = row.index() + 1;
    const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(row.leaf());
    RETURN_IF_ERROR(AtEntry(row.index(), leaf.status()));
    RETURN_IF_ERROR(
        AtEntry(row.index(), CheckCommitment(*leaf, kAccessTag, row.salt(), row.value())));
    ASSIGN_OR_RETURN(const AccessValue value, DecodeAccessValue(row.value()));
    if (value.directory != batch.directory()) {
      return absl::InvalidArgumentError("`directory` is not the one of the batch's rows");
    }
    ASSIGN_OR_RETURN(NymCiphertext ciphertext, NymCiphertext::Decode(value.ciphertext));
    out->before.emplace_back(std::move(ciphertext));
  }
  for (const v1::UnreadRow& row : batch.unread()) {
    if (row.index() < next_index_ || row.index() >= batch.next_index()) {
      return absl::InvalidArgumentError("the rows are not in order");
    }
  }
  return absl::OkStatus();
}

// Both at once: on two cores the officer waits half as long.
absl::Status ScanReader::CheckHops(const v1::ScanBatch& batch, Batch* out) const {
  const KeyDirectory& directory = out->keys->directory();
  ASSIGN_OR_RETURN(out->by_gateway, AtField("gateway_ciphertext",
                                            Decoded(batch.gateway_ciphertext(), batch.row_size())));
  ASSIGN_OR_RETURN(out->by_both, AtField("keyholder_ciphertext",
                                         Decoded(batch.keyholder_ciphertext(), batch.row_size())));
  std::future<absl::Status> second = std::async(std::launch::async, [&] {
    return VerifyScanHop({HolderRole::kKeyholder, directory, order_digest_}, out->by_gateway,
                         out->by_both, batch.keyholder_proof());
  });
  const absl::Status first = VerifyScanHop({HolderRole::kGateway, directory, order_digest_},
                                           out->before, out->by_gateway, batch.gateway_proof());
  const absl::Status of_key_holder = second.get();
  RETURN_IF_ERROR(AtField("gateway", first));
  return AtField("keyholder", of_key_holder);
}

void ScanReader::Compare(const v1::ScanBatch& batch, const Batch& read) {
  const AgencySecrets& secrets = read.keys->secrets();
  for (int i = 0; i < batch.row_size(); ++i) {
    const v1::ScanRow& row = batch.row(i);
    const MaybeCiphertext& one = read.by_both[i];
    const absl::StatusOr<Point> element =
        one.has_value() ? DecryptElement(secrets, *one)
                        : absl::StatusOr<Point>(absl::NotFoundError("not transformed"));
    if (!element.ok()) {
      unread_[row.index()] = "invalid";
      continue;
    }
    compared_.push_back(row.index());
    const Nym nym = CloseNym(secrets, *element);
    if (std::find(wanted_.begin(), wanted_.end(), nym) == wanted_.end()) continue;
    found_.push_back({row.index(), row.leaf(), row.value(), row.salt()});
  }
}

absl::Status ScanReader::TakeBatch(const v1::ScanBatch& batch) {
  if (batch.next_index() <= next_index_) {
    return absl::InvalidArgumentError("a batch tells nothing new");
  }
  Batch read;
  RETURN_IF_ERROR(CheckRows(batch, &read));
  read.keys = KeysOf(batch.directory());
  if (batch.row().empty() || read.keys == nullptr) {
    // What cannot be verified is not looked at: it counts as not searched.
    for (const v1::ScanRow& row : batch.row()) unread_[row.index()] = "own-keys-gone";
  } else {
    RETURN_IF_ERROR(CheckHops(batch, &read));
    Compare(batch, read);
  }
  for (const v1::UnreadRow& row : batch.unread()) unread_[row.index()] = row.why();
  next_index_ = batch.next_index();
  return absl::OkStatus();
}

}  // namespace sluss
