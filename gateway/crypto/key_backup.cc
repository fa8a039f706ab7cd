#include "gateway/crypto/key_backup.h"

#include <sodium.h>

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/hpke.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/private_file.h"

namespace sluss {
namespace {

constexpr HpkeSuite kSuite;  // X25519, HKDF-SHA256, ChaCha20-Poly1305

// Layers cannot be exchanged between files or reordered: each binds the officers inside it.
template <typename Officers>
std::string Info(const std::string& file, const Officers& inside) {
  Layout layout("sluss/v1 key-backup");
  layout.Bytes(file).U32(static_cast<uint32_t>(inside.size()));
  for (const std::string& officer : inside) layout.Bytes(officer);
  return layout.Take();
}

// What the outermost layer holds.
absl::StatusOr<std::string> Open(const v1::KeyBackup& backup, const HpkePrivateKey& officer) {
  if (backup.officer().empty() || backup.officer(0) != officer.public_key().bytes()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`officer`: the outermost layer is for the officer with key ",
        backup.officer().empty() ? "none" : ToHex(backup.officer(0)), ", not for this one"));
  }
  const std::vector<std::string> inside(backup.officer().begin() + 1, backup.officer().end());
  return AtField("ciphertext", HpkeOpen(kSuite, backup.enc(), officer, Info(backup.file(), inside),
                                        /*aad=*/"", backup.ciphertext()));
}

}  // namespace

absl::Status SaveOfficerKey(const HpkePrivateKey& key, const std::string& directory) {
  const auto access = InsecureSecretAccess::Get();
  const SecretBytes bytes = key.Encode(access);
  std::string hex = ToHex(bytes.Get(access));
  const absl::Status status = WritePrivateFile(directory, kOfficerFile, hex + "\n");
  sodium_memzero(hex.data(), hex.size());
  return status;
}

absl::StatusOr<HpkePrivateKey> LoadOfficerKey(const std::string& directory) {
  const auto access = InsecureSecretAccess::Get();
  ASSIGN_OR_RETURN(const SecretBytes text, ReadPrivateFile(directory, kOfficerFile));
  const auto bytes = FromHex(absl::StripAsciiWhitespace(text.Get(access)));
  if (!bytes.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(directory, "/", kOfficerFile, ": is not hex"));
  }
  return HpkePrivateKey::Decode(kSuite.kem, SecretBytes(*bytes, access));
}

absl::StatusOr<v1::KeyBackup> SealBackup(const std::string& file, const SecretBytes& content,
                                         const std::vector<HpkePublicKey>& officers) {
  std::set<std::string> different;
  for (const HpkePublicKey& officer : officers) different.insert(officer.bytes());
  if (officers.size() < 2 || different.size() != officers.size()) {
    return absl::InvalidArgumentError("a backup needs at least two different officers");
  }
  v1::KeyBackup backup;
  backup.set_file(file);
  std::vector<std::string> inside;
  for (auto officer = officers.rbegin(); officer != officers.rend(); ++officer) {
    const auto access = InsecureSecretAccess::Get();
    const std::string layer = backup.enc() + backup.ciphertext();
    ASSIGN_OR_RETURN(const HpkeSealed sealed,
                     HpkeSeal(kSuite, *officer, Info(file, inside), /*aad=*/"",
                              inside.empty() ? content.Get(access) : absl::string_view(layer)));
    backup.set_enc(sealed.enc);
    backup.set_ciphertext(sealed.ciphertext);
    inside.insert(inside.begin(), officer->bytes());
  }
  backup.mutable_officer()->Add(inside.begin(), inside.end());
  return backup;
}

absl::StatusOr<v1::KeyBackup> TakeOffLayer(const v1::KeyBackup& backup,
                                           const HpkePrivateKey& officer) {
  if (backup.officer_size() < 2) {
    return absl::FailedPreconditionError("one layer is left: its officer restores the file");
  }
  ASSIGN_OR_RETURN(const std::string opened, Open(backup, officer));
  const size_t enc_size = HpkePublicKeySize(kSuite.kem);
  if (opened.size() < enc_size) {
    return absl::InvalidArgumentError("`ciphertext`: its layer is too short");
  }
  v1::KeyBackup left;
  left.set_file(backup.file());
  left.mutable_officer()->Add(backup.officer().begin() + 1, backup.officer().end());
  left.set_enc(opened.substr(0, enc_size));
  left.set_ciphertext(opened.substr(enc_size));
  return left;
}

absl::StatusOr<SecretBytes> OpenBackup(const v1::KeyBackup& backup, const HpkePrivateKey& officer) {
  if (backup.officer_size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(backup.officer_size(), " layers are on: each officer takes off one"));
  }
  ASSIGN_OR_RETURN(std::string opened, Open(backup, officer));
  SecretBytes content(opened, InsecureSecretAccess::Get());
  sodium_memzero(opened.data(), opened.size());
  return content;
}

}  // namespace sluss
