// What both ends of a connection need before gRPC may speak TLS: files that are sound, and a
// library that offers TLS 1.3 only.
#ifndef SLUSS_GATEWAY_RPC_TLS_H_
#define SLUSS_GATEWAY_RPC_TLS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/rpc/certificate.h"
#include "gateway/rpc/peer.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "proto/config.pb.h"

namespace sluss {

// gRPC 1.51 has no setter for the lowest version. It does read GRPC_SSL_CIPHER_SUITES, once, at its
// first use of TLS; the one suite named here cannot be agreed on without a pre-shared key, so that
// nothing below TLS 1.3 (whose suites are configured apart) is left. StartServer and Connect call
// this first; the rest of the program must not use gRPC's security interface by other ways.
void AllowOnlyTls13();

// gRPC 1.51 looks at a connection that is being made only while a call waits, else every 5 s; calls
// that fail at once because there is no connection do not wait, and so the handshake outlives its
// deadline again and again. This makes it look often enough. StartServer and Connect call it too.
void PollBetweenCalls();

// Whether this party can speak as `self` with `tls`: files readable, the private key by its owner
// only and belonging to the certificate, the certificate issued by the authority, naming `self`,
// for `usage`, valid now. The error names the file and the cure.
absl::Status CheckTlsFiles(const v1::TlsFiles& tls, const Peer& self, CertificateUsage usage,
                           absl::Time now);

// Whether the file is `certificate`'s private key, readable by its owner only. As above.
absl::Status CheckPrivateKey(const std::string& path, const Certificate& certificate);

// Hands gRPC the files and looks every second whether they were renewed.
std::shared_ptr<grpc::experimental::CertificateProviderInterface> WatchTlsFiles(
    const v1::TlsFiles& tls);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_TLS_H_
