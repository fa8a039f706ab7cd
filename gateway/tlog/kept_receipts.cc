#include "gateway/tlog/kept_receipts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/proof_file.h"

namespace sluss {
namespace {

absl::Status InFile(const std::string& file, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("receipt `", file, "`: ", status.message()));
}

absl::Status Contradiction(const KeptReceipt& a, const KeptReceipt& b, absl::string_view how) {
  return absl::DataLossError(absl::StrCat("receipts `", a.file, "` and `", b.file, "`: ", how));
}

std::string TimeOf(const v1::AuditLeaf& leaf) {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(leaf.time_us()),
                          absl::UTCTimeZone());
}

absl::StatusOr<VerifierKey> SignerOf(const KeptReceipt& receipt, const VerifierKey& key,
                                     const std::vector<KeyChange>& changes) {
  const absl::Status by_key = key.Verify(receipt.note);
  if (by_key.ok()) return key;
  for (const KeyChange& change : changes) {
    const bool before = change.added && change.entry < receipt.checkpoint.size;
    if (before && change.added->Verify(receipt.note).ok()) return *change.added;
  }
  return by_key;
}

}  // namespace

absl::StatusOr<std::string> ReceiptFile(const v1::LogReceipt& receipt) {
  ASSIGN_OR_RETURN(ProofFile proof, ParseProofFile(receipt.proof()));
  proof.extra = receipt.leaf();
  return FormatProofFile(proof);
}

absl::StatusOr<KeptReceipt> ReadReceiptFile(const std::string& file, absl::string_view text) {
  absl::StatusOr<ProofFile> proof = ParseProofFile(text);
  if (!proof.ok()) return InFile(file, proof.status());
  if (!proof->extra) {
    return InFile(file, absl::InvalidArgumentError("it has no `extra` line with its entry"));
  }
  KeptReceipt receipt;
  receipt.file = file;
  receipt.index = proof->index;
  receipt.entry = *std::move(proof->extra);
  absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(receipt.entry);
  if (!leaf.ok()) {
    return InFile(file, absl::InvalidArgumentError("its `extra` line is no entry of the log"));
  }
  receipt.leaf = *std::move(leaf);
  ASSIGN_OR_RETURN(receipt.note, ParseNote(proof->checkpoint));
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpointText(receipt.note.text);
  if (!checkpoint.ok()) return InFile(file, checkpoint.status());
  receipt.checkpoint = *std::move(checkpoint);
  const absl::Status included =
      VerifyInclusion(LeafHash(receipt.entry), receipt.index, receipt.checkpoint.size, proof->path,
                      receipt.checkpoint.root);
  if (!included.ok()) return InFile(file, included);
  return receipt;
}

std::string HolderOf(const v1::AuditLeaf& leaf) {
  switch (leaf.kind()) {
    case v1::DECISION:
    case v1::OFFICERS:
      return leaf.sender();
    case v1::DELIVERY:
    case v1::ACKNOWLEDGEMENT:
      return leaf.recipient();
    default:
      return "";
  }
}

absl::Status KeptReceipts::Add(KeptReceipt receipt) {
  ++files_;
  if (const auto known = by_index_.find(receipt.index); known != by_index_.end()) {
    if (known->second.entry != receipt.entry) {
      return Contradiction(known->second, receipt,
                           absl::StrCat("entry ", receipt.index, " is another in each"));
    }
  }
  if (const auto same = by_size_.find(receipt.checkpoint.size); same != by_size_.end()) {
    const Checkpoint& known = same->second->checkpoint;
    if (known.root != receipt.checkpoint.root || known.origin != receipt.checkpoint.origin) {
      return Contradiction(*same->second, receipt,
                           absl::StrCat("they prove two different logs of ", known.size,
                                        " entries: somebody was shown another log"));
    }
  }
  if (const std::string holder = HolderOf(receipt.leaf); !holder.empty()) counts_[holder];
  const KeptReceipt& added = by_index_.emplace(receipt.index, std::move(receipt)).first->second;
  by_size_.emplace(added.checkpoint.size, &added);
  return absl::OkStatus();
}

