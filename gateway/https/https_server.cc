#include "gateway/https/https_server.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/certificate.h"
#include "gateway/rpc/listen.h"
#include "gateway/rpc/tls.h"

namespace sluss {
namespace {

constexpr char kTls13Only[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
constexpr std::chrono::milliseconds kLook(500);

// The certificate that the client of this connection has shown, as PEM; empty where there is none.
std::string ClientCertificate(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (info == nullptr) return "";
  unsigned count = 0;
  const gnutls_datum_t* chain =
      gnutls_certificate_get_peers(static_cast<gnutls_session_t>(info->tls_session), &count);
  gnutls_datum_t pem = {};
  if (chain == nullptr || count == 0 ||
      gnutls_pem_base64_encode2("CERTIFICATE", &chain[0], &pem) != GNUTLS_E_SUCCESS) {
    return "";
  }
  std::string text(reinterpret_cast<const char*>(pem.data), pem.size);
  gnutls_free(pem.data);
  return text;
}

MHD_Result Queue(MHD_Connection* connection, const HttpResponse& answer) {
  MHD_Response* response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  if (!answer.cache_control.empty()) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, answer.cache_control.c_str());
  }
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

// Knows every connection's age and cuts the old ones: their sockets are shut down, and the library
// then ends them as if the client had gone.
class HttpsServer::Cutter {
 public:
  explicit Cutter(std::chrono::seconds longest) : longest_(longest), thread_([this] { Loop(); }) {}
  ~Cutter() {
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

  // Told by the library before the handshake, and before it closes the socket.
  static void Notify(void* cutter, MHD_Connection* connection, void**,
                     MHD_ConnectionNotificationCode what) {
    auto* const self = static_cast<Cutter*>(cutter);
    const MHD_ConnectionInfo* const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (self == nullptr || info == nullptr) return;
    MutexLock lock(&self->mutex_);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
      self->since_[info->connect_fd] = std::chrono::steady_clock::now();
    } else {
      self->since_.erase(info->connect_fd);
    }
  }

 private:
  void Loop() {
    MutexLock lock(&mutex_);
    while (!stopping_) {
      changed_.WaitFor(&mutex_, kLook);
      const auto now = std::chrono::steady_clock::now();
      for (const auto& [descriptor, since] : since_) {
        if (now - since >= longest_) (void)shutdown(descriptor, SHUT_RDWR);
      }
    }
  }

  const std::chrono::seconds longest_;
  Mutex mutex_;
  CondVar changed_;
  std::map<int, std::chrono::steady_clock::time_point> since_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// One request as it arrives, piece by piece.
class HttpsConnection {
 public:
  static MHD_Result Arrive(void* server, MHD_Connection* connection, const char* url,
                           const char* method, const char* version, const char* data, size_t* size,
                           void** state) {
    if (*state == nullptr) {
      *state = new HttpsConnection(static_cast<HttpsServer*>(server), url, method);
      return MHD_YES;
    }
    auto* const self = static_cast<HttpsConnection*>(*state);
    if (*size == 0) return Queue(connection, self->Answer(connection));
    self->Take(data, *size);
    *size = 0;
    return MHD_YES;
  }

  static void End(void* server, MHD_Connection* connection, void** state,
                  MHD_RequestTerminationCode code) {
    delete static_cast<HttpsConnection*>(*state);
    *state = nullptr;
  }

 private:
  HttpsConnection(const HttpsServer* server, const char* url, const char* method)
      : server_(server) {
    request_.method = method;
    request_.path = url;
  }

  // What is too long is read to its end and thrown away, so that the answer arrives.
  void Take(const char* data, size_t size) {
    too_long_ = too_long_ || request_.body.size() + size > server_->options_.max_body_bytes;
    if (!too_long_) request_.body.append(data, size);
  }

  HttpResponse Answer(MHD_Connection* connection) {
    if (server_->verifier_ != nullptr) {
      absl::StatusOr<Peer> peer =
          server_->verifier_->Verify(ClientCertificate(connection), CertificateUsage::kClient);
      if (!peer.ok()) return Refuse(401, peer.status().message());
      request_.peer = *std::move(peer);
    }
    if (too_long_) {
      return Refuse(413, absl::StrCat("at most ", server_->options_.max_body_bytes, " bytes"));
    }
    return server_->handler_(request_);
  }

  static HttpResponse Refuse(int status, absl::string_view text) {
    HttpResponse response;
    response.status = status;
    response.body = absl::StrCat(text, "\n");
    return response;
  }

  const HttpsServer* const server_;
  HttpRequest request_;
  bool too_long_ = false;
};

HttpsServer::HttpsServer(const HttpsOptions& options, const PeerVerifier* verifier,
                         HttpHandler handler)
    : options_(options), verifier_(verifier), handler_(std::move(handler)) {}

absl::StatusOr<std::unique_ptr<HttpsServer>> HttpsServer::Start(const HttpsOptions& options,
                                                                const PeerVerifier* verifier,
                                                                HttpHandler handler) {
  ASSIGN_OR_RETURN(const std::string certificate, ReadFile(options.certificate));
  ASSIGN_OR_RETURN(const Certificate parsed, Certificate::FirstOfChain(certificate));
  RETURN_IF_ERROR(CheckPrivateKey(options.private_key, parsed));
  ASSIGN_OR_RETURN(const std::string key, ReadFile(options.private_key));
  std::string authority;
  if (verifier != nullptr) {
    ASSIGN_OR_RETURN(authority, ReadFile(options.authority));
  }
  ASSIGN_OR_RETURN(Listener listener, Listen(options.listen));
  std::unique_ptr<HttpsServer> server(new HttpsServer(options, verifier, std::move(handler)));
  server->address_ = std::move(listener.address);
  if (options.longest_seconds > 0) {
    server->cutter_ = std::make_unique<Cutter>(std::chrono::seconds(options.longest_seconds));
  }
  // With an authority the client is asked for its certificate; who it is, the verifier says.
  const MHD_OptionItem trust[] = {
      {authority.empty() ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_TRUST, 0, authority.data()},
      {MHD_OPTION_END, 0, nullptr}};
  server->daemon_ = MHD_start_daemon(
      MHD_USE_TLS | MHD_USE_AUTO_INTERNAL_THREAD, 0, nullptr, nullptr, &HttpsConnection::Arrive,
      server.get(), MHD_OPTION_LISTEN_SOCKET, listener.descriptor, MHD_OPTION_HTTPS_MEM_CERT,
      certificate.c_str(), MHD_OPTION_HTTPS_MEM_KEY, key.c_str(), MHD_OPTION_HTTPS_PRIORITIES,
      kTls13Only, MHD_OPTION_CONNECTION_LIMIT, options.max_connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, options.max_connections_per_source,
      MHD_OPTION_CONNECTION_TIMEOUT, options.idle_seconds, MHD_OPTION_THREAD_POOL_SIZE,
      options.threads, MHD_OPTION_NOTIFY_CONNECTION, &Cutter::Notify, server->cutter_.get(),
      MHD_OPTION_NOTIFY_COMPLETED, &HttpsConnection::End, nullptr, MHD_OPTION_ARRAY, trust,
      MHD_OPTION_END);
  if (server->daemon_ != nullptr) return server;
  close(listener.descriptor);
  return absl::InvalidArgumentError(absl::StrCat("cannot serve HTTPS with `", options.certificate,
                                                 "` and `", options.private_key,
                                                 "`: they must be PEM and belong together"));
}

HttpsServer::~HttpsServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

}  // namespace sluss
