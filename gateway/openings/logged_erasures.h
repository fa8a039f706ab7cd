// The erasures that a log tells of, for a journal that was lost.
#ifndef SLUSS_GATEWAY_OPENINGS_LOGGED_ERASURES_H_
#define SLUSS_GATEWAY_OPENINGS_LOGGED_ERASURES_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/openings/erasure_journal.h"
#include "gateway/tlog/note.h"
#include "gateway/tlog/verifier.h"

namespace sluss {

// Of an exported or published log, verified first, oldest first. Errors are VerifyLog's.
absl::StatusOr<std::vector<JournalledErasure>> ErasuresInLog(LogFiles read, const VerifierKey& key);

// Adds to the journal what it does not say yet; returns how many erasures.
absl::StatusOr<size_t> AddToJournal(const std::vector<JournalledErasure>& erasures,
                                    ErasureJournal* journal);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_LOGGED_ERASURES_H_
