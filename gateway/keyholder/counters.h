// How much of its daily budgets each agency has used, kept durable in the key holder's own
// database.
//
// The spaces of personal numbers are small: whoever may evaluate without limit holds the register.
// So a budget is taken and on disk before anything is evaluated; a crash in between costs the
// agency some of its budget and never gives an evaluation away.
#ifndef SLUSS_GATEWAY_KEYHOLDER_COUNTERS_H_
#define SLUSS_GATEWAY_KEYHOLDER_COUNTERS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"

struct sqlite3;

namespace sluss {

// What is counted. The numbers are stored.
enum class Oracle { kEvaluate = 1, kTransform = 2, kPeel = 3, kScan = 4 };

struct Use {
  AgencyId agency;
  absl::CivilDay day;
  Oracle oracle;
  uint64_t used;
};

struct Grant {
  uint64_t granted = 0;
  uint64_t remaining = 0;  // of the day's budget, after the grant
};

// Thread-safe. One process at a time may have the file open.
class Counters {
 public:
  // Makes the database where there is none. FAILED_PRECONDITION names the file, its fault
  // (read-only, damaged, in use, of another program) and the cure.
  static absl::StatusOr<std::unique_ptr<Counters>> Open(const std::string& path);

  // Gives each agency as much of what it wants as its budget of `limit` units on `day` has left;
  // with `whole`, all that it wants or nothing. Durable when it returns. UNAVAILABLE where that
  // cannot be had: then nothing is granted.
  absl::StatusOr<std::map<AgencyId, Grant>> Take(Oracle oracle, absl::CivilDay day, uint64_t limit,
                                                 const std::map<AgencyId, uint64_t>& wanted,
                                                 bool whole);

  // Everything used from `first` on, by day, agency and oracle.
  absl::StatusOr<std::vector<Use>> Since(absl::CivilDay first) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit Counters(std::unique_ptr<sqlite3, Close> database);

  absl::StatusOr<Grant> TakeOne(Oracle oracle, const std::string& day, uint64_t limit,
                                const AgencyId& agency, uint64_t wanted, bool whole)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  const std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_KEYHOLDER_COUNTERS_H_
