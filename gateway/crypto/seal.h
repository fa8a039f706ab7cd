// The sender: a notification's parts into a signed, sealed envelope.
#ifndef SLUSS_GATEWAY_CRYPTO_SEAL_H_
#define SLUSS_GATEWAY_CRYPTO_SEAL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/personal_number.h"
#include "proto/notification.pb.h"

namespace sluss {

struct Outgoing {
  // `message_id` (random when empty), `protocol`, `sender`, `key_set`, `directory` are filled in;
  // `conversation` becomes the message id when empty; `consent_id` must name the consents below.
  v1::Header header;
  // Content by data category; each becomes one compartment, padded and sealed to the recipient.
  std::map<std::string, std::string> parts;
  // Whom it is about; absent where the purpose has no subject.
  std::optional<CanonicalNumber> number;
  // Adds the number as an escrowed identity. Needs `number`.
  bool escrow_identity = false;
  // One for each cited consent. Need `number`.
  std::vector<ConsentWitness> consents;
};

// The envelope that CheckEnvelope of the same directory accepts. Not the same bytes twice: whoever
// retries keeps and sends the first. INVALID_ARGUMENT names what is missing or contradictory.
absl::StatusOr<v1::Envelope> SealEnvelope(const Outgoing& outgoing, const AgencySecrets& secrets,
                                          const KeyDirectory& directory);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SEAL_H_
