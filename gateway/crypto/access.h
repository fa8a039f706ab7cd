// The officer's copy of a number: what a citizen's access report is found by.
//
// Where the key directory names an access domain, every notification about a child carries the
// number a second time, C_dpo = (sG, M + s J_dpo), and proves that it is the number that the
// recipient gets: so no sender can keep a disclosure out of the report. The sender makes both
// alone; no key holder is asked. Later the officer's tool, which has found N of the citizen's
// number by enrolment, compares it with what both holders make of C_dpo (scan_hop.h).
#ifndef SLUSS_GATEWAY_CRYPTO_ACCESS_H_
#define SLUSS_GATEWAY_CRYPTO_ACCESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/pseudonym.h"

namespace sluss {

// That `copy`, under the access domain's joint key, holds the number of `message`, under the
// recipient's. `binding`: the manifest's digest. FAILED_PRECONDITION where the directory names no
// access domain.
absl::StatusOr<std::string> ProveAccessCopy(const EncryptedNumber& message,
                                            const Point& recipient_joint,
                                            const EncryptedNumber& copy,
                                            const KeyDirectory& directory,
                                            absl::string_view binding);
// As SigmaVerify: PERMISSION_DENIED means another number, or a proof lifted from elsewhere.
absl::Status VerifyAccessCopy(const NymCiphertext& message, const Point& recipient_joint,
                              const NymCiphertext& copy, const KeyDirectory& directory,
                              absl::string_view binding, absl::string_view proof);

// What the log commits to: under which directory it was made, and the ciphertext.
//   value = directory name (8) || C1 (32) || C2 (32)
inline constexpr size_t kAccessValueSize = kDirectoryNameSize + kCiphertextSize;
std::string EncodeAccessValue(absl::string_view directory, absl::string_view ciphertext);
struct AccessValue {
  std::string directory;
  std::string ciphertext;  // not decoded
};
// INVALID_ARGUMENT for another length.
absl::StatusOr<AccessValue> DecodeAccessValue(absl::string_view value);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_ACCESS_H_
