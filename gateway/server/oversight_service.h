// The service of officers of the exchange: who calls, and then what they do with the log. Nothing
// is decided here.
#ifndef SLUSS_GATEWAY_SERVER_OVERSIGHT_SERVICE_H_
#define SLUSS_GATEWAY_SERVER_OVERSIGHT_SERVICE_H_

#include <atomic>
#include <string>

#include "gateway/base/event_log.h"
#include "gateway/oversight/reviews.h"
#include "gateway/oversight/search.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/oversight.grpc.pb.h"

namespace sluss {

// What it is joined with; outlives the service.
struct OversightParts {
  LogSearch* search;  // both null: configured off
  LogReviews* reviews;
  const PeerVerifier* verifier;
  EventLog* events;
};

// Calls of officers at a time. They take turns, and threads that wait for theirs would be missing
// for the relay: further ones are refused.
inline constexpr int kMostOversightCalls = 8;

// Thread-safe. Every handler begins with the caller's certificate: only `officer/NAME` is let in.
// Administrators look after the machinery and have no business in the log; agencies have their own
// receipts.
class OversightService final : public v1::Oversight::Service {
 public:
  explicit OversightService(OversightParts parts) : parts_(parts) {}

  grpc::Status Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                      v1::SearchPage* response) override;

  grpc::Status DrawReview(grpc::ServerContext* context, const v1::DrawReviewRequest* request,
                          v1::Review* response) override;
  grpc::Status ListReviews(grpc::ServerContext* context, const v1::ListReviewsRequest* request,
                           v1::ReviewList* response) override;
  grpc::Status GetReview(grpc::ServerContext* context, const v1::GetReviewRequest* request,
                         v1::ReviewPage* response) override;
  grpc::Status AddFinding(grpc::ServerContext* context, const v1::AddFindingRequest* request,
                          v1::Review* response) override;
  grpc::Status CloseReview(grpc::ServerContext* context, const v1::CloseReviewRequest* request,
                           v1::Review* response) override;
  grpc::Status GetReviewStatement(grpc::ServerContext* context,
                                  const v1::GetReviewStatementRequest* request,
                                  v1::ReviewStatement* response) override;

 private:
  // Lets in an officer, where there is room, and answers with what `act` gives. `event`, where
  // there is one, says how it ended and names nobody.
  template <typename Response, typename Act>
  grpc::Status Serve(const grpc::ServerContext& context, const char* event, const Act& act,
                     Response* response);

  std::atomic<int> calls_{0};
  const OversightParts parts_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_OVERSIGHT_SERVICE_H_
