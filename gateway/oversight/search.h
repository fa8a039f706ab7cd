// An officer's search of the log.
//
//   1. The request is checked; a cursor says where the page before ended.
//   2. The index proposes entries, the entries themselves decide. What one page looks through is
//      bounded, so that a page may come up short and still have a cursor.
//   3. A SEARCH entry is made durable: criteria and officer committed to, period and count in
//      clear. Only then is anything answered, a further page like the first.
//
// The cursor is plain: place, the search's procedure id, and eight bytes of a digest of criteria
// and order. It tells nothing that the page before did not, and whoever writes one by hand gets
// what any search would have given, logged in the same way; so there is nothing that a secret would
// protect.
//
// Entries are read through a view of the search's own, one search at a time: a hundred officers
// wait for each other and never for the relay, nor the relay for them.
#ifndef SLUSS_GATEWAY_OVERSIGHT_SEARCH_H_
#define SLUSS_GATEWAY_OVERSIGHT_SEARCH_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/oversight/index_follower.h"
#include "proto/oversight.pb.h"

namespace sluss {

// What a page may cost.
struct SearchBounds {
  int lookups = 50000;  // in the index
  int entries = 5000;   // read
  int openings = 2000;  // opened, looking for an officer
};

// The pointed-to objects outlive the search.
struct SearchParts {
  Ledger* ledger;
  const StoreView* log;  // not the ledger's own
  IndexFollower* index;
  const OpeningReader* openings;
  SearchBounds bounds = {};
};

// Thread-safe.
class LogSearch {
 public:
  explicit LogSearch(SearchParts parts) : parts_(parts) {}

  // `officer` as the entry names who searched: "officer/anna". INVALID_ARGUMENT begins with the
  // field; UNAVAILABLE: the index is being made, or the log cannot be written: nothing is shown.
  absl::StatusOr<v1::SearchPage> Search(const std::string& officer,
                                        const v1::SearchRequest& request);

 private:
  struct Cursor;
  struct Looking;

  absl::Status Collect(const v1::SearchRequest& request, Looking* looking);
  absl::StatusOr<bool> Names(const v1::SearchFilter& filter, uint64_t position,
                             const v1::AuditLeaf& leaf, Looking* looking);

  const SearchParts parts_;
  Mutex searching_;
};

// Under tag 8 of the entry: what was asked, serialised once.
std::string CriteriaBytes(const v1::SearchFilter& filter, bool oldest_first);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_SEARCH_H_
