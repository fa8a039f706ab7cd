#include "gateway/crypto/officer_files.h"

#include <sodium.h>

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/private_file.h"
#include "google/protobuf/text_format.h"

namespace sluss {
namespace {

constexpr absl::string_view kTitle = "sluss officer key v1\nsigning ";
constexpr absl::string_view kComment =
    "# proto-file: proto/keys.proto\n# proto-message: sluss.v1.OfficerList\n#\n"
    "# Kept by slussctl officers. Names people: never leaves the agency.\n";

absl::Status Fault(int index, absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`officer[", index, "].", field, "` ", text));
}

absl::Status CheckNames(int index, const v1::ListedOfficer& officer, std::set<std::string>* known) {
  if (officer.name().empty()) return Fault(index, "name", "is missing");
  if (!known->insert(officer.name()).second) {
    return Fault(index, "name", "is there twice: a name must name one person");
  }
  for (const std::string& also : officer.also()) {
    if (!known->insert(also).second) {
      return Fault(index, "also", "is there twice: a name must name one person");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDays(int index, const v1::ListedOfficer& officer) {
  absl::CivilDay from, to;
  if (!absl::ParseCivilTime(officer.valid_from(), &from)) {
    return Fault(index, "valid_from", "must be a day, YYYY-MM-DD");
  }
  if (!absl::ParseCivilTime(officer.valid_to(), &to)) {
    return Fault(index, "valid_to",
                 "must be a day, YYYY-MM-DD: an enrolment without end is refused");
  }
  if (to <= from) return Fault(index, "valid_to", "is not after `valid_from`");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOfficerList(const v1::OfficerList& list) {
  std::set<std::string> names, keys;
  for (int i = 0; i < list.officer_size(); ++i) {
    const v1::ListedOfficer& officer = list.officer(i);
    RETURN_IF_ERROR(CheckNames(i, officer, &names));
    if (officer.role().empty()) return Fault(i, "role", "is missing: an officer has a role");
    RETURN_IF_ERROR(CheckDays(i, officer));
    if (officer.key().empty() || absl::StrContains(officer.key(), "/")) {
      return Fault(i, "key", "must be the name of a file beside the list");
    }
    if (!keys.insert(officer.key()).second) {
      return Fault(i, "key", "is another officer's: two officers are two persons");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::OfficerList> LoadOfficerList(const std::string& directory) {
  ASSIGN_OR_RETURN(const SecretBytes text, ReadPrivateFile(directory, kOfficerListFile));
  const std::string path = absl::StrCat(directory, "/", kOfficerListFile);
  v1::OfficerList list;
  RETURN_IF_ERROR(TextFile::Parse(path, text.Get(InsecureSecretAccess::Get()), &list).status());
  if (const absl::Status sound = CheckOfficerList(list); !sound.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", sound.message()));
  }
  return list;
}

absl::Status SaveOfficerList(const v1::OfficerList& list, const std::string& directory) {
  RETURN_IF_ERROR(CheckOfficerList(list));
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  if (!printer.PrintToString(list, &text)) {
    return absl::InternalError("cannot print the list of officers");
  }
  return ReplacePrivateFile(directory, kOfficerListFile, absl::StrCat(kComment, text));
}

absl::StatusOr<std::string> MakeOfficerSigningKey(const std::string& directory) {
  const auto access = InsecureSecretAccess::Get();
  const SigningKey key = SigningKey::Generate();
  const std::string file = absl::StrCat(ToHex(key.public_key().substr(0, 8)), ".key");
  std::string hex = ToHex(key.Seed(access).Get(access));
  std::string text = absl::StrCat(kTitle, hex, "\n");
  const absl::Status status = WritePrivateFile(directory, file, text);
  sodium_memzero(hex.data(), hex.size());
  sodium_memzero(text.data(), text.size());
  RETURN_IF_ERROR(status);
  return file;
}

absl::StatusOr<SigningKey> LoadOfficerSigningKey(const std::string& directory,
                                                 const std::string& file) {
  const auto access = InsecureSecretAccess::Get();
  ASSIGN_OR_RETURN(const SecretBytes text, ReadPrivateFile(directory, file));
  absl::string_view rest = text.Get(access);
  const bool ours = absl::ConsumePrefix(&rest, kTitle) && absl::ConsumeSuffix(&rest, "\n");
  absl::StatusOr<std::string> seed = FromHex(rest);
  if (!ours || !seed.ok() || seed->size() != kSigningSeedSize) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, "/", file, ": is not a `sluss officer key v1`"));
  }
  const SecretBytes secret(*seed, access);
  sodium_memzero(seed->data(), seed->size());
  return SigningKey::FromSeed(secret);
}

absl::StatusOr<std::vector<OfficerWithKey>> LoadOfficers(const std::string& directory) {
  std::vector<OfficerWithKey> officers;
  absl::StatusOr<v1::OfficerList> list = LoadOfficerList(directory);
  if (absl::IsNotFound(list.status())) return officers;
  RETURN_IF_ERROR(list.status());
  for (const v1::ListedOfficer& listed : list->officer()) {
    ASSIGN_OR_RETURN(SigningKey key, LoadOfficerSigningKey(directory, listed.key()));
    officers.push_back({listed, std::make_shared<const SigningKey>(std::move(key))});
  }
  return officers;
}

}  // namespace sluss
