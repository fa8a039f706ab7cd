#include "gateway/store/sqlite_view.h"

#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/store/connection_pool.h"
#include "gateway/store/database_file.h"
#include "gateway/store/reading.h"

namespace sluss {
namespace {

class SqliteView final : public Reading<SqliteView, StoreView> {
 public:
  void Add(std::unique_ptr<SqliteConnection> connection) { pool_.Add(std::move(connection)); }

 private:
  friend class Reading<SqliteView, StoreView>;

  absl::StatusOr<ConnectionPool::Lease> Borrow() const { return pool_.Borrow(); }

  mutable ConnectionPool pool_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StoreView>> OpenSqliteView(const std::string& path,
                                                          int connections) {
  auto view = std::make_unique<SqliteView>();
  for (int i = 0; i < connections; ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> connection, OpenBeside(path));
    RETURN_IF_ERROR(connection->Execute("PRAGMA query_only = ON"));
    view->Add(std::move(connection));
  }
  return view;
}

}  // namespace sluss
