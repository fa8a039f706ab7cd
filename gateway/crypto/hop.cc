#include "gateway/crypto/hop.h"

#include <array>
#include <string>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/sigma.h"

namespace sluss {
namespace {

// The witnesses, in the order of the relation.
enum Witness : size_t { kS, kT, kR };

SigmaRelation HopRelation(const HopContext& context, const NymCiphertext& before,
                          const NymCiphertext& after) {
  const Point& layer = context.directory.holder(context.role).layer;
  const Point& remaining = context.recipient.remaining(context.role);
  constexpr std::nullopt_t kG = std::nullopt;
  return {.name = "hop",
          .witnesses = 3,
          .equations = {
              {context.recipient.share(context.role), {{kS, kG}}},
              {std::nullopt, {{kS, layer}, {kT, kG, /*negative=*/true}}},
              {after.c1, {{kS, before.c1}, {kR, kG}}},
              {after.c2, {{kS, before.c2}, {kT, before.c1, /*negative=*/true}, {kR, remaining}}},
          }};
}

std::string Binding(const HopContext& context) {
  return Layout("sluss/v1 hop")
      .Bytes(context.directory.digest())
      .Bytes(HolderRoleName(context.role))
      .Bytes(context.recipient.id.value())
      .Bytes(context.message_id)
      .Take();
}

// C1' = s C1 + r' G, C2' = s C2 - t C1 + r' K
absl::StatusOr<NymCiphertext> Transform(const NymCiphertext& before, const Scalar& s,
                                        const Scalar& t, const Scalar& r, const Point& remaining) {
  ASSIGN_OR_RETURN(const Point s_c1, Multiply(s, before.c1));
  ASSIGN_OR_RETURN(const Point r_g, MultiplyBase(r));
  ASSIGN_OR_RETURN(Point c1, Add(s_c1, r_g));
  ASSIGN_OR_RETURN(const Point s_c2, Multiply(s, before.c2));
  ASSIGN_OR_RETURN(const Point t_c1, Multiply(t, before.c1));
  ASSIGN_OR_RETURN(const Point stripped, Subtract(s_c2, t_c1));
  ASSIGN_OR_RETURN(const Point r_k, Multiply(r, remaining));
  ASSIGN_OR_RETURN(Point c2, Add(stripped, r_k));
  return NymCiphertext{std::move(c1), std::move(c2)};
}

}  // namespace

absl::StatusOr<v1::Hop> MakeHop(const HopContext& context, const Scalar& layer, const Scalar& share,
                                const NymCiphertext& before) {
  const std::array<Scalar, 3> witness = {share, share * layer, Scalar::Random()};
  ASSIGN_OR_RETURN(const NymCiphertext after,
                   Transform(before, witness[kS], witness[kT], witness[kR],
                             context.recipient.remaining(context.role)));
  v1::Hop hop;
  hop.set_ciphertext(after.Encode());
  ASSIGN_OR_RETURN(*hop.mutable_proof(),
                   SigmaProve(HopRelation(context, before, after), witness, Binding(context)));
  return hop;
}

absl::StatusOr<NymCiphertext> VerifyHop(const HopContext& context, const NymCiphertext& before,
                                        const v1::Hop& hop) {
  ASSIGN_OR_RETURN(NymCiphertext after,
                   AtField("ciphertext", NymCiphertext::Decode(hop.ciphertext())));
  if (after.c1 == before.c1 || after.c2 == before.c2) {
    return absl::InvalidArgumentError("`ciphertext`: the hop was skipped: it changed nothing");
  }
  RETURN_IF_ERROR(AtField(
      "proof", SigmaVerify(HopRelation(context, before, after), Binding(context), hop.proof())));
  return after;
}

}  // namespace sluss
