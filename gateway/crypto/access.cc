#include "gateway/crypto/access.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/same_number.h"
#include "gateway/crypto/sigma.h"

namespace sluss {
namespace {

absl::StatusOr<const AgencyEntry*> DomainOf(const KeyDirectory& directory) {
  const AgencyEntry* const domain = directory.access_domain();
  if (domain != nullptr) return domain;
  return absl::FailedPreconditionError("the key directory names no `access_domain`");
}

std::string Binding(const NymCiphertext& message, const NymCiphertext& copy,
                    const KeyDirectory& directory, absl::string_view binding) {
  return Layout("sluss/v1 access-proof")
      .Bytes(directory.digest())
      .Bytes(binding)
      .Bytes(message.Encode())
      .Bytes(copy.Encode())
      .Take();
}

}  // namespace

absl::StatusOr<std::string> ProveAccessCopy(const EncryptedNumber& message,
                                            const Point& recipient_joint,
                                            const EncryptedNumber& copy,
                                            const KeyDirectory& directory,
                                            absl::string_view binding) {
  ASSIGN_OR_RETURN(const AgencyEntry* const domain, DomainOf(directory));
  ASSIGN_OR_RETURN(
      const SigmaRelation relation,
      SameNumberRelation({message.ciphertext, recipient_joint}, {copy.ciphertext, domain->joint}));
  const std::array<Scalar, 2> secrets = {message.randomness, copy.randomness};
  return SigmaProve(relation, secrets,
                    Binding(message.ciphertext, copy.ciphertext, directory, binding));
}

absl::Status VerifyAccessCopy(const NymCiphertext& message, const Point& recipient_joint,
                              const NymCiphertext& copy, const KeyDirectory& directory,
                              absl::string_view binding, absl::string_view proof) {
  ASSIGN_OR_RETURN(const AgencyEntry* const domain, DomainOf(directory));
  ASSIGN_OR_RETURN(const SigmaRelation relation,
                   SameNumberRelation({message, recipient_joint}, {copy, domain->joint}));
  return SigmaVerify(relation, Binding(message, copy, directory, binding), proof);
}

std::string EncodeAccessValue(absl::string_view directory, absl::string_view ciphertext) {
  return absl::StrCat(directory, ciphertext);
}

absl::StatusOr<AccessValue> DecodeAccessValue(absl::string_view value) {
  if (value.size() != kAccessValueSize) {
    return absl::InvalidArgumentError(absl::StrCat("the encrypted number must be ",
                                                   kAccessValueSize, " bytes, not ", value.size()));
  }
  return AccessValue{std::string(value.substr(0, kDirectoryNameSize)),
                     std::string(value.substr(kDirectoryNameSize))};
}

}  // namespace sluss
