// The exchange's store, wherever the configuration says that it lies.
#ifndef SLUSS_GATEWAY_STORE_OPEN_STORE_H_
#define SLUSS_GATEWAY_STORE_OPEN_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"

namespace sluss {

// `database`: the path of an SQLite file (sqlite_store.h) or a URI postgresql://...
// (postgres_store.h); whatever else has a scheme is INVALID_ARGUMENT. Errors are theirs.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& database,
                                                 const std::string& gateway_name);

// For reading beside the gateway, in this process or another. Thread-safe; as many calls run at a
// time as there are `readers`, the others wait.
absl::StatusOr<std::unique_ptr<StoreView>> OpenStoreView(const std::string& database,
                                                         int readers = 1);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_OPEN_STORE_H_
