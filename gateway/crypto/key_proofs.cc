#include "gateway/crypto/key_proofs.h"

#include <algorithm>
#include <vector>

#include "gateway/crypto/layout.h"
#include "gateway/crypto/sigma.h"

namespace sluss {
namespace {

SigmaRelation Possession(const Point& public_key) {
  return {.name = "possession",
          .witnesses = 1,
          .equations = {{.left = public_key, .right = {{.witness = 0, .base = std::nullopt}}}}};
}

std::string Binding(const KeyOwner& owner) {
  return Layout("sluss/v1 possession")
      .Bytes(owner.kind)
      .Bytes(owner.owner)
      .Bytes(owner.recipient)
      .U32(owner.key_set)
      .Take();
}

}  // namespace

std::string AgencyKeysLayout(const v1::AgencyKeys& keys) {
  return Layout("sluss/v1 agency-keys")
      .Bytes(keys.agency())
      .U32(keys.key_set())
      .Bytes(keys.nym_public())
      .Bytes(keys.nym_possession())
      .U32(keys.hpke_kem())
      .U32(keys.hpke_aead())
      .Bytes(keys.hpke_public())
      .Bytes(keys.signing_public())
      .Take();
}

std::string HolderKeysLayout(const v1::HolderKeys& keys) {
  std::vector<const v1::ShareKey*> shares;
  for (const v1::ShareKey& share : keys.share()) shares.push_back(&share);
  std::sort(shares.begin(), shares.end(),
            [](const auto* a, const auto* b) { return a->agency() < b->agency(); });
  Layout layout("sluss/v1 holder-keys");
  layout.Bytes(keys.holder())
      .U32(keys.key_set())
      .Bytes(keys.layer_public())
      .Bytes(keys.layer_possession())
      .Bytes(keys.signing_public())
      .Bytes(keys.hpke_public())
      .U32(static_cast<uint32_t>(shares.size()));
  for (const v1::ShareKey* share : shares) {
    layout.Bytes(share->agency()).Bytes(share->share_public()).Bytes(share->possession());
  }
  return layout.Take();
}

absl::StatusOr<std::string> ProvePossession(const Scalar& secret, const Point& public_key,
                                            const KeyOwner& owner) {
  return SigmaProve(Possession(public_key), {&secret, 1}, Binding(owner));
}

absl::Status VerifyPossession(const Point& public_key, const KeyOwner& owner,
                              absl::string_view proof) {
  return SigmaVerify(Possession(public_key), Binding(owner), proof);
}

}  // namespace sluss
