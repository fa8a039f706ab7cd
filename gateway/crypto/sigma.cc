#include "gateway/crypto/sigma.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/public_sum.h"
#include "gateway/crypto/sha512.h"

namespace sluss {
namespace {

absl::Status DoesNotVerify() { return absl::PermissionDeniedError("proof does not verify"); }

// What PublicSum computes, in constant time: for the prover, whose scalars are secret.
class SecretSum {
 public:
  void Add(const Scalar& coefficient, const std::optional<Point>& base) {
    if (base.has_value()) {
      multiples_.emplace_back(coefficient, *base);
    } else {
      generator_ = generator_.has_value() ? *generator_ + coefficient : coefficient;
    }
  }

  absl::StatusOr<Point> Total() const {
    std::optional<Point> total;
    if (generator_.has_value()) {
      ASSIGN_OR_RETURN(total, MultiplyBase(*generator_));
    }
    for (const auto& [coefficient, base] : multiples_) {
      ASSIGN_OR_RETURN(Point multiple, Multiply(coefficient, base));
      if (total.has_value()) {
        ASSIGN_OR_RETURN(multiple, ::sluss::Add(*total, multiple));
      }
      total = std::move(multiple);
    }
    if (!total.has_value()) return absl::InternalError("an equation of the relation is empty");
    return *total;
  }

 private:
  std::optional<Scalar> generator_;
  std::vector<std::pair<Scalar, Point>> multiples_;
};

template <typename Sum>
Sum RightSide(const SigmaEquation& equation, std::span<const Scalar> values) {
  Sum sum;
  for (const SigmaTerm& term : equation.right) {
    const Scalar& value = values[term.witness];
    sum.Add(term.negative ? value.Negated() : value, term.base);
  }
  return sum;
}

void AppendPoint(const std::optional<Point>& point, Layout& layout) {
  layout.Bytes(point.has_value() ? point->encoded() : absl::string_view());
}

// Everything that the proof states and is bound to, then the commitments.
Scalar Challenge(const SigmaRelation& relation, absl::string_view binding,
                 std::span<const Point> commitments) {
  Layout layout("sluss/v1 proof");
  layout.Bytes(relation.name).Bytes(binding);
  layout.U32(static_cast<uint32_t>(relation.witnesses));
  layout.U32(static_cast<uint32_t>(relation.equations.size()));
  for (const SigmaEquation& equation : relation.equations) {
    AppendPoint(equation.left, layout);
    layout.U32(static_cast<uint32_t>(equation.right.size()));
    for (const SigmaTerm& term : equation.right) {
      layout.U32(static_cast<uint32_t>(term.witness)).U8(term.negative ? 1 : 0);
      AppendPoint(term.base, layout);
    }
  }
  for (const Point& commitment : commitments) layout.Bytes(commitment.encoded());
  return Scalar::Reduce(AsStringView(Sha512({layout.bytes()})));
}

// What the commitment of each equation must have been for challenge and responses to fit.
absl::StatusOr<std::vector<Point>> Recompute(const SigmaRelation& relation, const Scalar& challenge,
                                             std::span<const Scalar> responses) {
  const Scalar minus_challenge = challenge.Negated();
  std::vector<Point> commitments;
  commitments.reserve(relation.equations.size());
  for (const SigmaEquation& equation : relation.equations) {
    PublicSum sum = RightSide<PublicSum>(equation, responses);
    if (equation.left.has_value()) sum.Add(minus_challenge, equation.left);
    ASSIGN_OR_RETURN(const Point commitment, sum.Total());
    commitments.push_back(commitment);
  }
  return commitments;
}

}  // namespace

absl::StatusOr<std::string> SigmaProve(const SigmaRelation& relation,
                                       std::span<const Scalar> witness, absl::string_view binding) {
  if (witness.size() != relation.witnesses) {
    return absl::InternalError(absl::StrCat("relation `", relation.name, "` needs ",
                                            relation.witnesses, " witnesses, not ",
                                            witness.size()));
  }
  std::vector<Scalar> nonces;
  nonces.reserve(witness.size());
  for (size_t i = 0; i < witness.size(); ++i) nonces.push_back(Scalar::Random());

  std::vector<Point> commitments;
  commitments.reserve(relation.equations.size());
  for (const SigmaEquation& equation : relation.equations) {
    ASSIGN_OR_RETURN(const Point commitment, RightSide<SecretSum>(equation, nonces).Total());
    commitments.push_back(commitment);
  }
  const Scalar challenge = Challenge(relation, binding, commitments);
  std::string proof = challenge.EncodePublic();
  for (size_t i = 0; i < witness.size(); ++i) {
    proof += (nonces[i] + challenge * witness[i]).EncodePublic();
  }
  return proof;
}

absl::Status SigmaVerify(const SigmaRelation& relation, absl::string_view binding,
                         absl::string_view proof) {
  const size_t size = (1 + relation.witnesses) * kScalarSize;
  if (proof.size() != size) {
    return absl::InvalidArgumentError(
        absl::StrCat("proof must be ", size, " bytes, not ", proof.size()));
  }
  ASSIGN_OR_RETURN(const Scalar challenge, Scalar::Decode(proof.substr(0, kScalarSize)));
  std::vector<Scalar> responses;
  responses.reserve(relation.witnesses);
  for (size_t at = kScalarSize; at < size; at += kScalarSize) {
    ASSIGN_OR_RETURN(const Scalar response, Scalar::Decode(proof.substr(at, kScalarSize)));
    responses.push_back(response);
  }
  // An honest proof meets the identity element with probability 2^-250.
  const absl::StatusOr<std::vector<Point>> commitments = Recompute(relation, challenge, responses);
  if (!commitments.ok()) return DoesNotVerify();
  if (!(Challenge(relation, binding, *commitments) == challenge)) return DoesNotVerify();
  return absl::OkStatus();
}

}  // namespace sluss
