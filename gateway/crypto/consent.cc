#include "gateway/crypto/consent.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/same_number.h"
#include "gateway/crypto/sha512.h"
#include "gateway/crypto/sigma.h"
#include "gateway/crypto/sign.h"

namespace sluss {
namespace {

constexpr size_t kIdSize = 16;
constexpr size_t kWitnessSize = kIdSize + kCiphertextSize + kScalarSize;

struct Pair {
  const NymCiphertext& message;
  const Point& message_key;
  const NymCiphertext& deposit;
  const Point& deposit_key;
};

absl::StatusOr<SigmaRelation> SameNumber(const Pair& pair) {
  return SameNumberRelation({pair.message, pair.message_key}, {pair.deposit, pair.deposit_key});
}

std::string EqualityBinding(const Pair& pair, const ConsentId& consent_id,
                            const KeyDirectory& directory, absl::string_view binding) {
  return Layout("sluss/v1 consent-proof")
      .Bytes(directory.digest())
      .Bytes(binding)
      .Bytes(consent_id.value())
      .Bytes(pair.message.Encode())
      .Bytes(pair.deposit.Encode())
      .Take();
}

// J = (D2 - M) / s.
absl::StatusOr<Point> KeyOfDeposit(const Point& element, const ConsentWitness& witness) {
  ASSIGN_OR_RETURN(const Point layer, Subtract(witness.deposit().ciphertext.c2, element));
  ASSIGN_OR_RETURN(const Scalar inverse, witness.deposit().randomness.Inverse());
  return Multiply(inverse, layer);
}

}  // namespace

ConsentWitness::ConsentWitness(ConsentId consent_id, EncryptedNumber deposit)
    : consent_id_(std::move(consent_id)), deposit_(std::move(deposit)) {}

SecretBytes ConsentWitness::Encode(InsecureSecretAccess access) const {
  const SecretBytes s = deposit_.randomness.EncodeSecret(access);
  SecretBytes bytes(kWitnessSize);
  uint8_t* out = bytes.Data(access);
  for (const absl::string_view part :
       {absl::string_view(consent_id_.value()), deposit_.ciphertext.c1.encoded(),
        deposit_.ciphertext.c2.encoded(), s.Get(access)}) {
    out = std::copy(part.begin(), part.end(), out);
  }
  return bytes;
}

absl::StatusOr<ConsentWitness> ConsentWitness::Decode(const SecretBytes& bytes) {
  const absl::string_view all = bytes.Get(InsecureSecretAccess::Get());
  if (all.size() != kWitnessSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("consent witness must be ", kWitnessSize, " bytes, not ", all.size()));
  }
  ASSIGN_OR_RETURN(NymCiphertext deposit,
                   NymCiphertext::Decode(all.substr(kIdSize, kCiphertextSize)));
  ASSIGN_OR_RETURN(Scalar s, Scalar::Decode(all.substr(kIdSize + kCiphertextSize)));
  return ConsentWitness(ConsentId(std::string(all.substr(0, kIdSize))),
                        {std::move(deposit), std::move(s)});
}

absl::StatusOr<SealedConsent> SealConsent(v1::ConsentRecord record, const CanonicalNumber& number,
                                          const AgencySecrets& secrets,
                                          const KeyDirectory& directory) {
  ASSIGN_OR_RETURN(const AgencyEntry* const own,
                   directory.RequireAgency(secrets.agency.value(), "depositor"));
  ASSIGN_OR_RETURN(EncryptedNumber deposit, EncryptNumber(number, own->joint));
  if (record.consent_id().empty()) record.set_consent_id(RandomBytes(kIdSize));
  ASSIGN_OR_RETURN(ConsentId id, ParseId16<ConsentId>(record.consent_id(), "consent_id"));
  record.set_depositor(secrets.agency.value());
  record.set_deposit(deposit.ciphertext.Encode());
  record.set_key_set(directory.key_set());
  record.set_directory(std::string(directory.short_name()));

  v1::RegisterConsentRequest request;
  request.set_record(record.SerializeAsString());
  request.set_signature(secrets.signing.Sign(sign_context::kConsent, request.record()));
  ASSIGN_OR_RETURN(*request.mutable_deposit_proof(),
                   ProveCiphertext(deposit, directory, AsStringView(Sha512({request.record()}))));
  return SealedConsent{std::move(request), ConsentWitness(std::move(id), std::move(deposit))};
}

