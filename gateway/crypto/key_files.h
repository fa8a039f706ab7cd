// A party's secrets on disk: one text file in a directory of its own.
//
// The directory is made with mode 0700 and the file with 0600. Loading refuses a directory or file
// that anyone but the owner can reach, with the command that cures it, before it reads a byte.
// Saving replaces the file in one step and refuses to overwrite: keys are not made twice by
// mistake.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_FILES_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/scan_secrets.h"

namespace sluss {

// "<directory>/agency.key", "holder.key", "scan.key", "log.key". ALREADY_EXISTS when the file is
// there.
absl::Status SaveSecrets(const AgencySecrets& secrets, const std::string& directory);
absl::Status SaveSecrets(const HolderSecrets& secrets, const std::string& directory);
absl::Status SaveSecrets(const ScanSecrets& secrets, const std::string& directory);
absl::Status SaveSecrets(const LogSecrets& secrets, const std::string& directory);

// NOT_FOUND, PERMISSION_DENIED (with the cure) or INVALID_ARGUMENT; the path and line are named,
// never the content.
absl::StatusOr<AgencySecrets> LoadAgencySecrets(const std::string& directory);
absl::StatusOr<HolderSecrets> LoadHolderSecrets(const std::string& directory);
absl::StatusOr<ScanSecrets> LoadScanSecrets(const std::string& directory);
absl::StatusOr<LogSecrets> LoadLogSecrets(const std::string& directory);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_FILES_H_
