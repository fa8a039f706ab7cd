// The deadlines that a notification starts at the agency that receives it.
//
// Which clocks run, and for how many days, is what the policy said on the day of receipt: the
// obligations of the decision that came with the notification. Assessing at once is shown as due
// within 24 hours, which is what Socialstyrelsen says and not the Act (to be confirmed by a
// lawyer); an investigation that was opened is due after four months.
//
// A clock stops by what the agency says: its feedback to the reporter, or a file NAME.clock.json in
// the drop directory (clock_file.h). What runs, what is due and what is overdue lies in native_out
// as clocks.open.json, written anew whenever it changes; an overdue clock is an event, once. Only
// the agency's own disk knows any of it.
//
// Thread-safe. Errors: those of RecordDir and NativeOut.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_BOOK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_BOOK_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/client/native_out.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/base/event_log.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"
#include "proto/agency_state.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// What the agency may say about a notification that it received.
enum class CaseEvent { kAssessed, kOpened, kNotOpened, kAlreadyRunning, kFinished };

class ClockBook {
 public:
  // `files`, `native_out` and `events` must outlive the result.
  static absl::StatusOr<std::unique_ptr<ClockBook>> Open(FileSystem* files, const std::string& path,
                                                         const NativeOut* native_out,
                                                         EventLog* events);

  // Starts what `decision` obliges to; nothing where it obliges to nothing. A second start of the
  // same message changes nothing.
  absl::Status Start(const v1::InboxRecord& received, const std::string& matched_case,
                     const v1::Decision& decision);

  // NOT_FOUND for a message without clocks. A clock that has stopped stays as it is.
  absl::Status Tell(const MessageId& id, CaseEvent event, absl::Time at);
  // The reporter was told. OK where no clock waits for it.
  absl::Status Answered(const MessageId& id, absl::Time at);

  // Tells what has become overdue since the last call.
  absl::Status Look(absl::Time now);

 private:
  ClockBook(RecordDir<v1::ClockRecord> records, const NativeOut* native_out, EventLog* events)
      : records_(std::move(records)), native_out_(native_out), events_(events) {}
  absl::Status Keep(const v1::ClockRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WriteList(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RecordDir<v1::ClockRecord> records_;
  const NativeOut* const native_out_;
  EventLog* const events_;
  Mutex mutex_;
  std::map<MessageId, v1::ClockRecord> all_ ABSL_GUARDED_BY(mutex_);
  bool list_is_old_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CLOCK_BOOK_H_
