// What a holder keeps of a generation of keys when its time is over: its layer and its share of the
// access domain, by which the entries of that time can still be looked through for a citizen.
//
// Nothing else of the generation is kept: no signing key, no HPKE key, no agency's share. So what
// is kept opens nothing, signs nothing and relays nothing; of both holders together it gives the
// pseudonyms of the access domain alone, which fit no agency's register.
#ifndef SLUSS_GATEWAY_CRYPTO_SCAN_KEYS_H_
#define SLUSS_GATEWAY_CRYPTO_SCAN_KEYS_H_

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_archive.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/scan_hop.h"
#include "gateway/crypto/scan_requests.h"
#include "gateway/crypto/scan_secrets.h"
#include "proto/access.pb.h"

namespace sluss {

// Of `whole`, what a scan needs. FAILED_PRECONDITION where the directory names no access domain,
// INVALID_ARGUMENT where the holder has no share for it.
absl::StatusOr<ScanSecrets> ScanSecretsOf(const HolderSecrets& whole,
                                          const KeyDirectory& directory);

// Immutable; thread-safe.
class ScanKeys {
 public:
  // INVALID_ARGUMENT unless both secrets are those behind the directory's public keys of this role
  // and of its access domain.
  static absl::StatusOr<std::shared_ptr<const ScanKeys>> Create(
      HolderRole role, ScanSecrets secrets, std::shared_ptr<const KeyDirectory> directory);

  const KeyDirectory& directory() const { return *directory_; }
  const std::shared_ptr<const KeyDirectory>& shared_directory() const { return directory_; }

  // As Holder::HopForScan.
  absl::StatusOr<ScanHop> HopForScan(absl::string_view order_digest,
                                     std::span<const MaybeCiphertext> before) const;

 private:
  ScanKeys(HolderRole role, ScanSecrets secrets, std::shared_ptr<const KeyDirectory> directory)
      : role_(role), secrets_(std::move(secrets)), directory_(std::move(directory)) {}

  const HolderRole role_;
  const ScanSecrets secrets_;
  const std::shared_ptr<const KeyDirectory> directory_;
};

using ScanArchive = KeyArchive<ScanKeys>;

// The keys by which a holder answers scans: those that it honours, and those of its archive. What
// is under an archived directory is signed by the gateway's key in force, since the keys of that
// time are gone. Immutable; thread-safe.
class ScanRing {
 public:
  // Both outlive the ring. `archive` may be null: nothing is kept.
  ScanRing(const HolderRing* honoured, const ScanArchive* archive)
      : honoured_(honoured), archive_(archive) {}

  bool Has(absl::string_view directory) const;
  // INVALID_ARGUMENT for a name that is none, NOT_FOUND for a directory whose keys are not here.
  absl::StatusOr<ScanHop> Hop(absl::string_view directory, absl::string_view order_digest,
                              std::span<const MaybeCiphertext> before) const;

  // At the gateway; `directory` is one that it has.
  void Sign(absl::string_view directory, v1::ScanBatchRequest* request) const;
  // At the key holder: as CheckScanBatch, and the errors of Hop.
  absl::StatusOr<std::vector<MaybeCiphertext>> Check(const v1::ScanBatchRequest& request) const;

 private:
  const ScanKeys* Kept(absl::string_view directory) const {
    return archive_ == nullptr ? nullptr : archive_->Find(directory);
  }

  const HolderRing* const honoured_;
  const ScanArchive* const archive_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SCAN_KEYS_H_
