#include "gateway/crypto/aead.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

const uint8_t* In(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}
uint8_t* Out(char* bytes) { return reinterpret_cast<uint8_t*>(bytes); }

absl::Status CipherFailed() { return absl::InternalError("OpenSSL could not run the cipher"); }

// Keys the cipher and feeds it the additional data. Null on failure.
CipherContext Start(const SecretBytes& key, absl::string_view nonce, absl::string_view aad,
                    bool encrypt) {
  // OpenSSL 3.0 looks an algorithm up by name at every use unless it was fetched before.
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CipherContext context(EVP_CIPHER_CTX_new());
  int ignored = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex2(context.get(), cipher, In(key.Get(InsecureSecretAccess::Get())), In(nonce),
                         encrypt ? 1 : 0, nullptr) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &ignored, In(aad), static_cast<int>(aad.size())) !=
          1) {
    return nullptr;
  }
  return context;
}

absl::Status CheckKey(const SecretBytes& key) {
  if (key.size() == kAeadKeySize) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a key of AES-256-GCM has ", kAeadKeySize, " bytes, not ", key.size()));
}

}  // namespace

absl::StatusOr<std::string> AeadSeal(const SecretBytes& key, absl::string_view aad,
                                     absl::string_view plaintext) {
  RETURN_IF_ERROR(CheckKey(key));
  std::string sealed = RandomBytes(kNonceSize);
  const CipherContext context = Start(key, sealed, aad, /*encrypt=*/true);
  sealed.resize(kAeadOverhead + plaintext.size());
  char* const body = sealed.data() + kNonceSize;
  int size = 0;
  int last = 0;
  if (context == nullptr ||
      EVP_EncryptUpdate(context.get(), Out(body), &size, In(plaintext),
                        static_cast<int>(plaintext.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), Out(body) + size, &last) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize,
                          body + plaintext.size()) != 1) {
    return CipherFailed();
  }
  return sealed;
}

absl::StatusOr<std::string> AeadOpen(const SecretBytes& key, absl::string_view aad,
                                     absl::string_view sealed) {
  RETURN_IF_ERROR(CheckKey(key));
  const absl::Status does_not_open = absl::PermissionDeniedError("seal does not open");
  if (sealed.size() < kAeadOverhead) return does_not_open;
  const absl::string_view body = sealed.substr(kNonceSize, sealed.size() - kAeadOverhead);
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  const CipherContext context = Start(key, sealed.substr(0, kNonceSize), aad, /*encrypt=*/false);
  std::string plaintext(body.size(), '\0');
  int size = 0;
  int last = 0;
  if (context == nullptr ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) != 1 ||
      EVP_DecryptUpdate(context.get(), Out(plaintext.data()), &size, In(body),
                        static_cast<int>(body.size())) != 1) {
    return CipherFailed();
  }
  if (EVP_DecryptFinal_ex(context.get(), Out(plaintext.data()) + size, &last) != 1) {
    return does_not_open;
  }
  return plaintext;
}

absl::StatusOr<SecretBytes> AeadOpenSecret(const SecretBytes& key, absl::string_view aad,
                                           absl::string_view sealed) {
  ASSIGN_OR_RETURN(std::string opened, AeadOpen(key, aad, sealed));
  SecretBytes secret(opened, InsecureSecretAccess::Get());
  sodium_memzero(opened.data(), opened.size());
  return secret;
}

}  // namespace sluss
