// What officers do with the log, joined: the index and its follower, the search, the service.
#ifndef SLUSS_GATEWAY_SERVER_OVERSIGHT_H_
#define SLUSS_GATEWAY_SERVER_OVERSIGHT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/event_log.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/oversight/index_follower.h"
#include "gateway/oversight/reviews.h"
#include "gateway/oversight/search.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/server/oversight_service.h"
#include "proto/config.pb.h"

namespace sluss {

// Thread-safe.
class OversightDesk {
 public:
  struct Parts {
    Ledger* ledger;
    const OpeningReader* openings;
    const PeerVerifier* verifier;
    EventLog* events;
  };

  // The index is opened later, in its follower's thread: however it is found, the gateway starts.
  // The parts outlive the desk; errors are those of the database.
  static absl::StatusOr<std::unique_ptr<OversightDesk>> Start(const Parts& parts,
                                                              const v1::GatewayConfig& config);

  OversightService* service() { return service_.get(); }
  // How far the index lags, in Prometheus' text.
  absl::StatusOr<std::string> Metrics() const;

 private:
  OversightDesk() = default;

  std::unique_ptr<StoreView> follower_view_;
  std::unique_ptr<StoreView> reader_view_;
  std::unique_ptr<IndexFollower> index_;
  std::unique_ptr<LogSearch> search_;
  std::unique_ptr<LogReviews> reviews_;
  std::unique_ptr<OversightService> service_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_OVERSIGHT_H_
