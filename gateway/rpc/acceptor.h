// The listening socket and the thread that accepts from it.
//
// gRPC's own listener stops for good when accept() once fails for want of descriptors
// (CVE-2023-4785), and holds any number of connections that never finish a handshake. This one
// limits connections in total and by source address before gRPC sees them, keeps descriptors free
// for the rest of the process, and goes on whatever accept() says.
#ifndef SLUSS_GATEWAY_RPC_ACCEPTOR_H_
#define SLUSS_GATEWAY_RPC_ACCEPTOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/rpc/connection_table.h"

namespace sluss {

struct AcceptorCounts {
  uint64_t accepted = 0;
  uint64_t refused_total = 0;   // over the limit of all connections
  uint64_t refused_source = 0;  // over the limit of one source
  uint64_t out_of_descriptors = 0;
};

// Thread-safe. Owns the socket and one thread.
class Acceptor {
 public:
  // Called on the acceptor's thread with a connected socket that the receiver now owns.
  using Receiver = std::function<void(int descriptor)>;

  // Binds and listens; nothing is accepted before Start. INVALID_ARGUMENT on a malformed address,
  // UNAVAILABLE names the address and why it cannot be had.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::string& address,
                                                          ConnectionLimits limits);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  void Start(Receiver receiver);
  // Closes the listening socket and joins the thread. May be called again.
  void Stop();

  const std::string& address() const { return address_; }
  AcceptorCounts counts() const;

 private:
  Acceptor(int listener, int wake, std::string address, ConnectionLimits limits);

  void Run();
  void AcceptOne();
  void ShedOne();
  void Pause() const;
  void Count(uint64_t AcceptorCounts::*counter);

  const int listener_;
  const int wake_;  // eventfd that ends the thread
  int spare_;       // given up for a moment to refuse a connection when there is no descriptor left
  const std::string address_;
  Receiver receiver_;
  std::atomic<bool> stopped_ = false;
  ConnectionTable connections_;  // used on the thread only
  mutable Mutex mutex_;
  AcceptorCounts counts_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_ACCEPTOR_H_
