#include "gateway/rpc/authenticate.h"

#include <grpc/grpc_security_constants.h>

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

absl::StatusOr<Peer> AuthenticateConnection(const grpc::AuthContext& context,
                                            const PeerVerifier& verifier) {
  ASSIGN_OR_RETURN(const std::string pem, PeerCertificate(context));
  return verifier.Verify(pem, CertificateUsage::kClient);
}

class CallGuard : public grpc::AuthMetadataProcessor {
 public:
  explicit CallGuard(const PeerVerifier* verifier) : verifier_(verifier) {}

  // A known certificate costs a look at a file's status and two at tables: no thread of its own.
  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override {
    return ToGrpc(AuthenticateConnection(*context, *verifier_).status());
  }

 private:
  const PeerVerifier* const verifier_;
};

}  // namespace

absl::StatusOr<std::string> PeerCertificate(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> found =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (found.size() != 1) {
    return absl::UnauthenticatedError("certificate refused: the connection shows none");
  }
  return std::string(found.front().data(), found.front().size());
}

absl::StatusOr<Peer> Authenticate(const grpc::ServerContextBase& context,
                                  const PeerVerifier& verifier) {
  return AuthenticateConnection(*context.auth_context(), verifier);
}

absl::StatusOr<std::string> AuthenticateOfficer(const grpc::ServerContextBase& context,
                                                const PeerVerifier& verifier) {
  absl::StatusOr<Peer> peer = Authenticate(context, verifier);
  RETURN_IF_ERROR(peer.status());
  if (peer->kind == PeerKind::kRole && absl::StartsWith(peer->name, "officer/")) {
    return std::move(peer->name);
  }
  return absl::PermissionDeniedError(
      absl::StrCat("`", peer->name,
                   "` is no officer of the exchange: use a certificate of "
                   "sluss://role/officer/NAME"));
}

std::shared_ptr<grpc::AuthMetadataProcessor> MakeCallGuard(const PeerVerifier* verifier) {
  return std::make_shared<CallGuard>(verifier);
}

}  // namespace sluss
