// The gateway's signatures on what it asks of the key holder. mTLS says who calls; the signature
// stays with the request, so that the key holder can show later what it was asked to do.
#ifndef SLUSS_GATEWAY_CRYPTO_KEYHOLDER_REQUESTS_H_
#define SLUSS_GATEWAY_CRYPTO_KEYHOLDER_REQUESTS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/sign.h"
#include "proto/keyholder.pb.h"

namespace sluss {

inline constexpr size_t kMaxTransformBatch = 256;

// Fill `directory`, and `gateway_signature` over everything else and the directory's digest.
void SignTransformRequest(const SigningKey& gateway, const KeyDirectory& directory,
                          v1::TransformRequest* request);
void SignPeelRequest(const SigningKey& gateway, const KeyDirectory& directory,
                     v1::PeelRequest* request);

// INVALID_ARGUMENT: another directory or key set, an empty or too large batch. PERMISSION_DENIED:
// the signature does not verify. Single items are judged when they are worked on.
absl::Status CheckTransformRequest(const KeyDirectory& directory,
                                   const v1::TransformRequest& request);
absl::Status CheckPeelRequest(const KeyDirectory& directory, const v1::PeelRequest& request);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEYHOLDER_REQUESTS_H_
