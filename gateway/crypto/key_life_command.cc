#include "gateway/crypto/key_life_command.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/key_assembly.h"
#include "gateway/crypto/key_backup.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/key_rotation.h"
#include "gateway/crypto/keys_command_support.h"
#include "gateway/crypto/private_file.h"
#include "gateway/crypto/scan_keys.h"

namespace sluss {
namespace {

struct Options {
  std::string dir;  // the secrets to begin with
  std::string out;  // directory or file for what is made
  std::string public_file;
  std::string directory;  // the key directory in force
  std::string keyholder;  // the key holder's new public half
  std::string refresh;
  std::string file;  // of a backup
  std::string backup;
  std::vector<std::string> officers;
  std::vector<std::string> added;  // agencies
  std::vector<std::string> removed;
};

bool Has(const std::string& dir, const char* file) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::path(dir) / file, ignored);
}

// Secrets into `out`, their public half into `public_file`; with the log's key where there is one.
absl::Status Publish(const Options& options, const HolderSecrets& secrets) {
  v1::KeyDirectory part;
  part.set_key_set(secrets.key_set);
  const bool is_gateway = secrets.holder.rfind("gateway/", 0) == 0;
  ASSIGN_OR_RETURN(*(is_gateway ? part.mutable_gateway() : part.mutable_keyholder()),
                   secrets.PublicKeys());
  RETURN_IF_ERROR(SaveSecrets(secrets, options.out));
  if (Has(options.dir, "log.key")) {
    ASSIGN_OR_RETURN(const LogSecrets log, LoadLogSecrets(options.dir));
    RETURN_IF_ERROR(SaveSecrets(log, options.out));
    *part.mutable_log() = log.PublicKey();
  }
  return SavePublicKeys(part, options.public_file);
}

absl::Status Rotate(const Options& options) {
  if (!Has(options.dir, "agency.key")) {
    ASSIGN_OR_RETURN(const HolderSecrets old, LoadHolderSecrets(options.dir));
    ASSIGN_OR_RETURN(const HolderSecrets rotated, Rotated(old));
    return Publish(options, rotated);
  }
  ASSIGN_OR_RETURN(const AgencySecrets old, LoadAgencySecrets(options.dir));
  ASSIGN_OR_RETURN(const AgencySecrets rotated, Rotated(old));
  v1::KeyDirectory part;
  part.set_key_set(rotated.key_set);
  ASSIGN_OR_RETURN(*part.add_agency(), rotated.PublicKeys());
  RETURN_IF_ERROR(SaveSecrets(rotated, options.out));
  return SavePublicKeys(part, options.public_file);
}

absl::Status Refresh(const Options& options) {
  ASSIGN_OR_RETURN(const auto current, LoadKeyDirectory(options.directory));
  ASSIGN_OR_RETURN(const HolderSecrets old, LoadHolderSecrets(options.dir));
  v1::KeyDirectory keyholder;
  RETURN_IF_ERROR(TextFile::Load(options.keyholder, &keyholder).status());
  ASSIGN_OR_RETURN(const RefreshedShares refreshed,
                   RefreshShares(*current, old, keyholder.keyholder()));
  RETURN_IF_ERROR(Publish(options, refreshed.secrets));
  return SaveKeyText(refreshed.for_keyholder,
                     "Sealed to the key holder: slussctl keys apply-refresh.", options.refresh);
}

absl::Status Apply(const Options& options) {
  ASSIGN_OR_RETURN(const auto current, LoadKeyDirectory(options.directory));
  ASSIGN_OR_RETURN(HolderSecrets secrets, LoadHolderSecrets(options.dir));
  v1::ShareRefresh refresh;
  RETURN_IF_ERROR(TextFile::Load(options.refresh, &refresh).status());
  RETURN_IF_ERROR(ApplyRefresh(*current, refresh, &secrets));
  return Publish(options, secrets);
}

