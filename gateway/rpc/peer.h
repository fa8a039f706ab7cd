// Who is at the other end of a connection, as its certificate names it.
//
//   sluss://agency/school/ekbacken          an agency
//   sluss://gateway/gw1                     a gateway
//   sluss://keyholder/kh1                   a key holder
//   sluss://role/officer/NAME               a person: officer, administrator, and author or
//                                           approver of policies
//
// The same NAME under two roles is one person: whoever issues certificates sees to it.
//
// The URI is the certificate's only subject alternative name of that type. The common name, the DNS
// names and the address of the connection say nothing about who a peer is.
#ifndef SLUSS_GATEWAY_RPC_PEER_H_
#define SLUSS_GATEWAY_RPC_PEER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

enum class PeerKind { kAgency, kGateway, kKeyHolder, kRole };

struct Peer {
  PeerKind kind;
  // As configuration files write it: "school/ekbacken" (an AgencyId), "gateway/gw1",
  // "keyholder/kh1", "officer/anna". Two kinds never share a name.
  std::string name;

  friend bool operator==(const Peer& a, const Peer& b) {
    return a.kind == b.kind && a.name == b.name;
  }
};

// INVALID_ARGUMENT on anything that is not one of the four forms above; a name is of a-z, 0-9 and
// '-', at most 100 characters in all.
absl::StatusOr<Peer> ParsePeerUri(absl::string_view uri);

// The peer that a configuration file names "gateway/gw1" or "keyholder/kh1".
absl::StatusOr<Peer> ParseServerName(absl::string_view name);

std::string PeerUri(const Peer& peer);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_PEER_H_
