#include "tests/benchmarks/load/relay.h"

#include <utility>

namespace sluss {

grpc::Status EmptyRelay::Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                                v1::SubmitResponse* response) {
  v1::Delivery delivery;
  *delivery.mutable_notification()->mutable_manifest() = request->envelope().manifest();
  MutexLock lock(&mutex_);
  queue_.push_back(std::move(delivery));
  changed_.NotifyOne();
  return grpc::Status::OK;
}

grpc::Status EmptyRelay::Fetch(grpc::ServerContext* context, const v1::FetchRequest* request,
                               grpc::ServerWriter<v1::Delivery>* writer) {
  while (true) {
    v1::Delivery next;
    {
      MutexLock lock(&mutex_);
      while (!stopped_ && (queue_.empty() || unacknowledged_ >= request->window())) {
        changed_.WaitFor(&mutex_, std::chrono::milliseconds(100));
        if (context->IsCancelled()) return grpc::Status::CANCELLED;
      }
      if (stopped_) return grpc::Status::OK;
      next = std::move(queue_.front());
      queue_.pop_front();
      ++unacknowledged_;
    }
    if (!writer->Write(next)) return grpc::Status::CANCELLED;
  }
}

grpc::Status EmptyRelay::Acknowledge(grpc::ServerContext* context,
                                     const v1::AcknowledgeRequest* request,
                                     v1::AcknowledgeResponse* response) {
  MutexLock lock(&mutex_);
  if (unacknowledged_ > 0) --unacknowledged_;
  changed_.NotifyOne();
  return grpc::Status::OK;
}

void EmptyRelay::Stop() {
  MutexLock lock(&mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

}  // namespace sluss
