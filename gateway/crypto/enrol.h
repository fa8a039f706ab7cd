// Enrolment: an agency makes the table nym -> person of its own register, blindly, through both
// holders (RFC 9497 mode 0x01: the gateway's share, then the key holder's on the result).
//
// The holders see blinded elements only; the agency learns N = s_g s_h M of the numbers that it put
// in, which is what the message path gives too. Both proofs are checked before any nym is made.
#ifndef SLUSS_GATEWAY_CRYPTO_ENROL_H_
#define SLUSS_GATEWAY_CRYPTO_ENROL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/pseudonym.h"
#include "proto/gateway.pb.h"
#include "proto/keyholder.pb.h"

namespace sluss {

inline constexpr size_t kMaxEnrolBatch = 1024;

// ---- The agency ---------------------------------------------------------------------------------

// One batch between its request and its answer. Move-only, not thread-safe; holds the blinds.
class EnrolmentBatch {
 public:
  // INVALID_ARGUMENT for an empty batch or one over kMaxEnrolBatch.
  static absl::StatusOr<EnrolmentBatch> Start(const std::vector<CanonicalNumber>& numbers,
                                              const AgencySecrets& secrets,
                                              std::shared_ptr<const KeyDirectory> directory);

  // Signed; to be sent as it is.
  const v1::EnrolRequest& request() const { return request_; }

  // The nyms in the order of the numbers. INVALID_ARGUMENT names the field at fault;
  // PERMISSION_DENIED when a holder's proof does not verify.
  absl::StatusOr<std::vector<Nym>> Finish(const v1::EnrolResponse& response,
                                          const AgencySecrets& secrets) const;

 private:
  EnrolmentBatch(v1::EnrolRequest request, std::vector<Scalar> blinds, std::vector<Point> blinded,
                 std::shared_ptr<const KeyDirectory> directory);

  v1::EnrolRequest request_;
  std::vector<Scalar> blinds_;
  std::vector<Point> blinded_;
  std::shared_ptr<const KeyDirectory> directory_;
};

// ---- The gateway --------------------------------------------------------------------------------

// Checks the agency's request, evaluates it under the gateway's share and makes the signed request
// to the key holder. `agency` is the authenticated caller. INVALID_ARGUMENT names the field;
// PERMISSION_DENIED when the agency's signature does not verify.
absl::StatusOr<v1::EvaluateRequest> EvaluateAtGateway(const Holder& gateway, const AgencyId& agency,
                                                      const v1::EnrolRequest& request);

// Fills `directory`, and `gateway_signature` over everything else and the directory's digest.
void SignEvaluateRequest(const SigningKey& gateway, const KeyDirectory& directory,
                         v1::EvaluateRequest* request);

// ---- The key holder -----------------------------------------------------------------------------

// Checks the agency's signature, the gateway's signature and the gateway's proof, in this order,
// and that both are for this key directory; then evaluates. Budgets are the caller's, to be taken
// between the two steps.
struct CheckedEvaluation {
  AgencyId agency;
  std::vector<Point> elements;  // what the gateway made of the blinded elements
};
absl::StatusOr<CheckedEvaluation> CheckEvaluateRequest(const KeyDirectory& directory,
                                                       const v1::EvaluateRequest& request);
// `element` and `proof` filled.
absl::StatusOr<v1::EvaluateResponse> EvaluateAtKeyholder(const Holder& keyholder,
                                                         const CheckedEvaluation& checked);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_ENROL_H_
