#include "agency-adapters/client/receipt_book.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/kept_receipts.h"

namespace sluss {
namespace {

constexpr size_t kIndexDigits = 12;

std::string NameOf(uint64_t index, const v1::AuditLeaf& leaf) {
  const std::string kind =
      absl::StrReplaceAll(absl::AsciiStrToLower(v1::RecordKind_Name(leaf.kind())), {{"_", "-"}});
  const std::string& about = leaf.message_id().empty() ? leaf.consent_id() : leaf.message_id();
  return absl::StrCat(absl::StrFormat("%0*d", static_cast<int>(kIndexDigits), index), "-", kind,
                      about.empty() ? "" : "-", ToHex(about));
}

// This agency's own trouble, never a fault of the message.
absl::Status OwnFault(const absl::Status& status) {
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  return absl::InternalError(absl::StrCat("`receipts_dir`: ", status.message()));
}

}  // namespace

ReceiptBook::ReceiptBook(DurableDir directory, ReceiptVerifier verifier,
                         std::function<void(uint64_t index)> on_contradiction)
    : directory_(std::move(directory)),
      verifier_(std::move(verifier)),
      on_contradiction_(std::move(on_contradiction)) {}

absl::StatusOr<std::unique_ptr<ReceiptBook>> ReceiptBook::Open(
    FileSystem* files, const std::string& path, ReceiptVerifier verifier,
    std::function<void(uint64_t index)> on_contradiction) {
  ASSIGN_OR_RETURN(DurableDir directory, DurableDir::Open(files, path, kGroupReadable));
  std::unique_ptr<ReceiptBook> book(
      new ReceiptBook(std::move(directory), std::move(verifier), std::move(on_contradiction)));
  ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, book->directory_.List());
  MutexLock lock(&book->mutex_);
  for (const DirectoryEntry& entry : entries) {
    uint64_t index = 0;
    if (absl::EndsWith(entry.name, kReceiptSuffix) &&
        absl::SimpleAtoi(entry.name.substr(0, entry.name.find('-')), &index)) {
      book->names_.try_emplace(index, entry.name);
    }
  }
  if (book->names_.empty()) return book;
  const auto& [index, name] = *book->names_.rbegin();
  ASSIGN_OR_RETURN(const std::string bytes, book->directory_.Get(name));
  // One that is damaged is no reason not to work: sluss-verify names it.
  const absl::StatusOr<KeptReceipt> last = ReadReceiptFile(name, bytes);
  if (last.ok()) book->Remember(index, name, last->leaf);
  return book;
}

void ReceiptBook::Remember(uint64_t index, const std::string& name, const v1::AuditLeaf& leaf) {
  names_.try_emplace(index, name);
  Furthest& furthest = furthest_[leaf.gateway()];
  if (leaf.counter() > furthest.counter) furthest = {leaf.counter(), leaf.time_us()};
}

absl::StatusOr<bool> ReceiptBook::Contradicts(const std::string& name,
                                              const v1::LogReceipt& receipt,
                                              const v1::AuditLeaf& leaf) const {
  // A gateway's clock never goes back, so neither do its entries.
  const auto furthest = furthest_.find(leaf.gateway());
  if (furthest != furthest_.end() && leaf.counter() < furthest->second.counter &&
      leaf.time_us() > furthest->second.time_us) {
    return true;
  }
  const auto known = names_.find(receipt.index());
  if (known == names_.end()) return false;
  if (known->second != name) return true;
  const absl::StatusOr<std::string> bytes = directory_.Get(name);
  if (absl::IsNotFound(bytes.status())) return false;  // somebody moved it away
  RETURN_IF_ERROR(bytes.status());
  const absl::StatusOr<KeptReceipt> kept = ReadReceiptFile(name, *bytes);
  return kept.ok() && kept->entry != receipt.leaf();  // what is damaged is written anew
}

absl::Status ReceiptBook::Keep(const v1::LogReceipt& receipt, const v1::AuditLeaf& leaf) {
  ASSIGN_OR_RETURN(const std::string file, ReceiptFile(receipt));
  std::string name = absl::StrCat(NameOf(receipt.index(), leaf), kReceiptSuffix);
  MutexLock lock(&mutex_);
  const absl::StatusOr<bool> contradicts = Contradicts(name, receipt, leaf);
  RETURN_IF_ERROR(OwnFault(contradicts.status()));
  if (*contradicts) {
    ++contradictions_;
    on_contradiction_(receipt.index());
    name = absl::StrCat(NameOf(receipt.index(), leaf), ".", ToHex(leaf.event_id()), kReceiptSuffix);
  }
  Remember(receipt.index(), name, leaf);
  return OwnFault(directory_.Put(name, file));
}

absl::StatusOr<v1::AuditLeaf> ReceiptBook::Take(const v1::LogReceipt& receipt) {
  ASSIGN_OR_RETURN(v1::AuditLeaf leaf, verifier_.Verify(receipt));
  RETURN_IF_ERROR(Keep(receipt, leaf));
  return leaf;
}

absl::Status ReceiptBook::TakeSubmission(const v1::Header& header,
                                         const v1::SubmitResponse& answer) {
  RETURN_IF_ERROR(verifier_.VerifySubmission(header, answer));
  return Take(answer.receipt()).status();
}

absl::Status ReceiptBook::TakeDelivery(const v1::Header& header,
                                       const v1::Notification& notification) {
  RETURN_IF_ERROR(verifier_.VerifyDelivery(header, notification));
  return Take(notification.receipt()).status();
}

uint64_t ReceiptBook::kept() const {
  MutexLock lock(&mutex_);
  return names_.size();
}

uint64_t ReceiptBook::contradictions() const {
  MutexLock lock(&mutex_);
  return contradictions_;
}

}  // namespace sluss
