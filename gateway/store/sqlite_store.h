// The exchange's store in one SQLite file: the embedded default, for one gateway on one machine.
//
// Write-ahead log with synchronous=FULL: Commit returns after an fdatasync. What is erased is
// overwritten in the file at once and gone from the write-ahead log within seconds. Nothing is kept
// in memory but SQLite's page cache.
//
// A full disk or a lock fails the transaction and no more: the next one may succeed. A write that
// the disk did not confirm (failed fsync) and a damaged page fail the store: it reads on, but
// begins no transaction until it is opened anew.
#ifndef SLUSS_GATEWAY_STORE_SQLITE_STORE_H_
#define SLUSS_GATEWAY_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"

namespace sluss {

// Creates the file where there is none and checks it where there is. FAILED_PRECONDITION (another's
// file, read-only, unknown version, held by another gateway) and DATA_LOSS (damaged) name the cure.
// `path`-wal, `path`-shm and `path`-lock lie beside it.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_SQLITE_STORE_H_
