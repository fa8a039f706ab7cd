// A holder's hop over many ciphertexts of the access domain at once, with one proof for all.
//
// With layer z, share s and t = s z:
//     C1' = s C1        C2' = s C2 - t C1
// for each ciphertext, proved for the sums A and B of them all, before and after, with weights that
// nobody chose (derived by hash from everything, as in RFC 9497's ComputeComposites):
//     S = s G    0 = s Z - t G    B1 = s A1    B2 = s A2 - t A1
// S and Z fix s and t, so a sum that fits while one of its terms does not has probability 2^-128.
//
// Not rerandomised, unlike the hop of the message path (PROTOCOL.md says why that is no loss here).
#ifndef SLUSS_GATEWAY_CRYPTO_SCAN_HOP_H_
#define SLUSS_GATEWAY_CRYPTO_SCAN_HOP_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/pseudonym.h"

namespace sluss {

inline constexpr size_t kMaxScanBatch = 256;

// Empty where there is none, or it cannot be transformed: a sender can make C such that a hop gives
// the identity element, and must not stop the scan of others by it.
using MaybeCiphertext = std::optional<NymCiphertext>;

struct ScanHop {
  std::vector<MaybeCiphertext> after;  // in the order of `before`
  std::string proof;                   // empty where nothing was transformed
};

// What the proof is bound to besides its points. The directory must name an access domain.
struct ScanHopContext {
  HolderRole role;
  const KeyDirectory& directory;
  absl::string_view order_digest;  // SHA-512 of the signed order
};

// With the secrets z (layer) and s (share of the access domain). The Holder class calls this with
// checked ones.
absl::StatusOr<ScanHop> MakeScanHop(const ScanHopContext& context, const Scalar& layer,
                                    const Scalar& share, std::span<const MaybeCiphertext> before);

// INVALID_ARGUMENT where the counts differ, something came from nothing, or the proof is malformed;
// PERMISSION_DENIED when it does not verify. What has no `after` is not vouched for: the holder
// left it out.
absl::Status VerifyScanHop(const ScanHopContext& context, std::span<const MaybeCiphertext> before,
                           std::span<const MaybeCiphertext> after, absl::string_view proof);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SCAN_HOP_H_
