// The matrix of certificates and revocation lists, each refused for its own reason.
#include "gateway/rpc/peer_verifier.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CertificateSpec;
using ::sluss::testing::FakeClock;
using ::sluss::testing::ReplaceFile;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestAuthority;
using ::sluss::testing::TestCertificate;
using ::sluss::testing::TestDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kSchool[] = "sluss://agency/school/ekbacken";

class PeerVerifierTest : public ::testing::Test {
 protected:
  PeerVerifierTest() : clock_(absl::Now()) {
    ReplaceFile(directory_.Path("ca.crt"), authority_.pem());
    PutList(authority_.RevocationList());
  }

  void PutList(const std::string& list) { ReplaceFile(directory_.Path("ca.crl"), list); }

  PeerVerifier& verifier() {
    if (verifier_ == nullptr) {
      auto created =
          PeerVerifier::Create(directory_.Path("ca.crt"), directory_.Path("ca.crl"), &clock_);
      EXPECT_OK(created);
      verifier_ = *std::move(created);
    }
    return *verifier_;
  }

  absl::StatusOr<Peer> Verify(const TestCertificate& certificate,
                              CertificateUsage usage = CertificateUsage::kClient) {
    return verifier().Verify(certificate.pem, usage);
  }

  TestDirectory directory_;
  FakeClock clock_;
  TestAuthority authority_;
  std::unique_ptr<PeerVerifier> verifier_;
};

TEST_F(PeerVerifierTest, AcceptsAndNamesTheHolderEachTime) {
  const TestCertificate school = authority_.Issue({.uris = {kSchool}});
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<Peer> peer = Verify(school);
    ASSERT_OK(peer);
    EXPECT_EQ(*peer, (Peer{PeerKind::kAgency, "school/ekbacken"}));
  }
}

TEST_F(PeerVerifierTest, RefusesEachWrongCertificateForItsOwnReason) {
  TestAuthority stranger("Another authority");
  TestAuthority namesake("Test authority");  // the same name, another key
  const absl::Time now = clock_.Now();
  const struct {
    const char* name;
    TestCertificate certificate;
    const char* reason;
  } cases[] = {
      {"expired", authority_.Issue({.uris = {kSchool}, .not_after = now - absl::Seconds(2)}),
       "it has expired"},
      {"not yet valid", authority_.Issue({.uris = {kSchool}, .not_before = now + absl::Minutes(1)}),
       "it is not valid yet"},
      {"other authority", stranger.Issue({.uris = {kSchool}}), "the authority did not issue it"},
      {"namesake authority", namesake.Issue({.uris = {kSchool}}), "the authority did not issue it"},
      {"self-signed", authority_.SelfSigned({.uris = {kSchool}}), "the authority did not issue it"},
      {"for servers only", authority_.Issue({.uris = {kSchool}, .usages = "serverAuth"}),
       "its extended key usage lacks client authentication"},
      {"for mail", authority_.Issue({.uris = {kSchool}, .usages = "emailProtection"}),
       "its extended key usage lacks client authentication"},
      {"for nothing", authority_.Issue({.uris = {kSchool}, .usages = ""}),
       "its extended key usage lacks client authentication"},
      {"an authority", authority_.Issue({.uris = {kSchool}, .authority = true}),
       "it is an authority's"},
      {"no URI", authority_.Issue({}), "it has 0 URI names, one is needed"},
      {"two URIs", authority_.Issue({.uris = {kSchool, "sluss://gateway/gw1"}}),
       "it has 2 URI names, one is needed"},
      {"the same URI twice", authority_.Issue({.uris = {kSchool, kSchool}}),
       "it has 2 URI names, one is needed"},
      {"other scheme", authority_.Issue({.uris = {"spiffe://agency/school/ekbacken"}}),
       "the URI does not begin with `sluss://`"},
      {"unknown kind", authority_.Issue({.uris = {"sluss://robot/r2/d2"}}),
       "the URI is not sluss://agency/KIND/NAME"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(Verify(c.certificate),
                StatusIs(absl::StatusCode::kUnauthenticated,
                         HasSubstr(std::string("certificate refused: ") + c.reason)));
  }
}

TEST_F(PeerVerifierTest, RefusesWhatIsNoCertificate) {
  for (const std::string& pem :
       {std::string(), std::string("-----BEGIN CERTIFICATE-----\n"), std::string(100000, 'A')}) {
    EXPECT_THAT(verifier().Verify(pem, CertificateUsage::kClient),
                StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("not a PEM certificate")));
  }
}

TEST_F(PeerVerifierTest, RefusesAClientsCertificateFromAServer) {
  const TestCertificate client = authority_.Issue({.uris = {kSchool}, .usages = "clientAuth"});
  EXPECT_OK(Verify(client, CertificateUsage::kClient));
  EXPECT_THAT(Verify(client, CertificateUsage::kServer),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("its extended key usage lacks server authentication")));
}

