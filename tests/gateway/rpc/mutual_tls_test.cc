// Who gets in: certificates and protocol versions, over real connections.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "tests/gateway/rpc/rpc_fixture.h"

namespace sluss {
namespace {

using ::sluss::testing::kPoliceUri;
using ::sluss::testing::kSchoolUri;
using ::sluss::testing::RpcFixture;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestAuthority;
using ::sluss::testing::TestCertificate;
using ::testing::HasSubstr;

using MutualTlsTest = RpcFixture;

TEST_F(MutualTlsTest, KnowsACallerByItsUri) {
  Start();
  EXPECT_EQ(WhoAmI(Client(school_)).value_or("refused"), "school/ekbacken");
  const TestCertificate police = authority_.Issue({.uris = {kPoliceUri}});
  EXPECT_EQ(WhoAmI(Client(police, kPoliceUri)).value_or("refused"), "police/region-mitt");
}

TEST_F(MutualTlsTest, RefusesInTheHandshakeWhatTheAuthorityDoesNotVouchFor) {
  Start();
  TestAuthority stranger("Another authority");
  const absl::Time now = absl::Now();
  const TestCertificate expired =
      authority_.Issue({.uris = {kSchoolUri}, .not_after = now - absl::Seconds(2)});
  const TestCertificate early =
      authority_.Issue({.uris = {kSchoolUri}, .not_before = now + absl::Minutes(5)});
  const TestCertificate strange = stranger.Issue({.uris = {kSchoolUri}});
  const TestCertificate self_signed = authority_.SelfSigned({.uris = {kSchoolUri}});
  const TestCertificate for_servers =
      authority_.Issue({.uris = {kSchoolUri}, .usages = "serverAuth"});
  for (const TestCertificate* certificate : {&expired, &early, &strange, &self_signed, &for_servers,
                                             static_cast<const TestCertificate*>(nullptr)}) {
    EXPECT_THAT(WhoAmI(CarelessClient(certificate)),
                StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  }
  EXPECT_OK(WhoAmI(CarelessClient(&school_)));
}

TEST_F(MutualTlsTest, TellsTheHolderOfAnUnfitCertificateWhy) {
  Start();
  const TestCertificate revoked = authority_.Issue({.uris = {kSchoolUri}});
  PutList(authority_.RevocationList({revoked}));
  const struct {
    TestCertificate certificate;
    const char* reason;
  } cases[] = {
      {revoked, "it is revoked"},
      {authority_.Issue({}), "it has 0 URI names"},
      {authority_.Issue({.uris = {kSchoolUri, kPoliceUri}}), "it has 2 URI names"},
      {authority_.Issue({.uris = {"https://school/ekbacken"}}), "does not begin with `sluss://`"},
      {authority_.Issue({.uris = {kSchoolUri}, .usages = ""}), "lacks client authentication"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(WhoAmI(CarelessClient(&c.certificate)),
                StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr(c.reason)));
  }
}

TEST_F(MutualTlsTest, GuardsHandlersThatDoNotAskWhoCalls) {
  Start();
  const std::shared_ptr<grpc::Channel> channel = Client(school_);
  const auto preflight = [&channel] {
    grpc::ClientContext context;
    v1::PreflightResponse response;
    return FromGrpc(
        v1::Gateway::NewStub(channel)->Preflight(&context, v1::PreflightRequest(), &response));
  };
  EXPECT_OK(preflight());
  PutList(authority_.RevocationList({school_}));
  EXPECT_THAT(preflight(),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("it is revoked")));
}

TEST_F(MutualTlsTest, RefusesEveryCallWhileTheRevocationListIsOutOfDate) {
  Start();
  const std::shared_ptr<grpc::Channel> channel =
      Client(authority_.Issue({.uris = {kSchoolUri}, .not_after = clock_.Now() + absl::Hours(2)}));
  EXPECT_OK(WhoAmI(channel));
  clock_.Advance(absl::Minutes(61));
  EXPECT_THAT(WhoAmI(channel),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is out of date since")));
}

TEST_F(MutualTlsTest, RefusesPlainText) {
  Start();
  const auto channel =
      grpc::CreateChannel("dns:///" + server_->address(), grpc::InsecureChannelCredentials());
  EXPECT_THAT(WhoAmI(channel), StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
}

// A handshake by OpenSSL itself, with a good certificate and the named version only.
class RawTls {
 public:
  RawTls(const std::string& address, const TestCertificate& certificate, int version)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    SSL_CTX_use_certificate(context_.get(), certificate.x509.get());
    BIO* key_bio = BIO_new_mem_buf(certificate.key_pem.data(), certificate.key_pem.size());
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_.get(), key);
    EVP_PKEY_free(key);
    BIO_free(key_bio);
    Handshake(std::atoi(address.substr(address.rfind(':') + 1).c_str()));
  }
  ~RawTls() {
    SSL_free(ssl_);
    close(descriptor_);
  }
  // The version agreed on, or the reason why there is none.
  const std::string& outcome() const { return outcome_; }

 private:
  void Handshake(int port) {
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in server = {};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&server), sizeof(server)), 0);
    ssl_ = SSL_new(context_.get());
    const unsigned char alpn[] = "\x02h2";
    SSL_set_alpn_protos(ssl_, alpn, 3);
    SSL_set_fd(ssl_, descriptor_);
    ERR_clear_error();
    if (SSL_connect(ssl_) == 1) {
      outcome_ = SSL_get_version(ssl_);
    } else {
      const char* reason = ERR_reason_error_string(ERR_peek_error());
      outcome_ = reason == nullptr ? "no reason" : reason;
    }
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  SSL* ssl_ = nullptr;
  int descriptor_ = -1;
  std::string outcome_;
};

