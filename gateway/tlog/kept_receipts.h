// The receipts that agencies keep, held against each other and against the log.
//
// A receipt is a proof file (proof_file.h) whose `extra` is the entry: one file that needs nothing
// else. What success means: every one of them stands in the log, and every disclosure that the log
// tells of their agencies has one: a decision at its sender, a delivery that was acknowledged at
// its recipient. So neither did the gateway leave something out that it had vouched for, nor does
// it tell of something that the agency never heard of. What it does not mean: that a message which
// nobody answered was or was not sent.
//
// Errors are sentences that name the file, or the entry, at fault. DATA_LOSS: what they say does
// not fit together. PERMISSION_DENIED: a signature. INVALID_ARGUMENT: no receipt at all.
#ifndef SLUSS_GATEWAY_TLOG_KEPT_RECEIPTS_H_
#define SLUSS_GATEWAY_TLOG_KEPT_RECEIPTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/note.h"
#include "gateway/tlog/verifier.h"
#include "proto/notification.pb.h"
#include "proto/record.pb.h"

namespace sluss {

inline constexpr absl::string_view kReceiptSuffix = ".tlog-proof";

// The receipt as a file: the proof, with the entry as its `extra`. INVALID_ARGUMENT for a proof
// that is none.
absl::StatusOr<std::string> ReceiptFile(const v1::LogReceipt& receipt);

struct KeptReceipt {
  std::string file;
  uint64_t index = 0;
  std::string entry;
  v1::AuditLeaf leaf;
  Note note;              // its checkpoint, signed by whom is not known yet
  Checkpoint checkpoint;  // which holds the entry at `index`
};
absl::StatusOr<KeptReceipt> ReadReceiptFile(const std::string& file, absl::string_view text);

// Of which agency a receipt of this entry is: the sender of what was decided and of a register of
// officers, the recipient of what was handed over. Empty for other entries, whose receipts are
// looked up in the log only.
std::string HolderOf(const v1::AuditLeaf& leaf);

// Not thread-safe.
class KeptReceipts {
 public:
  // What happened before `since` needs no receipt: an archive of one year.
  explicit KeptReceipts(absl::Time since = absl::InfinitePast()) : since_(since) {}

  // One more. DATA_LOSS when it contradicts one before it: another entry with the same number, or
  // another log of the same size.
  absl::Status Add(KeptReceipt receipt);
  // After the last: no gateway's count jumps further than the log's own numbers do.
  absl::Status CheckCounters() const;
  // Whether `key`, or one that followed from it by `changes`, signed each of them. DATA_LOSS for a
  // checkpoint by a key that was retired before it.
  absl::Status CheckSignatures(const VerifierKey& key, const std::vector<KeyChange>& changes) const;

  // For VerifyLog: what the log must contain, and what is asked of each of its entries.
  std::vector<SeenCheckpoint> Seen() const;
  absl::Status OnEntry(uint64_t index, absl::string_view entry);
  // After the last entry: the first disclosure without a receipt.
  const absl::Status& gap() const { return gap_; }

  struct Count {
    uint64_t sent = 0;      // decisions on what it sent, denials too
    uint64_t received = 0;  // deliveries that it acknowledged
  };
  // Of the log that was read, by agency: each has its receipt.
  const std::map<std::string, Count>& counts() const { return counts_; }
  size_t size() const { return files_; }

 private:
  bool Acknowledged(const v1::AuditLeaf& leaf);
  void Missing(uint64_t index, const v1::AuditLeaf& leaf, absl::string_view what);

  absl::Time since_;
  size_t files_ = 0;
  std::map<uint64_t, KeptReceipt> by_index_;
  std::map<uint64_t, const KeptReceipt*> by_size_;  // one of each checkpoint
  std::map<std::string, Count> counts_;
  absl::Status gap_;
  // Deliveries to these agencies that are not at an end, with whether one has its receipt.
  absl::flat_hash_map<std::string, bool> delivered_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_KEPT_RECEIPTS_H_
