// One non-interactive zero-knowledge proof for every linear statement about secret scalars.
//
// A relation is a list of equations over the same secret scalars w[0..n):
//     left = sum of  w[i] * base   (left is a public point or zero, each base a public point)
// Knowledge of an exponent, possession of a key, both hops and the equality of two encrypted
// numbers are all of this form, so that there is one prover, one verifier and one thing to review.
// Schnorr's protocol made non-interactive by the strong Fiat-Shamir transform: the challenge hashes
// the relation's name, every point of the statement, its shape, the binding and the commitments
// (PROTOCOL.md, "Proofs"). The prover runs in constant time with respect to the witness.
//
// Soundness is for the relation as written: whoever builds one says in it everything that must
// hold.
#ifndef SLUSS_GATEWAY_CRYPTO_SIGMA_H_
#define SLUSS_GATEWAY_CRYPTO_SIGMA_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/group.h"

namespace sluss {

// w[witness] * base, subtracted when `negative`. No base: the generator, which is much faster.
struct SigmaTerm {
  size_t witness;
  std::optional<Point> base;
  bool negative = false;
};

struct SigmaEquation {
  std::optional<Point> left;  // none: zero
  std::vector<SigmaTerm> right;
};

struct SigmaRelation {
  absl::string_view name;  // separates the relations from each other: a literal
  size_t witnesses;
  std::vector<SigmaEquation> equations;
};

// challenge | response for each witness, 32 bytes each. `binding` is whatever the proof must not be
// lifted out of. Proves what it is given: a witness that does not satisfy the relation gives a
// proof that does not verify. INTERNAL when the number of witnesses is wrong.
absl::StatusOr<std::string> SigmaProve(const SigmaRelation& relation,
                                       std::span<const Scalar> witness, absl::string_view binding);

// INVALID_ARGUMENT when the proof has a wrong length or a scalar that is not below the order of the
// group; PERMISSION_DENIED when it does not verify.
absl::Status SigmaVerify(const SigmaRelation& relation, absl::string_view binding,
                         absl::string_view proof);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_SIGMA_H_
