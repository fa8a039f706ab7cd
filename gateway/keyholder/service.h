// The key holder's calls on the wire: who asks is checked, each call leaves a line in the log.
#ifndef SLUSS_GATEWAY_KEYHOLDER_SERVICE_H_
#define SLUSS_GATEWAY_KEYHOLDER_SERVICE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/base/event_log.h"
#include "gateway/keyholder/key_holder.h"
#include "gateway/rpc/peer_verifier.h"
#include "proto/keyholder.grpc.pb.h"

namespace sluss {

// Thread-safe. Answers one gateway; everyone else is refused with PERMISSION_DENIED.
class KeyHolderService : public v1::KeyHolder::Service {
 public:
  // `gateway`: "gateway/gw1". The pointers must outlive the service. Writes one line a call: what
  // was asked, how many, by or for which agency, status code, milliseconds; never an element, a
  // ciphertext or the text of an error.
  KeyHolderService(KeyHolder* holder, const PeerVerifier* verifier, std::string gateway,
                   EventLog* log)
      : holder_(holder), verifier_(verifier), gateway_(std::move(gateway)), log_(log) {}

  grpc::Status Evaluate(grpc::ServerContext* context, const v1::EvaluateRequest* request,
                        v1::EvaluateResponse* response) override;
  grpc::Status Transform(grpc::ServerContext* context, const v1::TransformRequest* request,
                         v1::TransformResponse* response) override;
  grpc::Status Peel(grpc::ServerContext* context, const v1::PeelRequest* request,
                    v1::PeelResponse* response) override;
  grpc::Status GetCounters(grpc::ServerContext* context, const v1::GetCountersRequest* request,
                           v1::GetCountersResponse* response) override;

 private:
  absl::Status CheckCaller(const grpc::ServerContext& context,
                           nlohmann::ordered_json* fields) const;

  // Checks the caller, does the work, writes the line to which the work may add fields.
  template <typename Response, typename Work>
  grpc::Status Serve(const grpc::ServerContext& context, absl::string_view event, int count,
                     Response* response, Work work);

  KeyHolder* const holder_;
  const PeerVerifier* const verifier_;
  const std::string gateway_;
  EventLog* const log_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_KEYHOLDER_SERVICE_H_
