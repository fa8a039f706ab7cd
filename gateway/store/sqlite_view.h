// The gateway's database read beside its writer, in this process or another.
#ifndef SLUSS_GATEWAY_STORE_SQLITE_VIEW_H_
#define SLUSS_GATEWAY_STORE_SQLITE_VIEW_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"

namespace sluss {

// Thread-safe; as many calls run at a time as it has connections, the others wait. So whoever reads
// through one of these never takes a connection of the store's. Errors are OpenBeside's.
absl::StatusOr<std::unique_ptr<StoreView>> OpenSqliteView(const std::string& path,
                                                          int connections = 1);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQLITE_VIEW_H_
