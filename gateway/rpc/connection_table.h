// How many connections are open, in all and from each source.
//
// A socket handed to gRPC is closed by gRPC, which tells nobody. A duplicate descriptor to poll
// would cost a second one for each connection. Instead, the kernel's cookie of each socket
// (SO_COOKIE, 64 bits, never given twice) is kept beside its descriptor number: the connection
// lives exactly as long as that number still names a socket with that cookie. Only when a limit
// seems reached are the entries looked at, so that a quiet server pays nothing and a full one a
// system call an entry.
#ifndef SLUSS_GATEWAY_RPC_CONNECTION_TABLE_H_
#define SLUSS_GATEWAY_RPC_CONNECTION_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluss {

struct ConnectionLimits {
  int total = 1000;
  int per_source = 100;
};

// Not thread-safe.
class ConnectionTable {
 public:
  explicit ConnectionTable(ConnectionLimits limits) : limits_(limits) {}

  enum class Verdict { kAdmitted, kTotalReached, kSourceReached };

  // Counts the connected socket `descriptor` if both limits allow it. `source` is the peer's
  // address without its port.
  Verdict Admit(int descriptor, const std::string& source);

  // Connections believed open: never fewer than there are.
  int size() const { return size_; }

 private:
  struct Entry {
    int descriptor;
    uint64_t cookie;
  };

  void ForgetEnded(std::vector<Entry>* entries);
  void ForgetAllEnded();

  const ConnectionLimits limits_;
  int size_ = 0;
  std::map<std::string, std::vector<Entry>> sources_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_CONNECTION_TABLE_H_
