// Escrowed identity: HPKE_h(HPKE_B(number | nonce)).
//
// Travels as the compartment IDENTITY_ESCROW where the law does not name the child. The recipient
// cannot open the outer layer, the key holder cannot open the inner one; a re-identification brings
// them together, with a legal basis and two officers. Both layers bind the message.
#ifndef SLUSS_GATEWAY_CRYPTO_ESCROW_H_
#define SLUSS_GATEWAY_CRYPTO_ESCROW_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/hpke.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/personal_number.h"
#include "proto/keyholder.pb.h"

namespace sluss {

inline constexpr absl::string_view kEscrowCategory = "IDENTITY_ESCROW";

// Sealed to the key holder; the plaintext is the padded inner layer. At the sender.
absl::StatusOr<HpkeSealed> SealEscrow(const CanonicalNumber& number, absl::string_view message_id,
                                      const AgencyEntry& recipient, const KeyDirectory& directory);

// The inner layer, still sealed to the recipient. At the key holder. INVALID_ARGUMENT for another
// key set; PERMISSION_DENIED when it does not open.
absl::StatusOr<std::string> PeelEscrow(const v1::PeelRequest& request,
                                       const HpkePrivateKey& keyholder,
                                       const KeyDirectory& directory);

// The number. At the recipient, which then checks that its nym is the one that came.
absl::StatusOr<CanonicalNumber> OpenEscrow(absl::string_view inner, absl::string_view message_id,
                                           const AgencySecrets& secrets);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_ESCROW_H_
