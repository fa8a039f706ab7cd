#include "gateway/crypto/oprf.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/hash_to_group.h"
#include "gateway/crypto/sha512.h"

namespace sluss {
namespace {

std::string BigEndian16(size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

// len(x) as two bytes, then x: how RFC 9497 joins fields.
std::string Field(absl::string_view bytes) {
  return absl::StrCat(BigEndian16(bytes.size()), bytes);
}

std::string ContextString(OprfMode mode) {
  return absl::StrCat("OPRFV1-", std::string(1, static_cast<char>(mode)), "-ristretto255-SHA512");
}

absl::StatusOr<Scalar> HashToModeScalar(OprfMode mode, absl::string_view message) {
  return HashToScalar(message, absl::StrCat("HashToScalar-", ContextString(mode)));
}

absl::Status CheckCounts(size_t a, size_t b) {
  if (a == 0) return absl::InvalidArgumentError("the batch is empty");
  if (a == b) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the batch has ", a, " elements, not ", b));
}

// The weights d_i of ComputeComposites (2.2.1).
absl::StatusOr<std::vector<Scalar>> Weights(OprfMode mode, const Point& key,
                                            std::span<const Point> c, std::span<const Point> d) {
  const std::string seed_input =
      absl::StrCat(Field(key.encoded()), Field(absl::StrCat("Seed-", ContextString(mode))));
  const std::string seed(AsStringView(Sha512({seed_input})));
  std::vector<Scalar> weights;
  weights.reserve(c.size());
  for (size_t i = 0; i < c.size(); ++i) {
    ASSIGN_OR_RETURN(
        Scalar weight,
        HashToModeScalar(mode, absl::StrCat(Field(seed), BigEndian16(i), Field(c[i].encoded()),
                                            Field(d[i].encoded()), "Composite")));
    weights.push_back(std::move(weight));
  }
  return weights;
}

absl::StatusOr<Point> WeightedSum(std::span<const Scalar> weights, std::span<const Point> points) {
  ASSIGN_OR_RETURN(Point sum, Multiply(weights[0], points[0]));
  for (size_t i = 1; i < points.size(); ++i) {
    ASSIGN_OR_RETURN(const Point term, Multiply(weights[i], points[i]));
    ASSIGN_OR_RETURN(sum, Add(sum, term));
  }
  return sum;
}

absl::StatusOr<Scalar> Challenge(OprfMode mode, const Point& key, const Point& m, const Point& z,
                                 const Point& t2, const Point& t3) {
  return HashToModeScalar(mode,
                          absl::StrCat(Field(key.encoded()), Field(m.encoded()), Field(z.encoded()),
                                       Field(t2.encoded()), Field(t3.encoded()), "Challenge"));
}

// GenerateProof (2.2.1): key = kG and d[i] = k c[i] for all i, with the random scalar `r`.
absl::StatusOr<std::string> GenerateProof(OprfMode mode, const Scalar& k, const Point& key,
                                          std::span<const Point> c, std::span<const Point> d,
                                          const Scalar& r) {
  ASSIGN_OR_RETURN(const std::vector<Scalar> weights, Weights(mode, key, c, d));
  ASSIGN_OR_RETURN(const Point m, WeightedSum(weights, c));
  ASSIGN_OR_RETURN(const Point z, Multiply(k, m));
  ASSIGN_OR_RETURN(const Point t2, MultiplyBase(r));
  ASSIGN_OR_RETURN(const Point t3, Multiply(r, m));
  ASSIGN_OR_RETURN(const Scalar challenge, Challenge(mode, key, m, z, t2, t3));
  return challenge.EncodePublic() + (r - challenge * k).EncodePublic();
}

// VerifyProof (2.2.2) without the decoding.
absl::StatusOr<Scalar> RecomputeChallenge(OprfMode mode, const Point& key, std::span<const Point> c,
                                          std::span<const Point> d, const Scalar& challenge,
                                          const Scalar& response) {
  ASSIGN_OR_RETURN(const std::vector<Scalar> weights, Weights(mode, key, c, d));
  ASSIGN_OR_RETURN(const Point m, WeightedSum(weights, c));
  ASSIGN_OR_RETURN(const Point z, WeightedSum(weights, d));
  ASSIGN_OR_RETURN(const Point response_g, MultiplyBase(response));
  ASSIGN_OR_RETURN(const Point challenge_key, Multiply(challenge, key));
  ASSIGN_OR_RETURN(const Point t2, Add(response_g, challenge_key));
  ASSIGN_OR_RETURN(const Point response_m, Multiply(response, m));
  ASSIGN_OR_RETURN(const Point challenge_z, Multiply(challenge, z));
  ASSIGN_OR_RETURN(const Point t3, Add(response_m, challenge_z));
  return Challenge(mode, key, m, z, t2, t3);
}

absl::Status VerifyProof(OprfMode mode, const Point& key, std::span<const Point> c,
                         std::span<const Point> d, absl::string_view proof) {
  if (proof.size() != 2 * kScalarSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("proof must be ", 2 * kScalarSize, " bytes, not ", proof.size()));
  }
  ASSIGN_OR_RETURN(const Scalar challenge, Scalar::Decode(proof.substr(0, kScalarSize)));
  ASSIGN_OR_RETURN(const Scalar response, Scalar::Decode(proof.substr(kScalarSize)));
  const absl::StatusOr<Scalar> expected = RecomputeChallenge(mode, key, c, d, challenge, response);
  if (!expected.ok() || !(*expected == challenge)) {
    return absl::PermissionDeniedError("proof does not verify");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Point>> MultiplyAll(const Scalar& k, std::span<const Point> points) {
  std::vector<Point> products;
  products.reserve(points.size());
  for (const Point& point : points) {
    ASSIGN_OR_RETURN(const Point product, Multiply(k, point));
    products.push_back(product);
  }
  return products;
}

// The common end of Finalize; `fields` are whatever stands before the unblinded element.
absl::StatusOr<std::string> FinalizeOne(absl::string_view fields, const Scalar& blind,
                                        const Point& evaluated) {
  ASSIGN_OR_RETURN(const Point unblinded, OprfUnblind(blind, evaluated));
  return std::string(AsStringView(Sha512({fields, Field(unblinded.encoded()), "Finalize"})));
}

absl::StatusOr<std::vector<std::string>> FinalizeAll(std::span<const std::string> inputs,
                                                     std::span<const Scalar> blinds,
                                                     std::span<const Point> evaluated,
                                                     absl::string_view public_input_field) {
  RETURN_IF_ERROR(CheckCounts(evaluated.size(), inputs.size()));
  RETURN_IF_ERROR(CheckCounts(evaluated.size(), blinds.size()));
  std::vector<std::string> outputs;
  outputs.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    ASSIGN_OR_RETURN(
        std::string output,
        FinalizeOne(absl::StrCat(Field(inputs[i]), public_input_field), blinds[i], evaluated[i]));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

absl::StatusOr<Scalar> PublicInputScalar(absl::string_view info) {
  return HashToModeScalar(OprfMode::kPoprf, absl::StrCat("Info", Field(info)));
}

}  // namespace

absl::StatusOr<OprfKeyPair> OprfDeriveKeyPair(OprfMode mode, const SecretBytes& seed,
                                              absl::string_view info) {
  const std::string dst = absl::StrCat("DeriveKeyPair", ContextString(mode));
  const absl::string_view secret_seed = seed.Get(InsecureSecretAccess::Get());
  for (int counter = 0; counter < 256; ++counter) {
    const std::string input =
        absl::StrCat(secret_seed, Field(info), std::string(1, static_cast<char>(counter)));
    ASSIGN_OR_RETURN(Scalar secret, HashToScalar(input, dst));
    if (secret.IsZero()) continue;
    ASSIGN_OR_RETURN(Point public_key, MultiplyBase(secret));
    return OprfKeyPair{std::move(secret), std::move(public_key)};
  }
  return absl::InternalError("no key pair can be derived from this seed");
}

absl::StatusOr<Point> OprfInputElement(OprfMode mode, absl::string_view input) {
  return HashToGroup(input, absl::StrCat("HashToGroup-", ContextString(mode)));
}

absl::StatusOr<Point> OprfBlind(OprfMode mode, absl::string_view input, const Scalar& blind) {
  ASSIGN_OR_RETURN(const Point element, OprfInputElement(mode, input));
  return Multiply(blind, element);
}

absl::StatusOr<Point> OprfUnblind(const Scalar& blind, const Point& evaluated) {
  ASSIGN_OR_RETURN(const Scalar inverse, blind.Inverse());
  return Multiply(inverse, evaluated);
}

absl::StatusOr<Point> OprfBlindEvaluate(const Scalar& secret, const Point& blinded) {
  return Multiply(secret, blinded);
}

absl::StatusOr<std::string> OprfFinalize(absl::string_view input, const Scalar& blind,
                                         const Point& evaluated) {
  return FinalizeOne(Field(input), blind, evaluated);
}

absl::StatusOr<OprfEvaluation> VoprfBlindEvaluateForTest(const Scalar& secret,
                                                         const Point& public_key,
                                                         std::span<const Point> blinded,
                                                         const Scalar& proof_scalar) {
  RETURN_IF_ERROR(CheckCounts(blinded.size(), blinded.size()));
  ASSIGN_OR_RETURN(std::vector<Point> elements, MultiplyAll(secret, blinded));
  ASSIGN_OR_RETURN(std::string proof, GenerateProof(OprfMode::kVoprf, secret, public_key, blinded,
                                                    elements, proof_scalar));
  return OprfEvaluation{std::move(elements), std::move(proof)};
}

absl::StatusOr<OprfEvaluation> VoprfBlindEvaluate(const Scalar& secret, const Point& public_key,
                                                  std::span<const Point> blinded) {
  return VoprfBlindEvaluateForTest(secret, public_key, blinded, Scalar::Random());
}

absl::Status VoprfVerify(const Point& public_key, std::span<const Point> blinded,
                         std::span<const Point> evaluated, absl::string_view proof) {
  RETURN_IF_ERROR(CheckCounts(evaluated.size(), blinded.size()));
  return VerifyProof(OprfMode::kVoprf, public_key, blinded, evaluated, proof);
}

absl::StatusOr<std::vector<std::string>> VoprfFinalize(std::span<const std::string> inputs,
                                                       std::span<const Scalar> blinds,
                                                       const Point& public_key,
                                                       std::span<const Point> blinded,
                                                       const OprfEvaluation& evaluation) {
  RETURN_IF_ERROR(VoprfVerify(public_key, blinded, evaluation.elements, evaluation.proof));
  return FinalizeAll(inputs, blinds, evaluation.elements, "");
}

absl::StatusOr<Point> PoprfTweakedKey(const Point& public_key, absl::string_view info) {
  ASSIGN_OR_RETURN(const Scalar tweak, PublicInputScalar(info));
  ASSIGN_OR_RETURN(const Point tweak_point, MultiplyBase(tweak));
  return Add(tweak_point, public_key);
}

absl::StatusOr<OprfEvaluation> PoprfBlindEvaluateForTest(const Scalar& secret,
                                                         std::span<const Point> blinded,
                                                         absl::string_view info,
                                                         const Scalar& proof_scalar) {
  RETURN_IF_ERROR(CheckCounts(blinded.size(), blinded.size()));
  ASSIGN_OR_RETURN(const Scalar tweak, PublicInputScalar(info));
  const Scalar tweaked = secret + tweak;
  ASSIGN_OR_RETURN(const Scalar inverse, tweaked.Inverse());
  ASSIGN_OR_RETURN(std::vector<Point> elements, MultiplyAll(inverse, blinded));
  ASSIGN_OR_RETURN(const Point tweaked_key, MultiplyBase(tweaked));
  ASSIGN_OR_RETURN(std::string proof, GenerateProof(OprfMode::kPoprf, tweaked, tweaked_key,
                                                    elements, blinded, proof_scalar));
  return OprfEvaluation{std::move(elements), std::move(proof)};
}

absl::StatusOr<OprfEvaluation> PoprfBlindEvaluate(const Scalar& secret,
                                                  std::span<const Point> blinded,
                                                  absl::string_view info) {
  return PoprfBlindEvaluateForTest(secret, blinded, info, Scalar::Random());
}

absl::StatusOr<std::vector<std::string>> PoprfFinalize(
    std::span<const std::string> inputs, std::span<const Scalar> blinds, const Point& tweaked_key,
    std::span<const Point> blinded, const OprfEvaluation& evaluation, absl::string_view info) {
  RETURN_IF_ERROR(CheckCounts(evaluation.elements.size(), blinded.size()));
  RETURN_IF_ERROR(
      VerifyProof(OprfMode::kPoprf, tweaked_key, evaluation.elements, blinded, evaluation.proof));
  return FinalizeAll(inputs, blinds, evaluation.elements, Field(info));
}

}  // namespace sluss
