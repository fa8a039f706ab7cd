#include "gateway/rpc/stream_registry.h"

#include <grpc/grpc.h>

#include <chrono>
#include <utility>
#include <vector>

#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

constexpr std::chrono::seconds kInterval(1);

}  // namespace

StreamRegistry::StreamRegistry(const PeerVerifier* verifier)
    : verifier_(verifier), thread_([this] { Watch(); }) {}

StreamRegistry::~StreamRegistry() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stopped_.NotifyAll();
  thread_.join();
}

StreamRegistry::Handle::Handle(Handle&& other) noexcept
    : registry_(std::exchange(other.registry_, nullptr)), id_(other.id_) {}

StreamRegistry::Handle& StreamRegistry::Handle::operator=(Handle&& other) noexcept {
  std::swap(registry_, other.registry_);
  std::swap(id_, other.id_);
  return *this;
}

StreamRegistry::Handle::~Handle() {
  if (registry_ != nullptr) registry_->Forget(id_);
}

StreamRegistry::Handle StreamRegistry::Register(grpc::ServerContextBase* context) {
  grpc_call* call = context->c_call();
  grpc_call_ref(call);
  Stream stream{std::shared_ptr<grpc_call>(call, grpc_call_unref),
                PeerCertificate(*context->auth_context()).value_or("")};
  MutexLock lock(&mutex_);
  streams_.emplace(next_id_, std::move(stream));
  return Handle(this, next_id_++);
}

void StreamRegistry::Forget(uint64_t id) {
  Stream ended;  // released after the lock
  MutexLock lock(&mutex_);
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  ended = std::move(found->second);
  streams_.erase(found);
}

void StreamRegistry::CancelUnwelcome() {
  std::vector<Stream> streams;
  {
    MutexLock lock(&mutex_);
    for (const auto& [id, stream] : streams_) streams.push_back(stream);
  }
  // Without the lock: a cancelled call's reactor may run here and destroy its handle.
  for (const Stream& stream : streams) {
    const absl::StatusOr<Peer> peer =
        verifier_->Verify(stream.certificate, CertificateUsage::kClient);
    if (peer.ok()) continue;
    const grpc::Status reason = ToGrpc(peer.status());
    grpc_call_cancel_with_status(stream.call.get(),
                                 static_cast<grpc_status_code>(reason.error_code()),
                                 reason.error_message().c_str(), /*reserved=*/nullptr);
  }
}

size_t StreamRegistry::size() const {
  MutexLock lock(&mutex_);
  return streams_.size();
}

void StreamRegistry::Watch() {
  mutex_.Lock();
  while (!stopping_) {
    stopped_.WaitFor(&mutex_, kInterval);
    if (stopping_) break;
    mutex_.Unlock();
    CancelUnwelcome();
    mutex_.Lock();
  }
  mutex_.Unlock();
}

}  // namespace sluss
