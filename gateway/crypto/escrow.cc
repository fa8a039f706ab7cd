#include "gateway/crypto/escrow.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/padding.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr size_t kNumberSize = 12;
constexpr size_t kNonceSize = 16;
constexpr HpkeSuite kKeyholderSuite;  // X25519, HKDF-SHA256, ChaCha20-Poly1305

std::string Info(absl::string_view layer, absl::string_view message_id, absl::string_view recipient,
                 uint32_t key_set) {
  return Layout(layer).Bytes(message_id).Bytes(recipient).U32(key_set).Take();
}

std::string InnerInfo(absl::string_view message_id, absl::string_view recipient, uint32_t key_set) {
  return Info("sluss/v1 escrow-inner", message_id, recipient, key_set);
}

std::string OuterInfo(absl::string_view message_id, absl::string_view recipient, uint32_t key_set) {
  return Info("sluss/v1 escrow-outer", message_id, recipient, key_set);
}

}  // namespace

absl::StatusOr<HpkeSealed> SealEscrow(const CanonicalNumber& number, absl::string_view message_id,
                                      const AgencyEntry& recipient, const KeyDirectory& directory) {
  const std::string& name = recipient.id.value();
  const SecretBytes plaintext(
      absl::StrCat(number.Get(InsecureSecretAccess::Get()), RandomBytes(kNonceSize)),
      InsecureSecretAccess::Get());
  ASSIGN_OR_RETURN(
      const HpkeSealed inner,
      HpkeSeal(recipient.suite, recipient.hpke, InnerInfo(message_id, name, directory.key_set()),
               /*aad=*/"", plaintext.Get(InsecureSecretAccess::Get())));
  return HpkeSeal(kKeyholderSuite, directory.keyholder().hpke,
                  OuterInfo(message_id, name, directory.key_set()), /*aad=*/"",
                  Pad(absl::StrCat(inner.enc, inner.ciphertext)));
}

absl::StatusOr<std::string> PeelEscrow(const v1::PeelRequest& request,
                                       const HpkePrivateKey& keyholder,
                                       const KeyDirectory& directory) {
  if (request.key_set() != directory.key_set()) {
    return absl::InvalidArgumentError(absl::StrCat("`key_set` is ", request.key_set(),
                                                   ", the active one is ", directory.key_set()));
  }
  ASSIGN_OR_RETURN(const std::string padded,
                   AtField("ciphertext", HpkeOpen(kKeyholderSuite, request.enc(), keyholder,
                                                  OuterInfo(request.message_id(),
                                                            request.recipient(), request.key_set()),
                                                  /*aad=*/"", request.ciphertext())));
  return AtField("ciphertext", Unpad(padded));
}

absl::StatusOr<CanonicalNumber> OpenEscrow(absl::string_view inner, absl::string_view message_id,
                                           const AgencySecrets& secrets) {
  const size_t enc_size = HpkePublicKeySize(secrets.hpke.kem());
  if (inner.size() < enc_size) {
    return absl::InvalidArgumentError("`inner` is shorter than an encapsulated key");
  }
  const HpkeSuite suite = {.kem = secrets.hpke.kem(), .aead = secrets.aead};
  ASSIGN_OR_RETURN(
      const std::string plaintext,
      AtField("inner", HpkeOpen(suite, inner.substr(0, enc_size), secrets.hpke,
                                InnerInfo(message_id, secrets.agency.value(), secrets.key_set),
                                /*aad=*/"", inner.substr(enc_size))));
  if (plaintext.size() != kNumberSize + kNonceSize) {
    return absl::InvalidArgumentError("`inner` holds no number");
  }
  return AtField("inner", CanonicalNumber::Parse(plaintext.substr(0, kNumberSize)));
}

}  // namespace sluss
