#include "gateway/crypto/key_directory.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/key_proofs.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/sha512.h"
#include "gateway/crypto/sign.h"

namespace sluss {
namespace {

absl::Status CheckKeySet(uint32_t key_set, uint32_t wanted) {
  if (key_set == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`key_set` is ", key_set, ", the directory's is ", wanted));
}

// A published point whose owner proved that it knows the scalar.
absl::StatusOr<Point> CheckPossession(absl::string_view bytes, absl::string_view proof,
                                      const KeyOwner& owner, absl::string_view point_field,
                                      absl::string_view proof_field) {
  ASSIGN_OR_RETURN(const Point point, AtField(point_field, Point::Decode(bytes)));
  RETURN_IF_ERROR(AtField(proof_field, VerifyPossession(point, owner, proof)));
  return point;
}

struct CheckedHolder {
  HolderEntry entry;
  std::map<std::string, Point> shares;
};

absl::StatusOr<CheckedHolder> CheckHolder(HolderRole role, const v1::HolderKeys& keys,
                                          uint32_t key_set) {
  const std::string prefix = absl::StrCat(HolderRoleName(role), "/");
  RETURN_IF_ERROR(AtField("holder", ParseAgencyId(keys.holder()).status()));
  if (keys.holder().rfind(prefix, 0) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("`holder` is `", keys.holder(),
                                                   "`, which does not begin with `", prefix, "`"));
  }
  RETURN_IF_ERROR(CheckKeySet(keys.key_set(), key_set));
  RETURN_IF_ERROR(
      AtField("signature", VerifySignature(keys.signing_public(), sign_context::kHolderKeys,
                                           HolderKeysLayout(keys), keys.signature())));
  ASSIGN_OR_RETURN(Point layer, CheckPossession(keys.layer_public(), keys.layer_possession(),
                                                {"layer", keys.holder(), "", key_set},
                                                "layer_public", "layer_possession"));
  ASSIGN_OR_RETURN(HpkePublicKey hpke,
                   AtField("hpke_public",
                           HpkePublicKey::Decode(HpkeKem::kX25519HkdfSha256, keys.hpke_public())));
  std::map<std::string, Point> shares;
  for (const v1::ShareKey& share : keys.share()) {
    const std::string field = absl::StrCat("share of ", share.agency());
    const KeyOwner owner = {"share", keys.holder(), share.agency(), key_set};
    ASSIGN_OR_RETURN(const Point point,
                     AtField(field, CheckPossession(share.share_public(), share.possession(), owner,
                                                    "share_public", "possession")));
    if (!shares.emplace(share.agency(), point).second) {
      return AtField(field, absl::InvalidArgumentError("is there twice"));
    }
  }
  return CheckedHolder{{keys.holder(), layer, keys.signing_public(), std::move(hpke)},
                       std::move(shares)};
}

absl::StatusOr<Point> FindShare(const CheckedHolder& holder, const std::string& agency) {
  const auto share = holder.shares.find(agency);
  if (share != holder.shares.end()) return share->second;
  return absl::InvalidArgumentError(absl::StrCat(
      "`", holder.entry.name, "` has no share for it; make the holder's keys again with it"));
}

absl::StatusOr<HpkeSuite> SuiteOf(const v1::AgencyKeys& keys) {
  absl::StatusOr<HpkeSuite> suite =
      MakeHpkeSuite(keys.hpke_kem(), static_cast<uint32_t>(HpkeKdf::kHkdfSha256), keys.hpke_aead());
  if (suite.ok() && suite->aead == HpkeAead::kExportOnly) {
    return absl::InvalidArgumentError("`hpke_aead` is export-only, which cannot seal");
  }
  if (!suite.ok()) return absl::InvalidArgumentError(suite.status().message());
  return suite;
}

absl::StatusOr<AgencyEntry> CheckAgency(const v1::AgencyKeys& keys, uint32_t key_set,
                                        const CheckedHolder& gateway,
                                        const CheckedHolder& keyholder) {
  ASSIGN_OR_RETURN(AgencyId id, ParseAgencyId(keys.agency()));
  RETURN_IF_ERROR(CheckKeySet(keys.key_set(), key_set));
  RETURN_IF_ERROR(
      AtField("signature", VerifySignature(keys.signing_public(), sign_context::kAgencyKeys,
                                           AgencyKeysLayout(keys), keys.signature())));
  ASSIGN_OR_RETURN(Point nym, CheckPossession(keys.nym_public(), keys.nym_possession(),
                                              {"nym", keys.agency(), "", key_set}, "nym_public",
                                              "nym_possession"));
  ASSIGN_OR_RETURN(const HpkeSuite suite, SuiteOf(keys));
  ASSIGN_OR_RETURN(HpkePublicKey hpke,
                   AtField("hpke_public", HpkePublicKey::Decode(suite.kem, keys.hpke_public())));
  ASSIGN_OR_RETURN(Point gateway_share, FindShare(gateway, keys.agency()));
  ASSIGN_OR_RETURN(Point keyholder_share, FindShare(keyholder, keys.agency()));
  ASSIGN_OR_RETURN(Point after_gateway, Add(nym, keyholder.entry.layer));
  ASSIGN_OR_RETURN(Point joint, AtField("joint key", Add(after_gateway, gateway.entry.layer)));
  return AgencyEntry{std::move(id),         nym,   suite,         std::move(hpke),
                     keys.signing_public(), joint, gateway_share, keyholder_share,
                     after_gateway};
}

std::string Digest(const v1::KeyDirectory& directory) {
  std::map<std::string, std::string> agencies;  // in the order of names, whatever the file's
  for (const v1::AgencyKeys& keys : directory.agency()) {
    agencies.emplace(keys.agency(), AgencyKeysLayout(keys));
  }
  Layout layout("sluss/v1 key-directory");
  layout.U32(directory.key_set()).U32(static_cast<uint32_t>(agencies.size()));
  for (const auto& [name, keys] : agencies) layout.Bytes(keys);
  layout.Bytes(HolderKeysLayout(directory.gateway()))
      .Bytes(HolderKeysLayout(directory.keyholder()))
      .Bytes(directory.log().origin())
      .Bytes(directory.log().verifier_key());
  // Directories from before there was one keep their digest.
  if (!directory.access_domain().empty()) {
    layout.Bytes("access-domain").Bytes(directory.access_domain());
  }
  return std::string(AsStringView(Sha512({layout.bytes()})));
}

}  // namespace

absl::string_view HolderRoleName(HolderRole role) {
  return role == HolderRole::kGateway ? "gateway" : "keyholder";
}

const Point& AgencyEntry::share(HolderRole role) const {
  return role == HolderRole::kGateway ? gateway_share : keyholder_share;
}

const Point& AgencyEntry::remaining(HolderRole role) const {
  return role == HolderRole::kGateway ? after_gateway : nym_public;
}

absl::StatusOr<std::shared_ptr<const KeyDirectory>> KeyDirectory::Activate(
    const v1::KeyDirectory& directory) {
  const uint32_t key_set = directory.key_set();
  if (key_set == 0) return absl::InvalidArgumentError("`key_set` is 0; sets are counted from 1");
  ASSIGN_OR_RETURN(
      CheckedHolder gateway,
      AtField("gateway", CheckHolder(HolderRole::kGateway, directory.gateway(), key_set)));
  ASSIGN_OR_RETURN(
      CheckedHolder keyholder,
      AtField("keyholder", CheckHolder(HolderRole::kKeyholder, directory.keyholder(), key_set)));
  if (gateway.entry.layer == keyholder.entry.layer) {
    return absl::InvalidArgumentError(
        "`keyholder`: `layer_public` is the gateway's: the two must not share a secret");
  }
  std::map<AgencyId, AgencyEntry> agencies;
  for (const v1::AgencyKeys& keys : directory.agency()) {
    const std::string field = absl::StrCat("agency ", keys.agency());
    ASSIGN_OR_RETURN(AgencyEntry entry,
                     AtField(field, CheckAgency(keys, key_set, gateway, keyholder)));
    const AgencyId id = entry.id;
    if (!agencies.emplace(id, std::move(entry)).second) {
      return AtField(field, absl::InvalidArgumentError("is there twice"));
    }
  }
  for (const CheckedHolder* holder : {&gateway, &keyholder}) {
    for (const auto& [name, share] : holder->shares) {
      if (agencies.count(AgencyId(name)) > 0) continue;
      return absl::InvalidArgumentError(absl::StrCat("`", holder->entry.name, "` has a share for `",
                                                     name, "`, which is not in the directory"));
    }
  }
  if (!directory.access_domain().empty() &&
      agencies.count(AgencyId(directory.access_domain())) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("`access_domain` is `", directory.access_domain(),
                     "`, which has no keys here: make them like an agency's, with slussctl keys "
                     "agency, and give both holders a share for it"));
  }
  return std::shared_ptr<const KeyDirectory>(
      new KeyDirectory(directory, Digest(directory), std::move(gateway.entry),
                       std::move(keyholder.entry), std::move(agencies)));
}

