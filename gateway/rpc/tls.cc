#include "gateway/rpc/tls.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"

namespace sluss {
namespace {

constexpr size_t kMaxPem = 1 << 20;
constexpr unsigned kRefreshSeconds = 1;

absl::Status Fault(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("`", path, "`: ", why));
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path, kMaxPem));
  absl::StatusOr<Certificate> certificate = Certificate::FirstOfChain(pem);
  if (!certificate.ok()) return Fault(path, certificate.status().message());
  return certificate;
}

}  // namespace

void AllowOnlyTls13() {
  // Once only: other threads may read the environment later.
  static const int set = setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES256-GCM-SHA384", /*overwrite=*/1);
  if (set != 0) std::abort();  // without it TLS 1.2 would be spoken
}

void PollBetweenCalls() {
  static const int set =
      setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "50", /*overwrite=*/1);
  if (set != 0) std::abort();  // without it a lost connection may never come back
}

absl::Status CheckPrivateKey(const std::string& path, const Certificate& certificate) {
  struct stat info = {};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Fault(path, "others may read this private key: run chmod 600 on it");
  }
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path, kMaxPem));
  if (!certificate.Matches(pem)) return Fault(path, "is not the certificate's private key");
  return absl::OkStatus();
}

absl::Status CheckTlsFiles(const v1::TlsFiles& tls, const Peer& self, CertificateUsage usage,
                           absl::Time now) {
  const std::string& path = tls.certificate();
  ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(path));
  RETURN_IF_ERROR(CheckPrivateKey(tls.private_key(), certificate));
  ASSIGN_OR_RETURN(const Certificate authority, ReadCertificate(tls.authority()));
  if (!certificate.IsIssuedBy(authority)) {
    return Fault(path, absl::StrCat("was not issued by `", tls.authority(), "`"));
  }
  const std::vector<std::string> uris = certificate.Uris();
  if (uris.size() != 1 || uris.front() != PeerUri(self)) {
    return Fault(path, absl::StrCat("does not name `", PeerUri(self), "` and nothing else"));
  }
  if (!certificate.IsFor(usage)) {
    return Fault(path, usage == CertificateUsage::kClient ? "is not for client authentication"
                                                          : "is not for server authentication");
  }
  if (now < certificate.not_before()) return Fault(path, "is not valid yet; check the clock");
  if (now > certificate.not_after()) {
    return Fault(path, "has expired; issue another with `sluss-ca issue`");
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::experimental::CertificateProviderInterface> WatchTlsFiles(
    const v1::TlsFiles& tls) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls.private_key(), tls.certificate(), tls.authority(), kRefreshSeconds);
}

}  // namespace sluss
