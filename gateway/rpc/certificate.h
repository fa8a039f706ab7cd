// One X.509 certificate as the rim needs it: who issued it, until when, what for, which URIs.
#ifndef SLUSS_GATEWAY_RPC_CERTIFICATE_H_
#define SLUSS_GATEWAY_RPC_CERTIFICATE_H_

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluss {

enum class CertificateUsage { kClient, kServer };

// A shared, immutable handle; cheap to copy. Thread-safe.
class Certificate {
 public:
  // INVALID_ARGUMENT unless `pem` holds exactly one certificate.
  static absl::StatusOr<Certificate> FromPem(absl::string_view pem);
  // The first certificate of a chain; the rest is not looked at.
  static absl::StatusOr<Certificate> FirstOfChain(absl::string_view pem);

  absl::Time not_before() const { return not_before_; }
  absl::Time not_after() const { return not_after_; }

  // The URIs among the subject alternative names.
  std::vector<std::string> Uris() const;
  // Whether the extended key usage names `usage`. A certificate without one is for nothing.
  bool IsFor(CertificateUsage usage) const;
  // Whether it may issue certificates.
  bool IsAuthority() const;
  // Issued by `authority` itself, by name and by signature; a chain over others is not followed.
  bool IsIssuedBy(const Certificate& authority) const;
  // Whether `private_key_pem` is its private key.
  bool Matches(absl::string_view private_key_pem) const;

  X509* handle() const { return x509_.get(); }

 private:
  explicit Certificate(std::shared_ptr<X509> x509, absl::Time not_before, absl::Time not_after)
      : x509_(std::move(x509)), not_before_(not_before), not_after_(not_after) {}

  std::shared_ptr<X509> x509_;
  absl::Time not_before_;
  absl::Time not_after_;
};

// The instant that `time` names. INVALID_ARGUMENT where it is null or malformed.
absl::StatusOr<absl::Time> FromAsn1Time(const ASN1_TIME* time);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_CERTIFICATE_H_
