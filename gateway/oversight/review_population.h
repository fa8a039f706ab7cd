// Which entries a review may be about, by its criteria.
//
//   any                 decisions and re-identifications, and what officials did with the log
//                       (searches, access scans, exports)
//   out of hours        of these, those of Saturday, Sunday, and 19:00 to 07:00, Swedish time
//   re-identification   decisions on who the child of a message is
//   retried denial      a decision within `retry_minutes` after a denial between the same two
//                       agencies, on another message: under another purpose or other paragraphs, or
//                       let through
//   no case             what shows that the recipient had no case for the child: it refused the
//                       message because child and pseudonym do not belong together, or had the
//                       child's identity opened and found it to be another's
//
// A recipient's acknowledgement does not tell whether it had a case: the gateway must not learn it,
// so no entry says so. Which child a decision was about nobody can tell from the log either, so a
// retried denial is a suspicion, and in a busy hour often a wrong one.
#ifndef SLUSS_GATEWAY_OVERSIGHT_REVIEW_POPULATION_H_
#define SLUSS_GATEWAY_OVERSIGHT_REVIEW_POPULATION_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/exchange/store.h"
#include "gateway/oversight/index_scan.h"
#include "gateway/oversight/review_sample.h"
#include "proto/record.pb.h"
#include "proto/review.pb.h"

namespace sluss {

inline constexpr uint32_t kMostSample = 500;
inline constexpr uint32_t kMostRetryMinutes = 24 * 60;

// INVALID_ARGUMENT begins with the field at fault.
absl::Status CheckCriteria(const v1::ReviewCriteria& criteria);

bool IsOutOfHours(const v1::AuditLeaf& leaf);

// Whether the entry belongs, by what it says itself: everything but retries and officers. Entries
// must come in the order of the log, also those that do not belong. Not thread-safe.
class Belonging {
 public:
  explicit Belonging(const v1::ReviewCriteria& criteria) : criteria_(criteria) {}

  bool Add(const v1::AuditLeaf& leaf);

 private:
  struct Denial {
    int64_t time_us = 0;
    std::string message, purpose;
    std::vector<std::string> paragraphs;
  };
  bool IsRetry(const v1::AuditLeaf& leaf);

  const v1::ReviewCriteria criteria_;
  std::map<std::pair<std::string, std::string>, std::vector<Denial>> denials_;
};

struct Population {
  std::vector<Candidate> entries;  // ascending
  uint64_t erased_openings = 0;    // entries that could not be held against the officer
};

struct PopulationParts {
  const StoreView* log;
  const PostingIndex* index;
  const OpeningReader* openings;
  std::function<void()> index_failed;  // called where the index is damaged
};

// Of the first `criteria.log_size` entries. RESOURCE_EXHAUSTED where it would be too large to look
// through at once.
absl::StatusOr<Population> FindPopulation(const v1::ReviewCriteria& criteria,
                                          const PopulationParts& parts);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_REVIEW_POPULATION_H_
