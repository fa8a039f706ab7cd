#include "agency-adapters/client/agency_digest.h"

#include "absl/strings/str_cat.h"
#include "gateway/crypto/hkdf.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr size_t kSaltBytes = 32;

std::string Keyed(const AgencySecrets& secrets, absl::string_view purpose,
                  absl::string_view value) {
  const InsecureSecretAccess access = InsecureSecretAccess::Get();
  return std::string(
      Hmac(HashFunction::kSha256, secrets.closing.Get(access), {purpose, "\n", value}).Get(access));
}

std::string BigEndian32(size_t value) {
  std::string bytes(4, '\0');
  for (int i = 3; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

}  // namespace

std::string OfficerPseudonym(const AgencySecrets& secrets, absl::string_view name) {
  return Keyed(secrets, "officer", name);
}

std::string PersonPseudonym(const AgencySecrets& secrets, absl::string_view consent_id,
                            absl::string_view name) {
  return Keyed(secrets, "grantor", absl::StrCat(consent_id, name));
}

std::string RegisterTag(const AgencySecrets& secrets, absl::string_view number) {
  return Keyed(secrets, "register row", number);
}

std::string Commit(CommittedField field, absl::string_view salt, absl::string_view text) {
  const char tag = static_cast<char>(field);
  return std::string(AsStringView(Sha256(
      {"audit-commit/v1\n", salt, absl::string_view(&tag, 1), BigEndian32(text.size()), text})));
}

Attested Attest(const AgencySecrets& secrets, const v1::OfficerAct& act) {
  Attested attested;
  *attested.opening.mutable_act() = act;
  attested.attestation.set_officer(OfficerPseudonym(secrets, act.name()));
  attested.attestation.set_role(act.role());
  attested.opening.set_reason_salt(RandomBytes(kSaltBytes));
  attested.attestation.set_reason_digest(
      Commit(CommittedField::kReason, attested.opening.reason_salt(), act.reason()));
  if (!act.weighing().empty()) {
    attested.opening.set_weighing_salt(RandomBytes(kSaltBytes));
    attested.attestation.set_weighing_digest(
        Commit(CommittedField::kWeighing, attested.opening.weighing_salt(), act.weighing()));
  }
  return attested;
}

}  // namespace sluss
