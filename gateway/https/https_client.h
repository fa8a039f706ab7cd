// One POST to another party, over libcurl.
//
// TLS 1.3 only, with this party's certificate where one is given; the server is checked against the
// authority, its name, and the authority's revocation list where one is given. Redirects are not
// followed; nothing is kept between calls, so that renewed files are taken at the next one. Plain
// HTTP only where the caller says that the answer proves itself.
//
// libcurl, in Debian's OpenSSL build, because Debian keeps it in repair and OpenSSL is linked
// already; libmicrohttpd is a server only, and gRPC speaks no plain HTTP.
#ifndef SLUSS_GATEWAY_HTTPS_HTTPS_CLIENT_H_
#define SLUSS_GATEWAY_HTTPS_HTTPS_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/https/https_server.h"

namespace sluss {

struct HttpsClientOptions {
  std::string certificate, private_key;  // PEM files of this party; empty: none is shown
  std::string authority;                 // PEM file; empty: the machine's own authorities
  std::string revocation_list;           // PEM file of that authority; empty: none is asked for
  std::chrono::milliseconds patience{10'000};
  size_t max_answer_bytes = 64 << 10;
  bool plain_http = false;  // also http://
};

// Thread-safe.
class HttpsClient {
 public:
  explicit HttpsClient(HttpsClientOptions options);

  // Any status that the server answers with. UNAVAILABLE says why there is no answer: not reached,
  // not trusted, too slow, too long. INVALID_ARGUMENT where `url` is none that may be asked.
  absl::StatusOr<HttpResponse> Post(const std::string& url, absl::string_view content_type,
                                    absl::string_view body) const;

 private:
  const HttpsClientOptions options_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_HTTPS_HTTPS_CLIENT_H_