KeyDirectory::KeyDirectory(v1::KeyDirectory proto, std::string digest, HolderEntry gateway,
                           HolderEntry keyholder, std::map<AgencyId, AgencyEntry> agencies)
    : proto_(std::move(proto)),
      key_set_(proto_.key_set()),
      digest_(std::move(digest)),
      gateway_(std::move(gateway)),
      keyholder_(std::move(keyholder)),
      agencies_(std::move(agencies)) {}

const AgencyEntry* KeyDirectory::FindAgency(const AgencyId& agency) const {
  const auto entry = agencies_.find(agency);
  return entry == agencies_.end() ? nullptr : &entry->second;
}

absl::StatusOr<const AgencyEntry*> KeyDirectory::RequireAgency(absl::string_view id,
                                                               absl::string_view field) const {
  const absl::StatusOr<AgencyId> agency = AtField(field, ParseAgencyId(id));
  if (!agency.ok()) return agency.status();
  const AgencyEntry* const entry = FindAgency(*agency);
  if (entry != nullptr) return entry;
  return absl::InvalidArgumentError(
      absl::StrCat("`", field, "` names `", id, "`, which is not in the key directory"));
}

absl::Status KeyDirectory::RefuseAccessDomain(const AgencyEntry& entry,
                                              absl::string_view field) const {
  if (&entry != access_domain()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", field, "` names `", entry.id.value(),
                   "`, the access domain, which neither sends nor receives"));
}

const HolderEntry& KeyDirectory::holder(HolderRole role) const {
  return role == HolderRole::kGateway ? gateway_ : keyholder_;
}

absl::Status CheckDirectoryName(const KeyDirectory& directory, absl::string_view named,
                                absl::string_view field) {
  if (named == directory.short_name()) return absl::OkStatus();
  if (named.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", field, "` is missing: it names the key directory by which this was made"));
  }
  if (named.size() != kDirectoryNameSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", field, "` must be ", kDirectoryNameSize, " bytes, not ", named.size()));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "`", field, "` is ", ToHex(named), ", whose keys are not honoured here; in force is ",
      ToHex(directory.short_name()),
      ": make it anew under that one, and compare with slussctl keys check"));
}

}  // namespace sluss
