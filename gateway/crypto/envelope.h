// The gateway: everything about an envelope that can be checked without opening it.
#ifndef SLUSS_GATEWAY_CRYPTO_ENVELOPE_H_
#define SLUSS_GATEWAY_CRYPTO_ENVELOPE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/pseudonym.h"
#include "proto/notification.pb.h"

namespace sluss {

// An envelope whose every part has been checked; made by CheckEnvelope only. Immutable,
// thread-safe.
class CheckedEnvelope {
 public:
  const v1::Header& header() const { return header_; }
  const v1::Envelope& envelope() const { return envelope_; }  // as it came
  AgencyId sender() const { return AgencyId(header_.sender()); }
  AgencyId recipient() const { return AgencyId(header_.recipient()); }
  // Of the compartments, sorted.
  const std::vector<std::string>& categories() const { return categories_; }
  // Absent where the notification has no subject; which purposes need one is for the policy to say.
  const std::optional<NymCiphertext>& nym_ciphertext() const { return nym_ciphertext_; }
  // The same number to the access domain; empty where there is none.
  const std::string& access_ciphertext() const { return access_ciphertext_; }
  // SHA-512 of the manifest's bytes: what every proof is bound to.
  const std::string& manifest_digest() const { return manifest_digest_; }

 private:
  friend absl::StatusOr<CheckedEnvelope> CheckEnvelope(v1::Envelope envelope,
                                                       const KeyDirectory& directory);
  CheckedEnvelope() = default;

  v1::Envelope envelope_;
  v1::Header header_;
  std::vector<std::string> categories_;
  std::optional<NymCiphertext> nym_ciphertext_;
  std::string access_ciphertext_;
  std::string manifest_digest_;
};

// Checks structure, the sender's signature, the proofs of the pseudonym ciphertext and of the
// officer's copy, and that the compartments are exactly those of the manifest. Each fault has its
// own text, which begins with the field; INVALID_ARGUMENT, or PERMISSION_DENIED for a signature or
// proof. Does not decide: not whether the caller is the sender, whether the message came before, or
// whether the clock is right.
absl::StatusOr<CheckedEnvelope> CheckEnvelope(v1::Envelope envelope, const KeyDirectory& directory);

// That the consent cited as `record.consent_id`, deposited under `deposit_key`, is for the child of
// this notification. INVALID_ARGUMENT for what is missing or malformed; PERMISSION_DENIED when the
// consent is of another child or another depositor.
absl::Status CheckConsentProof(const CheckedEnvelope& checked, const v1::ConsentRecord& record,
                               const Point& deposit_key, const KeyDirectory& directory);

// Removes what is not in `permitted`; the signature over the manifest stays good. Returns how many
// were removed.
int DropCompartments(const std::set<std::string>& permitted, Compartments* compartments);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_ENVELOPE_H_
