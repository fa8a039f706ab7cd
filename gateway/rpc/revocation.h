// The authority's certificate revocation list (RFC 5280, 5), read again whenever its file changes.
#ifndef SLUSS_GATEWAY_RPC_REVOCATION_H_
#define SLUSS_GATEWAY_RPC_REVOCATION_H_

#include <openssl/x509.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/rpc/certificate.h"

namespace sluss {

// One list, already found to be the authority's. Immutable.
class RevocationList {
 public:
  // INVALID_ARGUMENT unless `pem` holds exactly one list, signed by `authority`, with a next update
  // and without a critical extension that is not understood (such as one that narrows its scope).
  static absl::StatusOr<RevocationList> FromPem(absl::string_view pem,
                                                const Certificate& authority);

  // UNAVAILABLE before the list's own date and from its next update on.
  absl::Status CheckCurrent(absl::Time now) const;
  bool Revokes(const Certificate& certificate) const;

 private:
  RevocationList(std::shared_ptr<X509_CRL> crl, absl::Time this_update, absl::Time next_update)
      : crl_(std::move(crl)), this_update_(this_update), next_update_(next_update) {}

  std::shared_ptr<X509_CRL> crl_;
  absl::Time this_update_;
  absl::Time next_update_;
};

// A file that holds the list. Replace it by renaming another over it. Not thread-safe.
class RevocationFile {
 public:
  RevocationFile(std::string path, Certificate authority);

  // The list of this moment; looks at the file's status each time and reads it when that changed.
  // UNAVAILABLE when it is missing, malformed, another authority's or out of date: no fault of the
  // file ever means that nothing is revoked.
  absl::StatusOr<RevocationList> Current(absl::Time now);

 private:
  const std::string path_;
  const Certificate authority_;
  struct stat seen_ = {};
  absl::StatusOr<RevocationList> list_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_REVOCATION_H_
