// The secrets of one party, and the public half that it publishes.
#ifndef SLUSS_GATEWAY_CRYPTO_PARTY_KEYS_H_
#define SLUSS_GATEWAY_CRYPTO_PARTY_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/hpke.h"
#include "gateway/crypto/secret.h"
#include "gateway/crypto/sign.h"
#include "proto/keys.pb.h"

namespace sluss {

inline constexpr size_t kClosingSize = 32;

// Made at the agency; never leave it. Move-only.
struct AgencySecrets {
  AgencyId agency;
  uint32_t key_set;
  Scalar nym;           // y: strips the agency's own layer
  HpkePrivateKey hpke;  // opens its compartments
  HpkeAead aead;        // the cipher that it asks senders to use
  SigningKey signing;
  SecretBytes closing;  // c: makes the nym of the agency's table from the common element

  static absl::StatusOr<AgencySecrets> Generate(const AgencyId& agency, uint32_t key_set,
                                                HpkeKem kem = HpkeKem::kX25519HkdfSha256,
                                                HpkeAead aead = HpkeAead::kChaCha20Poly1305);
  // With proof of possession and self-signature.
  absl::StatusOr<v1::AgencyKeys> PublicKeys() const;
};

// Of a holder of shares: the gateway, or the key holder. Move-only.
struct HolderSecrets {
  std::string holder;  // "gateway/gw1" or "keyholder/kh1"
  uint32_t key_set;
  Scalar layer;                      // z
  std::map<AgencyId, Scalar> share;  // s by recipient
  SigningKey signing;
  HpkePrivateKey hpke;  // X25519; the key holder's layer of escrowed identities

  static absl::StatusOr<HolderSecrets> Generate(absl::string_view holder, uint32_t key_set,
                                                const std::vector<AgencyId>& agencies);
  absl::StatusOr<v1::HolderKeys> PublicKeys() const;
};

// The gateway's key for the log's checkpoints.
struct LogSecrets {
  std::string origin;
  SigningKey signing;

  // INVALID_ARGUMENT for an origin that a checkpoint cannot carry (empty, spaces, `+`).
  static absl::StatusOr<LogSecrets> Generate(absl::string_view origin);
  v1::LogKey PublicKey() const;
};

// "<name>+<key hash, 8 hex>+<base64 of 0x01 | key>": an Ed25519 verifier key of
// c2sp.org/signed-note.
std::string NoteVerifierKey(absl::string_view name, absl::string_view public_key);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_PARTY_KEYS_H_
