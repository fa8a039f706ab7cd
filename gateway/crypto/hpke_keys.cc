#include "gateway/crypto/hpke_keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/hpke_kdf.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

template <typename T, void (*kFree)(T*)>
struct OpensslFree {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using Openssl = std::unique_ptr<T, OpensslFree<T, kFree>>;
using Context = Openssl<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using BigNumber = Openssl<BIGNUM, BN_clear_free>;
using Curve = Openssl<EC_GROUP, EC_GROUP_free>;
using CurvePoint = Openssl<EC_POINT, EC_POINT_free>;
using ParamBuilder = Openssl<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Openssl<OSSL_PARAM, OSSL_PARAM_free>;

constexpr char kP256[] = "prime256v1";

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

EvpKey Own(EVP_PKEY* key) {
  return key == nullptr ? nullptr : EvpKey(key, [](EVP_PKEY* k) { EVP_PKEY_free(k); });
}

absl::Status CheckSize(absl::string_view what, size_t wanted, size_t size) {
  if (size == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " must be ", wanted, " bytes, not ", size));
}

absl::Status OpensslFailed(absl::string_view what) {
  return absl::InternalError(absl::StrCat("OpenSSL could not ", what));
}

// A P-256 key from its public encoding and, where `scalar` is given, the private number. OpenSSL
// refuses a point that is not on the curve.
EvpKey MakeP256Key(absl::string_view encoded, const BIGNUM* scalar) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kP256, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(),
                                       encoded.size()) != 1 ||
      (scalar != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)) {
    return nullptr;
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  const int selection = scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
    return nullptr;
  }
  return Own(key);
}

struct KeyPair {
  std::string public_bytes;
  EvpKey key;
};

absl::StatusOr<KeyPair> MakeX25519Pair(absl::string_view secret) {
  EvpKey key =
      Own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, Bytes(secret), secret.size()));
  std::string encoded(HpkePublicKeySize(HpkeKem::kX25519HkdfSha256), '\0');
  size_t size = encoded.size();
  if (key == nullptr ||
      EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<uint8_t*>(encoded.data()), &size) !=
          1 ||
      size != encoded.size()) {
    return OpensslFailed("make an X25519 key");
  }
  return KeyPair{std::move(encoded), std::move(key)};
}

absl::StatusOr<KeyPair> MakeP256Pair(absl::string_view secret) {
  const Curve curve(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const BigNumber scalar(BN_bin2bn(Bytes(secret), static_cast<int>(secret.size()), nullptr));
  if (curve == nullptr || scalar == nullptr) return OpensslFailed("make a P-256 key");
  if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(curve.get())) >= 0) {
    return absl::InvalidArgumentError("private key is not between 1 and the order of P-256");
  }
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  const CurvePoint point(EC_POINT_new(curve.get()));
  std::string encoded(HpkePublicKeySize(HpkeKem::kP256HkdfSha256), '\0');
  if (point == nullptr ||
      EC_POINT_mul(curve.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<uint8_t*>(encoded.data()), encoded.size(),
                         nullptr) != encoded.size()) {
    return OpensslFailed("compute a P-256 public key");
  }
  EvpKey key = MakeP256Key(encoded, scalar.get());
  if (key == nullptr) return OpensslFailed("make a P-256 key");
  return KeyPair{std::move(encoded), std::move(key)};
}

}  // namespace

size_t HpkePublicKeySize(HpkeKem kem) { return kem == HpkeKem::kP256HkdfSha256 ? 65 : 32; }

size_t HpkePrivateKeySize(HpkeKem) { return 32; }

HpkePublicKey::HpkePublicKey(HpkeKem kem, std::string bytes, EvpKey key)
    : kem_(kem), bytes_(std::move(bytes)), key_(std::move(key)) {}

