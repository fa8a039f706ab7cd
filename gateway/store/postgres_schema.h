// The store's tables in a PostgreSQL schema, and what a server must be before anything is kept
// there. The tables lie in the first schema of the role's search_path; nothing outside is touched.
//
// The log's entries are partitioned by position, kPartitionEntries each, so that no index grows
// beyond what a check or a copy can take; partitions are made ahead of need.
#ifndef SLUSS_GATEWAY_STORE_POSTGRES_SCHEMA_H_
#define SLUSS_GATEWAY_STORE_POSTGRES_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "gateway/store/postgres_connection.h"

namespace sluss {

inline constexpr uint64_t kPartitionEntries = uint64_t{1} << 24;

// FAILED_PRECONDITION with the cure: older than 13, another encoding than UTF8, no schema.
absl::Status CheckServer(PostgresConnection* connection);
// The same for a server that loses what it confirmed (fsync, full_page_writes or
// synchronous_commit off) or that may not be written (in recovery, read only).
absl::Status CheckServerKeeps(PostgresConnection* connection);

// Makes the tables where there are none; two gateways may do so at once. FAILED_PRECONDITION: the
// schema is another program's, or of an unknown version.
absl::Status CreateOrCheckSchema(PostgresConnection* connection);
// For readers. FAILED_PRECONDITION too where there are no tables yet.
absl::Status CheckSchema(PostgresConnection* connection);

// Makes the partitions of the log's entry `size` and of those after it. In a transaction of Begin;
// where it fails, the transaction goes on without.
absl::Status MakePartitions(PostgresConnection* connection, uint64_t size);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTGRES_SCHEMA_H_
