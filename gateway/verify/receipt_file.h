// A receipt as its holder keeps it.
#ifndef SLUSS_GATEWAY_VERIFY_RECEIPT_FILE_H_
#define SLUSS_GATEWAY_VERIFY_RECEIPT_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/tlog/proof_file.h"

namespace sluss {

struct Receipt {
  ProofFile proof;
  std::string leaf;
};

// A LogReceipt as the gateway answered it, or a .tlog-proof file with the entry in `leaf_file`.
// Nothing is verified. INVALID_ARGUMENT, or an error of the file.
absl::StatusOr<Receipt> LoadReceipt(const std::string& file, const std::string& leaf_file);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_RECEIPT_FILE_H_
