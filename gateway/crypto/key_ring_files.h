// A party's keys as its configuration names them: those in force, and those beside them while all
// change over.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_RING_FILES_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_RING_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/crypto/key_archive.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/scan_keys.h"
#include "proto/config.pb.h"

namespace sluss {

// Where secrets (key_files.h) and directory lie.
struct KeyPaths {
  std::string keys_dir;
  std::string key_directory;
};

// `beside` without a `key_directory`: none. Errors name the path; those of what is beside begin
// with "`beside`: ".
absl::StatusOr<HolderRing> LoadHolderRing(HolderRole role, const KeyPaths& current,
                                          const KeyPaths& beside);
absl::StatusOr<AgencyRing> LoadAgencyRing(const KeyPaths& current, const KeyPaths& beside);

// What is kept of earlier generations, in any order. Errors name the path and begin with
// "`archive`: ".
absl::StatusOr<ScanArchive> LoadScanArchive(
    HolderRole role, const DirectoryRing& honoured,
    const google::protobuf::RepeatedPtrField<v1::ArchivedKeys>& kept);
absl::StatusOr<AgencyArchive> LoadAgencyArchive(const AgencyRing& honoured,
                                                const std::vector<KeyPaths>& kept);

// The event "keys": by which directories a process works from its start to its end, and which it
// keeps for scans.
void WriteKeysEvent(const DirectoryRing& keys, EventLog* events, const ScanArchive& archive = {});

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_RING_FILES_H_
