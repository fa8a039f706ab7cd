// Opens the log's entries from the store and the directory of keys.
#ifndef SLUSS_GATEWAY_OPENINGS_STORED_OPENINGS_H_
#define SLUSS_GATEWAY_OPENINGS_STORED_OPENINGS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/secret.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/exchange/store.h"
#include "gateway/openings/month_keys.h"

namespace sluss {

// Thread-safe. Also beside a running gateway, on a view of its database.
class StoredOpenings final : public OpeningReader {
 public:
  // Both outlive it. `origin`: the log's name.
  StoredOpenings(const StoreView* view, const MonthKeys* keys, std::string origin);

  absl::StatusOr<std::optional<v1::AuditOpening>> Open(uint64_t index) const override;

  // Keys of groups are kept for the next entry of the same group; after an erasure they must not
  // be.
  void Forget();

 private:
  using Key = std::shared_ptr<const SecretBytes>;

  absl::StatusOr<v1::AuditOpening> OpenKept(const KeptOpening& kept) const;
  absl::StatusOr<Key> KeyOf(const OpeningGroupRow& group) const;

  const StoreView* const view_;
  const MonthKeys* const keys_;
  const std::string origin_;
  mutable Mutex mutex_;
  // By the wrapped key, since numbers of groups may come again.
  mutable std::deque<std::pair<std::string, Key>> recent_ ABSL_GUARDED_BY(mutex_);
  uint64_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;  // how often
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_STORED_OPENINGS_H_
