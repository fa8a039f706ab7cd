// A party's keys as its configuration names them: those in force, and those beside them while all
// change over.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_RING_FILES_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_RING_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/crypto/key_ring.h"

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

// The event "keys": by which directories a process works from its start to its end.
void WriteKeysEvent(const DirectoryRing& keys, EventLog* events);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_RING_FILES_H_