TEST_F(MutualTlsTest, SpeaksTls13Only) {
  Start();
  EXPECT_EQ(RawTls(server_->address(), school_, TLS1_3_VERSION).outcome(), "TLSv1.3");
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION}) {
    // gRPC hangs up without an alert.
    EXPECT_EQ(RawTls(server_->address(), school_, version).outcome(),
              "unexpected eof while reading")
        << version;
  }
}

TEST_F(MutualTlsTest, ClientRefusesAServerThatIsNotTheOneNamed) {
  options_.self = {PeerKind::kGateway, "gateway/gw2"};
  options_.tls =
      WriteTlsFiles(directory_, "gw2", authority_.Issue({.uris = {"sluss://gateway/gw2"}}));
  Start();
  EXPECT_THAT(
      WhoAmI(Client(school_)),
      StatusIs(absl::StatusCode::kUnavailable,
               HasSubstr("the server is `sluss://gateway/gw2`, not `sluss://gateway/gw1`")));
}

TEST_F(MutualTlsTest, ClientRefusesARevokedServer) {
  const TestCertificate gateway = authority_.Issue({.uris = {"sluss://gateway/gw1"}});
  options_.tls = WriteTlsFiles(directory_, "gw1", gateway);
  Start();
  PutList(authority_.RevocationList({gateway}));
  EXPECT_THAT(WhoAmI(Client(school_)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("it is revoked")));
}

TEST_F(MutualTlsTest, ServesARenewedCertificateWithoutARestart) {
  const TestCertificate first = authority_.Issue({.uris = {"sluss://gateway/gw1"}});
  options_.tls = WriteTlsFiles(directory_, "gw1", first);
  Start();
  EXPECT_OK(WhoAmI(Client(school_)));
  WriteTlsFiles(directory_, "gw1", authority_.Issue({.uris = {"sluss://gateway/gw1"}}));
  PutList(authority_.RevocationList({first}));
  absl::Status status = WhoAmI(Client(school_)).status();
  for (const absl::Time start = absl::Now();
       !status.ok() && absl::Now() - start < absl::Seconds(10);) {
    status = WhoAmI(Client(school_)).status();
  }
  EXPECT_OK(status);
}

TEST_F(MutualTlsTest, EachEndRefusesToStartWithUnfitFiles) {
  TestAuthority stranger("Another authority");
  const absl::Time now = clock_.Now();
  const TestCertificate other = authority_.Issue({.uris = {"sluss://gateway/gw1"}});
  TestCertificate mixed = authority_.Issue({.uris = {"sluss://gateway/gw1"}});
  mixed.key_pem = other.key_pem;
  const struct {
    TestCertificate certificate;
    const char* reason;
  } cases[] = {
      {school_, "does not name `sluss://gateway/gw1`"},
      {mixed, "is not the certificate's private key"},
      {stranger.Issue({.uris = {"sluss://gateway/gw1"}}), "was not issued by"},
      {authority_.Issue({.uris = {"sluss://gateway/gw1"}, .usages = "clientAuth"}),
       "is not for server authentication"},
      {authority_.Issue({.uris = {"sluss://gateway/gw1"}, .not_after = now - absl::Seconds(2)}),
       "has expired"},
      {authority_.Issue({.uris = {"sluss://gateway/gw1"}, .not_before = now + absl::Hours(1)}),
       "is not valid yet"},
  };
  for (const auto& c : cases) {
    options_.tls = WriteTlsFiles(directory_, "unfit", c.certificate);
    EXPECT_THAT(StartServer(options_, verifier_.get(), {service_.get()}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.reason)));
  }
  const ChannelOptions client{
      .address = "127.0.0.1:1",
      .server_name = "gateway/gw1",
      .self = *ParsePeerUri(kPoliceUri),
      .tls = WriteTlsFiles(directory_, "client", school_),
  };
  EXPECT_THAT(Connect(client, &clock_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("does not name `sluss://agency/police/region-mitt`")));
}

TEST_F(MutualTlsTest, RefusesAPrivateKeyThatOthersMayRead) {
  ASSERT_EQ(chmod(options_.tls.private_key().c_str(), 0640), 0);
  EXPECT_THAT(StartServer(options_, verifier_.get(), {service_.get()}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("run chmod 600")));
}

}  // namespace
}  // namespace sluss
