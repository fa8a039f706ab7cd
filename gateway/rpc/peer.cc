#include "gateway/rpc/peer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kScheme = "sluss://";

// What the part of a name before its slash says about its holder.
PeerKind KindOf(const AgencyId& name) {
  const absl::string_view kind = AgencyKind(name);
  if (kind == "gateway") return PeerKind::kGateway;
  if (kind == "keyholder") return PeerKind::kKeyHolder;
  for (const absl::string_view role : {"officer", "administrator", "author", "approver"}) {
    if (kind == role) return PeerKind::kRole;
  }
  return PeerKind::kAgency;
}

absl::string_view UriPrefix(PeerKind kind) {
  switch (kind) {
    case PeerKind::kAgency:
      return "agency/";
    case PeerKind::kRole:
      return "role/";
    case PeerKind::kGateway:
    case PeerKind::kKeyHolder:
      return "";
  }
  return "";
}

}  // namespace

absl::StatusOr<Peer> ParsePeerUri(absl::string_view uri) {
  absl::string_view name = uri;
  if (!absl::ConsumePrefix(&name, kScheme)) {
    return absl::InvalidArgumentError("the URI does not begin with `sluss://`");
  }
  if (!absl::ConsumePrefix(&name, "agency/")) absl::ConsumePrefix(&name, "role/");
  const absl::StatusOr<AgencyId> id = ParseAgencyId(name);
  if (id.ok()) {
    // One spelling for each peer: an agency cannot be called as a gateway is, nor the other way
    // round.
    Peer peer{KindOf(*id), id->value()};
    if (PeerUri(peer) == uri) return peer;
  }
  return absl::InvalidArgumentError(
      "the URI is not sluss://agency/KIND/NAME, sluss://gateway/NAME, sluss://keyholder/NAME, "
      "or sluss://role/ROLE/NAME with ROLE officer, administrator, author or approver");
}

absl::StatusOr<Peer> ParseServerName(absl::string_view name) {
  ASSIGN_OR_RETURN(Peer peer, ParsePeerUri(absl::StrCat(kScheme, name)));
  return peer;
}

std::string PeerUri(const Peer& peer) {
  return absl::StrCat(kScheme, UriPrefix(peer.kind), peer.name);
}

}  // namespace sluss
