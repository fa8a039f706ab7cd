// Which PostgreSQL a gateway may speak to, and how: checked before the first byte is sent.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_URI_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_URI_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluss {

// Whether `database` names a server, by a scheme of whatever kind, and not a file.
bool IsDatabaseUri(absl::string_view database);

// INVALID_ARGUMENT with the cure, which never quotes the URI: another scheme than postgresql://, a
// password in it (it would stand in configuration and process list), a way over TCP without
// sslmode=verify-full, or a `service` whose file could say anything. libpq's own environment
// variables are held against the same rules.
// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS
absl::Status CheckPostgresUri(const std::string& uri);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_URI_H_
