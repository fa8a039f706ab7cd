// The certificate tool's product is what the verifier accepts, and its errors name the cure.
#include <sys/stat.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/peer_verifier.h"
#include "gtest/gtest.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FakeClock;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestDirectory;
using ::testing::HasSubstr;

class SlussCaTest : public ::testing::Test {
 protected:
  SlussCaTest() : ca_(directory_.Path("ca")), clock_(absl::Now() + absl::Seconds(2)) {
    EXPECT_EQ(Run("init", ca_), "");
  }

  // What the tool says; empty where it succeeded in silence.
  template <typename... Arguments>
  std::string Run(const Arguments&... arguments) {
    std::string command = SLUSS_SOURCE_DIR "/deploy/certificates/sluss-ca";
    (absl::StrAppend(&command, " '", arguments, "'"), ...);
    FILE* pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
    std::string said;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said.push_back(c);
    const int result = pclose(pipe);
    return result == 0 ? said : absl::StrCat("failed: ", said);
  }

  absl::StatusOr<Peer> Verify(const std::string& prefix) {
    const absl::StatusOr<std::string> pem = ReadFile(prefix + ".crt");
    EXPECT_OK(pem);
    auto verifier = PeerVerifier::Create(ca_ + "/ca.crt", ca_ + "/ca.crl", &clock_);
    EXPECT_OK(verifier);
    return (*verifier)->Verify(*pem, CertificateUsage::kClient);
  }

  static int Mode(const std::string& path) {
    struct stat info = {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : -1;
  }

  TestDirectory directory_;
  const std::string ca_;
  FakeClock clock_;
};

TEST_F(SlussCaTest, IssuesWhatTheVerifierAccepts) {
  for (const char* uri : {"sluss://agency/school/ekbacken", "sluss://gateway/gw1",
                          "sluss://keyholder/kh1", "sluss://role/officer/anna",
                          "sluss://role/author/anna", "sluss://role/approver/bo"}) {
    const std::string prefix = directory_.Path("peer");
    ASSERT_EQ(Run("issue", ca_, uri, prefix), "");
    const absl::StatusOr<Peer> peer = Verify(prefix);
    ASSERT_OK(peer);
    EXPECT_EQ(PeerUri(*peer), uri);
    EXPECT_EQ(Mode(prefix + ".key"), 0600);
  }
  EXPECT_EQ(Mode(ca_ + "/ca.key"), 0600);
}

TEST_F(SlussCaTest, RevokesUntilTheListIsOutOfDate) {
  const std::string prefix = directory_.Path("peer");
  ASSERT_EQ(Run("issue", ca_, "sluss://gateway/gw1", prefix), "");
  ASSERT_EQ(Run("revoke", ca_, prefix + ".crt"), "");
  EXPECT_THAT(Verify(prefix),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("it is revoked")));
  ASSERT_EQ(Run("issue", ca_, "sluss://gateway/gw1", prefix), "");
  EXPECT_OK(Verify(prefix));
  ASSERT_EQ(Run("crl", ca_, "--days", "1"), "");
  clock_.Advance(absl::Hours(25));
  EXPECT_THAT(Verify(prefix),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is out of date")));
}

TEST_F(SlussCaTest, SignsARequestWithoutSeeingTheKey) {
  const std::string prefix = directory_.Path("peer");
  ASSERT_EQ(std::system(absl::StrCat("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
                                     "-nodes -subj /CN=x -addext subjectAltName=URI:sluss://"
                                     "gateway/gw1 -keyout '",
                                     directory_.Path("own.key"), "' -out '",
                                     directory_.Path("own.csr"), "' 2>/dev/null")
                            .c_str()),
            0);
  ASSERT_EQ(Run("issue", ca_, "sluss://agency/school/ekbacken", prefix, "--csr",
                directory_.Path("own.csr")),
            "");
  const absl::StatusOr<Peer> peer = Verify(prefix);
  ASSERT_OK(peer);
  EXPECT_EQ(peer->name, "school/ekbacken") << "names asked for in the request do not count";
  EXPECT_EQ(Mode(prefix + ".key"), -1);
}

TEST_F(SlussCaTest, SaysWhatIsWrong) {
  const std::string prefix = directory_.Path("peer");
  EXPECT_THAT(Run("issue", ca_, "sluss://agency/school", prefix), HasSubstr("is no peer's URI"));
  EXPECT_THAT(Run("issue", ca_, "sluss://gateway/gw1,URI:sluss://gateway/gw2", prefix),
              HasSubstr("is no peer's URI"));
  EXPECT_THAT(Run("issue", ca_, "sluss://gateway/gw1", prefix, "--days", "0"),
              HasSubstr("is not a number from 1 to 9999"));
  EXPECT_THAT(Run("issue", directory_.Path("none"), "sluss://gateway/gw1", prefix),
              HasSubstr("make it with sluss-ca init"));
  EXPECT_THAT(Run("init", ca_), HasSubstr("an authority is never overwritten"));
  EXPECT_THAT(Run("revoke", ca_, directory_.Path("none.crt")), HasSubstr("failed"));
  EXPECT_THAT(Run("--help"), HasSubstr("sluss-ca issue DIR URI PREFIX"));
}

}  // namespace
}  // namespace sluss
