// The exchange's store in a PostgreSQL database, for any number of gateways over one log.
//
// Every writing transaction, of whichever gateway, begins by locking the log's one head row: so
// they are serial, and places in queues are given in the order of commits. Within one process one
// transaction is open at a time, as the contract says; readers have sessions of their own and do
// not wait for it. Commit returns when the server has made it durable, on its synchronous standby
// too where it has one.
//
// A server that is gone, frozen or without space fails the call and no more: UNAVAILABLE by the
// deadline, and the next call finds it again. A COMMIT that was not answered is UNAVAILABLE too;
// ReadHead then waits until the server is done with that transaction, either way and durably,
// before it tells.
//
// Not promised: that what was erased is gone from the server's write-ahead log and its copies, that
// a payload's sealed bytes leave its table's file before WipeTraces has openings to wipe, or how
// long the system takes to resolve a host's name.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_STORE_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/exchange/store.h"

namespace sluss {

inline constexpr absl::Duration kPostgresDeadline = absl::Seconds(10);  // of a statement

// Makes the tables where there are none. `name` is the gateway's: no two processes open a store of
// the same name over one schema at a time. INVALID_ARGUMENT (URI), FAILED_PRECONDITION (server,
// schema or name; postgres_schema.h) name the cure; UNAVAILABLE: the server cannot be reached.
absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(
    const std::string& uri, const std::string& name, absl::Duration deadline = kPostgresDeadline);

// For reading beside the gateways, from a standby too. Thread-safe; as many calls run at a time as
// it has sessions, the others wait. Errors as above; FAILED_PRECONDITION also where there are no
// tables.
absl::StatusOr<std::unique_ptr<StoreView>> OpenPostgresView(
    const std::string& uri, int sessions = 1, absl::Duration deadline = kPostgresDeadline);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_STORE_H_
