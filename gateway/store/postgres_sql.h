// The SQL of sql.h as PostgreSQL reads it.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_SQL_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_SQL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluss {

// `?` becomes $1, $2 ... in their order and `?3` becomes $3; x'' becomes ''::bytea. Nothing else is
// changed, so no statement may have a question mark in a text.
std::string ToPostgres(absl::string_view sql);

// The same for an INSERT ... VALUES (?, ...) of many rows: each value is an array that has one
// element a row. `types` are those of the elements: "int8", "text", "bytea".
std::string ToPostgresRows(absl::string_view sql, const std::vector<absl::string_view>& types);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_SQL_H_
