// gRPC's own log lines: caught, limited in number, written as JSON lines to standard error.
#ifndef SLUSS_GATEWAY_RPC_GRPC_LOG_H_
#define SLUSS_GATEWAY_RPC_GRPC_LOG_H_

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "gateway/base/mutex.h"

namespace sluss {

// At most `per_second` lines in any whole second. Thread-safe.
class LineLimit {
 public:
  explicit LineLimit(int per_second) : per_second_(per_second) {}

  // How many lines were dropped since the last one admitted; nothing when this one is dropped too.
  std::optional<uint64_t> Admit(absl::Time now);

 private:
  const int per_second_;
  Mutex mutex_;
  int64_t second_ ABSL_GUARDED_BY(mutex_) = 0;
  int admitted_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Ten lines a second from now on, for the whole process: a flood of bad handshakes would otherwise
// write one each. StartServer and Connect call this. May be called again.
void CatchGrpcLog();

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_GRPC_LOG_H_
