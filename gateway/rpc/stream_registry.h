// Ends calls that outlive their caller's right to speak.
//
// A held stream is authenticated once, when it opens. What is registered here is judged again every
// second and cancelled when the certificate has been revoked or has expired, or when the revocation
// list is missing or out of date.
#ifndef SLUSS_GATEWAY_RPC_STREAM_REGISTRY_H_
#define SLUSS_GATEWAY_RPC_STREAM_REGISTRY_H_

#include <grpcpp/server_context.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "gateway/base/mutex.h"
#include "gateway/rpc/peer_verifier.h"

namespace sluss {

// Thread-safe. Owns one thread. Must outlive every handle and every server whose calls it holds.
class StreamRegistry {
 public:
  // `verifier` must outlive the registry.
  explicit StreamRegistry(const PeerVerifier* verifier);
  ~StreamRegistry();
  StreamRegistry(const StreamRegistry&) = delete;
  StreamRegistry& operator=(const StreamRegistry&) = delete;

  // Keeps one call on watch until destroyed; keep it for as long as the stream is open. Movable.
  class Handle {
   public:
    Handle() = default;
    Handle(Handle&& other) noexcept;
    Handle& operator=(Handle&& other) noexcept;
    ~Handle();

   private:
    friend class StreamRegistry;
    Handle(StreamRegistry* registry, uint64_t id) : registry_(registry), id_(id) {}
    StreamRegistry* registry_ = nullptr;
    uint64_t id_ = 0;
  };

  // `context` may be destroyed before the handle is: the registry holds a reference of its own on
  // the call. A cancelled call's handler learns of it as of any cancellation by the client.
  [[nodiscard]] Handle Register(grpc::ServerContextBase* context);

  // One round of what the thread does every second.
  void CancelUnwelcome();

  size_t size() const;

 private:
  struct Stream {
    std::shared_ptr<grpc_call> call;
    std::string certificate;  // PEM; empty where there was none, which is refused at the first look
  };

  void Forget(uint64_t id);
  void Watch();

  const PeerVerifier* const verifier_;
  mutable Mutex mutex_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<uint64_t, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_STREAM_REGISTRY_H_
