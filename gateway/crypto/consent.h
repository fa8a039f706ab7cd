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

// Fills consent_id (when empty), depositor, deposit, key_set and directory of `record`, signs it
// and proves the knowledge of s. Whether the consent is a good one is for the gateway to say.
absl::StatusOr<SealedConsent> SealConsent(v1::ConsentRecord record, const CanonicalNumber& number,
                                          const AgencySecrets& secrets,
                                          const KeyDirectory& directory);

// The joint key J under which this number was deposited, (D2 - M) / s: rotations of keys take the
// directory away, and a consent outlives them. Of another child's deposit: some point under which
// no proof will verify.
absl::StatusOr<Point> DepositKey(const CanonicalNumber& number, const ConsentWitness& witness);

// That the consent of `record` (its serialised bytes), deposited under `directory`, is for the same
// child as an earlier one of this agency, under whichever, without telling which.
absl::StatusOr<std::string> ProveSameChild(absl::string_view record, const ConsentWitness& own,
                                           const ConsentWitness& earlier, const AgencyId& depositor,
                                           const KeyDirectory& directory);

// ---- The gateway --------------------------------------------------------------------------------

// The record whose signature by `depositor` (the authenticated caller), deposit and proof hold.
// INVALID_ARGUMENT names the field; PERMISSION_DENIED for signature and proof. What the record says
// (validity, parties, grants) is not judged here. It was deposited under the joint key of
// `depositor` in `directory`, which is kept beside it: what cites it is proved against that key, in
// force or not. That is sound whoever knows the secret behind it by now: D1 and the key fix M.
absl::StatusOr<v1::ConsentRecord> CheckConsentDeposit(const v1::RegisterConsentRequest& request,
                                                      const AgencyId& depositor,
                                                      const KeyDirectory& directory);

// Whether `proof` shows that the consent of `record`, deposited under `directory`, is for the same
// child as `earlier`, which the same agency deposited under `earlier_key`. INVALID_ARGUMENT for
// what is no deposit, PERMISSION_DENIED for a proof that fails: another child, or a proof of
// another record.
absl::Status VerifySameChild(absl::string_view record, const v1::ConsentRecord& parsed,
                             const v1::ConsentRecord& earlier, const Point& earlier_key,
                             const KeyDirectory& directory, absl::string_view proof);

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
