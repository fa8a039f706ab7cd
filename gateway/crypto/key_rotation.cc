#include "gateway/crypto/key_rotation.h"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/secret.h"

namespace sluss {
namespace {

constexpr HpkeSuite kSuite;  // X25519, HKDF-SHA256, ChaCha20-Poly1305

std::string Info(const v1::ShareRefresh& refresh, const std::map<AgencyId, Scalar>& shares) {
  Layout layout("sluss/v1 share-refresh");
  layout.U32(refresh.key_set()).Bytes(refresh.directory_digest());
  layout.Bytes(refresh.gateway()).Bytes(refresh.keyholder());
  layout.U32(static_cast<uint32_t>(shares.size()));
  for (const auto& [agency, share] : shares) layout.Bytes(agency.value());
  return layout.Take();
}

std::string Signed(const v1::ShareRefresh& refresh) {
  return Layout("sluss/v1 share-refresh-signed")
      .U32(refresh.key_set())
      .Bytes(refresh.directory_digest())
      .Bytes(refresh.gateway())
      .Bytes(refresh.keyholder())
      .Bytes(refresh.enc())
      .Bytes(refresh.ciphertext())
      .Take();
}

// That every share is the one behind the directory's public half, and that none is missing.
absl::Status CheckShares(const KeyDirectory& current, HolderRole role,
                         const HolderSecrets& secrets) {
  const std::string& name = current.holder(role).name;
  if (secrets.holder != name || secrets.key_set != current.key_set()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the secrets are of `", secrets.holder, "`, key set ", secrets.key_set,
                     ", the directory has `", name, "`, key set ", current.key_set()));
  }
  if (secrets.share.size() != current.agencies().size()) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", secrets.share.size(),
                                                   " shares for the directory's ",
                                                   current.agencies().size(), " agencies"));
  }
  for (const auto& [agency, share] : secrets.share) {
    ASSIGN_OR_RETURN(const Point share_public, MultiplyBase(share));
    const AgencyEntry* const entry = current.FindAgency(agency);
    if (entry == nullptr || entry->share(role) != share_public) {
      return absl::InvalidArgumentError(
          absl::StrCat("the share for `", agency.value(),
                       "` is not the directory's: was the refresh applied before?"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AgencySecrets> Rotated(const AgencySecrets& old) {
  const auto access = InsecureSecretAccess::Get();
  ASSIGN_OR_RETURN(AgencySecrets rotated,
                   AgencySecrets::Generate(old.agency, old.key_set, old.hpke.kem(), old.aead));
  rotated.closing = SecretBytes(old.closing.Get(access), access);
  return rotated;
}

absl::StatusOr<HolderSecrets> Rotated(const HolderSecrets& old) {
  ASSIGN_OR_RETURN(HolderSecrets rotated, HolderSecrets::Generate(old.holder, old.key_set, {}));
  rotated.share = old.share;
  return rotated;
}

absl::StatusOr<HolderSecrets> WithShares(const HolderSecrets& old,
                                         const std::vector<AgencyId>& added,
                                         const std::vector<AgencyId>& removed) {
  const auto access = InsecureSecretAccess::Get();
  ASSIGN_OR_RETURN(SigningKey signing, SigningKey::FromSeed(old.signing.Seed(access)));
  ASSIGN_OR_RETURN(HpkePrivateKey hpke,
                   HpkePrivateKey::Decode(old.hpke.kem(), old.hpke.Encode(access)));
  HolderSecrets changed{old.holder, old.key_set,        old.layer,
                        old.share,  std::move(signing), std::move(hpke)};
  for (const AgencyId& agency : removed) {
    if (changed.share.erase(agency) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no share for `", agency.value(), "` to take away"));
    }
  }
  for (const AgencyId& agency : added) {
    RETURN_IF_ERROR(ParseAgencyId(agency.value()).status());
    if (!changed.share.emplace(agency, Scalar::Random()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", agency.value(), "` has a share: a new one would change its nyms"));
    }
  }
  return changed;
}

absl::StatusOr<RefreshedShares> RefreshShares(const KeyDirectory& current, const HolderSecrets& old,
                                              const v1::HolderKeys& keyholder) {
  RETURN_IF_ERROR(CheckShares(current, HolderRole::kGateway, old));
  if (keyholder.holder() != current.keyholder().name) {
    return absl::InvalidArgumentError(absl::StrCat("the public half is of `", keyholder.holder(),
                                                   "`, the key holder is `",
                                                   current.keyholder().name, "`"));
  }
  ASSIGN_OR_RETURN(
      const HpkePublicKey hpke,
      AtField("hpke_public", HpkePublicKey::Decode(kSuite.kem, keyholder.hpke_public())));
  v1::ShareRefresh refresh;
  refresh.set_key_set(current.key_set());
  refresh.set_directory_digest(current.digest());
  refresh.set_gateway(old.holder);
  refresh.set_keyholder(keyholder.holder());
  ASSIGN_OR_RETURN(HolderSecrets secrets, Rotated(old));
  const auto access = InsecureSecretAccess::Get();
  SecretBytes factors(secrets.share.size() * kScalarSize);
  uint8_t* next = factors.Data(access);
  for (auto& [agency, share] : secrets.share) {
    const Scalar factor = Scalar::Random();
    share = share * factor;
    const SecretBytes bytes = factor.EncodeSecret(access);
    next = std::copy(bytes.Get(access).begin(), bytes.Get(access).end(), next);
  }
  ASSIGN_OR_RETURN(const HpkeSealed sealed, HpkeSeal(kSuite, hpke, Info(refresh, old.share),
                                                     /*aad=*/"", factors.Get(access)));
  refresh.set_enc(sealed.enc);
  refresh.set_ciphertext(sealed.ciphertext);
  refresh.set_signature(old.signing.Sign(sign_context::kShareRefresh, Signed(refresh)));
  return RefreshedShares{std::move(secrets), std::move(refresh)};
}

absl::Status ApplyRefresh(const KeyDirectory& current, const v1::ShareRefresh& refresh,
                          HolderSecrets* rotated) {
  if (refresh.directory_digest() != current.digest()) {
    return absl::InvalidArgumentError("`directory_digest` is of another key directory");
  }
  RETURN_IF_ERROR(CheckShares(current, HolderRole::kKeyholder, *rotated));
  RETURN_IF_ERROR(AtField(
      "signature", VerifySignature(current.gateway().signing_public, sign_context::kShareRefresh,
                                   Signed(refresh), refresh.signature())));
  const auto access = InsecureSecretAccess::Get();
  ASSIGN_OR_RETURN(std::string opened,
                   AtField("ciphertext", HpkeOpen(kSuite, refresh.enc(), rotated->hpke,
                                                  Info(refresh, rotated->share), /*aad=*/"",
                                                  refresh.ciphertext())));
  const SecretBytes factors(opened, access);
  sodium_memzero(opened.data(), opened.size());
  if (factors.size() != rotated->share.size() * kScalarSize) {
    return absl::InvalidArgumentError("`ciphertext` has another number of factors than agencies");
  }
  std::map<AgencyId, Scalar> refreshed;
  absl::string_view left = factors.Get(access);
  for (const auto& [agency, share] : rotated->share) {
    ASSIGN_OR_RETURN(const Scalar factor,
                     AtField("ciphertext", Scalar::Decode(left.substr(0, kScalarSize))));
    ASSIGN_OR_RETURN(const Scalar inverse, AtField("ciphertext", factor.Inverse()));
    refreshed.emplace(agency, share * inverse);
    left.remove_prefix(kScalarSize);
  }
  rotated->share = std::move(refreshed);
  return absl::OkStatus();
}

}  // namespace sluss
