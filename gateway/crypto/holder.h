// The secret side of a holder of shares, ready to work: the gateway's and the key holder's.
#ifndef SLUSS_GATEWAY_CRYPTO_HOLDER_H_
#define SLUSS_GATEWAY_CRYPTO_HOLDER_H_

#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/oprf.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/pseudonym.h"
#include "gateway/crypto/scan_hop.h"
#include "proto/keyholder.pb.h"
#include "proto/notification.pb.h"

namespace sluss {

// Immutable; thread-safe: batches may be spread over threads. Learns no number: it sees blinded
// elements and ciphertexts. Who may ask, and how often, is the caller's to decide first.
class Holder {
 public:
  // INVALID_ARGUMENT unless every secret is the one behind the directory's public key for this
  // role.
  static absl::StatusOr<std::unique_ptr<const Holder>> Create(
      HolderRole role, HolderSecrets secrets, std::shared_ptr<const KeyDirectory> directory);

  const KeyDirectory& directory() const { return *directory_; }
  std::shared_ptr<const KeyDirectory> shared_directory() const { return directory_; }
  const SigningKey& signing() const { return secrets_.signing; }
  const std::string& name() const { return secrets_.holder; }

  // The message path. `ciphertext`: 64 bytes, the sender's C at the gateway, the gateway's hop at
  // the key holder. INVALID_ARGUMENT names the field.
  absl::StatusOr<v1::Hop> Hop(const AgencyId& recipient, absl::string_view message_id,
                              absl::string_view ciphertext) const;

  // Enrolment: RFC 9497 mode 0x01 under the share of `agency`. Never empty.
  absl::StatusOr<OprfEvaluation> Evaluate(const AgencyId& agency,
                                          std::span<const Point> elements) const;

  // The access scan, under the share of the directory's access domain: scan_hop.h.
  // FAILED_PRECONDITION where it names none.
  absl::StatusOr<ScanHop> HopForScan(absl::string_view order_digest,
                                     std::span<const MaybeCiphertext> before) const;

  // Takes this holder's layer off an escrowed identity (escrow.h).
  absl::StatusOr<std::string> Peel(const v1::PeelRequest& request) const;

 private:
  Holder(HolderRole role, HolderSecrets secrets, std::shared_ptr<const KeyDirectory> directory);

  HolderRole role_;
  HolderSecrets secrets_;
  std::shared_ptr<const KeyDirectory> directory_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_HOLDER_H_
