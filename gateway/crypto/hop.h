// One holder's hop: strip the own layer, multiply by the recipient's share, rerandomise under what
// remains of the joint key, and prove that exactly this was done.
//
// With layer z, share s, t = s z, fresh r' and remaining key K:
//     C1' = s C1 + r' G        C2' = s C2 - t C1 + r' K
// proved together with S = s G and 0 = s Z - t G, so that neither another share nor another layer
// nor a skipped step verifies.
#ifndef SLUSS_GATEWAY_CRYPTO_HOP_H_
#define SLUSS_GATEWAY_CRYPTO_HOP_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/pseudonym.h"
#include "proto/notification.pb.h"

namespace sluss {

// What a hop's proof is bound to besides its points.
struct HopContext {
  HolderRole role;
  const KeyDirectory& directory;
  const AgencyEntry& recipient;
  absl::string_view message_id;
};

// With the secrets z (layer) and s (share). The Holder class calls this with checked ones.
absl::StatusOr<v1::Hop> MakeHop(const HopContext& context, const Scalar& layer, const Scalar& share,
                                const NymCiphertext& before);

// The ciphertext after a hop whose proof holds. INVALID_ARGUMENT: `ciphertext` or `proof`
// malformed, or the ciphertext left unchanged; PERMISSION_DENIED: the proof does not verify.
absl::StatusOr<NymCiphertext> VerifyHop(const HopContext& context, const NymCiphertext& before,
                                        const v1::Hop& hop);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HOP_H_
