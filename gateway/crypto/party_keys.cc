#include "gateway/crypto/party_keys.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/key_proofs.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

absl::Status CheckKeySet(uint32_t key_set) {
  if (key_set > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("key sets are counted from 1");
}

}  // namespace

absl::StatusOr<AgencySecrets> AgencySecrets::Generate(const AgencyId& agency, uint32_t key_set,
                                                      HpkeKem kem, HpkeAead aead) {
  RETURN_IF_ERROR(CheckKeySet(key_set));
  RETURN_IF_ERROR(ParseAgencyId(agency.value()).status());
  ASSIGN_OR_RETURN(HpkePrivateKey hpke, HpkePrivateKey::Generate(kem));
  return AgencySecrets{agency,
                       key_set,
                       Scalar::Random(),
                       std::move(hpke),
                       aead,
                       SigningKey::Generate(),
                       RandomSecret(kClosingSize)};
}

absl::StatusOr<v1::AgencyKeys> AgencySecrets::PublicKeys() const {
  v1::AgencyKeys keys;
  keys.set_agency(agency.value());
  keys.set_key_set(key_set);
  ASSIGN_OR_RETURN(const Point nym_public, MultiplyBase(nym));
  keys.set_nym_public(std::string(nym_public.encoded()));
  ASSIGN_OR_RETURN(*keys.mutable_nym_possession(),
                   ProvePossession(nym, nym_public, {"nym", agency.value(), "", key_set}));
  keys.set_hpke_kem(static_cast<uint32_t>(hpke.kem()));
  keys.set_hpke_aead(static_cast<uint32_t>(aead));
  keys.set_hpke_public(hpke.public_key().bytes());
  keys.set_signing_public(signing.public_key());
  keys.set_signature(signing.Sign(sign_context::kAgencyKeys, AgencyKeysLayout(keys)));
  return keys;
}

absl::StatusOr<HolderSecrets> HolderSecrets::Generate(absl::string_view holder, uint32_t key_set,
                                                      const std::vector<AgencyId>& agencies) {
  RETURN_IF_ERROR(CheckKeySet(key_set));
  RETURN_IF_ERROR(ParseAgencyId(holder).status());
  ASSIGN_OR_RETURN(HpkePrivateKey hpke, HpkePrivateKey::Generate(HpkeKem::kX25519HkdfSha256));
  std::map<AgencyId, Scalar> share;
  for (const AgencyId& agency : agencies) {
    RETURN_IF_ERROR(ParseAgencyId(agency.value()).status());
    share.emplace(agency, Scalar::Random());
  }
  return HolderSecrets{std::string(holder),    key_set,        Scalar::Random(), std::move(share),
                       SigningKey::Generate(), std::move(hpke)};
}

absl::StatusOr<v1::HolderKeys> HolderSecrets::PublicKeys() const {
  v1::HolderKeys keys;
  keys.set_holder(holder);
  keys.set_key_set(key_set);
  ASSIGN_OR_RETURN(const Point layer_public, MultiplyBase(layer));
  keys.set_layer_public(std::string(layer_public.encoded()));
  ASSIGN_OR_RETURN(*keys.mutable_layer_possession(),
                   ProvePossession(layer, layer_public, {"layer", holder, "", key_set}));
  keys.set_signing_public(signing.public_key());
  keys.set_hpke_public(hpke.public_key().bytes());
  for (const auto& [agency, secret] : share) {
    v1::ShareKey& published = *keys.add_share();
    published.set_agency(agency.value());
    ASSIGN_OR_RETURN(const Point share_public, MultiplyBase(secret));
    published.set_share_public(std::string(share_public.encoded()));
    ASSIGN_OR_RETURN(
        *published.mutable_possession(),
        ProvePossession(secret, share_public, {"share", holder, agency.value(), key_set}));
  }
  keys.set_signature(signing.Sign(sign_context::kHolderKeys, HolderKeysLayout(keys)));
  return keys;
}

absl::StatusOr<LogSecrets> LogSecrets::Generate(absl::string_view origin) {
  for (const char c : origin) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c)) || c == '+') {
      return absl::InvalidArgumentError("log origin has a space or `+`");
    }
  }
  if (origin.empty()) return absl::InvalidArgumentError("log origin is empty");
  return LogSecrets{std::string(origin), SigningKey::Generate()};
}

v1::LogKey LogSecrets::PublicKey() const {
  v1::LogKey key;
  key.set_origin(origin);
  key.set_verifier_key(NoteVerifierKey(origin, signing.public_key()));
  return key;
}

std::string NoteVerifierKey(absl::string_view name, absl::string_view public_key) {
  const std::string typed = absl::StrCat("\x01", public_key);  // 0x01: Ed25519
  const Sha256Digest digest = Sha256({name, "\n", typed});
  return absl::StrCat(name, "+", ToHex(AsStringView(digest).substr(0, 4)), "+",
                      absl::Base64Escape(typed));
}

}  // namespace sluss
