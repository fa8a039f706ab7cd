#include "gateway/server/log_listener.h"

#include <utility>

#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr char kForEver[] = "public, max-age=31536000, immutable";
constexpr char kForASecond[] = "public, max-age=1";
constexpr char kNotKept[] = "no-store";

HttpResponse Refuse(int status, const char* text) {
  HttpResponse response;
  response.status = status;
  response.body = text;
  response.cache_control = kNotKept;
  return response;
}

}  // namespace

HttpResponse AnswerLogRequest(const StoreView& view, const ShownCheckpoint& shown,
                              const std::string& verifier_key, const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return Refuse(405, "the log is read with GET\n");
  }
  absl::string_view path = request.path;
  if (!absl::ConsumePrefix(&path, "/")) return Refuse(404, "there is no such file in this log\n");
  absl::StatusOr<PublishedFile> file = ReadPublished(view, path, shown, verifier_key);
  if (absl::IsNotFound(file.status())) return Refuse(404, "there is no such file in this log\n");
  if (!file.ok()) return Refuse(503, "the log cannot be read now: try again later\n");
  HttpResponse response;
  response.body = std::move(file->bytes);
  if (!file->text) response.content_type = "application/octet-stream";
  response.cache_control = file->immutable ? kForEver : kForASecond;
  return response;
}

absl::StatusOr<std::unique_ptr<LogListener>> LogListener::Start(const v1::PublishedLog& config,
                                                                const StoreView* view,
                                                                ShownCheckpoint shown,
                                                                std::string verifier_key,
                                                                const Clock* clock) {
  std::unique_ptr<LogListener> listener(new LogListener);
  if (config.client_certificates()) {
    ASSIGN_OR_RETURN(
        listener->verifier_,
        PeerVerifier::Create(config.tls().authority(), config.tls().revocation_list(), clock));
  }
  HttpsOptions options;
  options.listen = config.listen();
  options.certificate = config.tls().certificate();
  options.private_key = config.tls().private_key();
  options.authority = config.tls().authority();
  options.max_body_bytes = 0;
  options.max_connections = config.max_connections();
  options.max_connections_per_source = config.max_connections_per_source();
  options.idle_seconds = config.idle_seconds();
  options.longest_seconds = config.longest_seconds();
  options.threads = 2;  // readers of the log leave the rest of the machine to the relay
  ASSIGN_OR_RETURN(listener->server_,
                   HttpsServer::Start(options, listener->verifier_.get(),
                                      [view, shown = std::move(shown),
                                       key = std::move(verifier_key)](const HttpRequest& request) {
                                        return AnswerLogRequest(*view, shown, key, request);
                                      }));
  return listener;
}

}  // namespace sluss
