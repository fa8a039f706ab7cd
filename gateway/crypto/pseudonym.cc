#include "gateway/crypto/pseudonym.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/hkdf.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/oprf.h"
#include "gateway/crypto/sigma.h"

namespace sluss {
namespace {

SigmaRelation KnowledgeOfRandomness(const NymCiphertext& ciphertext) {
  return {.name = "nym-ciphertext",
          .witnesses = 1,
          .equations = {{.left = ciphertext.c1, .right = {{.witness = 0, .base = std::nullopt}}}}};
}

// C2 is not part of the relation, so it goes in here.
std::string Binding(const NymCiphertext& ciphertext, const KeyDirectory& directory,
                    absl::string_view binding) {
  return Layout("sluss/v1 nym-proof")
      .Bytes(directory.digest())
      .Bytes(binding)
      .Bytes(ciphertext.Encode())
      .Take();
}

}  // namespace

absl::StatusOr<NymCiphertext> NymCiphertext::Decode(absl::string_view bytes) {
  if (bytes.size() != kCiphertextSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("ciphertext must be ", kCiphertextSize, " bytes, not ", bytes.size()));
  }
  ASSIGN_OR_RETURN(Point c1, AtField("C1", Point::Decode(bytes.substr(0, kPointSize))));
  ASSIGN_OR_RETURN(Point c2, AtField("C2", Point::Decode(bytes.substr(kPointSize))));
  return NymCiphertext{std::move(c1), std::move(c2)};
}

std::string NymCiphertext::Encode() const { return absl::StrCat(c1.encoded(), c2.encoded()); }

absl::StatusOr<Point> NumberElement(const CanonicalNumber& number) {
  return OprfInputElement(OprfMode::kVoprf, number.Get(InsecureSecretAccess::Get()));
}

absl::StatusOr<EncryptedNumber> EncryptNumber(const CanonicalNumber& number,
                                              const Point& joint_key) {
  Scalar r = Scalar::Random();
  ASSIGN_OR_RETURN(const Point element, NumberElement(number));
  ASSIGN_OR_RETURN(Point c1, MultiplyBase(r));
  ASSIGN_OR_RETURN(const Point mask, Multiply(r, joint_key));
  ASSIGN_OR_RETURN(Point c2, Add(element, mask));
  return EncryptedNumber{{std::move(c1), std::move(c2)}, std::move(r)};
}

absl::StatusOr<std::string> ProveCiphertext(const EncryptedNumber& encrypted,
                                            const KeyDirectory& directory,
                                            absl::string_view binding) {
  return SigmaProve(KnowledgeOfRandomness(encrypted.ciphertext), {&encrypted.randomness, 1},
                    Binding(encrypted.ciphertext, directory, binding));
}

absl::Status VerifyCiphertext(const NymCiphertext& ciphertext, const KeyDirectory& directory,
                              absl::string_view binding, absl::string_view proof) {
  return SigmaVerify(KnowledgeOfRandomness(ciphertext), Binding(ciphertext, directory, binding),
                     proof);
}

absl::StatusOr<Point> DecryptElement(const AgencySecrets& secrets,
                                     const NymCiphertext& ciphertext) {
  ASSIGN_OR_RETURN(const Point mask, Multiply(secrets.nym, ciphertext.c1));
  return Subtract(ciphertext.c2, mask);
}

Nym CloseNym(const AgencySecrets& secrets, const Point& element) {
  const auto access = InsecureSecretAccess::Get();
  std::string key_set;
  for (int shift = 24; shift >= 0; shift -= 8) {
    key_set.push_back(static_cast<char>(secrets.key_set >> shift));
  }
  const SecretBytes nym =
      Hmac(HashFunction::kSha256, secrets.closing.Get(access), {"nym", key_set, element.encoded()});
  return Nym(std::string(nym.Get(access)));
}

}  // namespace sluss
