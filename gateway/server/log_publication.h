// Everything that shows the log to others, in threads of its own: a checkpoint a second is
// published, served and written to the directory. Nothing of it is on the relay's path.
#ifndef SLUSS_GATEWAY_SERVER_LOG_PUBLICATION_H_
#define SLUSS_GATEWAY_SERVER_LOG_PUBLICATION_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/log_directory.h"
#include "gateway/publication/publisher.h"
#include "gateway/server/log_listener.h"
#include "proto/config.pb.h"

namespace sluss {

// What it is joined with; all of it outlives it.
struct PublicationParts {
  Ledger* ledger;
  const StoreView* store;  // the ledger's
  std::string verifier_key;
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

  // Where the log is served; empty where it is not.
  std::string address() const;

 private:
  explicit LogPublication(const PublicationParts& parts);

  void Loop();
  // Tells in the event log when `what` begins to fail, and when it no longer does.
  void Tell(const char* what, const absl::Status& status, bool* works);

  const PublicationParts parts_;
  Publisher publisher_;
  std::unique_ptr<StoreView> readers_;  // those of the listener: never the relay's connections
  std::unique_ptr<PublishedDirectory> directory_;
  std::unique_ptr<LogListener> listener_;

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_LOG_PUBLICATION_H_
