// The keys that a party honours while all change over from one key directory to the next: those of
// the directory in force here, and at most one directory beside it.
//
// Whatever is made by keys says under which directory: the first 8 bytes of its digest, in a field
// `directory`. It is verified, transformed and opened by that directory's keys and no others; what
// is new is made under the current one. Roll-out, so that nothing is lost (OPERATIONS.md): every
// party honours both before anyone makes anything under the next one.
//
// Who takes part is for the current directory to say: an agency that it does not have is not
// honoured through the other one either. So an agency is put out at once by a directory without it.
// Promises that both directories are of one exchange; not that the holders' shares under both give
// the same pseudonyms, which `slussctl keys refresh` sees to. Immutable; thread-safe.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_RING_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_RING_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"

namespace sluss {

// The public side.
class DirectoryRing {
 public:
  // `beside` may be null. INVALID_ARGUMENT unless both are of the same key set, holders and log and
  // are two.
  static absl::StatusOr<DirectoryRing> Make(std::shared_ptr<const KeyDirectory> current,
                                            std::shared_ptr<const KeyDirectory> beside);

  const KeyDirectory& current() const { return *current_; }
  const KeyDirectory* beside() const { return beside_.get(); }

  // INVALID_ARGUMENT "`directory` ..." where `named` is missing, of another length or of a
  // directory that is not honoured here. The result lives as long as the ring.
  absl::StatusOr<const KeyDirectory*> Find(absl::string_view named,
                                           absl::string_view field = "directory") const;
  bool Honours(absl::string_view named) const { return Find(named).ok(); }

  // As of the current directory: who takes part. INVALID_ARGUMENT names the field.
  absl::Status RequireAgency(absl::string_view id, absl::string_view field) const;
  // An agency's keys of the current directory, then of the other. None where it takes no part.
  std::vector<const AgencyEntry*> KeysOf(const AgencyId& agency) const;

 private:
  DirectoryRing(std::shared_ptr<const KeyDirectory> current,
                std::shared_ptr<const KeyDirectory> beside);

  std::shared_ptr<const KeyDirectory> current_;
  std::shared_ptr<const KeyDirectory> beside_;
};

// With the party's own secrets under each. `Keys` has shared_directory().
template <typename Keys>
class KeyRing {
 public:
  // Errors as of DirectoryRing::Make.
  static absl::StatusOr<KeyRing> Make(std::shared_ptr<const Keys> current,
                                      std::shared_ptr<const Keys> beside = nullptr) {
    absl::StatusOr<DirectoryRing> directories = DirectoryRing::Make(
        current->shared_directory(), beside == nullptr ? nullptr : beside->shared_directory());
    if (!directories.ok()) return directories.status();
    return KeyRing(*std::move(directories), std::move(current), std::move(beside));
  }

  const Keys& current() const { return *current_; }
  const Keys* beside() const { return beside_.get(); }
  const DirectoryRing& directories() const { return directories_; }

  // As of DirectoryRing.
  absl::StatusOr<const Keys*> Find(absl::string_view named,
                                   absl::string_view field = "directory") const {
    const absl::StatusOr<const KeyDirectory*> found = directories_.Find(named, field);
    if (!found.ok()) return found.status();
    return *found == &directories_.current() ? current_.get() : beside_.get();
  }

 private:
  KeyRing(DirectoryRing directories, std::shared_ptr<const Keys> current,
          std::shared_ptr<const Keys> beside)
      : directories_(std::move(directories)),
        current_(std::move(current)),
        beside_(std::move(beside)) {}

  DirectoryRing directories_;
  std::shared_ptr<const Keys> current_;
  std::shared_ptr<const Keys> beside_;
};

// The gateway's and the key holder's.
using HolderRing = KeyRing<Holder>;

// An agency's secrets, and the directory that has their public half.
class AgencyKeys {
 public:
  // INVALID_ARGUMENT unless they belong together.
  static absl::StatusOr<std::shared_ptr<const AgencyKeys>> Create(
      AgencySecrets secrets, std::shared_ptr<const KeyDirectory> directory);

  const AgencySecrets& secrets() const { return secrets_; }
  const KeyDirectory& directory() const { return *directory_; }
  const std::shared_ptr<const KeyDirectory>& shared_directory() const { return directory_; }

 private:
  AgencyKeys(AgencySecrets secrets, std::shared_ptr<const KeyDirectory> directory)
      : secrets_(std::move(secrets)), directory_(std::move(directory)) {}

  AgencySecrets secrets_;
  std::shared_ptr<const KeyDirectory> directory_;
};

using AgencyRing = KeyRing<AgencyKeys>;

// The above, and that the closing secret is the same under both: else every nym would be another.
absl::StatusOr<AgencyRing> MakeAgencyRing(std::shared_ptr<const AgencyKeys> current,
                                          std::shared_ptr<const AgencyKeys> beside = nullptr);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_RING_H_