absl::StatusOr<std::vector<AgencyId>> ParseAgencies(const std::vector<std::string>& names) {
  std::vector<AgencyId> agencies;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(AgencyId agency, ParseAgencyId(name));
    agencies.push_back(std::move(agency));
  }
  return agencies;
}

absl::Status ChangeShares(const Options& options) {
  if (options.added.empty() && options.removed.empty()) {
    return absl::InvalidArgumentError("name agencies with --add or --remove");
  }
  ASSIGN_OR_RETURN(const std::vector<AgencyId> added, ParseAgencies(options.added));
  ASSIGN_OR_RETURN(const std::vector<AgencyId> removed, ParseAgencies(options.removed));
  ASSIGN_OR_RETURN(const HolderSecrets old, LoadHolderSecrets(options.dir));
  ASSIGN_OR_RETURN(const HolderSecrets changed, WithShares(old, added, removed));
  return Publish(options, changed);
}

// Nothing is published of it: what it holds was made before.
absl::Status Keep(const Options& options) {
  ASSIGN_OR_RETURN(const auto directory, LoadKeyDirectory(options.directory));
  ASSIGN_OR_RETURN(const HolderSecrets whole, LoadHolderSecrets(options.dir));
  ASSIGN_OR_RETURN(const ScanSecrets kept, ScanSecretsOf(whole, *directory));
  const HolderRole role =
      whole.holder == directory->gateway().name ? HolderRole::kGateway : HolderRole::kKeyholder;
  const auto sound = ScanKeys::Create(role, kept, directory);
  if (!sound.ok()) return sound.status();
  RETURN_IF_ERROR(SaveSecrets(kept, options.out));
  std::cout << "archive { keys_dir: \"" << options.out << "\" key_directory: \""
            << options.directory << "\" }\n";
  return absl::OkStatus();
}

absl::Status MakeOfficer(const Options& options) {
  ASSIGN_OR_RETURN(const HpkePrivateKey key, HpkePrivateKey::Generate(HpkeKem::kX25519HkdfSha256));
  RETURN_IF_ERROR(SaveOfficerKey(key, options.out));
  v1::OfficerKey published;
  published.set_hpke_public(key.public_key().bytes());
  return SaveKeyText(published, "Public. For slussctl keys backup.", options.public_file);
}

absl::StatusOr<HpkePublicKey> ReadOfficer(const std::string& path) {
  v1::OfficerKey published;
  RETURN_IF_ERROR(TextFile::Load(path, &published).status());
  return HpkePublicKey::Decode(HpkeKem::kX25519HkdfSha256, published.hpke_public());
}

constexpr char kBackupComment[] = "Sealed under the officers' keys: slussctl keys restore.";

absl::Status Backup(const Options& options) {
  std::vector<HpkePublicKey> officers;
  for (const std::string& path : options.officers) {
    ASSIGN_OR_RETURN(HpkePublicKey officer, ReadOfficer(path));
    officers.push_back(std::move(officer));
  }
  ASSIGN_OR_RETURN(const SecretBytes content, ReadPrivateFile(options.dir, options.file));
  ASSIGN_OR_RETURN(const v1::KeyBackup backup, SealBackup(options.file, content, officers));
  return SaveKeyText(backup, kBackupComment, options.out);
}

// Every officer but the last makes the backup smaller by a layer; the last writes the file.
absl::Status Restore(const Options& options) {
  ASSIGN_OR_RETURN(const HpkePrivateKey officer, LoadOfficerKey(options.dir));
  v1::KeyBackup backup;
  RETURN_IF_ERROR(TextFile::Load(options.backup, &backup).status());
  if (backup.officer_size() > 1) {
    ASSIGN_OR_RETURN(const v1::KeyBackup left, TakeOffLayer(backup, officer));
    RETURN_IF_ERROR(SaveKeyText(left, kBackupComment, options.out));
    std::cout << left.officer_size() << " layers are left: the next officer runs restore on `"
              << options.out << "`\n";
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const SecretBytes content, OpenBackup(backup, officer));
  RETURN_IF_ERROR(
      WritePrivateFile(options.out, backup.file(), content.Get(InsecureSecretAccess::Get())));
  std::cout << "restored " << options.out << "/" << backup.file() << "\n";
  return absl::OkStatus();
}

