#include <deque>
#include <iostream>
#include <optional>
#include <thread>
#include <vector>

#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/open.h"
#include "gateway/rpc/status.h"
#include "tests/benchmarks/load/ends.h"
#include "tests/benchmarks/load/measure.h"

namespace sluss {
namespace {

constexpr int kWorkers = 8;
constexpr uint32_t kWindow = 256;

// From the stream's one reader to the workers. Bounded by the window. Thread-safe.
class Inbox {
 public:
  void Put(v1::Delivery delivery) {
    MutexLock lock(&mutex_);
    queue_.push_back(std::move(delivery));
    changed_.NotifyOne();
  }
  void Close() {
    MutexLock lock(&mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }
  std::optional<v1::Delivery> Take() {
    MutexLock lock(&mutex_);
    while (queue_.empty() && !closed_) changed_.Wait(&mutex_);
    if (queue_.empty()) return std::nullopt;
    v1::Delivery first = std::move(queue_.front());
    queue_.pop_front();
    return first;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<v1::Delivery> queue_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::StatusOr<std::string> MessageIdOf(const v1::Notification& notification) {
  v1::Manifest manifest;
  v1::Header header;
  if (!manifest.ParseFromString(notification.manifest()) ||
      !header.ParseFromString(manifest.header())) {
    return absl::InvalidArgumentError("`manifest` is malformed");
  }
  return header.message_id();
}

absl::Status Receive(const Party& receiver, const Stage& stage, v1::Gateway::Stub& stub,
                     const v1::Delivery& delivery, Journeys& journeys) {
  std::optional<size_t> index;
  if (delivery.has_notification()) {
    if (stage.sealed) {
      ASSIGN_OR_RETURN(
          const Opened opened,
          OpenNotification(delivery.notification(), receiver.secrets, *receiver.directory));
      if (!opened.nym) return absl::FailedPreconditionError("no pseudonym came");
    }
    ASSIGN_OR_RETURN(const std::string id, MessageIdOf(delivery.notification()));
    index = journeys.IndexOf(id);
  }
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::AcknowledgeRequest request;
  request.set_delivery_id(delivery.delivery_id());
  v1::AcknowledgeResponse response;
  RETURN_IF_ERROR(FromGrpc(stub.Acknowledge(&context, request, &response)));
  if (index && journeys.all()[*index].acknowledged_ns.exchange(MonotonicNanoseconds()) == 0) {
    ++journeys.acknowledged();
  }
  return absl::OkStatus();
}

}  // namespace

void RunReceiver(const Party& receiver, const Stage& stage, Journeys& journeys) {
  const auto stub = ConnectParty(receiver, stage.address);
  if (!stub.ok()) {
    std::cerr << "sluss-load: " << stub.status().message() << "\n";
    return;
  }
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  v1::FetchRequest request;
  request.set_window(kWindow);
  const auto stream = (*stub)->Fetch(&context, request);
  Inbox inbox;
  const auto work = [&] {
    while (const std::optional<v1::Delivery> delivery = inbox.Take()) {
      const absl::Status received = Receive(receiver, stage, **stub, *delivery, journeys);
      if (!received.ok() && journeys.failed()++ == 0) {
        std::cerr << "sluss-load: receive: " << received.message() << "\n";
      }
      if (journeys.acknowledged() + journeys.failed() >= journeys.all().size()) {
        context.TryCancel();
      }
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) workers.emplace_back(work);
  v1::Delivery delivery;
  while (stream->Read(&delivery)) inbox.Put(std::move(delivery));
  inbox.Close();
  for (std::thread& worker : workers) worker.join();
  const grpc::Status ended = stream->Finish();
  if (!ended.ok() && ended.error_code() != grpc::StatusCode::CANCELLED) {
    std::cerr << "sluss-load: the stream ended: " << ended.error_message() << "\n";
  }
}

}  // namespace sluss
