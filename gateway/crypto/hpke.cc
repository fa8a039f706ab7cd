#include "gateway/crypto/hpke.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/hpke_internal.h"
#include "gateway/crypto/hpke_kdf.h"

namespace sluss {
namespace {

constexpr size_t kNonceSize = 12;  // Nn of every cipher here
constexpr size_t kSharedSecretSize = 32;

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

// OpenSSL 3.0 looks an algorithm up by name at every use unless it was fetched before.
const EVP_CIPHER* Cipher(HpkeAead aead) {
  static const EVP_CIPHER* const aes128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  static const EVP_CIPHER* const aes256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  static const EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  switch (aead) {
    case HpkeAead::kAes128Gcm:
      return aes128;
    case HpkeAead::kAes256Gcm:
      return aes256;
    case HpkeAead::kChaCha20Poly1305:
      return chacha;
    case HpkeAead::kExportOnly:
      return nullptr;
  }
  return nullptr;
}

size_t KeySize(HpkeAead aead) {
  if (aead == HpkeAead::kExportOnly) return 0;
  return aead == HpkeAead::kAes128Gcm ? 16 : 32;
}

HpkeKdfLabels LabelsOf(const HpkeSuite& suite) {
  return HpkeKdfLabels::ForSuite(
      suite.kdf == HpkeKdf::kHkdfSha256 ? HashFunction::kSha256 : HashFunction::kSha512,
      static_cast<uint16_t>(suite.kem), static_cast<uint16_t>(suite.kdf),
      static_cast<uint16_t>(suite.aead));
}

const uint8_t* In(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}
uint8_t* Out(std::string& bytes) { return reinterpret_cast<uint8_t*>(bytes.data()); }

absl::Status CipherFailed() { return absl::InternalError("OpenSSL could not run the cipher"); }

// Keys the cipher and feeds it the additional data. Null on failure.
CipherContext StartCipher(HpkeAead aead, const SecretBytes& key, absl::string_view nonce,
                          absl::string_view aad, bool encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new());
  int ignored = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex2(context.get(), Cipher(aead), In(key.Get(InsecureSecretAccess::Get())),
                         In(nonce), encrypt ? 1 : 0, nullptr) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &ignored, In(aad), static_cast<int>(aad.size())) !=
          1) {
    return nullptr;
  }
  return context;
}

absl::StatusOr<SecretBytes> SharedSecret(HpkeKem kem, const SecretBytes& dh, absl::string_view enc,
                                         absl::string_view recipient) {
  const HpkeKdfLabels kdf = HpkeKdfLabels::ForKem(static_cast<uint16_t>(kem));
  const SecretBytes prk = kdf.Extract("", "eae_prk", dh.Get(InsecureSecretAccess::Get()));
  return kdf.Expand(prk, "shared_secret", absl::StrCat(enc, recipient), kSharedSecretSize);
}

absl::Status CheckKem(const HpkeSuite& suite, HpkeKem kem) {
  if (suite.kem == kem) return absl::OkStatus();
  return absl::InvalidArgumentError("the key is of another KEM than the suite");
}

absl::StatusOr<HpkeSender> SetupSender(const HpkeSuite& suite, const HpkePublicKey& recipient,
                                       absl::string_view info, const HpkePrivateKey& ephemeral) {
  RETURN_IF_ERROR(CheckKem(suite, recipient.kem()));
  ASSIGN_OR_RETURN(HpkeEncapsulated encapsulated, HpkeEncapsulate(recipient, ephemeral));
  ASSIGN_OR_RETURN(HpkeKeySchedule schedule,
                   MakeHpkeKeySchedule(suite, encapsulated.shared_secret, info));
  return HpkeSender{std::move(encapsulated.enc), HpkeContext(suite, std::move(schedule))};
}

}  // namespace

