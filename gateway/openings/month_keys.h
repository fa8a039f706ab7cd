// The keys outside the database: one for each retention class and month. Whoever destroys one
// destroys every opening of that month, in every copy of the database.
#ifndef SLUSS_GATEWAY_OPENINGS_MONTH_KEYS_H_
#define SLUSS_GATEWAY_OPENINGS_MONTH_KEYS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/secret.h"
#include "gateway/tlog/opening_class.h"

namespace sluss {

// Thread-safe. Errors are those of files: UNAVAILABLE and RESOURCE_EXHAUSTED may pass by
// themselves.
class MonthKeys {
 public:
  virtual ~MonthKeys() = default;

  // 32 bytes. NOT_FOUND names where it was looked for.
  virtual absl::StatusOr<SecretBytes> Read(const OpeningMonth& month) const = 0;
  // Makes one, durable when it returns. ALREADY_EXISTS rather than another one.
  virtual absl::StatusOr<SecretBytes> Make(const OpeningMonth& month) = 0;
  // OK where there is none. When it returns OK the key is nowhere.
  virtual absl::Status Destroy(const OpeningMonth& month) = 0;
  // All that are there, in their order.
  virtual absl::StatusOr<std::vector<OpeningMonth>> List() const = 0;
};

// "<directory>/disclosure-2026-11.key", mode 0600, the directory 0700 and made where it is missing.
// Each holds one line: 64 hex digits. What an interrupted start left half written is removed.
absl::StatusOr<std::unique_ptr<MonthKeys>> OpenMonthKeyFiles(const std::string& directory);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_MONTH_KEYS_H_
