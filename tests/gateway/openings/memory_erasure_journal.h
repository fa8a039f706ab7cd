// A journal of erasures in memory that can fail, before it is written or after.
#ifndef SLUSS_TESTS_GATEWAY_OPENINGS_MEMORY_ERASURE_JOURNAL_H_
#define SLUSS_TESTS_GATEWAY_OPENINGS_MEMORY_ERASURE_JOURNAL_H_

#include <vector>

#include "gateway/base/mutex.h"
#include "gateway/openings/erasure_journal.h"

namespace sluss::testing {

enum class JournalFault { kNone, kFailed, kFailedButWritten };

class MemoryErasureJournal : public ErasureJournal {
 public:
  void SetFault(JournalFault fault) {
    MutexLock lock(&mutex_);
    fault_ = fault;
  }

  absl::Status Append(const JournalledErasure& erasure) override {
    MutexLock lock(&mutex_);
    if (fault_ != JournalFault::kFailed) erasures_.push_back(erasure);
    if (fault_ == JournalFault::kNone) return absl::OkStatus();
    return absl::UnavailableError("the disk of the journal is full");
  }
  absl::StatusOr<std::vector<JournalledErasure>> Read() const override {
    MutexLock lock(&mutex_);
    return erasures_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<JournalledErasure> erasures_ ABSL_GUARDED_BY(mutex_);
  JournalFault fault_ ABSL_GUARDED_BY(mutex_) = JournalFault::kNone;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_OPENINGS_MEMORY_ERASURE_JOURNAL_H_
