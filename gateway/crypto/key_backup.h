// A party's secret file, kept so that no single officer can open it: one HPKE layer an officer.
//
// Whoever lost a share restores it from here; the alternative is a new key set, under which every
// table is enrolled anew. Each officer takes off one layer with a key that lies at home with that
// officer; the last one writes the file. Promises secrecy while one of the officers' keys is safe.
// Does not say who made the backup: restore it from a place that you trust, then check the keys
// against the directory (Holder::Create and the adapter do so at start).
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_BACKUP_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_BACKUP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/hpke_keys.h"
#include "gateway/crypto/secret.h"
#include "proto/keys.pb.h"

namespace sluss {

inline constexpr char kOfficerFile[] = "officer.key";

// An officer's key for backups, X25519. Saved as "<directory>/officer.key"; ALREADY_EXISTS rather
// than overwrite.
absl::Status SaveOfficerKey(const HpkePrivateKey& key, const std::string& directory);
absl::StatusOr<HpkePrivateKey> LoadOfficerKey(const std::string& directory);

// `file` names what `content` is ("holder.key"). INVALID_ARGUMENT for fewer than two officers or
// the same one twice.
absl::StatusOr<v1::KeyBackup> SealBackup(const std::string& file, const SecretBytes& content,
                                         const std::vector<HpkePublicKey>& officers);

// Takes off the outermost layer. INVALID_ARGUMENT names whose layer it is when it is not this
// officer's; PERMISSION_DENIED when it does not open; FAILED_PRECONDITION when no layer is left
// to take but the last, which is OpenBackup's.
absl::StatusOr<v1::KeyBackup> TakeOffLayer(const v1::KeyBackup& backup,
                                           const HpkePrivateKey& officer);
// The content, when one layer is left.
absl::StatusOr<SecretBytes> OpenBackup(const v1::KeyBackup& backup, const HpkePrivateKey& officer);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_BACKUP_H_
