// The yardstick: an empty relay over the same TLS (submit -> queue in memory -> receiver's stream
// -> acknowledgement), with no control of any kind. What it carries is what the transport alone
// could.
#ifndef SLUSS_TESTS_BENCHMARKS_LOAD_RELAY_H_
#define SLUSS_TESTS_BENCHMARKS_LOAD_RELAY_H_

#include <deque>

#include "gateway/base/mutex.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {

// Thread-safe, as gRPC needs it. Not for anything but measuring.
class EmptyRelay : public v1::Gateway::Service {
 public:
  grpc::Status Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                      v1::SubmitResponse* response) override;
  grpc::Status Fetch(grpc::ServerContext* context, const v1::FetchRequest* request,
                     grpc::ServerWriter<v1::Delivery>* writer) override;
  grpc::Status Acknowledge(grpc::ServerContext* context, const v1::AcknowledgeRequest* request,
                           v1::AcknowledgeResponse* response) override;
  // Ends the held streams.
  void Stop();

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<v1::Delivery> queue_ ABSL_GUARDED_BY(mutex_);
  uint32_t unacknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sluss

#endif  // SLUSS_TESTS_BENCHMARKS_LOAD_RELAY_H_
