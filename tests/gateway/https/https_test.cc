// Client and server against each other, with certificates that are right or wrong in one way.
#include <future>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/https/https_client.h"
#include "gateway/https/https_server.h"
#include "gateway/rpc/listen.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CertificateSpec;
using ::sluss::testing::ReplaceFile;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestAuthority;
using ::sluss::testing::TestCertificate;
using ::sluss::testing::TestDirectory;
using ::sluss::testing::WriteTlsFiles;
using ::testing::_;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class HttpsTest : public ::testing::Test {
 protected:
  HttpsTest() {
    ReplaceFile(directory_.Path("ca.crt"), authority_.pem());
    ReplaceFile(directory_.Path("ca.crl"), authority_.RevocationList());
    server_certificate_ = authority_.Issue({.uris = {"sluss://agency/social-services/sundby"}});
    (void)WriteTlsFiles(directory_, "server", server_certificate_);
    (void)WriteTlsFiles(directory_, "client", authority_.Issue({.uris = {"sluss://gateway/gw1"}}));
    verifier_ =
        *PeerVerifier::Create(directory_.Path("ca.crt"), directory_.Path("ca.crl"), SystemClock());
  }

  void Serve(HttpHandler handler, const std::string& certificate = "server") {
    HttpsOptions options;
    options.listen = "127.0.0.1:0";
    options.certificate = directory_.Path(certificate + ".crt");
    options.private_key = directory_.Path(certificate + ".key");
    options.authority = directory_.Path("ca.crt");
    auto server = HttpsServer::Start(options, verifier_.get(), std::move(handler));
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  void ServeEcho() {
    Serve([](const HttpRequest& request) {
      HttpResponse response;
      response.body = absl::StrCat(request.peer->name, " ", request.method, " ", request.path, " ",
                                   request.body);
      return response;
    });
  }
  HttpsClientOptions Options() const {
    HttpsClientOptions options;
    options.certificate = directory_.Path("client.crt");
    options.private_key = directory_.Path("client.key");
    options.authority = directory_.Path("ca.crt");
    options.revocation_list = directory_.Path("ca.crl");
    return options;
  }
  std::string Url(const std::string& host = "localhost") const {
    return absl::StrCat("https://", host, server_->address().substr(server_->address().find(':')),
                        "/add-checkpoint");
  }
  absl::StatusOr<HttpResponse> Post(const HttpsClientOptions& options) const {
    return HttpsClient(options).Post(Url(), "text/plain", "body");
  }

  TestDirectory directory_;
  TestAuthority authority_;
  TestCertificate server_certificate_;
  std::unique_ptr<PeerVerifier> verifier_;
  std::unique_ptr<HttpsServer> server_;
};

TEST_F(HttpsTest, BothEndsAreProved) {
  ServeEcho();
  const auto response = Post(Options());
  ASSERT_OK(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "gateway/gw1 POST /add-checkpoint body");
}

TEST_F(HttpsTest, AServerThatIsNotTheAuthoritysIsNotAsked) {
  ServeEcho();
  const TestAuthority other("Another");
  ReplaceFile(directory_.Path("other.crt"), other.pem());
  HttpsClientOptions options = Options();
  options.authority = directory_.Path("other.crt");
  options.revocation_list = "";
  EXPECT_THAT(Post(options), StatusIs(kUnavailable, HasSubstr("certificate")));
}

TEST_F(HttpsTest, ARevokedServerIsNotAskedNorWithoutAList) {
  ServeEcho();
  ReplaceFile(directory_.Path("ca.crl"), authority_.RevocationList({server_certificate_}));
  EXPECT_THAT(Post(Options()), StatusIs(kUnavailable, HasSubstr("revoked")));
  ReplaceFile(directory_.Path("ca.crl"), authority_.RevocationList({}, absl::Now() - absl::Hours(2),
                                                                   absl::Now() - absl::Hours(1)));
  EXPECT_THAT(Post(Options()), StatusIs(kUnavailable, HasSubstr("CRL")));
  ReplaceFile(directory_.Path("ca.crl"), "");
  EXPECT_THAT(Post(Options()), StatusIs(kUnavailable, _));
}

TEST_F(HttpsTest, AServerByAnotherNameIsNotAsked) {
  ServeEcho();
  EXPECT_THAT(HttpsClient(Options()).Post(Url("127.0.0.2"), "text/plain", ""),
              StatusIs(kUnavailable, _));
}

TEST_F(HttpsTest, WithoutACertificateTheServerRefuses) {
  ServeEcho();
  HttpsClientOptions options = Options();
  options.certificate = options.private_key = "";
  const auto response = Post(options);
  ASSERT_OK(response);
  EXPECT_EQ(response->status, 401);
}

TEST_F(HttpsTest, TooMuchIsNotTaken) {
  Serve([](const HttpRequest&) {
    HttpResponse response;
    response.body = std::string(100'000, 'x');
    return response;
  });
  EXPECT_THAT(Post(Options()), StatusIs(kUnavailable, "it answers with too much"));
  HttpsClientOptions options = Options();
  options.max_answer_bytes = 100'000;
  EXPECT_OK(Post(options));
}

TEST_F(HttpsTest, ASlowServerIsGivenUp) {
  std::promise<void> let_go;
  const std::shared_future<void> gone = let_go.get_future().share();
  Serve([gone](const HttpRequest&) {
    gone.wait();
    return HttpResponse();
  });
  HttpsClientOptions options = Options();
  options.patience = std::chrono::milliseconds(300);
  EXPECT_THAT(Post(options), StatusIs(kUnavailable, _));
  let_go.set_value();
}

TEST_F(HttpsTest, ARedirectIsAnAnswerAndNothingIsFollowed) {
  int asked = 0;
  Serve([&](const HttpRequest&) {
    ++asked;
    HttpResponse response;
    response.status = 302;
    return response;
  });
  EXPECT_EQ(Post(Options())->status, 302);
  EXPECT_EQ(asked, 1);
}

TEST_F(HttpsTest, PlainHttpAndOtherSchemesAreNotAsked) {
  for (const char* url :
       {"http://localhost:1/", "file:///etc/passwd", "ftp://localhost/", "x", ""}) {
    EXPECT_THAT(HttpsClient(Options()).Post(url, "text/plain", ""),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no https:// URL")));
  }
  HttpsClientOptions options = Options();
  options.plain_http = true;
  EXPECT_THAT(HttpsClient(options).Post("http://127.0.0.1:1/", "text/plain", ""),
              StatusIs(kUnavailable, _))
      << "asked, and nobody is there";
}

}  // namespace
}  // namespace sluss