absl::StatusOr<HpkePublicKey> HpkePublicKey::Decode(HpkeKem kem, absl::string_view bytes) {
  RETURN_IF_ERROR(CheckSize("public key", HpkePublicKeySize(kem), bytes.size()));
  EvpKey key;
  if (kem == HpkeKem::kX25519HkdfSha256) {
    key = Own(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, Bytes(bytes), bytes.size()));
  } else if (bytes[0] == POINT_CONVERSION_UNCOMPRESSED) {
    key = MakeP256Key(bytes, /*scalar=*/nullptr);
  }
  if (key == nullptr) return absl::InvalidArgumentError("public key is not a point of the curve");
  return HpkePublicKey(kem, std::string(bytes), std::move(key));
}

HpkePrivateKey::HpkePrivateKey(HpkePublicKey public_key, SecretBytes bytes, EvpKey key)
    : public_key_(std::move(public_key)), bytes_(std::move(bytes)), key_(std::move(key)) {}

absl::StatusOr<HpkePrivateKey> HpkePrivateKey::Generate(HpkeKem kem) {
  return Derive(kem, RandomSecret(HpkePrivateKeySize(kem)));
}

absl::StatusOr<HpkePrivateKey> HpkePrivateKey::Derive(HpkeKem kem, const SecretBytes& ikm) {
  const auto access = InsecureSecretAccess::Get();
  const HpkeKdfLabels kdf = HpkeKdfLabels::ForKem(static_cast<uint16_t>(kem));
  const SecretBytes prk = kdf.Extract("", "dkp_prk", ikm.Get(access));
  if (kem == HpkeKem::kX25519HkdfSha256) {
    ASSIGN_OR_RETURN(const SecretBytes secret, kdf.Expand(prk, "sk", "", HpkePrivateKeySize(kem)));
    return Decode(kem, secret);
  }
  // A candidate fails with probability 2^-32.
  for (int counter = 0; counter < 256; ++counter) {
    const std::string info(1, static_cast<char>(counter));
    ASSIGN_OR_RETURN(const SecretBytes secret,
                     kdf.Expand(prk, "candidate", info, HpkePrivateKeySize(kem)));
    absl::StatusOr<HpkePrivateKey> key = Decode(kem, secret);
    if (key.ok() || !absl::IsInvalidArgument(key.status())) return key;
  }
  return absl::InternalError("no P-256 key can be derived from this key material");
}

absl::StatusOr<HpkePrivateKey> HpkePrivateKey::Decode(HpkeKem kem, const SecretBytes& bytes) {
  RETURN_IF_ERROR(CheckSize("private key", HpkePrivateKeySize(kem), bytes.size()));
  const auto access = InsecureSecretAccess::Get();
  const absl::string_view secret = bytes.Get(access);
  ASSIGN_OR_RETURN(KeyPair pair, kem == HpkeKem::kX25519HkdfSha256 ? MakeX25519Pair(secret)
                                                                   : MakeP256Pair(secret));
  HpkePublicKey public_key(kem, std::move(pair.public_bytes), pair.key);
  return HpkePrivateKey(std::move(public_key), SecretBytes(secret, access), std::move(pair.key));
}

SecretBytes HpkePrivateKey::Encode(InsecureSecretAccess access) const {
  return SecretBytes(bytes_.Get(access), access);
}

absl::StatusOr<SecretBytes> DiffieHellman(const HpkePrivateKey& own, const HpkePublicKey& peer) {
  if (own.kem() != peer.kem()) {
    return absl::InvalidArgumentError("the two keys are of different KEMs");
  }
  const Context context(EVP_PKEY_CTX_new(own.key().get(), nullptr));
  SecretBytes shared(32);
  size_t size = shared.size();
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer.key().get()) != 1) {
    return OpensslFailed("prepare the key agreement");
  }
  uint8_t* const out = shared.Data(InsecureSecretAccess::Get());
  // OpenSSL fails on the all-zero X25519 secret; the comparison does not rely on it.
  if (EVP_PKEY_derive(context.get(), out, &size) != 1 || size != shared.size() ||
      SecretsEqual(shared, SecretBytes(shared.size()))) {
    return absl::PermissionDeniedError(
        "key agreement gives no secret: the peer's key is of small order");
  }
  return shared;
}

}  // namespace sluss
