// The officers of an agency on its own disk: who they are, and the key that each one signs with.
//
//   DIR/officers.txtpb     OfficerList: names, roles, days, and which file holds whose key
//   DIR/<16 hex>.key       "sluss officer key v1" LF "signing " hex LF
// The directory is the agency's own (0700, files 0600), apart from its other keys: those rotate,
// and officers come and go. The list names people and never leaves the agency. Not thread-safe
// towards another writer of the same directory.
#ifndef SLUSS_GATEWAY_CRYPTO_OFFICER_FILES_H_
#define SLUSS_GATEWAY_CRYPTO_OFFICER_FILES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/sign.h"
#include "proto/keys.pb.h"

namespace sluss {

inline constexpr char kOfficerListFile[] = "officers.txtpb";

// NOT_FOUND where there is no list yet; else as ReadPrivateFile, and INVALID_ARGUMENT for what
// CheckOfficerList refuses.
absl::StatusOr<v1::OfficerList> LoadOfficerList(const std::string& directory);
// In the place of the one before.
absl::Status SaveOfficerList(const v1::OfficerList& list, const std::string& directory);

// INVALID_ARGUMENT names the officer by position: a spelling that is there twice (a name must name
// one person), no role, days that are none or in the wrong order, a key that is no file name.
absl::Status CheckOfficerList(const v1::OfficerList& list);

// A new key, saved; its file name.
absl::StatusOr<std::string> MakeOfficerSigningKey(const std::string& directory);
absl::StatusOr<SigningKey> LoadOfficerSigningKey(const std::string& directory,
                                                 const std::string& file);

struct OfficerWithKey {
  v1::ListedOfficer listed;
  std::shared_ptr<const SigningKey> key;  // shared: an officer signs while the list changes
};
// All of the list, in its order; none where there is no list.
absl::StatusOr<std::vector<OfficerWithKey>> LoadOfficers(const std::string& directory);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_OFFICER_FILES_H_
