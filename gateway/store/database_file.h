// The store's file on disk: its schema, and the checks that it passes before anything reads it.
//
// A file that is damaged, read-only, another program's or of an unknown version is refused here, at
// start, and the error says what the operator does about it.
#ifndef SLUSS_GATEWAY_STORE_DATABASE_FILE_H_
#define SLUSS_GATEWAY_STORE_DATABASE_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/store/sqlite.h"

namespace sluss {

// For the one writer. Creates the file (mode 0600) and its schema where there is none; checks the
// pages of an existing one, which takes about a second a gigabyte. FAILED_PRECONDITION: the file is
// not one to use. DATA_LOSS: it is damaged. UNAVAILABLE: the disk is full.
absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenForWriting(const std::string& path);

// One more connection to the file, beside its writer in this process or another. The file must
// exist and be of this schema; its pages are not checked. Waits up to `patience` for a lock.
absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenBeside(
    const std::string& path, absl::Duration patience = absl::Seconds(10));

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_DATABASE_FILE_H_
