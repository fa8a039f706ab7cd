// One agency's edge: drop directory to gateway, gateway to native results, register enrolled.
//
// Create opens everything durable and Run does the work until Stop: one thread takes records and
// empties the outbox, one receives, one enrols. A fault of one record, delivery or batch is told
// (event, error file, native receipt) and the rest goes on; whatever was not finished is found
// again at the next start. One process at a time may use a state directory.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/client/clock_book.h"
#include "agency-adapters/client/consent_desk.h"
#include "agency-adapters/client/drop_dir.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/enrolment.h"
#include "agency-adapters/client/officer_book.h"
#include "agency-adapters/client/receiver.h"
#include "agency-adapters/client/reidentify_desk.h"
#include "agency-adapters/client/sender.h"
#include "gateway/base/mutex.h"

namespace sluss {

struct EdgeOptions {
  std::string drop_dir;
  std::string native_out_dir;
  std::string state_dir;
  std::string register_csv;  // empty: no register of its own
  std::string officers_dir;  // officer_files.h
  absl::Duration poll = absl::Milliseconds(200);
  // How long clocks that have stopped are remembered.
  absl::Duration keep_clocks = absl::Hours(24) * 365;
  std::string metrics_file = "";  // empty: none
  // How far an enrolment is; called on the enrolling thread.
  std::function<void(size_t done, size_t total)> progress = [](size_t, size_t) {};
};

class Edge {
 public:
  // `parts` and `files` must outlive the edge. DATA_LOSS names a damaged state file.
  static absl::StatusOr<std::unique_ptr<Edge>> Create(EdgeOptions options, const EdgeParts& parts,
                                                      FileSystem* files);

  // ---- Steps, for one thread each ---------------------------------------------------------------
  // Looks at the drop directory once and empties the outbox as far as it goes.
  void Look();
  // Holds one stream until it ends. OK or CANCELLED after Stop.
  absl::Status Receive();
  // Enrols what is new in the register's export, if the file has changed since this last succeeded.
  absl::Status Enrol();

  // ---- All of them ------------------------------------------------------------------------------
  // Until Stop. Starts the two other threads and ends them.
  void Run();
  // Until nothing is left to take or send and nothing has come in for `quiet`.
  void RunOnce(absl::Duration quiet);
  // From any thread; not from a signal handler.
  void Stop();

  // The statutory clocks that run, by code.
  std::map<std::string, ClockCount> Clocks() { return clocks_->Count(parts_.clock->Now()); }

 private:
  Edge(EdgeOptions options, const EdgeParts& parts, DropDir drop, NativeOut native_out,
       Inbox inbox);

  void TakeWhenDue(const std::string& name);
  absl::Status TakeRecord(const std::string& name);
  absl::Status TakeNative(const NativeFile& file);
  absl::Status TakeClock(const std::string& text);
  absl::Status Reject(const std::string& name, const absl::Status& reason);
  absl::Status HandBack(const Sender::Invalid& invalid);
  void WriteMetricsWhenDue();
  absl::StatusOr<std::string> Metrics();
  void ReceiveLoop();
  void EnrolLoop();
  // False when Stop was called.
  bool Sleep(absl::Duration duration);

  const EdgeOptions options_;
  const EdgeParts parts_;
  DropDir drop_;
  const NativeOut native_out_;
  const Inbox inbox_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<ConsentBook> consents_;
  std::unique_ptr<AgeLimitStore> age_limits_;
  std::unique_ptr<ClockBook> clocks_;
  std::unique_ptr<OfficerBook> officers_;
  std::unique_ptr<Register> register_;
  std::unique_ptr<Sender> sender_;
  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<ConsentDesk> desk_;
  std::unique_ptr<ReidentifyDesk> reidentify_;
  std::map<std::string, Attempt> attempts_;  // records that wait; of Look's thread
  absl::Status officers_told_;  // what came of telling the gateway last; of Look's thread
  Attempt metrics_;             // of Look's thread
  bool metrics_work_ = true;
  std::string enrolled_digest_;  // of the export that was enrolled last; of Enrol's thread

  Mutex mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool receiving_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time last_delivery_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_H_
