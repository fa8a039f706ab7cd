// Everything that shows the log to others, in threads of its own: a checkpoint a second is
// published, served, written to the directory and shown to the witnesses; one an hour is
// stamped. Nothing of it is on the relay's path; only the age of what those outside said last may
// close it.
#ifndef SLUSS_GATEWAY_SERVER_LOG_PUBLICATION_H_
#define SLUSS_GATEWAY_SERVER_LOG_PUBLICATION_H_

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/log_directory.h"
#include "gateway/publication/publisher.h"
#include "gateway/publication/timestamper.h"
#include "gateway/publication/witnessing.h"
#include "gateway/server/log_listener.h"
#include "proto/config.pb.h"
#include "proto/log_admin.pb.h"

namespace sluss {

// What it is joined with; all of it outlives it.
struct PublicationParts {
  Ledger* ledger;
  const StoreView* store;  // the ledger's
  std::string verifier_key;
  std::string successor_key;  // while the log's key is changed over
  const Clock* clock;
  EventLog* events;
};

// Thread-safe.
class LogPublication {
 public:
  // Works when it returns. Errors name the field of the configuration or the file.
  static absl::StatusOr<std::unique_ptr<LogPublication>> Start(const PublicationParts& parts,
                                                               const v1::GatewayConfig& config);
  // Ends what runs; the ledger must still be there.
  ~LogPublication();

  // UNAVAILABLE while no new disclosure is to be taken (Witnessing::MayAccept).
  absl::Status MayAccept() const;
  // How the log stands with those outside. Errors are the store's.
  absl::StatusOr<v1::LogStanding> Standing() const;
  // The same in Prometheus' text; no witness is named.
  absl::StatusOr<std::string> Metrics() const;

 private:
  explicit LogPublication(const PublicationParts& parts);

  absl::Status StartWitnesses(const v1::GatewayConfig& config);
  absl::StatusOr<std::optional<uint64_t>> Shown(const StoreView& view) const;
  void Loop();
  void AskWitness(size_t witness);
  absl::Status StartTimestamps(const v1::TimestampRules& rules);
  void AskAuthority();
  // Tells in the event log when `what` begins to fail, and when it no longer does.
  void Tell(const char* what, const absl::Status& status, bool* works);

  const PublicationParts parts_;
  Publisher publisher_;
  std::unique_ptr<StoreView> readers_;  // those of the listener: never the relay's connections
  std::unique_ptr<HttpPoster> poster_;
  std::unique_ptr<Witnessing> witnessing_;
  std::unique_ptr<HttpPoster> to_authority_;
  std::unique_ptr<Timestamper> timestamper_;
  std::unique_ptr<PublishedDirectory> directory_;  // of the thread
  std::unique_ptr<LogListener> listener_;

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // For the directory.
  std::set<uint64_t> cosigned_ ABSL_GUARDED_BY(mutex_);
  bool stamped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  std::vector<std::thread> askers_;  // one a witness, one for timestamps
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_LOG_PUBLICATION_H_
