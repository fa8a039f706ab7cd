// The units of the ledger that erase: what opens single entries, and a class and month as a whole.
//
// Each writes the journal before it changes anything, erases, and appends the ERASURE entry, in one
// transaction. What is under legal hold is left, and so is everything where the journal fails.
#ifndef SLUSS_GATEWAY_OPENINGS_ERASING_H_
#define SLUSS_GATEWAY_OPENINGS_ERASING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/exchange/recorder.h"
#include "gateway/openings/erasure_journal.h"
#include "gateway/openings/holds.h"
#include "gateway/openings/month_keys.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/openings/vault.h"

namespace sluss {

// How an erasure came about, as its entry's `outcome` says it.
inline constexpr char kByOrder[] = "order";
inline constexpr char kByRetention[] = "retention";
inline constexpr char kReplayed[] = "replayed";

// All outlive the units.
struct ErasingParts {
  OpeningVault* vault;
  StoredOpenings* openings;
  MonthKeys* keys;
  ErasureJournal* journal;
};

struct Erasing {
  std::string procedure;  // 16 bytes
  const char* outcome = kByOrder;
  std::optional<OfficersOrder> order;
  // Results. A refusal: nothing was changed, but the journal may say what was asked for.
  absl::Status refusal;
  uint64_t erased = 0;
  std::vector<uint64_t> not_there;  // erased before, or nothing was committed
  uint64_t held = 0;                // with kReplayed: left because of a hold
};

// An officer's: INVALID_ARGUMENT for an entry that is not in the log, FAILED_PRECONDITION where one
// is held, NOT_FOUND where none is left to erase, UNAVAILABLE where the journal cannot be written.
absl::Status EraseEntries(Recorder& recorder, const ErasingParts& parts,
                          const std::vector<uint64_t>& indexes, Erasing* erasing);

// What the journal says was erased and the store has again, or still.
absl::Status EraseAgain(Recorder& recorder, const ErasingParts& parts,
                        const JournalledErasure& journalled, Erasing* erasing);

// A class and month: from its commit on nothing of it opens; its rows go by SweepOpenings. Its key
// is destroyed once that is durable; where that fails, the journal has it done again.
absl::Status EraseMonth(Recorder& recorder, const ErasingParts& parts, const OpeningMonth& month,
                        Erasing* erasing);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_ERASING_H_