absl::StatusOr<HpkeSuite> MakeHpkeSuite(uint32_t kem, uint32_t kdf, uint32_t aead) {
  if (kem != 0x0010 && kem != 0x0020) {
    return absl::UnimplementedError(absl::StrCat("HPKE KEM ", kem, " is not supported"));
  }
  if (kdf != 0x0001 && kdf != 0x0003) {
    return absl::UnimplementedError(absl::StrCat("HPKE KDF ", kdf, " is not supported"));
  }
  if ((aead < 0x0001 || aead > 0x0003) && aead != 0xffff) {
    return absl::UnimplementedError(absl::StrCat("HPKE AEAD ", aead, " is not supported"));
  }
  return HpkeSuite{static_cast<HpkeKem>(kem), static_cast<HpkeKdf>(kdf),
                   static_cast<HpkeAead>(aead)};
}

absl::StatusOr<HpkeKeySchedule> MakeHpkeKeySchedule(const HpkeSuite& suite,
                                                    const SecretBytes& shared_secret,
                                                    absl::string_view info) {
  constexpr char kModeBase = 0x00;
  const auto access = InsecureSecretAccess::Get();
  const HpkeKdfLabels kdf = LabelsOf(suite);
  HpkeKeySchedule schedule;
  schedule.context =
      absl::StrCat(std::string(1, kModeBase), kdf.Extract("", "psk_id_hash", "").Get(access),
                   kdf.Extract("", "info_hash", info).Get(access));
  schedule.secret = kdf.Extract(shared_secret.Get(access), "secret", "");
  const bool seals = suite.aead != HpkeAead::kExportOnly;
  ASSIGN_OR_RETURN(schedule.exporter_secret,
                   kdf.Expand(schedule.secret, "exp", schedule.context, kdf.digest_size()));
  if (!seals) return schedule;
  ASSIGN_OR_RETURN(schedule.key,
                   kdf.Expand(schedule.secret, "key", schedule.context, KeySize(suite.aead)));
  ASSIGN_OR_RETURN(schedule.base_nonce,
                   kdf.Expand(schedule.secret, "base_nonce", schedule.context, kNonceSize));
  return schedule;
}

absl::StatusOr<HpkeEncapsulated> HpkeEncapsulate(const HpkePublicKey& recipient,
                                                 const HpkePrivateKey& ephemeral) {
  ASSIGN_OR_RETURN(const SecretBytes dh, DiffieHellman(ephemeral, recipient));
  const std::string& enc = ephemeral.public_key().bytes();
  ASSIGN_OR_RETURN(SecretBytes shared, SharedSecret(recipient.kem(), dh, enc, recipient.bytes()));
  return HpkeEncapsulated{std::move(shared), enc};
}

absl::StatusOr<SecretBytes> HpkeDecapsulate(absl::string_view enc,
                                            const HpkePrivateKey& recipient) {
  ASSIGN_OR_RETURN(const HpkePublicKey ephemeral, HpkePublicKey::Decode(recipient.kem(), enc));
  ASSIGN_OR_RETURN(const SecretBytes dh, DiffieHellman(recipient, ephemeral));
  return SharedSecret(recipient.kem(), dh, enc, recipient.public_key().bytes());
}

HpkeContext::HpkeContext(const HpkeSuite& suite, HpkeKeySchedule schedule)
    : suite_(suite),
      key_(std::move(schedule.key)),
      base_nonce_(schedule.base_nonce.Get(InsecureSecretAccess::Get())),
      exporter_secret_(std::move(schedule.exporter_secret)) {}

std::string HpkeContext::Nonce() const {
  std::string nonce = base_nonce_;
  for (size_t i = 0; i < sizeof(sequence_); ++i) {
    nonce[kNonceSize - 1 - i] ^= static_cast<char>(sequence_ >> (8 * i));
  }
  return nonce;
}

absl::StatusOr<std::string> HpkeContext::Seal(absl::string_view aad, absl::string_view plaintext) {
  if (suite_.aead == HpkeAead::kExportOnly) {
    return absl::FailedPreconditionError("the suite is export-only");
  }
  const CipherContext context = StartCipher(suite_.aead, key_, Nonce(), aad, /*encrypt=*/true);
  std::string sealed(plaintext.size() + kHpkeTagSize, '\0');
  int size = 0;
  int last = 0;
  if (context == nullptr ||
      EVP_EncryptUpdate(context.get(), Out(sealed), &size, In(plaintext),
                        static_cast<int>(plaintext.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), Out(sealed) + size, &last) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kHpkeTagSize,
                          Out(sealed) + plaintext.size()) != 1) {
    return CipherFailed();
  }
  ++sequence_;
  return sealed;
}

