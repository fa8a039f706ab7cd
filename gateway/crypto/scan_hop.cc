#include "gateway/crypto/scan_hop.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/sha512.h"
#include "gateway/crypto/sigma.h"
#include "gateway/crypto/weighted_sum.h"

namespace sluss {
namespace {

enum Witness : size_t { kS, kT };

absl::StatusOr<const AgencyEntry*> DomainOf(const KeyDirectory& directory) {
  const AgencyEntry* const domain = directory.access_domain();
  if (domain != nullptr) return domain;
  return absl::FailedPreconditionError("the key directory names no `access_domain`");
}

std::string Binding(const ScanHopContext& context, const AgencyEntry& domain) {
  return Layout("sluss/v1 scan-hop")
      .Bytes(context.directory.digest())
      .Bytes(HolderRoleName(context.role))
      .Bytes(domain.id.value())
      .Bytes(context.order_digest)
      .Take();
}

// What was transformed, before and after.
struct Pairs {
  std::vector<const NymCiphertext*> before;
  std::vector<const NymCiphertext*> after;
};

absl::StatusOr<Pairs> PairsOf(std::span<const MaybeCiphertext> before,
                              std::span<const MaybeCiphertext> after) {
  if (before.size() != after.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`ciphertext` has ", after.size(), " values, the batch has ", before.size()));
  }
  Pairs pairs;
  for (size_t i = 0; i < before.size(); ++i) {
    if (!after[i].has_value()) continue;
    if (!before[i].has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("`ciphertext` ", i, " was made of nothing"));
    }
    pairs.before.push_back(&*before[i]);
    pairs.after.push_back(&*after[i]);
  }
  return pairs;
}

std::vector<Weight> WeightsOf(const Pairs& pairs, absl::string_view binding) {
  Layout layout("sluss/v1 scan-weights");
  layout.Bytes(binding).U32(static_cast<uint32_t>(pairs.before.size()));
  for (size_t i = 0; i < pairs.before.size(); ++i) {
    for (const NymCiphertext* const one : {pairs.before[i], pairs.after[i]}) {
      layout.Bytes(one->c1.encoded()).Bytes(one->c2.encoded());
    }
  }
  const Sha512Digest seed = Sha512({layout.bytes()});
  std::vector<Weight> weights(pairs.before.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    const std::string number = Layout("sluss/v1 scan-weight").U32(static_cast<uint32_t>(i)).Take();
    const Sha512Digest digest = Sha512({AsStringView(seed), number});
    std::copy_n(digest.begin(), weights[i].size(), weights[i].begin());
  }
  return weights;
}

absl::StatusOr<NymCiphertext> Sum(const std::vector<const NymCiphertext*>& ciphertexts,
                                  const std::vector<Weight>& weights) {
  std::vector<const Point*> c1, c2;
  for (const NymCiphertext* const one : ciphertexts) {
    c1.push_back(&one->c1);
    c2.push_back(&one->c2);
  }
  ASSIGN_OR_RETURN(Point first, WeightedSum(weights, c1));
  ASSIGN_OR_RETURN(Point second, WeightedSum(weights, c2));
  return NymCiphertext{std::move(first), std::move(second)};
}

SigmaRelation Relation(const ScanHopContext& context, const AgencyEntry& domain,
                       const NymCiphertext& before, const NymCiphertext& after) {
  const Point& layer = context.directory.holder(context.role).layer;
  constexpr std::nullopt_t kG = std::nullopt;
  return {.name = "scan-hop",
          .witnesses = 2,
          .equations = {
              {domain.share(context.role), {{kS, kG}}},
              {std::nullopt, {{kS, layer}, {kT, kG, /*negative=*/true}}},
              {after.c1, {{kS, before.c1}}},
              {after.c2, {{kS, before.c2}, {kT, before.c1, /*negative=*/true}}},
          }};
}

absl::StatusOr<NymCiphertext> Transform(const NymCiphertext& before, const Scalar& s,
                                        const Scalar& t) {
  ASSIGN_OR_RETURN(Point c1, Multiply(s, before.c1));
  ASSIGN_OR_RETURN(const Point s_c2, Multiply(s, before.c2));
  ASSIGN_OR_RETURN(const Point t_c1, Multiply(t, before.c1));
  ASSIGN_OR_RETURN(Point c2, Subtract(s_c2, t_c1));
  return NymCiphertext{std::move(c1), std::move(c2)};
}

}  // namespace

absl::StatusOr<ScanHop> MakeScanHop(const ScanHopContext& context, const Scalar& layer,
                                    const Scalar& share, std::span<const MaybeCiphertext> before) {
  ASSIGN_OR_RETURN(const AgencyEntry* const domain, DomainOf(context.directory));
  const std::array<Scalar, 2> witness = {share, share * layer};
  ScanHop hop;
  for (const MaybeCiphertext& one : before) {
    MaybeCiphertext& after = hop.after.emplace_back();
    if (!one.has_value()) continue;
    absl::StatusOr<NymCiphertext> made = Transform(*one, witness[kS], witness[kT]);
    if (made.ok()) after = *std::move(made);
  }
  ASSIGN_OR_RETURN(const Pairs pairs, PairsOf(before, hop.after));
  if (pairs.before.empty()) return hop;
  const std::string binding = Binding(context, *domain);
  ASSIGN_OR_RETURN(const NymCiphertext sum_before, Sum(pairs.before, WeightsOf(pairs, binding)));
  // The transformation is linear: of the sum it is the sum of what it gave.
  ASSIGN_OR_RETURN(const NymCiphertext sum_after, Transform(sum_before, witness[kS], witness[kT]));
  ASSIGN_OR_RETURN(hop.proof,
                   SigmaProve(Relation(context, *domain, sum_before, sum_after), witness, binding));
  return hop;
}

absl::Status VerifyScanHop(const ScanHopContext& context, std::span<const MaybeCiphertext> before,
                           std::span<const MaybeCiphertext> after, absl::string_view proof) {
  ASSIGN_OR_RETURN(const AgencyEntry* const domain, DomainOf(context.directory));
  ASSIGN_OR_RETURN(const Pairs pairs, PairsOf(before, after));
  if (pairs.before.empty()) {
    if (proof.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("`proof` is there for nothing");
  }
  const std::string binding = Binding(context, *domain);
  const std::vector<Weight> weights = WeightsOf(pairs, binding);
  ASSIGN_OR_RETURN(const NymCiphertext sum_before, Sum(pairs.before, weights));
  ASSIGN_OR_RETURN(const NymCiphertext sum_after, Sum(pairs.after, weights));
  return AtField("proof",
                 SigmaVerify(Relation(context, *domain, sum_before, sum_after), binding, proof));
}

}  // namespace sluss
