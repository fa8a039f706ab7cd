// Seals what opens the log's entries, 256 to a key.
//
//   opening -- AES-256-GCM --> sealed, in the database, under the key of its group
//   group key -- AES-256-GCM --> wrapped, in the database, under the key of its class and month
//   month key: a file of its own, outside the database (month_keys.h)
#ifndef SLUSS_GATEWAY_OPENINGS_VAULT_H_
#define SLUSS_GATEWAY_OPENINGS_VAULT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/secret.h"
#include "gateway/exchange/opening_sealer.h"
#include "gateway/exchange/store.h"
#include "gateway/openings/month_keys.h"

namespace sluss {

inline constexpr uint64_t kOpeningsAGroup = 256;

// Used by one thread at a time: the ledger's, once there is a ledger.
class OpeningVault final : public OpeningSealer {
 public:
  // `keys` outlives the vault. `origin`: the log's name.
  OpeningVault(std::string origin, MonthKeys* keys);

  absl::StatusOr<SealedOpenings> Seal(const StoreView& view,
                                      const std::vector<NewOpening>& openings) override;
  void Forget() override;

  // All of these groups but the openings of `erased`, each group's under a fresh key in a fresh
  // group. Reads; puts nothing. Whoever puts what it returns calls Forget then.
  absl::StatusOr<SealedOpenings> SealOthersAnew(const StoreView& view,
                                                const std::vector<OpeningGroupRow>& groups,
                                                const std::set<uint64_t>& erased);

 private:
  struct Current {
    OpeningGroupRow row;
    SecretBytes key;
  };

  // The group that takes one more; the newest of its month, or a new one.
  absl::StatusOr<Current*> GroupWithRoom(const StoreView& view, const OpeningMonth& month);
  absl::StatusOr<Current> Restore(OpeningGroupRow row) const;
  absl::Status SealAnew(const StoreView& view, const OpeningGroupRow& group,
                        const std::set<uint64_t>& erased, SealedOpenings* sealed);
  absl::StatusOr<Current> NewGroup(const StoreView& view, const OpeningMonth& month);
  absl::StatusOr<SecretBytes> MonthKey(const OpeningMonth& month, bool first);

  const std::string origin_;
  MonthKeys* const keys_;
  std::map<OpeningMonth, Current> current_;
  std::optional<uint64_t> highest_;  // number given to a group
};

// Seals what an earlier version of the program left unsealed, in transactions of its own; takes up
// where it was interrupted. Before there is a ledger. Returns how many.
absl::StatusOr<uint64_t> SealPlainOpenings(Store* store, OpeningVault* vault);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_VAULT_H_