TEST_F(PeerVerifierTest, NoticesExpiryOfACertificateThatItHasAccepted) {
  const TestCertificate school =
      authority_.Issue({.uris = {kSchool}, .not_after = clock_.Now() + absl::Minutes(10)});
  EXPECT_OK(Verify(school));
  clock_.Advance(absl::Minutes(11));
  EXPECT_THAT(Verify(school),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("it has expired")));
}

TEST_F(PeerVerifierTest, NoticesExpiryOfTheAuthority) {
  TestAuthority brief("Brief authority", clock_.Now() + absl::Minutes(10));
  ReplaceFile(directory_.Path("ca.crt"), brief.pem());
  PutList(brief.RevocationList());
  const TestCertificate school = brief.Issue({.uris = {kSchool}});
  EXPECT_OK(Verify(school));
  clock_.Advance(absl::Minutes(11));
  EXPECT_THAT(Verify(school), StatusIs(absl::StatusCode::kUnauthenticated,
                                       HasSubstr("the authority's own has expired")));
}

TEST_F(PeerVerifierTest, RefusesTheRevokedFromTheNextCallOn) {
  const TestCertificate school = authority_.Issue({.uris = {kSchool}});
  const TestCertificate police = authority_.Issue({.uris = {"sluss://agency/police/region-mitt"}});
  EXPECT_OK(Verify(school));
  PutList(authority_.RevocationList({school}));
  EXPECT_THAT(Verify(school),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("it is revoked")));
  EXPECT_OK(Verify(police));
}

TEST_F(PeerVerifierTest, RefusesEveryoneWhileTheRevocationListIsAtFault) {
  const TestCertificate school = authority_.Issue({.uris = {kSchool}});
  TestAuthority stranger("Another authority");
  TestAuthority namesake("Test authority");
  const absl::Time now = clock_.Now();
  const struct {
    const char* name;
    std::string list;
    const char* reason;
  } cases[] = {
      {"empty", "", "is not a PEM revocation list"},
      {"half written", authority_.RevocationList().substr(0, 200), "is not a PEM revocation list"},
      {"a certificate", authority_.pem(), "is not a PEM revocation list"},
      {"other authority", stranger.RevocationList(), "is not signed by the authority"},
      {"namesake", namesake.RevocationList(), "is not signed by the authority"},
      {"two lists", authority_.RevocationList() + authority_.RevocationList({school}),
       "holds more than one list"},
      {"partial",
       authority_.RevocationList({}, now - absl::Hours(1), now + absl::Hours(1), /*partial=*/true),
       "has a critical extension that is not supported"},
      {"out of date", authority_.RevocationList({}, now - absl::Hours(2), now - absl::Seconds(2)),
       "is out of date since"},
      {"from the future",
       authority_.RevocationList({}, now + absl::Minutes(5), now + absl::Hours(1)),
       "is dated in the future"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    PutList(c.list);
    EXPECT_THAT(Verify(school), StatusIs(absl::StatusCode::kUnavailable,
                                         AllOf(HasSubstr(c.reason), HasSubstr("ca.crl"),
                                               HasSubstr("sluss-ca crl"))));
    PutList(authority_.RevocationList());
    EXPECT_OK(Verify(school));
  }
  std::remove(directory_.Path("ca.crl").c_str());
  EXPECT_THAT(Verify(school),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("ca.crl` is missing")));
}

TEST_F(PeerVerifierTest, NoticesThatTheRevocationListGoesOutOfDate) {
  const TestCertificate school = authority_.Issue({.uris = {kSchool}});
  PutList(authority_.RevocationList({}, clock_.Now() - absl::Hours(1),
                                    clock_.Now() + absl::Minutes(10)));
  EXPECT_OK(Verify(school));
  clock_.Advance(absl::Minutes(11));
  EXPECT_THAT(Verify(school),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is out of date since")));
}

TEST_F(PeerVerifierTest, CreateNamesTheFaultOfTheAuthoritysFile) {
  TestAuthority second("Second authority");
  const TestCertificate leaf = authority_.Issue({.uris = {kSchool}});
  const struct {
    std::string content;
    const char* reason;
  } cases[] = {
      {"", "not a PEM certificate"},
      {authority_.pem() + second.pem(), "more than one certificate"},
      {leaf.pem, "is not the certificate of an authority"},
  };
  for (const auto& c : cases) {
    ReplaceFile(directory_.Path("other.crt"), c.content);
    EXPECT_THAT(
        PeerVerifier::Create(directory_.Path("other.crt"), directory_.Path("ca.crl"), &clock_),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("other.crt"), HasSubstr(c.reason))));
  }
}

}  // namespace
}  // namespace sluss
