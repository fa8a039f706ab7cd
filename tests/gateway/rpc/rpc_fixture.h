// A server on loopback with an authority of the test's own, and clients that are right or wrong.
#ifndef SLUSS_TESTS_GATEWAY_RPC_RPC_FIXTURE_H_
#define SLUSS_TESTS_GATEWAY_RPC_RPC_FIXTURE_H_

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <memory>
#include <string>

#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/server.h"
#include "gateway/rpc/status.h"
#include "gateway/rpc/stream_registry.h"
#include "gateway/rpc/tls.h"
#include "gtest/gtest.h"
#include "proto/gateway.grpc.pb.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

inline constexpr char kSchoolUri[] = "sluss://agency/school/ekbacken";
inline constexpr char kPoliceUri[] = "sluss://agency/police/region-mitt";

// Of the gateway's calls, those that a test of the rim needs.
class ProbeService : public v1::Gateway::Service {
 public:
  explicit ProbeService(const PeerVerifier* verifier) : verifier_(verifier), streams_(verifier) {}

  // Answers with the caller's name in place of the log's origin.
  grpc::Status GetKeyDirectory(grpc::ServerContext* context, const v1::GetKeyDirectoryRequest*,
                               v1::KeyDirectory* response) override {
    const absl::StatusOr<Peer> peer = Authenticate(*context, *verifier_);
    if (!peer.ok()) return ToGrpc(peer.status());
    response->mutable_log()->set_origin(peer->name);
    return grpc::Status::OK;
  }

  // A handler that forgot to ask who calls.
  grpc::Status Preflight(grpc::ServerContext*, const v1::PreflightRequest*,
                         v1::PreflightResponse*) override {
    return grpc::Status::OK;
  }

  // Swallows any message.
  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitRequest*,
                      v1::SubmitResponse*) override {
    return grpc::Status::OK;
  }

  // Says that it is open, then holds the stream until it is cancelled.
  grpc::Status Fetch(grpc::ServerContext* context, const v1::FetchRequest*,
                     grpc::ServerWriter<v1::Delivery>* writer) override {
    const StreamRegistry::Handle handle = streams_.Register(context);
    writer->Write(v1::Delivery());
    MutexLock lock(&mutex_);
    for (int seen = nudges_; !context->IsCancelled();) {
      nudged_.WaitFor(&mutex_, std::chrono::milliseconds(10));
      for (; seen < nudges_; ++seen) writer->Write(v1::Delivery());
    }
    return grpc::Status::CANCELLED;
  }

  // Every open Fetch gets one more delivery.
  void Nudge() {
    MutexLock lock(&mutex_);
    ++nudges_;
    nudged_.NotifyAll();
  }

  StreamRegistry& streams() { return streams_; }

 private:
  const PeerVerifier* const verifier_;
  StreamRegistry streams_;
  Mutex mutex_;
  CondVar nudged_;
  int nudges_ ABSL_GUARDED_BY(mutex_) = 0;
};

class RpcFixture : public ::testing::Test {
 protected:
  RpcFixture() : clock_(absl::Now()) {
    ReplaceFile(directory_.Path("ca.crt"), authority_.pem());
    PutList(authority_.RevocationList({}, clock_.Now() - absl::Hours(1),
                                      clock_.Now() + absl::Hours(1)));
    options_.listen = "127.0.0.1:0";
    options_.self = {PeerKind::kGateway, "gateway/gw1"};
    options_.tls =
        WriteTlsFiles(directory_, "gw1", authority_.Issue({.uris = {"sluss://gateway/gw1"}}));
    school_ = authority_.Issue({.uris = {kSchoolUri}});
    auto verifier =
        PeerVerifier::Create(directory_.Path("ca.crt"), directory_.Path("ca.crl"), &clock_);
    EXPECT_OK(verifier);
    verifier_ = *std::move(verifier);
    service_ = std::make_unique<ProbeService>(verifier_.get());
  }

  ~RpcFixture() override {
    server_.reset();  // before the service and its streams
  }

  void PutList(const std::string& list) { ReplaceFile(directory_.Path("ca.crl"), list); }

  void Start() {
    auto server = StartServer(options_, verifier_.get(), {service_.get()});
    ASSERT_OK(server);
    server_ = *std::move(server);
  }

  // A client as the project's own programs are.
  std::shared_ptr<grpc::Channel> Client(const TestCertificate& certificate,
                                        const std::string& uri = kSchoolUri) {
    const ChannelOptions options{
        .address = server_->address(),
        .server_name = "gateway/gw1",
        .self = *ParsePeerUri(uri),
        .tls = WriteTlsFiles(directory_, "client", certificate),
    };
    auto channel = Connect(options, &clock_);
    EXPECT_OK(channel);
    return *std::move(channel);
  }

  // A client that checks nothing of its own before it connects; no certificate where it is null.
  std::shared_ptr<grpc::Channel> CarelessClient(const TestCertificate* certificate) {
    AllowOnlyTls13();
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = authority_.pem();
    if (certificate != nullptr) {
      tls.pem_cert_chain = certificate->pem;
      tls.pem_private_key = certificate->key_pem;
    }
    return grpc::CreateChannel("dns:///" + server_->address(), grpc::SslCredentials(tls));
  }

  // The name by which the server knows the client.
  static absl::StatusOr<std::string> WhoAmI(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    v1::KeyDirectory response;
    const grpc::Status status = v1::Gateway::NewStub(channel)->GetKeyDirectory(
        &context, v1::GetKeyDirectoryRequest(), &response);
    if (!status.ok()) return FromGrpc(status);
    return response.log().origin();
  }

  TestDirectory directory_;
  FakeClock clock_;
  TestAuthority authority_;
  TestCertificate school_;
  ServerOptions options_;
  std::unique_ptr<PeerVerifier> verifier_;
  std::unique_ptr<ProbeService> service_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_RPC_RPC_FIXTURE_H_
