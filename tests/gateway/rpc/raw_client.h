// TCP connections that speak no TLS.
#ifndef SLUSS_TESTS_GATEWAY_RPC_RAW_CLIENT_H_
#define SLUSS_TESTS_GATEWAY_RPC_RAW_CLIENT_H_

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace sluss::testing {

// Connects to "127.0.0.1:PORT", from `source` (the last byte of 127.0.0.x) where it is not 0.
class RawClient {
 public:
  RawClient() : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  explicit RawClient(const std::string& address, int source = 0) : RawClient() {
    Connect(address, source);
  }
  RawClient(RawClient&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  ~RawClient() { Close(); }

  bool Connect(const std::string& address, int source = 0) {
    sockaddr_in local = {};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(0x7f000000 + source);
    if (source != 0) bind(descriptor_, reinterpret_cast<sockaddr*>(&local), sizeof(local));
    sockaddr_in server = {};
    server.sin_family = AF_INET;
    server.sin_port = htons(std::atoi(address.substr(address.rfind(':') + 1).c_str()));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(descriptor_, reinterpret_cast<sockaddr*>(&server), sizeof(server)) == 0;
  }
  void Send(const std::string& bytes) {
    (void)!send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // Whether the server hangs up within `milliseconds`; what it sends before is thrown away.
  bool HungUpWithin(int milliseconds) {
    pollfd ready = {descriptor_, POLLIN, 0};
    char buffer[4096];
    while (poll(&ready, 1, milliseconds) > 0) {
      if (recv(descriptor_, buffer, sizeof(buffer), 0) <= 0) return true;
    }
    return false;
  }
  void Close() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_RPC_RAW_CLIENT_H_
