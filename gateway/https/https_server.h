// A small HTTPS listener over libmicrohttpd: TLS 1.3 only, bodies and connections limited.
//
// Who asks is told by the certificate, as on every other listener: with a verifier, each request
// needs a client certificate, judged again on every request. Without one anybody may ask; that is
// for what is published. There is no plain text.
//
// A renewed certificate of the server is taken at the next start.
#ifndef SLUSS_GATEWAY_HTTPS_HTTPS_SERVER_H_
#define SLUSS_GATEWAY_HTTPS_HTTPS_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/rpc/peer.h"
#include "gateway/rpc/peer_verifier.h"

struct MHD_Daemon;

namespace sluss {

struct HttpRequest {
  std::string method;  // "GET", "POST"
  std::string path;    // "/add-checkpoint", as sent, without the query
  std::string body;
  std::optional<Peer> peer;  // where clients are verified
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string cache_control = {};  // empty: none
};

struct HttpsOptions {
  std::string listen;                    // "127.0.0.1:8443"; port 0 lets the system choose
  std::string certificate, private_key;  // paths of PEM files
  std::string authority;                 // PEM file; needed where clients are verified
  size_t max_body_bytes = 64 << 10;
  unsigned max_connections = 256;
  unsigned max_connections_per_source = 32;
  unsigned idle_seconds = 15;
  // However busy, a connection is cut after this; a client that still wants something connects
  // again. So one that reads or writes a byte now and then holds its place no longer. 0: never.
  unsigned longest_seconds = 120;
  unsigned threads = 4;
};

// Called from several threads.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

class HttpsServer {
 public:
  // Serves when it returns. `verifier`, null for a listener that anybody may ask, must outlive the
  // server. INVALID_ARGUMENT, PERMISSION_DENIED or NOT_FOUND for files and address; UNAVAILABLE
  // where it cannot be listened.
  static absl::StatusOr<std::unique_ptr<HttpsServer>> Start(const HttpsOptions& options,
                                                            const PeerVerifier* verifier,
                                                            HttpHandler handler);
  // Ends what runs and returns when no call of the handler is left.
  ~HttpsServer();
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  const std::string& address() const { return address_; }

 private:
  friend class HttpsConnection;
  HttpsServer(const HttpsOptions& options, const PeerVerifier* verifier, HttpHandler handler);

  class Cutter;

  const HttpsOptions options_;
  const PeerVerifier* const verifier_;
  const HttpHandler handler_;
  std::string address_;
  std::unique_ptr<Cutter> cutter_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_HTTPS_HTTPS_SERVER_H_