absl::Status KeptReceipts::CheckCounters() const {
  std::map<std::string, const KeptReceipt*> latest;
  for (const auto& [index, receipt] : by_index_) {
    const uint64_t counter = receipt.leaf.counter();
    const auto [at, first] = latest.try_emplace(receipt.leaf.gateway(), &receipt);
    const uint64_t before = first ? 0 : at->second->leaf.counter();
    const uint64_t entries = first ? index + 1 : index - at->second->index;
    if (counter <= before || counter - before > entries) {
      return absl::DataLossError(absl::StrCat(
          "receipt `", receipt.file, "`: number ", counter, " of `", receipt.leaf.gateway(),
          "` cannot be entry ", index, " of the log, where number ", before,
          first ? " was before the first" : absl::StrCat(" was entry ", at->second->index)));
    }
    at->second = &receipt;
  }
  return absl::OkStatus();
}

absl::Status KeptReceipts::CheckSignatures(const VerifierKey& key,
                                           const std::vector<KeyChange>& changes) const {
  for (const auto& [index, receipt] : by_index_) {
    const absl::StatusOr<VerifierKey> signer = SignerOf(receipt, key, changes);
    if (!signer.ok()) return InFile(receipt.file, signer.status());
    for (const KeyChange& change : changes) {
      if (change.retired != signer->Label() || change.entry >= receipt.checkpoint.size) continue;
      return InFile(receipt.file, absl::DataLossError(
                                      absl::StrCat("its checkpoint is signed by `", change.retired,
                                                   "`, which entry ", change.entry, " retired")));
    }
  }
  return absl::OkStatus();
}

std::vector<SeenCheckpoint> KeptReceipts::Seen() const {
  std::vector<SeenCheckpoint> seen;
  for (const auto& [size, receipt] : by_size_) {
    seen.push_back({receipt->checkpoint, absl::StrCat("receipt `", receipt->file, "`")});
  }
  return seen;
}

absl::Status KeptReceipts::OnEntry(uint64_t index, absl::string_view entry) {
  const auto kept = by_index_.find(index);
  if (kept != by_index_.end() && kept->second.entry != entry) {
    return absl::DataLossError(absl::StrCat("receipt `", kept->second.file, "`: entry ", index,
                                            " of the log is another than the one it proves"));
  }
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entry));
  const auto count = counts_.find(HolderOf(leaf));
  if (count == counts_.end()) return absl::OkStatus();
  const bool has = kept != by_index_.end();
  switch (leaf.kind()) {
    case v1::DECISION:
      if (!has) {
        Missing(
            index, leaf,
            absl::StrCat("something that `", leaf.sender(), "` sent to `", leaf.recipient(), "`"));
      }
      ++count->second.sent;
      break;
    case v1::DELIVERY:
      delivered_[leaf.message_id()] |= has;
      break;
    case v1::ACKNOWLEDGEMENT:
      if (!Acknowledged(leaf)) {
        Missing(index, leaf,
                absl::StrCat("something from `", leaf.sender(), "` that `", leaf.recipient(),
                             "` acknowledged"));
      }
      ++count->second.received;
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

// Whether a receipt proves the delivery. A message may be handed out more than once: what counts is
// that one of these came.
bool KeptReceipts::Acknowledged(const v1::AuditLeaf& leaf) {
  const auto delivered = delivered_.find(leaf.message_id());
  if (delivered == delivered_.end()) return false;
  const bool proved = delivered->second;
  delivered_.erase(delivered);
  return proved;
}

void KeptReceipts::Missing(uint64_t index, const v1::AuditLeaf& leaf, absl::string_view what) {
  if (!gap_.ok() || absl::FromUnixMicros(leaf.time_us()) < since_) return;
  gap_ = absl::DataLossError(
      absl::StrCat("entry ", index, ": the log tells of ", what, " at ", TimeOf(leaf),
                   ", and it has no receipt: it was lost, or somebody acted in the agency's name"));
}

}  // namespace sluss
