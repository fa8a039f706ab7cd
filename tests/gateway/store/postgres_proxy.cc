#include "tests/gateway/store/postgres_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "gtest/gtest.h"

namespace sluss::testing {
namespace {

constexpr char kSocket[] = "/.s.PGSQL.5432";
constexpr int kPatienceMs = 20;  // between two looks at what the test wants

sockaddr_un AddressOf(const std::string& directory) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = directory + kSocket;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

bool Readable(int socket) {
  pollfd wanted = {socket, POLLIN, 0};
  return poll(&wanted, 1, kPatienceMs) > 0;
}

// False: it was closed.
bool Forward(int from, int to) {
  char buffer[65536];
  const ssize_t size = recv(from, buffer, sizeof(buffer), 0);
  if (size <= 0) return false;
  for (ssize_t sent = 0; sent < size;) {
    const ssize_t more = send(to, buffer + sent, size - sent, MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return true;
}

}  // namespace

PostgresProxy::PostgresProxy(const std::string& server_directory) : server_(server_directory) {
  std::string name = "/tmp/sluss-proxy-XXXXXX";
  directory_ = mkdtemp(name.data());
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressOf(directory_);
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(listener_, 16), 0);
  accepting_ = std::thread([this] { Accept(); });
}

PostgresProxy::~PostgresProxy() {
  stopping_ = true;
  accepting_.join();
  MutexLock lock(&mutex_);
  for (std::thread& connection : connections_) connection.join();
  close(listener_);
  std::filesystem::remove_all(directory_);
}

void PostgresProxy::Accept() {
  while (!stopping_) {
    if (!Readable(listener_)) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    MutexLock lock(&mutex_);
    connections_.emplace_back([this, client] { Serve(client); });
  }
}

void PostgresProxy::Serve(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressOf(server_);
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  while (open && !stopping_) {
    pollfd sides[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(sides, 2, kPatienceMs) <= 0) continue;
    if (sides[1].revents != 0) open = Forward(server, client);
    if (!open || sides[0].revents == 0) continue;
    switch (fault_.exchange(Fault::kNone)) {
      case Fault::kNone:
        open = Forward(client, server);
        break;
      case Fault::kLoseRequest:
        open = false;
        break;
      case Fault::kLoseAnswer:
        // The answer is there, so the server has done it.
        open = Forward(client, server);
        while (open && !Readable(server) && !stopping_) {
        }
        open = false;
        break;
      case Fault::kHoldRequest:
        while (!released_ && !stopping_) Readable(listener_);
        open = Forward(client, server);
        break;
    }
  }
  close(client);
  close(server);
}

}  // namespace sluss::testing
