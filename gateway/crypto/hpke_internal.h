// The inner values of HPKE, which RFC 9180's test vectors list, and the deterministic sender that
// they need. Nothing but hpke.cc and tests includes this.
#ifndef SLUSS_GATEWAY_CRYPTO_HPKE_INTERNAL_H_
#define SLUSS_GATEWAY_CRYPTO_HPKE_INTERNAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/hpke.h"

namespace sluss {

// KeySchedule<ROLE>, 5.1.
struct HpkeKeySchedule {
  std::string context;
  SecretBytes secret;
  SecretBytes key;
  SecretBytes base_nonce;
  SecretBytes exporter_secret;
};

absl::StatusOr<HpkeKeySchedule> MakeHpkeKeySchedule(const HpkeSuite& suite,
                                                    const SecretBytes& shared_secret,
                                                    absl::string_view info);

struct HpkeEncapsulated {
  SecretBytes shared_secret;
  std::string enc;
};

// Encap, 4.1, with a given ephemeral key.
absl::StatusOr<HpkeEncapsulated> HpkeEncapsulate(const HpkePublicKey& recipient,
                                                 const HpkePrivateKey& ephemeral);
// Decap, 4.1.
absl::StatusOr<SecretBytes> HpkeDecapsulate(absl::string_view enc, const HpkePrivateKey& recipient);

// For tests only: a sender whose ephemeral key comes from `ikm`. An ephemeral key that is known or
// used twice gives the content away.
absl::StatusOr<HpkeSender> HpkeSetupSenderForTest(const HpkeSuite& suite,
                                                  const HpkePublicKey& recipient,
                                                  absl::string_view info, const SecretBytes& ikm);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HPKE_INTERNAL_H_
