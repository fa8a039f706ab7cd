// The first line of every handler: who calls.
#ifndef SLUSS_GATEWAY_RPC_AUTHENTICATE_H_
#define SLUSS_GATEWAY_RPC_AUTHENTICATE_H_

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/server_context.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/rpc/peer.h"
#include "gateway/rpc/peer_verifier.h"

namespace sluss {

// The caller, judged by its certificate at this moment; errors as PeerVerifier::Verify's, and
// UNAUTHENTICATED where the connection shows no certificate. Which peers may do what is the
// handler's decision. Works for synchronous and callback contexts alike.
absl::StatusOr<Peer> Authenticate(const grpc::ServerContextBase& context,
                                  const PeerVerifier& verifier);

// The caller's name, "officer/anna", where it is an officer of the exchange; PERMISSION_DENIED for
// everybody else.
absl::StatusOr<std::string> AuthenticateOfficer(const grpc::ServerContextBase& context,
                                                const PeerVerifier& verifier);

// The certificate that the caller proved to hold, PEM.
absl::StatusOr<std::string> PeerCertificate(const grpc::AuthContext& context);

// Refuses a call before any handler sees it, the health service and unknown methods included, so
// that a handler which forgets Authenticate is not a hole. `verifier` must outlive the server.
std::shared_ptr<grpc::AuthMetadataProcessor> MakeCallGuard(const PeerVerifier* verifier);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_AUTHENTICATE_H_
