// An authority of a test's own, and certificates of it that are right or wrong in one chosen way.
#ifndef SLUSS_TESTS_GATEWAY_RPC_TEST_CERTIFICATES_H_
#define SLUSS_TESTS_GATEWAY_RPC_TEST_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "proto/config.pb.h"

namespace sluss::testing {

struct CertificateSpec {
  std::vector<std::string> uris;                 // {"sluss://agency/school/ekbacken"}
  std::string usages = "clientAuth,serverAuth";  // empty: no extended key usage at all
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(1);
  bool authority = false;
};

struct TestCertificate {
  std::shared_ptr<X509> x509;
  std::string pem;
  std::string key_pem;
};

// P-256. Fails the test's process on any OpenSSL error. Not thread-safe.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test authority",
                         absl::Time not_after = absl::Now() + absl::Hours(24));

  TestCertificate Issue(const CertificateSpec& spec);
  // Signed by its own key.
  TestCertificate SelfSigned(const CertificateSpec& spec);
  // A partial one says in a critical extension that it covers some certificates only.
  std::string RevocationList(const std::vector<TestCertificate>& revoked = {},
                             absl::Time this_update = absl::Now() - absl::Hours(1),
                             absl::Time next_update = absl::Now() + absl::Hours(1),
                             bool partial = false) const;
  const std::string& pem() const { return pem_; }

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
  long next_serial_ = 1000;
};

// Replaces the file in one step, as an operator does.
void ReplaceFile(const std::string& path, const std::string& content);

// A directory of its own below the test's temporary directory, removed with everything in it.
class TestDirectory {
 public:
  TestDirectory();
  ~TestDirectory();
  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Writes NAME.crt and NAME.key into `directory`, beside ca.crt and ca.crl which must be written
// too.
v1::TlsFiles WriteTlsFiles(const TestDirectory& directory, const std::string& name,
                           const TestCertificate& certificate);

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_RPC_TEST_CERTIFICATES_H_