using Command = KeysCommand<Options>;

void Require(const Command& command, const char* name, std::string Options::*field,
             const char* description) {
  command.app->add_option(name, (*command.options).*field, description)->required();
}

void RequireOutputs(const Command& command) {
  Require(command, "--out", &Options::out, "directory for the new secrets (mode 0700)");
  Require(command, "--public", &Options::public_file, "file for their public half");
}

}  // namespace

void AddKeyLifeCommands(CLI::App* keys) {
  const Command rotate =
      AddKeysCommand(keys, "rotate", "new keys of an agency or holder; nyms stay", Rotate);
  Require(rotate, "--dir", &Options::dir, "the secrets in use");
  RequireOutputs(rotate);

  const Command refresh = AddKeysCommand(
      keys, "refresh", "at the gateway: new keys and new shares; nyms stay", Refresh);
  Require(refresh, "--dir", &Options::dir, "the gateway's secrets in use");
  Require(refresh, "--directory", &Options::directory, "the key directory in force");
  Require(refresh, "--keyholder", &Options::keyholder, "public half of the rotated key holder");
  Require(refresh, "--refresh", &Options::refresh, "file for the key holder, sealed to it");
  RequireOutputs(refresh);

  const Command apply =
      AddKeysCommand(keys, "apply-refresh", "at the key holder: the gateway's refresh", Apply);
  Require(apply, "--dir", &Options::dir, "the key holder's rotated secrets");
  Require(apply, "--directory", &Options::directory, "the key directory in force");
  Require(apply, "--refresh", &Options::refresh, "what the gateway made");
  RequireOutputs(apply);

  const Command shares = AddKeysCommand(
      keys, "shares", "at a holder: shares for agencies that come, none for those put out",
      ChangeShares);
  Require(shares, "--dir", &Options::dir, "the holder's secrets in use");
  shares.app->add_option("--add", shares.options->added, "agencies that get a share")
      ->delimiter(',');
  shares.app->add_option("--remove", shares.options->removed, "agencies that are put out")
      ->delimiter(',');
  RequireOutputs(shares);

  const Command archive = AddKeysCommand(
      keys, "archive", "at a holder: what citizens' scans need of keys whose time is over", Keep);
  Require(archive, "--dir", &Options::dir, "the holder's secrets of that time");
  Require(archive, "--directory", &Options::directory, "the key directory of that time");
  Require(archive, "--out", &Options::out, "directory for what is kept (mode 0700)");

  const Command officer =
      AddKeysCommand(keys, "officer", "a key for backups, at home with one officer", MakeOfficer);
  RequireOutputs(officer);

  const Command backup =
      AddKeysCommand(keys, "backup", "seal a secret file under several officers' keys", Backup);
  Require(backup, "--dir", &Options::dir, "the secrets");
  Require(backup, "--file", &Options::file, "agency.key, holder.key, scan.key or log.key");
  backup.app->add_option("--officers", backup.options->officers, "their public files, in order")
      ->required()
      ->delimiter(',');
  Require(backup, "--out", &Options::out, "the backup");

  const Command restore = AddKeysCommand(
      keys, "restore", "take one officer's layer off a backup; the last writes the file", Restore);
  Require(restore, "--officer", &Options::dir, "directory of the officer's key");
  Require(restore, "--backup", &Options::backup, "what the officer before left, or the backup");
  Require(restore, "--out", &Options::out,
          "file for what is left; for the last officer the directory for the secrets");
}

}  // namespace sluss