absl::StatusOr<v1::ConsentRecord> CheckConsentDeposit(const v1::RegisterConsentRequest& request,
                                                      const AgencyId& depositor,
                                                      const KeyDirectory& directory) {
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory.RequireAgency(depositor.value(), "depositor"));
  v1::ConsentRecord record;
  if (!record.ParseFromString(request.record())) {
    return absl::InvalidArgumentError("`record` is not a ConsentRecord");
  }
  RETURN_IF_ERROR(CheckDirectoryName(directory, record.directory()));
  RETURN_IF_ERROR(
      AtField("signature", VerifySignature(entry->signing_public, sign_context::kConsent,
                                           request.record(), request.signature())));
  RETURN_IF_ERROR(ParseId16<ConsentId>(record.consent_id(), "consent_id").status());
  if (record.depositor() != depositor.value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`depositor` is not the caller `", depositor.value(), "`"));
  }
  if (record.key_set() != directory.key_set()) {
    return absl::InvalidArgumentError(absl::StrCat("`key_set` is ", record.key_set(),
                                                   ", the active one is ", directory.key_set()));
  }
  ASSIGN_OR_RETURN(const NymCiphertext deposit,
                   AtField("deposit", NymCiphertext::Decode(record.deposit())));
  RETURN_IF_ERROR(
      AtField("deposit_proof",
              VerifyCiphertext(deposit, directory, AsStringView(Sha512({request.record()})),
                               request.deposit_proof())));
  return record;
}

absl::StatusOr<Point> DepositKey(const CanonicalNumber& number, const ConsentWitness& witness) {
  ASSIGN_OR_RETURN(const Point element, NumberElement(number));
  return KeyOfDeposit(element, witness);
}

absl::StatusOr<std::string> ProveSameChild(absl::string_view record, const ConsentWitness& own,
                                           const ConsentWitness& earlier, const AgencyId& depositor,
                                           const KeyDirectory& directory) {
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory.RequireAgency(depositor.value(), "depositor"));
  // M = D2 - s J of the own deposit, whose key is known.
  ASSIGN_OR_RETURN(const Point layer, Multiply(own.deposit().randomness, entry->joint));
  ASSIGN_OR_RETURN(const Point element, Subtract(own.deposit().ciphertext.c2, layer));
  ASSIGN_OR_RETURN(const Point earlier_key, KeyOfDeposit(element, earlier));
  return ProveConsent(own.deposit(), entry->joint, earlier, earlier_key, directory,
                      AsStringView(Sha512({record})));
}

absl::Status VerifySameChild(absl::string_view record, const v1::ConsentRecord& parsed,
                             const v1::ConsentRecord& earlier, const Point& earlier_key,
                             const KeyDirectory& directory, absl::string_view proof) {
  if (parsed.depositor() != earlier.depositor()) {
    return absl::InvalidArgumentError("`depositor` is not the one of the earlier consent");
  }
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory.RequireAgency(parsed.depositor(), "depositor"));
  ASSIGN_OR_RETURN(const NymCiphertext own,
                   AtField("deposit", NymCiphertext::Decode(parsed.deposit())));
  ASSIGN_OR_RETURN(const NymCiphertext before,
                   AtField("deposit", NymCiphertext::Decode(earlier.deposit())));
  return VerifyConsent(own, entry->joint, ConsentId(earlier.consent_id()), before, earlier_key,
                       directory, AsStringView(Sha512({record})), proof);
}

absl::StatusOr<std::string> ProveConsent(const EncryptedNumber& message,
                                         const Point& recipient_joint,
                                         const ConsentWitness& witness,
                                         const Point& depositor_joint,
                                         const KeyDirectory& directory, absl::string_view binding) {
  const Pair pair = {message.ciphertext, recipient_joint, witness.deposit().ciphertext,
                     depositor_joint};
  ASSIGN_OR_RETURN(const SigmaRelation relation, SameNumber(pair));
  const std::array<Scalar, 2> secrets = {message.randomness, witness.deposit().randomness};
  return SigmaProve(relation, secrets,
                    EqualityBinding(pair, witness.consent_id(), directory, binding));
}

absl::Status VerifyConsent(const NymCiphertext& message, const Point& recipient_joint,
                           const ConsentId& consent_id, const NymCiphertext& deposit,
                           const Point& depositor_joint, const KeyDirectory& directory,
                           absl::string_view binding, absl::string_view proof) {
  const Pair pair = {message, recipient_joint, deposit, depositor_joint};
  ASSIGN_OR_RETURN(const SigmaRelation relation, SameNumber(pair));
  return SigmaVerify(relation, EqualityBinding(pair, consent_id, directory, binding), proof);
}

}  // namespace sluss
