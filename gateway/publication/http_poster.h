// How the log's publication asks others: witnesses and timestamping authorities. Declared here, by
// the one who calls it; made over libcurl at the rim.
#ifndef SLUSS_GATEWAY_PUBLICATION_HTTP_POSTER_H_
#define SLUSS_GATEWAY_PUBLICATION_HTTP_POSTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

struct HttpReply {
  int status = 0;
  std::string body;
};

// Thread-safe.
class HttpPoster {
 public:
  virtual ~HttpPoster() = default;
  // Whatever the other end answered. UNAVAILABLE where it did not, in time or at all, or with too
  // much. Blocks for some seconds at most.
  virtual absl::StatusOr<HttpReply> Post(const std::string& url, absl::string_view content_type,
                                         absl::string_view body) = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_HTTP_POSTER_H_
