#include "gateway/rpc/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

BioPtr ReadOnly(absl::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
}

X509* ReadCertificate(BIO* bio) { return PEM_read_bio_X509(bio, nullptr, nullptr, nullptr); }

}  // namespace

absl::StatusOr<absl::Time> FromAsn1Time(const ASN1_TIME* time) {
  std::tm tm = {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &tm) != 1) {
    return absl::InvalidArgumentError("a date is missing or malformed");
  }
  return absl::FromTM(tm, absl::UTCTimeZone());
}

absl::StatusOr<Certificate> Certificate::FirstOfChain(absl::string_view pem) {
  const BioPtr bio = ReadOnly(pem);
  std::shared_ptr<X509> x509(bio == nullptr ? nullptr : ReadCertificate(bio.get()), X509_free);
  if (x509 == nullptr) return absl::InvalidArgumentError("not a PEM certificate");
  // Reads the extensions once, so that later reads by several threads find them in place.
  if (X509_check_purpose(x509.get(), -1, 0) != 1) {
    return absl::InvalidArgumentError("the certificate has malformed extensions");
  }
  ASSIGN_OR_RETURN(const absl::Time not_before, FromAsn1Time(X509_get0_notBefore(x509.get())));
  ASSIGN_OR_RETURN(const absl::Time not_after, FromAsn1Time(X509_get0_notAfter(x509.get())));
  return Certificate(std::move(x509), not_before, not_after);
}

absl::StatusOr<Certificate> Certificate::FromPem(absl::string_view pem) {
  ASSIGN_OR_RETURN(Certificate certificate, FirstOfChain(pem));
  const size_t first = pem.find("-----BEGIN");
  if (pem.find("-----BEGIN", first + 1) != absl::string_view::npos) {
    return absl::InvalidArgumentError("more than one certificate; keep the right one only");
  }
  return certificate;
}

std::vector<std::string> Certificate::Uris() const {
  using NamesPtr = std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)>;
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
                           X509_get_ext_d2i(x509_.get(), NID_subject_alt_name, nullptr, nullptr)),
                       GENERAL_NAMES_free);
  std::vector<std::string> uris;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      ASN1_STRING_length(uri));
  }
  return uris;
}

bool Certificate::IsFor(CertificateUsage usage) const {
  if ((X509_get_extension_flags(x509_.get()) & EXFLAG_XKUSAGE) == 0) return false;
  const uint32_t wanted = usage == CertificateUsage::kClient ? XKU_SSL_CLIENT : XKU_SSL_SERVER;
  return (X509_get_extended_key_usage(x509_.get()) & wanted) != 0;
}

bool Certificate::IsAuthority() const { return X509_check_ca(x509_.get()) != 0; }

bool Certificate::IsIssuedBy(const Certificate& authority) const {
  EVP_PKEY* key = X509_get0_pubkey(authority.handle());
  return key != nullptr && X509_check_issued(authority.handle(), x509_.get()) == X509_V_OK &&
         X509_verify(x509_.get(), key) == 1;
}

bool Certificate::Matches(absl::string_view private_key_pem) const {
  const BioPtr bio = ReadOnly(private_key_pem);
  if (bio == nullptr) return false;
  // A key under a passphrase is not asked for: nobody is there to answer.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr),
                   EVP_PKEY_free);
  return key != nullptr && X509_check_private_key(x509_.get(), key.get()) == 1;
}

}  // namespace sluss
