#include "gateway/rpc/peer_verifier.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"

namespace sluss {
namespace {

// Certificates remembered as examined. More than this many in use is not to be expected; then all
// are forgotten and examined again.
constexpr size_t kMaxKnown = 4096;

absl::Status Refuse(absl::string_view why) {
  return absl::UnauthenticatedError(absl::StrCat("certificate refused: ", why));
}

absl::StatusOr<Peer> OnlyPeer(const Certificate& certificate) {
  const std::vector<std::string> uris = certificate.Uris();
  if (uris.size() != 1) {
    return Refuse(absl::StrCat("it has ", uris.size(), " URI names, one is needed"));
  }
  const absl::StatusOr<Peer> peer = ParsePeerUri(uris.front());
  if (!peer.ok()) return Refuse(peer.status().message());
  return *peer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PeerVerifier>> PeerVerifier::Create(
    const std::string& authority, const std::string& revocation_list, const Clock* clock) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(authority, /*max_bytes=*/1 << 20));
  absl::StatusOr<Certificate> certificate = Certificate::FromPem(pem);
  if (!certificate.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", authority, "`: ", certificate.status().message()));
  }
  if (!certificate->IsAuthority()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", authority, "` is not the certificate of an authority"));
  }
  return std::unique_ptr<PeerVerifier>(new PeerVerifier(*certificate, revocation_list, clock));
}

PeerVerifier::PeerVerifier(const Certificate& authority, const std::string& revocation_list,
                           const Clock* clock)
    : authority_(authority), clock_(clock), revocation_(revocation_list, authority) {}

absl::StatusOr<PeerVerifier::Known> PeerVerifier::Examine(absl::string_view pem,
                                                          CertificateUsage usage) const {
  absl::StatusOr<Certificate> certificate = Certificate::FirstOfChain(pem);
  if (!certificate.ok()) return Refuse(certificate.status().message());
  if (!certificate->IsIssuedBy(authority_)) return Refuse("the authority did not issue it");
  if (certificate->IsAuthority()) return Refuse("it is an authority's");
  if (!certificate->IsFor(usage)) {
    return Refuse(usage == CertificateUsage::kClient
                      ? "its extended key usage lacks client authentication"
                      : "its extended key usage lacks server authentication");
  }
  ASSIGN_OR_RETURN(Peer peer, OnlyPeer(*certificate));
  return Known{*std::move(certificate), std::move(peer)};
}

absl::StatusOr<Peer> PeerVerifier::Verify(absl::string_view pem, CertificateUsage usage) const {
  const absl::Time now = clock_->Now();
  MutexLock lock(&mutex_);
  auto known = known_.find({usage, std::string(pem)});
  if (known == known_.end()) {
    ASSIGN_OR_RETURN(Known examined, Examine(pem, usage));
    if (known_.size() >= kMaxKnown) known_.clear();
    known = known_.emplace(std::pair(usage, std::string(pem)), std::move(examined)).first;
  }
  const Certificate& certificate = known->second.certificate;
  if (now < certificate.not_before()) return Refuse("it is not valid yet");
  if (now > certificate.not_after()) return Refuse("it has expired");
  if (now > authority_.not_after()) return Refuse("the authority's own has expired");
  ASSIGN_OR_RETURN(const RevocationList revocation, revocation_.Current(now));
  if (revocation.Revokes(certificate)) return Refuse("it is revoked");
  return known->second.peer;
}

}  // namespace sluss
