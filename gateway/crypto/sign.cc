#include "gateway/crypto/sign.h"

#include <sodium.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

static_assert(kSigningPublicSize == crypto_sign_PUBLICKEYBYTES);
static_assert(kSigningSeedSize == crypto_sign_SEEDBYTES);
static_assert(kSignatureSize == crypto_sign_BYTES);

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

std::string InContext(absl::string_view context, absl::string_view bytes) {
  return absl::StrCat(std::string(1, static_cast<char>(context.size())), context, bytes);
}

}  // namespace

SigningKey::SigningKey(SecretBytes secret_key, std::string public_key)
    : secret_key_(std::move(secret_key)), public_key_(std::move(public_key)) {}

SigningKey SigningKey::Generate() { return *FromSeed(RandomSecret(kSigningSeedSize)); }

absl::StatusOr<SigningKey> SigningKey::FromSeed(const SecretBytes& seed) {
  if (seed.size() != kSigningSeedSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("signing seed must be ", kSigningSeedSize, " bytes, not ", seed.size()));
  }
  const auto access = InsecureSecretAccess::Get();
  SecretBytes secret_key(crypto_sign_SECRETKEYBYTES);
  std::string public_key(kSigningPublicSize, '\0');
  if (crypto_sign_seed_keypair(reinterpret_cast<uint8_t*>(public_key.data()),
                               secret_key.Data(access), Bytes(seed.Get(access))) != 0) {
    return absl::InternalError("libsodium could not derive the signing key");
  }
  return SigningKey(std::move(secret_key), std::move(public_key));
}

SecretBytes SigningKey::Seed(InsecureSecretAccess access) const {
  return SecretBytes(secret_key_.Get(access).substr(0, kSigningSeedSize), access);
}

std::string SigningKey::Sign(absl::string_view context, absl::string_view bytes) const {
  return SignRaw(InContext(context, bytes));
}

std::string SigningKey::SignRaw(absl::string_view bytes) const {
  std::string signature(kSignatureSize, '\0');
  const int failed =
      crypto_sign_detached(reinterpret_cast<uint8_t*>(signature.data()), nullptr, Bytes(bytes),
                           bytes.size(), Bytes(secret_key_.Get(InsecureSecretAccess::Get())));
  if (failed != 0) std::abort();  // libsodium documents no way to get here
  return signature;
}

absl::Status VerifySignature(absl::string_view public_key, absl::string_view context,
                             absl::string_view bytes, absl::string_view signature) {
  return VerifyRawSignature(public_key, InContext(context, bytes), signature);
}

absl::Status VerifyRawSignature(absl::string_view public_key, absl::string_view bytes,
                                absl::string_view signature) {
  const bool sizes = public_key.size() == kSigningPublicSize && signature.size() == kSignatureSize;
  if (!sizes || crypto_sign_verify_detached(Bytes(signature), Bytes(bytes), bytes.size(),
                                            Bytes(public_key)) != 0) {
    return absl::PermissionDeniedError("signature does not verify");
  }
  return absl::OkStatus();
}

}  // namespace sluss
