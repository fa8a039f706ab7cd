#include "gateway/rpc/revocation.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"

namespace sluss {
namespace {

constexpr absl::string_view kCure = "; make one with `sluss-ca crl`";

bool HasCriticalExtension(const X509_CRL* crl) {
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)) != 0) return true;
  }
  return false;
}

// What tells one version of a file from the next.
bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

}  // namespace

absl::StatusOr<RevocationList> RevocationList::FromPem(absl::string_view pem,
                                                       const Certificate& authority) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::shared_ptr<X509_CRL> crl(
      bio == nullptr ? nullptr : PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr),
      X509_CRL_free);
  if (crl == nullptr) return absl::InvalidArgumentError("is not a PEM revocation list");
  if (pem.find("-----BEGIN", pem.find("-----BEGIN") + 1) != absl::string_view::npos) {
    return absl::InvalidArgumentError("holds more than one list");
  }
  EVP_PKEY* key = X509_get0_pubkey(authority.handle());
  if (X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_subject_name(authority.handle())) !=
          0 ||
      key == nullptr || X509_CRL_verify(crl.get(), key) != 1) {
    return absl::InvalidArgumentError("is not signed by the authority");
  }
  if (HasCriticalExtension(crl.get())) {
    return absl::InvalidArgumentError("has a critical extension that is not supported");
  }
  ASSIGN_OR_RETURN(const absl::Time this_update, FromAsn1Time(X509_CRL_get0_lastUpdate(crl.get())));
  ASSIGN_OR_RETURN(const absl::Time next_update, FromAsn1Time(X509_CRL_get0_nextUpdate(crl.get())));
  return RevocationList(std::move(crl), this_update, next_update);
}

absl::Status RevocationList::CheckCurrent(absl::Time now) const {
  if (now < this_update_) return absl::UnavailableError("is dated in the future");
  if (now >= next_update_) {
    return absl::UnavailableError(
        absl::StrCat("is out of date since ", absl::FormatTime(next_update_, absl::UTCTimeZone())));
  }
  return absl::OkStatus();
}

bool RevocationList::Revokes(const Certificate& certificate) const {
  X509_REVOKED* entry = nullptr;
  return X509_CRL_get0_by_cert(crl_.get(), &entry, certificate.handle()) != 0;
}

RevocationFile::RevocationFile(std::string path, Certificate authority)
    : path_(std::move(path)),
      authority_(std::move(authority)),
      list_(absl::UnavailableError("not read yet")) {}

absl::StatusOr<RevocationList> RevocationFile::Current(absl::Time now) {
  const auto unavailable = [this](absl::string_view why) {
    return absl::UnavailableError(absl::StrCat("revocation list `", path_, "` ", why, kCure));
  };
  struct stat info = {};
  if (stat(path_.c_str(), &info) != 0) {
    seen_ = {};
    return unavailable("is missing");
  }
  if (!SameFile(info, seen_)) {
    // Taken down before reading: what is written meanwhile is a change to be seen at the next call.
    seen_ = info;
    const absl::StatusOr<std::string> pem = ReadFile(path_, /*max_bytes=*/16 << 20);
    list_ = pem.ok() ? RevocationList::FromPem(*pem, authority_) : pem.status();
  }
  if (!list_.ok()) return unavailable(list_.status().message());
  if (const absl::Status current = list_->CheckCurrent(now); !current.ok()) {
    return unavailable(current.message());
  }
  return list_;
}

}  // namespace sluss