absl::StatusOr<std::string> HpkeContext::Open(absl::string_view aad, absl::string_view ciphertext) {
  if (suite_.aead == HpkeAead::kExportOnly) {
    return absl::FailedPreconditionError("the suite is export-only");
  }
  const absl::Status does_not_open = absl::PermissionDeniedError("seal does not open");
  if (ciphertext.size() < kHpkeTagSize) return does_not_open;
  const absl::string_view body = ciphertext.substr(0, ciphertext.size() - kHpkeTagSize);
  std::string tag(ciphertext.substr(body.size()));
  const CipherContext context = StartCipher(suite_.aead, key_, Nonce(), aad, /*encrypt=*/false);
  std::string plaintext(body.size(), '\0');
  int size = 0;
  int last = 0;
  if (context == nullptr ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kHpkeTagSize, Out(tag)) != 1 ||
      EVP_DecryptUpdate(context.get(), Out(plaintext), &size, In(body),
                        static_cast<int>(body.size())) != 1) {
    return CipherFailed();
  }
  if (EVP_DecryptFinal_ex(context.get(), Out(plaintext) + size, &last) != 1) return does_not_open;
  ++sequence_;
  return plaintext;
}

absl::StatusOr<SecretBytes> HpkeContext::Export(absl::string_view exporter_context,
                                                size_t size) const {
  return LabelsOf(suite_).Expand(exporter_secret_, "sec", exporter_context, size);
}

absl::StatusOr<HpkeSender> HpkeSetupSender(const HpkeSuite& suite, const HpkePublicKey& recipient,
                                           absl::string_view info) {
  ASSIGN_OR_RETURN(const HpkePrivateKey ephemeral, HpkePrivateKey::Generate(suite.kem));
  return SetupSender(suite, recipient, info, ephemeral);
}

absl::StatusOr<HpkeSender> HpkeSetupSenderForTest(const HpkeSuite& suite,
                                                  const HpkePublicKey& recipient,
                                                  absl::string_view info, const SecretBytes& ikm) {
  ASSIGN_OR_RETURN(const HpkePrivateKey ephemeral, HpkePrivateKey::Derive(suite.kem, ikm));
  return SetupSender(suite, recipient, info, ephemeral);
}

absl::StatusOr<HpkeContext> HpkeSetupReceiver(const HpkeSuite& suite, absl::string_view enc,
                                              const HpkePrivateKey& recipient,
                                              absl::string_view info) {
  RETURN_IF_ERROR(CheckKem(suite, recipient.kem()));
  ASSIGN_OR_RETURN(const SecretBytes shared, HpkeDecapsulate(enc, recipient));
  ASSIGN_OR_RETURN(HpkeKeySchedule schedule, MakeHpkeKeySchedule(suite, shared, info));
  return HpkeContext(suite, std::move(schedule));
}

absl::StatusOr<HpkeSealed> HpkeSeal(const HpkeSuite& suite, const HpkePublicKey& recipient,
                                    absl::string_view info, absl::string_view aad,
                                    absl::string_view plaintext) {
  ASSIGN_OR_RETURN(HpkeSender sender, HpkeSetupSender(suite, recipient, info));
  ASSIGN_OR_RETURN(std::string ciphertext, sender.context.Seal(aad, plaintext));
  return HpkeSealed{std::move(sender.enc), std::move(ciphertext)};
}

absl::StatusOr<std::string> HpkeOpen(const HpkeSuite& suite, absl::string_view enc,
                                     const HpkePrivateKey& recipient, absl::string_view info,
                                     absl::string_view aad, absl::string_view ciphertext) {
  ASSIGN_OR_RETURN(HpkeContext context, HpkeSetupReceiver(suite, enc, recipient, info));
  return context.Open(aad, ciphertext);
}

}  // namespace sluss
