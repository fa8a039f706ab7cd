// A gRPC server on loopback with an authority of its own, and clients with its certificates.
#ifndef SLUSS_TESTS_GATEWAY_SERVER_TEST_RIM_H_
#define SLUSS_TESTS_GATEWAY_SERVER_TEST_RIM_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "gateway/rpc/channel.h"
#include "gateway/rpc/server.h"
#include "gateway/rpc/status.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"

namespace sluss::testing {

// For tests of one service, by the class that the compiler made of it.
template <typename Service>
class TestRim {
 public:
  using Stub = typename Service::Stub;

  TestRim() : clock_(absl::Now()) {
    ReplaceFile(directory_.Path("ca.crt"), authority_.pem());
    ReplaceFile(directory_.Path("ca.crl"), authority_.RevocationList());
    verifier_ =
        Must(PeerVerifier::Create(directory_.Path("ca.crt"), directory_.Path("ca.crl"), &clock_));
  }

  const PeerVerifier* verifier() const { return verifier_.get(); }

  void Serve(grpc::Service* service) {
    server_ = Must(StartServer(
        {.listen = "127.0.0.1:0",
         .self = {PeerKind::kGateway, "gateway/gw1"},
         .tls =
             WriteTlsFiles(directory_, "gw1", authority_.Issue({.uris = {"sluss://gateway/gw1"}}))},
        verifier_.get(), {service}));
  }
  // Before the service goes.
  void Stop() { server_.reset(); }

  // One channel a peer.
  Stub& As(const std::string& uri) {
    std::unique_ptr<Stub>& stub = stubs_[uri];
    if (stub == nullptr) {
      const std::string name = "client" + std::to_string(stubs_.size());
      stub = Service::NewStub(
          Must(Connect({.address = server_->address(),
                        .server_name = "gateway/gw1",
                        .self = *ParsePeerUri(uri),
                        .tls = WriteTlsFiles(directory_, name, authority_.Issue({.uris = {uri}})),
                        .max_message_bytes = 64 << 20},
                       &clock_)));
    }
    return *stub;
  }

  static void SetDeadline(grpc::ClientContext* context) {
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  }

  template <typename Request, typename Response>
  static absl::StatusOr<Response> Call(Stub& stub,
                                       grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                                       const Request& request) {
    grpc::ClientContext context;
    SetDeadline(&context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

 private:
  FakeClock clock_;
  TestDirectory directory_;
  TestAuthority authority_;
  std::unique_ptr<PeerVerifier> verifier_;
  std::unique_ptr<RpcServer> server_;
  std::map<std::string, std::unique_ptr<Stub>> stubs_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_SERVER_TEST_RIM_H_
