// The stored log as files: a tlog-tiles directory that anyone's verifier reads.
#ifndef SLUSS_GATEWAY_STORE_LOG_EXPORT_H_
#define SLUSS_GATEWAY_STORE_LOG_EXPORT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/store/sql_reader.h"
#include "gateway/tlog/note.h"

namespace sluss {

// Writes the log below `directory`, which is made if it is missing, and returns its size. With
// `key`, the checkpoint is verified first and the key is left beside it. The checkpoint is written
// last, so that a reader never sees one whose tiles are not there; full tiles that are there
// already are not written again, so that a directory is brought up to date cheaply.
//
// The writer may go on meanwhile: the head is read once, and what lies below it never changes.
//
// FAILED_PRECONDITION when the directory holds another log or a longer one; nothing is written
// then.
absl::StatusOr<uint64_t> ExportLog(const SqlReader& reader, const std::string& directory,
                                   const std::optional<VerifierKey>& key);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_LOG_EXPORT_H_
