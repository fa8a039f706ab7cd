#include "gateway/verify/receipt_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/tlog/tile.h"
#include "proto/notification.pb.h"

namespace sluss {

absl::StatusOr<Receipt> LoadReceipt(const std::string& file, const std::string& leaf_file) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
  Receipt receipt;
  std::string proof = bytes;
  if (absl::StartsWith(bytes, "c2sp.org/tlog-proof@")) {
    ASSIGN_OR_RETURN(receipt.proof, ParseProofFile(bytes));
    if (!leaf_file.empty()) {
      ASSIGN_OR_RETURN(receipt.leaf, ReadFile(leaf_file, kMaxEntryBytes));
    } else if (receipt.proof.extra) {  // as agencies keep it
      receipt.leaf = *receipt.proof.extra;
    } else {
      return absl::InvalidArgumentError("a proof file needs its entry: give --leaf FILE");
    }
    return receipt;
  } else {
    v1::LogReceipt message;
    if (!message.ParseFromString(bytes)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", file, "` is neither a receipt nor a proof file"));
    }
    receipt.leaf = message.leaf();
    proof = message.proof();
  }
  ASSIGN_OR_RETURN(receipt.proof, ParseProofFile(proof));
  return receipt;
}

}  // namespace sluss
