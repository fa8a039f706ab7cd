#include "gateway/oversight/index_follower.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "gateway/base/forward_clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "gateway/oversight/search_filter.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

constexpr uint64_t kGroup = 1024;
constexpr absl::Duration kLook = absl::Milliseconds(250);
constexpr absl::Duration kAfterFault = absl::Seconds(5);
// Above this the log is busy, and the index gives way.
constexpr double kBusy = 500;
constexpr int kRestWhenBusy = 19;
constexpr int kLowPriority = 10;

}  // namespace

IndexFollower::~IndexFollower() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void IndexFollower::Start() {
  thread_ = std::thread([this] { Loop(); });
}

std::shared_ptr<const PostingIndex> IndexFollower::Index() const {
  MutexLock lock(&mutex_);
  return distrusted_ ? nullptr : index_;
}

void IndexFollower::Distrust(const PostingIndex* index) {
  MutexLock lock(&mutex_);
  if (index == index_.get()) distrusted_ = true;
  changed_.NotifyAll();
}

bool IndexFollower::AwaitReach(uint64_t size, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    const std::shared_ptr<const PostingIndex> index = Index();
    if (index != nullptr) {
      const absl::StatusOr<IndexReach> reach = index->Reach();
      if (reach.ok() && reach->size >= size) return true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    MutexLock lock(&mutex_);
    if (stopping_) return false;
    hurried_ = true;
    changed_.NotifyAll();
    stepped_.WaitFor(&mutex_, std::min(left, std::chrono::milliseconds(50)));
  }
}

// SQLite removes the write-ahead log by its name when the last connection closes, so a new file of
// that name is made only when nobody has the old one any more.
bool IndexFollower::LetGo() {
  {
    MutexLock lock(&mutex_);
    if (index_ != nullptr) leaving_ = index_;
    index_ = nullptr;
  }
  return leaving_.expired();
}

absl::StatusOr<bool> IndexFollower::IsOfThisLog(const IndexReach& reach) const {
  if (reach.size == 0) return true;
  ASSIGN_OR_RETURN(const LogHead head, log_->ReadHead(/*gateway=*/""));
  if (reach.size > head.size) return false;
  // An entry holds 16 random bytes and its place in the count: where this one is the same, so is
  // all that came before it.
  ASSIGN_OR_RETURN(const std::string entry, log_->ReadEntry(reach.size - 1));
  return Sha256String(entry) == reach.last_entry;
}

absl::Status IndexFollower::OpenIndex() {
  bool begun_anew = false;
  ASSIGN_OR_RETURN(std::unique_ptr<PostingIndex> index, PostingIndex::Open(path_, &begun_anew));
  if (begun_anew) events_->Write("search-index-thrown-away", {{"cause", "not a whole index"}});
  ASSIGN_OR_RETURN(const IndexReach reach, index->Reach());
  ASSIGN_OR_RETURN(const bool ours, IsOfThisLog(reach));
  if (!ours) {
    events_->Write("search-index-thrown-away", {{"cause", "of another log"}});
    index = nullptr;
    RETURN_IF_ERROR(PostingIndex::Remove(path_));
    ASSIGN_OR_RETURN(index, PostingIndex::Open(path_));
  }
  MutexLock lock(&mutex_);
  index_ = std::move(index);
  return absl::OkStatus();
}

absl::StatusOr<IndexFollower::Group> IndexFollower::Read(uint64_t from) const {
  Group group;
  group.after.size = std::min(log_size_, from + kGroup);
  std::string entry;
  for (uint64_t position = from; position < group.after.size; ++position) {
    ASSIGN_OR_RETURN(entry, log_->ReadEntry(position));
    const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
    if (!leaf.ok()) continue;  // not of this version: nothing finds it
    for (const uint64_t key : IndexKeys(*leaf)) group.postings.push_back({key, position});
  }
  group.after.last_entry = Sha256String(entry);
  return group;
}

// Faults of the log are not the index's: that one is kept.
absl::StatusOr<bool> IndexFollower::Follow(PostingIndex* index) {
  const absl::StatusOr<IndexReach> reach = index->Reach();
  if (!reach.ok()) return Blame(index, reach.status());
  if (reach->size >= log_size_) return false;
  ASSIGN_OR_RETURN(Group group, Read(reach->size));
  const absl::Status added = index->Add(std::move(group.postings), group.after);
  if (!added.ok()) return Blame(index, added);
  return group.after.size < log_size_;
}

absl::Status IndexFollower::Blame(const PostingIndex* index, const absl::Status& status) {
  if (!absl::IsUnavailable(status)) Distrust(index);
  return status;
}

absl::StatusOr<bool> IndexFollower::Step() {
  std::shared_ptr<PostingIndex> index;
  bool distrusted;
  {
    MutexLock lock(&mutex_);
    index = index_;
    distrusted = distrusted_;
  }
  if (index != nullptr && (distrusted || !index->IsInPlace())) {
    events_->Write("search-index-thrown-away",
                   {{"cause", distrusted ? "damaged" : "deleted or replaced"}});
    index = nullptr;
    (void)LetGo();
  }
  if (index == nullptr) {
    if (!LetGo()) return false;
    if (distrusted) {
      RETURN_IF_ERROR(PostingIndex::Remove(path_));
      MutexLock lock(&mutex_);
      distrusted_ = false;
    }
    RETURN_IF_ERROR(OpenIndex());
    MutexLock lock(&mutex_);
    index = index_;
  }
  ASSIGN_OR_RETURN(const LogHead head, log_->ReadHead(/*gateway=*/""));
  log_size_ = head.size;
  return Follow(index.get());
}

void IndexFollower::Tell(const absl::Status& status) {
  if (status.ok() != works_) {
    events_->Write(status.ok() ? "search-index-resumed" : "search-index-stopped",
                   {{"cause", std::string(status.message())}});
  }
  works_ = status.ok();
}

absl::Duration IndexFollower::Rest(bool more, absl::Duration worked) {
  if (!more) return kLook;
  return worked * (entries_a_second_ > kBusy ? kRestWhenBusy : 1);
}

void IndexFollower::Loop() {
  (void)setpriority(PRIO_PROCESS, gettid(), kLowPriority);
  MutexLock lock(&mutex_);
  while (!stopping_) {
    mutex_.Unlock();
    const uint64_t size_before = log_size_;
    const absl::Duration begun = ForwardClock::SteadyTime();
    const absl::StatusOr<bool> more = Step();
    Tell(more.status());
    if (looked_ > absl::ZeroDuration()) {
      entries_a_second_ = static_cast<double>(log_size_ - std::min(size_before, log_size_)) /
                          std::max(1e-3, absl::ToDoubleSeconds(begun - looked_));
    }
    looked_ = begun;
    const absl::Duration rest =
        more.ok() ? Rest(*more, ForwardClock::SteadyTime() - begun) : kAfterFault;
    mutex_.Lock();
    stepped_.NotifyAll();
    if (!stopping_ && !std::exchange(hurried_, false)) {
      changed_.WaitFor(&mutex_, std::chrono::milliseconds(
                                    std::max<int64_t>(1, absl::ToInt64Milliseconds(rest))));
    }
  }
}

}  // namespace sluss
