// Keys of earlier generations, kept for citizens' access reports alone. Nothing is relayed, opened
// or signed by them: they are in no KeyRing.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_ARCHIVE_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_ARCHIVE_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/key_ring.h"

namespace sluss {

// That the directories can be kept beside those in force: of the same exchange, key set and access
// domain, each once. INVALID_ARGUMENT "`archive`: ...". A directory that is still honoured may be
// among them: so it is there when its time ends.
absl::Status CheckArchive(const DirectoryRing& honoured,
                          const std::vector<const KeyDirectory*>& kept);

// `Keys` has shared_directory(). Immutable; thread-safe.
template <typename Keys>
class KeyArchive {
 public:
  KeyArchive() = default;  // nothing is kept

  // Errors as of CheckArchive.
  static absl::StatusOr<KeyArchive> Make(const DirectoryRing& honoured,
                                         std::vector<std::shared_ptr<const Keys>> kept) {
    KeyArchive archive;
    archive.kept_ = std::move(kept);
    const absl::Status checked = CheckArchive(honoured, archive.directories());
    if (!checked.ok()) return checked;
    return archive;
  }

  // Null where none is kept of the directory of this name.
  const Keys* Find(absl::string_view named) const {
    for (const auto& keys : kept_) {
      if (keys->shared_directory()->short_name() == named) return keys.get();
    }
    return nullptr;
  }

  std::vector<const KeyDirectory*> directories() const {
    std::vector<const KeyDirectory*> directories;
    for (const auto& keys : kept_) directories.push_back(keys->shared_directory().get());
    return directories;
  }

 private:
  std::vector<std::shared_ptr<const Keys>> kept_;
};

// The access domain's own, at its officer.
using AgencyArchive = KeyArchive<AgencyKeys>;

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_ARCHIVE_H_
