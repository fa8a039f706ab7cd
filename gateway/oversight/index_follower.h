// Keeps the search index behind the log: a thread that reads what is committed, a group at a time,
// and remembers in the index itself how far it came.
//
//   1. It opens the index; one that is not there, damaged, another program's, of another log or
//      longer than the log is thrown away and begun anew.
//   2. It reads entries through a view of its own, never through the ledger or its connections,
//      and adds their keys with the new reach in one transaction.
//   3. It rests between groups: while the log grows fast, nineteen times as long as it worked.
//
// Nothing waits for it: whatever fails here, the exchange goes on and the index says how far it
// reaches. The file can be deleted at any time, also while the gateway runs.
#ifndef SLUSS_GATEWAY_OVERSIGHT_INDEX_FOLLOWER_H_
#define SLUSS_GATEWAY_OVERSIGHT_INDEX_FOLLOWER_H_

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/store.h"
#include "gateway/store/posting_index.h"

namespace sluss {

// Thread-safe, but for Step.
class IndexFollower {
 public:
  // Both outlive it. Nothing is read or written yet.
  IndexFollower(std::string path, const StoreView* log, EventLog* events)
      : path_(std::move(path)), log_(log), events_(events) {}
  // Ends the thread, if there is one, within a group.
  ~IndexFollower();

  // Follows in a thread of low priority. At most once.
  void Start();

  // What the thread does at a time. True: there may be more at once. For tests, and for
  // benchmarks that pay for it themselves; never beside the thread.
  absl::StatusOr<bool> Step();

  // As it is now; empty while it is opened or made anew. Whoever has it lets go of it soon.
  std::shared_ptr<const PostingIndex> Index() const;

  // Whether the index reaches so far, now or within `patience`.
  bool AwaitReach(uint64_t size, std::chrono::milliseconds patience);

  // A reader found the index damaged: it is thrown away before the next step.
  void Distrust(const PostingIndex* index);

 private:
  struct Group {
    std::vector<Posting> postings;
    IndexReach after;
  };
  absl::StatusOr<bool> Follow(PostingIndex* index);
  absl::StatusOr<Group> Read(uint64_t from) const;
  // Where trying again does not help, the index is thrown away.
  absl::Status Blame(const PostingIndex* index, const absl::Status& status);
  absl::Status OpenIndex();
  absl::StatusOr<bool> IsOfThisLog(const IndexReach& reach) const;
  // True once nobody has it open any more.
  bool LetGo();
  void Loop();
  absl::Duration Rest(bool more, absl::Duration worked);
  void Tell(const absl::Status& status);

  const std::string path_;
  const StoreView* const log_;
  EventLog* const events_;

  // Of the thread.
  std::weak_ptr<const PostingIndex> leaving_;
  uint64_t log_size_ = 0;
  absl::Duration looked_ = absl::ZeroDuration();
  double entries_a_second_ = 1e9;  // not known yet: it gives way
  bool works_ = true;

  mutable Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<PostingIndex> index_ ABSL_GUARDED_BY(mutex_);
  bool distrusted_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool hurried_ ABSL_GUARDED_BY(mutex_) = false;  // somebody waits
  CondVar stepped_;
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_INDEX_FOLLOWER_H_
