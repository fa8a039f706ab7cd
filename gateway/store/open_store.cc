#include "gateway/store/open_store.h"

#include "gateway/store/postgres_store.h"
#include "gateway/store/postgres_uri.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/sqlite_view.h"

namespace sluss {

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& database,
                                                 const std::string& gateway_name) {
  return IsDatabaseUri(database) ? OpenPostgresStore(database, gateway_name)
                                 : OpenSqliteStore(database);
}

absl::StatusOr<std::unique_ptr<StoreView>> OpenStoreView(const std::string& database, int readers) {
  return IsDatabaseUri(database) ? OpenPostgresView(database, readers)
                                 : OpenSqliteView(database, readers);
}

}  // namespace sluss
