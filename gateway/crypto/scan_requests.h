// Who may have the log scanned for a citizen: the order that the access domain signs, and the
// batches that the gateway signs under it. The key holder takes no batch without both, so neither
// the gateway alone nor the officer alone can scan.
#ifndef SLUSS_GATEWAY_CRYPTO_SCAN_REQUESTS_H_
#define SLUSS_GATEWAY_CRYPTO_SCAN_REQUESTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/scan_hop.h"
#include "gateway/crypto/sign.h"
#include "proto/access.pb.h"

namespace sluss {

// A scan of a long log takes hours; an order that was stolen is worth nothing the day after.
inline constexpr absl::Duration kScanOrderLasts = absl::Hours(12);
inline constexpr absl::Duration kScanOrderSkew = absl::Minutes(10);

// Fills `domain`, `key_set` and `directory` of `order` and signs it. INVALID_ARGUMENT unless the
// secrets are the access domain's.
absl::StatusOr<v1::SignedScanOrder> SignScanOrder(v1::ScanOrder order, const AgencySecrets& domain,
                                                  const KeyDirectory& directory);

struct CheckedScanOrder {
  v1::ScanOrder order;
  std::string digest;  // SHA-512 of its bytes: what the hops' proofs are bound to
};

// Not checked yet: by which directory it says that it was signed.
absl::StatusOr<std::string> DirectoryNamedIn(const v1::SignedScanOrder& signed_order);

// INVALID_ARGUMENT names the field (another domain, key set or directory, an empty period, made in
// the future); FAILED_PRECONDITION for one that has lapsed; PERMISSION_DENIED for the signature.
absl::StatusOr<CheckedScanOrder> CheckScanOrder(const v1::SignedScanOrder& signed_order,
                                                const KeyDirectory& directory, absl::Time now);

// Fills `key_set` and `directory`, and `gateway_signature` over everything else.
void SignScanBatch(const SigningKey& gateway, const KeyDirectory& directory,
                   v1::ScanBatchRequest* request);
// INVALID_ARGUMENT: another directory or key set, an empty or too large batch, a ciphertext that is
// none. PERMISSION_DENIED: the gateway's signature. The order is checked apart: it may have been
// signed under another directory than the ciphertexts were made.
absl::StatusOr<std::vector<MaybeCiphertext>> CheckScanBatch(const KeyDirectory& directory,
                                                            const v1::ScanBatchRequest& request);
// The same, where the gateway signed with its key of another directory than the ciphertexts'.
absl::StatusOr<std::vector<MaybeCiphertext>> CheckScanBatch(const KeyDirectory& directory,
                                                            const v1::ScanBatchRequest& request,
                                                            const KeyDirectory& signed_under);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SCAN_REQUESTS_H_
