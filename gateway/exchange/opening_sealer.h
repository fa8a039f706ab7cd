// The seam through which openings are sealed before the store sees them.
#ifndef SLUSS_GATEWAY_EXCHANGE_OPENING_SEALER_H_
#define SLUSS_GATEWAY_EXCHANGE_OPENING_SEALER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/exchange/rows.h"
#include "gateway/tlog/opening_class.h"

namespace sluss {

class StoreView;

// Of an entry that is about to be appended.
struct NewOpening {
  uint64_t index = 0;
  OpeningMonth month;
  std::string opening;  // serialised v1::AuditOpening
};

// Used by one thread: the ledger's.
class OpeningSealer {
 public:
  virtual ~OpeningSealer() = default;

  // What the store keeps of them: each once under the key of a group of its class and month, with
  // the groups that are new or have grown. `view` is the transaction that they will be put in.
  // Errors fail the transaction: UNAVAILABLE where trying again may help, DATA_LOSS where a key is
  // gone that must be there; the text names the cure.
  virtual absl::StatusOr<SealedOpenings> Seal(const StoreView& view,
                                              const std::vector<NewOpening>& openings) = 0;

  // The transaction was dropped, its outcome is not known, or something was erased: what is known
  // of groups is read anew.
  virtual void Forget() = 0;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_OPENING_SEALER_H_
