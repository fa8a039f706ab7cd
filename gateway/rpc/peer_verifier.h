// Decides from a certificate alone whether its holder may speak at this moment, and who it is.
//
// gRPC's own checks are not enough: its CRL directory lets everyone in when it is empty, never sees
// a replaced list, and a handshake's verdict is kept for as long as the connection lives. So every
// certificate is judged here again on every call.
#ifndef SLUSS_GATEWAY_RPC_PEER_VERIFIER_H_
#define SLUSS_GATEWAY_RPC_PEER_VERIFIER_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/rpc/certificate.h"
#include "gateway/rpc/peer.h"
#include "gateway/rpc/revocation.h"

namespace sluss {

// Thread-safe.
class PeerVerifier {
 public:
  // `authority` is the path of a PEM file with the one certificate that issues every peer's;
  // `revocation_list` that of its CRL, which may be absent now and come later. `clock` must outlive
  // the verifier. Errors name the file.
  static absl::StatusOr<std::unique_ptr<PeerVerifier>> Create(const std::string& authority,
                                                              const std::string& revocation_list,
                                                              const Clock* clock);

  // The holder of `pem`, when all of this holds now: issued and signed by the authority itself,
  // within its validity, meant for `usage`, no authority of its own, exactly one URI which names a
  // peer, and not on a revocation list that is there, signed by the authority and not out of date.
  // UNAUTHENTICATED says which of these fails. UNAVAILABLE where the revocation list is at fault:
  // then everyone is refused until it is mended.
  absl::StatusOr<Peer> Verify(absl::string_view pem, CertificateUsage usage) const;

 private:
  // What stays true of a certificate for as long as it exists.
  struct Known {
    Certificate certificate;
    Peer peer;
  };

  PeerVerifier(const Certificate& authority, const std::string& revocation_list,
               const Clock* clock);

  absl::StatusOr<Known> Examine(absl::string_view pem, CertificateUsage usage) const;

  const Certificate authority_;
  const Clock* const clock_;
  mutable Mutex mutex_;
  mutable RevocationFile revocation_ ABSL_GUARDED_BY(mutex_);
  mutable std::map<std::pair<CertificateUsage, std::string>, Known> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_PEER_VERIFIER_H_
