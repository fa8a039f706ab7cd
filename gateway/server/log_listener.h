// The published log over HTTPS: GET and HEAD of its files, and nothing else.
//
// Anybody may read unless the configuration asks for certificates: what is published holds no
// personal data, and a log that only its friends may check convinces nobody else. Tiles and bundles
// never change and may be cached for ever; a checkpoint for as long as no other is published.
#ifndef SLUSS_GATEWAY_SERVER_LOG_LISTENER_H_
#define SLUSS_GATEWAY_SERVER_LOG_LISTENER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/exchange/store.h"
#include "gateway/https/https_server.h"
#include "gateway/publication/published_files.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/config.pb.h"

namespace sluss {

// The answer to one request. Thread-safe as the view is.
HttpResponse AnswerLogRequest(const StoreView& view, const ShownCheckpoint& shown,
                              const std::string& verifier_key, const HttpRequest& request);

// Thread-safe.
class LogListener {
 public:
  // Serves when it returns. `config.listen` is set; `view` and `clock` outlive it. Errors are
  // HttpsServer::Start's and PeerVerifier::Create's.
  static absl::StatusOr<std::unique_ptr<LogListener>> Start(const v1::PublishedLog& config,
                                                            const StoreView* view,
                                                            ShownCheckpoint shown,
                                                            std::string verifier_key,
                                                            const Clock* clock);

  const std::string& address() const { return server_->address(); }

 private:
  LogListener() = default;

  std::unique_ptr<PeerVerifier> verifier_;
  std::unique_ptr<HttpsServer> server_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_LOG_LISTENER_H_
