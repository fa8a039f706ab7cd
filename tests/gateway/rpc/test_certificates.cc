#include "tests/gateway/rpc/test_certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluss::testing {
namespace {

void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "test certificates: %s failed\n", what);
  std::abort();
}

std::shared_ptr<EVP_PKEY> NewKey() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  Require(key != nullptr, "key generation");
  return key;
}

std::string BioText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, size);
  BIO_free(bio);
  return text;
}

std::string CertificatePem(X509* x509) {
  BIO* bio = BIO_new(BIO_s_mem());
  Require(PEM_write_bio_X509(bio, x509) == 1, "writing a certificate");
  return BioText(bio);
}

std::string KeyPem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  Require(PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "writing a key");
  return BioText(bio);
}

void SetName(X509_NAME* name, const std::string& common_name) {
  Require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                     -1, -1, 0) == 1,
          "naming");
}

void AddExtension(X509* x509, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Require(extension != nullptr && X509_add_ext(x509, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> NewCertificate(EVP_PKEY* key, long serial, const std::string& common_name,
                                     absl::Time not_before, absl::Time not_after) {
  std::shared_ptr<X509> x509(X509_new(), X509_free);
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), serial);
  ASN1_TIME_set(X509_getm_notBefore(x509.get()), absl::ToTimeT(not_before));
  ASN1_TIME_set(X509_getm_notAfter(x509.get()), absl::ToTimeT(not_after));
  SetName(X509_get_subject_name(x509.get()), common_name);
  Require(X509_set_pubkey(x509.get(), key) == 1, "setting a public key");
  return x509;
}

std::shared_ptr<X509> FromSpec(EVP_PKEY* key, long serial, const CertificateSpec& spec) {
  // Several peers share this common name, so that a test fails where anyone goes by it.
  auto x509 = NewCertificate(key, serial, "gw1", spec.not_before, spec.not_after);
  if (spec.authority) AddExtension(x509.get(), NID_basic_constraints, "critical,CA:TRUE");
  if (!spec.usages.empty()) AddExtension(x509.get(), NID_ext_key_usage, spec.usages);
  std::string names = "DNS:localhost,IP:127.0.0.1";
  for (const std::string& uri : spec.uris) absl::StrAppend(&names, ",URI:", uri);
  AddExtension(x509.get(), NID_subject_alt_name, names);
  return x509;
}

TestCertificate Finish(std::shared_ptr<X509> x509, EVP_PKEY* key, EVP_PKEY* signer) {
  Require(X509_sign(x509.get(), signer, EVP_sha256()) > 0, "signing");
  std::string pem = CertificatePem(x509.get());
  return {std::move(x509), std::move(pem), KeyPem(key)};
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name, absl::Time not_after)
    : key_(NewKey()),
      certificate_(NewCertificate(key_.get(), /*serial=*/1, name, absl::Now() - absl::Hours(24),
                                  not_after)) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  AddExtension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  pem_ = Finish(certificate_, key_.get(), key_.get()).pem;
}

TestCertificate TestAuthority::Issue(const CertificateSpec& spec) {
  const std::shared_ptr<EVP_PKEY> key = NewKey();
  auto x509 = FromSpec(key.get(), next_serial_++, spec);
  X509_set_issuer_name(x509.get(), X509_get_subject_name(certificate_.get()));
  return Finish(std::move(x509), key.get(), key_.get());
}

TestCertificate TestAuthority::SelfSigned(const CertificateSpec& spec) {
  const std::shared_ptr<EVP_PKEY> key = NewKey();
  auto x509 = FromSpec(key.get(), next_serial_++, spec);
  X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get()));
  return Finish(std::move(x509), key.get(), key.get());
}

std::string TestAuthority::RevocationList(const std::vector<TestCertificate>& revoked,
                                          absl::Time this_update, absl::Time next_update,
                                          bool partial) const {
  const std::shared_ptr<X509_CRL> crl(X509_CRL_new(), X509_CRL_free);
  const auto asn1 = [](absl::Time time) {
    return std::shared_ptr<ASN1_TIME>(ASN1_TIME_set(nullptr, absl::ToTimeT(time)), ASN1_TIME_free);
  };
  X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(certificate_.get()));
  X509_CRL_set1_lastUpdate(crl.get(), asn1(this_update).get());
  X509_CRL_set1_nextUpdate(crl.get(), asn1(next_update).get());
  for (const TestCertificate& certificate : revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.x509.get()));
    X509_REVOKED_set_revocationDate(entry, asn1(this_update).get());
    Require(X509_CRL_add0_revoked(crl.get(), entry) == 1, "revoking");
  }
  if (partial) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(
        nullptr, nullptr, NID_issuing_distribution_point, "critical,onlyuser:TRUE");
    Require(extension != nullptr && X509_CRL_add_ext(crl.get(), extension, -1) == 1, "narrowing");
    X509_EXTENSION_free(extension);
  }
  X509_CRL_sort(crl.get());
  Require(X509_CRL_sign(crl.get(), key_.get(), EVP_sha256()) > 0, "signing a list");
  BIO* bio = BIO_new(BIO_s_mem());
  Require(PEM_write_bio_X509_CRL(bio, crl.get()) == 1, "writing a list");
  return BioText(bio);
}

void ReplaceFile(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << content;
    Require(file.flush().good(), path.c_str());
  }
  Require(chmod(fresh.c_str(), 0600) == 0, "chmod");
  Require(std::rename(fresh.c_str(), path.c_str()) == 0, "rename");
}

TestDirectory::TestDirectory()
    : path_((std::filesystem::temp_directory_path() / "sluss-test-XXXXXX").string()) {
  Require(mkdtemp(path_.data()) != nullptr, "mkdtemp");
}

TestDirectory::~TestDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

v1::TlsFiles WriteTlsFiles(const TestDirectory& directory, const std::string& name,
                           const TestCertificate& certificate) {
  v1::TlsFiles files;
  files.set_certificate(directory.Path(name + ".crt"));
  files.set_private_key(directory.Path(name + ".key"));
  files.set_authority(directory.Path("ca.crt"));
  files.set_revocation_list(directory.Path("ca.crl"));
  ReplaceFile(files.certificate(), certificate.pem);
  ReplaceFile(files.private_key(), certificate.key_pem);
  return files;
}

}  // namespace sluss::testing
