// One child, two ciphertexts under two keys: the relation behind the binding of a consent and
// behind the officer's copy of a number.
//
//     C = (rG, M + r J)   D = (sG, M + s K)   holds   C1 = rG,  D1 = sG,  C2 - D2 = r J - s K
//
// Promises that both hold one M; not which, and not that M is the element of a number.
#ifndef SLUSS_GATEWAY_CRYPTO_SAME_NUMBER_H_
#define SLUSS_GATEWAY_CRYPTO_SAME_NUMBER_H_

#include "absl/status/statusor.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/pseudonym.h"
#include "gateway/crypto/sigma.h"

namespace sluss {

struct NumberUnderKey {
  const NymCiphertext& ciphertext;
  const Point& key;
};

// Its witnesses are r and s, in this order. INVALID_ARGUMENT where both have the same C2: one of
// them is a copy.
absl::StatusOr<SigmaRelation> SameNumberRelation(const NumberUnderKey& first,
                                                 const NumberUnderKey& second);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SAME_NUMBER_H_
