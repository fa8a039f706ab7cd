#include "gateway/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/listen.h"

namespace sluss {
namespace {

constexpr int kPauseMs = 10;  // before the next attempt when the system lacks memory

// A host with IPv6 commonly has 2^64 addresses: all of them are one source.
std::string SourceOf(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (peer.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    inet_ntop(AF_INET, &address, text.data(), text.size());
  } else if (peer.ss_family == AF_INET6) {
    in6_addr network = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    std::memset(&network.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &network, text.data(), text.size());
  }
  return text.data();
}

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const std::string& address,
                                                           ConnectionLimits limits) {
  ASSIGN_OR_RETURN(Listener listener, sluss::Listen(address));
  const int wake = eventfd(0, EFD_CLOEXEC);
  if (wake < 0) {
    close(listener.descriptor);
    return absl::UnavailableError(
        absl::StrCat("cannot listen on `", address, "`: ", std::strerror(errno)));
  }
  return std::unique_ptr<Acceptor>(
      new Acceptor(listener.descriptor, wake, std::move(listener.address), limits));
}

Acceptor::Acceptor(int listener, int wake, std::string address, ConnectionLimits limits)
    : listener_(listener),
      wake_(wake),
      spare_(OpenSpare()),
      address_(std::move(address)),
      connections_(limits) {}

Acceptor::~Acceptor() {
  Stop();
  if (spare_ >= 0) close(spare_);
  close(wake_);
}

void Acceptor::Start(Receiver receiver) {
  receiver_ = std::move(receiver);
  thread_ = std::thread([this] { Run(); });
}

void Acceptor::Stop() {
  if (stopped_.exchange(true)) return;
  const uint64_t one = 1;
  if (thread_.joinable() && write(wake_, &one, sizeof(one)) == sizeof(one)) thread_.join();
  close(listener_);
}

AcceptorCounts Acceptor::counts() const {
  MutexLock lock(&mutex_);
  return counts_;
}

void Acceptor::Count(uint64_t AcceptorCounts::*counter) {
  MutexLock lock(&mutex_);
  ++(counts_.*counter);
}

void Acceptor::Run() {
  std::array<pollfd, 2> ready = {{{listener_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  while (!stopped_.load()) {
    if (poll(ready.data(), ready.size(), /*timeout=*/-1) > 0 && ready[0].revents != 0) AcceptOne();
  }
}

void Acceptor::AcceptOne() {
  sockaddr_storage peer = {};
  socklen_t size = sizeof(peer);
  const int descriptor =
      accept4(listener_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) {
    if (errno == EMFILE || errno == ENFILE) return ShedOne();
    if (errno == ENOBUFS || errno == ENOMEM) Pause();
    return;  // the others concern this one connection
  }
  switch (connections_.Admit(descriptor, SourceOf(peer))) {
    case ConnectionTable::Verdict::kAdmitted:
      Count(&AcceptorCounts::accepted);
      return receiver_(descriptor);
    case ConnectionTable::Verdict::kTotalReached:
      Count(&AcceptorCounts::refused_total);
      break;
    case ConnectionTable::Verdict::kSourceReached:
      Count(&AcceptorCounts::refused_source);
      break;
  }
  close(descriptor);
}

// Refuses the oldest waiting connection, which would otherwise wait and keep poll() from sleeping.
void Acceptor::ShedOne() {
  Count(&AcceptorCounts::out_of_descriptors);
  if (spare_ >= 0) close(spare_);
  const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor >= 0) close(descriptor);
  spare_ = OpenSpare();
  if (descriptor < 0 || spare_ < 0) Pause();  // another thread was quicker
}

void Acceptor::Pause() const {
  pollfd stop = {wake_, POLLIN, 0};
  poll(&stop, 1, kPauseMs);
}

}  // namespace sluss
