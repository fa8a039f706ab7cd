#include "gateway/rpc/connection_table.h"

#include <sys/socket.h>

#include <algorithm>
#include <optional>

namespace sluss {
namespace {

std::optional<uint64_t> SocketCookie(int descriptor) {
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) return std::nullopt;
  return cookie;
}

}  // namespace

void ConnectionTable::ForgetEnded(std::vector<Entry>* entries) {
  const size_t ended = std::erase_if(
      *entries, [](const Entry& entry) { return SocketCookie(entry.descriptor) != entry.cookie; });
  size_ -= static_cast<int>(ended);
}

void ConnectionTable::ForgetAllEnded() {
  for (auto source = sources_.begin(); source != sources_.end();) {
    ForgetEnded(&source->second);
    source = source->second.empty() ? sources_.erase(source) : std::next(source);
  }
}

ConnectionTable::Verdict ConnectionTable::Admit(int descriptor, const std::string& source) {
  const std::optional<uint64_t> cookie = SocketCookie(descriptor);
  if (!cookie.has_value()) return Verdict::kTotalReached;
  if (size_ >= limits_.total) ForgetAllEnded();
  if (size_ >= limits_.total) return Verdict::kTotalReached;
  std::vector<Entry>& entries = sources_[source];
  if (static_cast<int>(entries.size()) >= limits_.per_source) ForgetEnded(&entries);
  if (static_cast<int>(entries.size()) >= limits_.per_source) return Verdict::kSourceReached;
  entries.push_back({descriptor, *cookie});
  ++size_;
  return Verdict::kAdmitted;
}

}  // namespace sluss
