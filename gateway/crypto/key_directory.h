// The public keys of all parties, checked as a whole before anything uses one of them.
//
// Activation proves that every party knows the secrets behind what it publishes (else a party could
// choose its key as a function of the others' and cancel them out of the joint key), that every
// agency signed its own keys, and that nothing is missing, doubled or of another key set. Points
// and HPKE keys are decoded here once.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_DIRECTORY_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/hpke.h"
#include "proto/keys.pb.h"

namespace sluss {

// The two holders of shares, in the order in which everything passes them.
enum class HolderRole { kGateway, kKeyholder };

// "gateway", "keyholder": in errors, bindings and the fields of KeyDirectory.
absl::string_view HolderRoleName(HolderRole role);

inline constexpr size_t kDirectoryNameSize = 8;

// One agency as others see it.
struct AgencyEntry {
  AgencyId id;
  Point nym_public;  // Y
  HpkeSuite suite;
  HpkePublicKey hpke;
  std::string signing_public;
  Point joint;            // J = Y + Z_g + Z_h
  Point gateway_share;    // S_g
  Point keyholder_share;  // S_h
  Point after_gateway;    // Y + Z_h: what remains of J when the gateway's layer is off

  const Point& share(HolderRole role) const;
  // The key under which a ciphertext lies when it leaves this holder's hop.
  const Point& remaining(HolderRole role) const;
};

struct HolderEntry {
  std::string name;  // "gateway/gw1"
  Point layer;       // Z
  std::string signing_public;
  HpkePublicKey hpke;
};

// Immutable; thread-safe. Entries live as long as the directory.
class KeyDirectory {
 public:
  // INVALID_ARGUMENT names the party and field at fault ("agency `police/x`: `nym_possession`:
  // ...").
  static absl::StatusOr<std::shared_ptr<const KeyDirectory>> Activate(
      const v1::KeyDirectory& directory);

  uint32_t key_set() const { return key_set_; }
  // SHA-512 over the defined encoding, 64 bytes; the order of agencies in the file is immaterial.
  const std::string& digest() const { return digest_; }
  // The digest's first 8 bytes: what messages name the directory by that they were made under.
  absl::string_view short_name() const {
    return absl::string_view(digest_).substr(0, kDirectoryNameSize);
  }

  // Null when there is no such agency.
  const AgencyEntry* FindAgency(const AgencyId& agency) const;
  // INVALID_ARGUMENT "`sender` names `x/y`, which is not in the key directory".
  absl::StatusOr<const AgencyEntry*> RequireAgency(absl::string_view id,
                                                   absl::string_view field) const;
  const std::map<AgencyId, AgencyEntry>& agencies() const { return agencies_; }

  // The data protection officer's domain: an entry of the agencies that neither sends nor receives.
  // Null where the exchange has none.
  const AgencyEntry* access_domain() const {
    return proto_.access_domain().empty() ? nullptr : FindAgency(AgencyId(proto_.access_domain()));
  }
  // INVALID_ARGUMENT "`recipient` names `x/y`, the access domain ..." where this is its entry.
  absl::Status RefuseAccessDomain(const AgencyEntry& entry, absl::string_view field) const;

  const HolderEntry& holder(HolderRole role) const;
  const HolderEntry& gateway() const { return holder(HolderRole::kGateway); }
  const HolderEntry& keyholder() const { return holder(HolderRole::kKeyholder); }
  const v1::LogKey& log() const { return proto_.log(); }

  // As it was activated, for passing on.
  const v1::KeyDirectory& proto() const { return proto_; }

 private:
  KeyDirectory(v1::KeyDirectory proto, std::string digest, HolderEntry gateway,
               HolderEntry keyholder, std::map<AgencyId, AgencyEntry> agencies);

  v1::KeyDirectory proto_;
  uint32_t key_set_;
  std::string digest_;
  HolderEntry gateway_;
  HolderEntry keyholder_;
  std::map<AgencyId, AgencyEntry> agencies_;
};

// Whether something says that it was made under this directory. INVALID_ARGUMENT "`directory` ..."
// where it says nothing, something malformed, or another one; the text has the cure.
absl::Status CheckDirectoryName(const KeyDirectory& directory, absl::string_view named,
                                absl::string_view field = "directory");

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_DIRECTORY_H_
