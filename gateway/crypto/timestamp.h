// RFC 3161 timestamps: somebody else says when bytes were there.
//
// A token says that the authority saw the SHA-256 of the bytes at a time. It does not say who made
// them, or that they are true. What is answered here is verified as `openssl ts -verify` does:
// status granted, the digest and nonce that were sent, signed by a certificate for timestamping
// that the authority issued. Pure but for the machine's clock, by which OpenSSL judges
// certificates; thread-safe.
#ifndef SLUSS_GATEWAY_CRYPTO_TIMESTAMP_H_
#define SLUSS_GATEWAY_CRYPTO_TIMESTAMP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluss {

// A TimeStampReq (DER) over SHA-256 of `data`, with a random nonce, asking for the certificate.
absl::StatusOr<std::string> MakeTimestampRequest(absl::string_view data);

// When the authority says it was, if `response` (a TimeStampResp, DER) answers `request` and a
// certificate in `authority_pem` vouches for its signer. PERMISSION_DENIED otherwise;
// INVALID_ARGUMENT where a part has not its form.
absl::StatusOr<absl::Time> VerifyTimestampAnswer(absl::string_view request,
                                                 absl::string_view response,
                                                 absl::string_view authority_pem);

// The same of a response that was kept, over the bytes that it is about.
absl::StatusOr<absl::Time> VerifyTimestampOf(absl::string_view data, absl::string_view response,
                                             absl::string_view authority_pem);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_TIMESTAMP_H_
