// The deadlines that a notification starts at the agency that receives it.
//
// Which clocks run, and for how long, is what the policy said on the day of receipt: the
// obligations of the decision that came with the notification (clock_rules.h). A correction of a
// report belongs to that report: only what it tells itself has a day when it must be erased.
//
// A clock stops by what the agency says: its feedback to the reporter, or a file NAME.clock.json in
// the drop directory (clock_file.h). What runs, what is due and what is overdue lies in native_out
// as clocks.open.json, written anew whenever it changes; an overdue clock is an event, once. What
// was overdue stays so though the machine's clock is set back. A notification whose clocks have all
// stopped is forgotten after `keep`. Only the agency's own disk knows any of it.
//
// Thread-safe. Errors: those of RecordDir and NativeOut.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_BOOK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_BOOK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/client/clock_rules.h"
#include "agency-adapters/client/native_out.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/base/event_log.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"
#include "proto/agency_state.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// Clocks of one kind that run.
struct ClockCount {
  uint64_t running = 0;  // overdue ones too
  uint64_t overdue = 0;
};

class ClockBook {
 public:
  // `files`, `native_out` and `events` must outlive the result.
  static absl::StatusOr<std::unique_ptr<ClockBook>> Open(FileSystem* files, const std::string& path,
                                                         const NativeOut* native_out,
                                                         EventLog* events, absl::Duration keep);

  // Starts what `decision` obliges to; nothing where it obliges to nothing. A second start of the
  // same message changes nothing.
  absl::Status Start(const v1::InboxRecord& received, const std::string& matched_case,
                     const v1::Decision& decision);

  // The list shows it beside the clocks of this message. OK where it has none.
  absl::Status Mark(const MessageId& id, v1::CorrectionKind kind);

  // NOT_FOUND for a message without clocks; else as Apply.
  absl::Status Tell(const MessageId& id, const CaseReport& report);
  // The reporter was told. OK where no clock waits for it.
  absl::Status Answered(const MessageId& id, absl::Time at);

  // Tells what has become overdue since the last call, and forgets what has ended long ago.
  absl::Status Look(absl::Time now);

  // By the code of the clock, "assess-protection"; all kinds are there.
  std::map<std::string, ClockCount> Count(absl::Time now);

 private:
  ClockBook(RecordDir<v1::ClockRecord> records, const NativeOut* native_out, EventLog* events,
            absl::Duration keep)
      : records_(std::move(records)), native_out_(native_out), events_(events), keep_(keep) {}
  absl::Status ForgetEnded(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Keep(const v1::ClockRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WriteList(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RecordDir<v1::ClockRecord> records_;
  const NativeOut* const native_out_;
  EventLog* const events_;
  const absl::Duration keep_;
  Mutex mutex_;
  std::map<MessageId, v1::ClockRecord> all_ ABSL_GUARDED_BY(mutex_);
  bool list_is_old_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_BOOK_H_
