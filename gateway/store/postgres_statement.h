// A statement of a PostgresConnection: its values as libpq sends them, and the rows that came back.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_STATEMENT_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_STATEMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/store/postgres_connection.h"
#include "gateway/store/sql.h"

namespace sluss {

// Its values have the same types at every use, and it is used for one row or for many, not for
// both.
class PostgresStatement final : public SqlStatement {
 public:
  // The connection outlives it.
  PostgresStatement(PostgresConnection* connection, const char* sql, std::string name)
      : connection_(connection), sql_(sql), name_(std::move(name)) {}

  void BindInt(int64_t value) override;
  void BindText(absl::string_view value) override;
  void BindBlob(absl::string_view value) override;
  void EndRow() override;
  absl::StatusOr<bool> Step() override;
  absl::Status RunLater() override;
  int64_t IntAt(int column) const override;
  std::string BytesAt(int column) const override;
  void Reset() override;

 private:
  friend class PostgresConnection;

  struct Value {
    Oid type;
    std::string bytes;  // of the row that is being bound
    std::string array;  // of the rows that were ended
  };

  void Bind(Oid type, absl::string_view bytes);
  int Send(PGconn* connection);     // as PQsendQueryPrepared
  int Prepare(PGconn* connection);  // as PQsendPrepare

  PostgresConnection* const connection_;
  const char* const sql_;
  const std::string name_;
  bool prepared_ = false;
  std::vector<Value> values_;  // kept between uses for their memory
  size_t bound_ = 0;           // of the row
  uint32_t rows_ = 0;          // ended; 0: no arrays
  PostgresResult result_;
  int row_ = -1;  // that Step stands on
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_STATEMENT_H_
