// A consent bound to its child without naming it.
//
// The agency that will cite a consent deposits D = (sG, M + s J_A), the child's number encrypted to
// its own joint key, and keeps s. A notification that cites it proves that D and the notification's
// C hold the same M (C1 = rG, D1 = sG, C2 - D2 = r J_B - s J_A): the gateway checks that a consent
// is for this very child and learns nothing about which.
#ifndef SLUSS_GATEWAY_CRYPTO_CONSENT_H_
#define SLUSS_GATEWAY_CRYPTO_CONSENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/pseudonym.h"
#include "proto/gateway.pb.h"
#include "proto/notification.pb.h"

namespace sluss {

// What the depositor keeps for as long as it may cite the consent: public id and deposit, secret s.
class ConsentWitness {
 public:
  ConsentWitness(ConsentId consent_id, EncryptedNumber deposit);

  const ConsentId& consent_id() const { return consent_id_; }
  const EncryptedNumber& deposit() const { return deposit_; }

  // For the agency's own state: consent id | deposit | s, 112 bytes.
  SecretBytes Encode(InsecureSecretAccess) const;
  static absl::StatusOr<ConsentWitness> Decode(const SecretBytes& bytes);

 private:
  ConsentId consent_id_;
  EncryptedNumber deposit_;
};

// ---- The depositor ------------------------------------------------------------------------------

struct SealedConsent {
  v1::RegisterConsentRequest request;
  ConsentWitness witness;
};

// Fills consent_id (when empty), depositor, deposit and key_set of `record`, signs it and proves
// the knowledge of s. Whether the consent is a good one is for the gateway to say.
absl::StatusOr<SealedConsent> SealConsent(v1::ConsentRecord record, const CanonicalNumber& number,
                                          const AgencySecrets& secrets,
                                          const KeyDirectory& directory);

// ---- The gateway --------------------------------------------------------------------------------

// The record whose signature by `depositor` (the authenticated caller), deposit and proof hold.
// INVALID_ARGUMENT names the field; PERMISSION_DENIED for signature and proof. What the record says
// (validity, parties, grants) is not judged here.
absl::StatusOr<v1::ConsentRecord> CheckConsentDeposit(const v1::RegisterConsentRequest& request,
                                                      const AgencyId& depositor,
                                                      const KeyDirectory& directory);

// ---- Equality of the two encrypted numbers ------------------------------------------------------

// `binding`: the digest of the manifest that cites the consent.
absl::StatusOr<std::string> ProveConsent(const EncryptedNumber& message,
                                         const Point& recipient_joint,
                                         const ConsentWitness& witness,
                                         const Point& depositor_joint,
                                         const KeyDirectory& directory, absl::string_view binding);
// As SigmaVerify: PERMISSION_DENIED means that the consent is for another child, or the proof
// lifted from elsewhere.
absl::Status VerifyConsent(const NymCiphertext& message, const Point& recipient_joint,
                           const ConsentId& consent_id, const NymCiphertext& deposit,
                           const Point& depositor_joint, const KeyDirectory& directory,
                           absl::string_view binding, absl::string_view proof);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_CONSENT_H_
