#include "gateway/rpc/listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr int kBacklog = 1024;

absl::StatusOr<AddressList> Resolve(const std::string& address) {
  const size_t colon = address.rfind(':');
  absl::string_view host = absl::string_view(address).substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  uint32_t number = 0;
  const bool bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  if (host.empty() || host.find('[') != host.npos || (!bracketed && host.find(':') != host.npos) ||
      !absl::SimpleAtoi(port, &number) || number > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", address, "` is not host:port, such as 127.0.0.1:7443"));
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(std::string(host).c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return absl::InvalidArgumentError(absl::StrCat("`", address, "`: ", gai_strerror(error)));
  }
  return AddressList(found, freeaddrinfo);
}

bool SetOption(int descriptor, int level, int option) {
  const int on = 1;
  return setsockopt(descriptor, level, option, &on, sizeof(on)) == 0;
}

bool PrepareListener(int descriptor, const addrinfo& address) {
  return SetOption(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
         SetOption(descriptor, IPPROTO_TCP, TCP_NODELAY) &&  // inherited by what is accepted
         (address.ai_family != AF_INET6 || SetOption(descriptor, IPPROTO_IPV6, IPV6_V6ONLY)) &&
         bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 &&
         listen(descriptor, kBacklog) == 0;
}

// The address bound to, with the port that the system chose.
std::string LocalAddress(int descriptor) {
  sockaddr_storage local = {};
  socklen_t size = sizeof(local);
  std::array<char, NI_MAXHOST> host = {};
  std::array<char, NI_MAXSERV> port = {};
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size) != 0 ||
      getnameinfo(reinterpret_cast<sockaddr*>(&local), size, host.data(), host.size(), port.data(),
                  port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "";
  }
  return local.ss_family == AF_INET6 ? absl::StrCat("[", host.data(), "]:", port.data())
                                     : absl::StrCat(host.data(), ":", port.data());
}

}  // namespace

absl::StatusOr<Listener> Listen(const std::string& address) {
  ASSIGN_OR_RETURN(const AddressList list, Resolve(address));
  const int descriptor =
      socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, /*protocol=*/0);
  if (descriptor >= 0 && PrepareListener(descriptor, *list)) {
    return Listener{descriptor, LocalAddress(descriptor)};
  }
  const absl::Status status = absl::UnavailableError(
      absl::StrCat("cannot listen on `", address, "`: ", std::strerror(errno)));
  if (descriptor >= 0) close(descriptor);
  return status;
}

}  // namespace sluss
