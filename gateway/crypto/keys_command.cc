#include "gateway/crypto/keys_command.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/hex.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/key_assembly.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/key_life_command.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/keys_command_support.h"
#include "gateway/crypto/party_keys.h"

namespace sluss {
namespace {

struct Options {
  uint32_t key_set = 1;
  std::string name;                   // of the agency or holder
  std::vector<std::string> agencies;  // a holder's recipients
  std::string log_origin;
  std::string kem = "x25519";
  std::string aead = "chacha20-poly1305";
  std::string directory;
  std::string public_file;
  std::vector<std::string> files;
  std::string beside;
  std::string access_domain;
};

absl::Status MakeAgencyKeys(const Options& options) {
  ASSIGN_OR_RETURN(const AgencyId agency, ParseAgencyId(options.name));
  ASSIGN_OR_RETURN(
      const AgencySecrets secrets,
      AgencySecrets::Generate(
          agency, options.key_set,
          options.kem == "p256" ? HpkeKem::kP256HkdfSha256 : HpkeKem::kX25519HkdfSha256,
          options.aead == "aes-128-gcm" ? HpkeAead::kAes128Gcm : HpkeAead::kChaCha20Poly1305));
  v1::KeyDirectory part;
  part.set_key_set(options.key_set);
  ASSIGN_OR_RETURN(*part.add_agency(), secrets.PublicKeys());
  RETURN_IF_ERROR(SaveSecrets(secrets, options.directory));
  return SavePublicKeys(part, options.public_file);
}

absl::Status MakeHolderKeys(const Options& options) {
  std::vector<AgencyId> agencies;
  for (const std::string& name : options.agencies) {
    ASSIGN_OR_RETURN(AgencyId agency, ParseAgencyId(name));
    agencies.push_back(std::move(agency));
  }
  ASSIGN_OR_RETURN(const HolderSecrets secrets,
                   HolderSecrets::Generate(options.name, options.key_set, agencies));
  const bool is_gateway = options.name.rfind("gateway/", 0) == 0;
  if (!is_gateway && options.name.rfind("keyholder/", 0) != 0) {
    return absl::InvalidArgumentError("a holder is `gateway/NAME` or `keyholder/NAME`");
  }
  v1::KeyDirectory part;
  part.set_key_set(options.key_set);
  ASSIGN_OR_RETURN(*(is_gateway ? part.mutable_gateway() : part.mutable_keyholder()),
                   secrets.PublicKeys());
  std::optional<LogSecrets> log;
  if (!options.log_origin.empty()) {
    ASSIGN_OR_RETURN(log, LogSecrets::Generate(options.log_origin));
    *part.mutable_log() = log->PublicKey();
  }
  RETURN_IF_ERROR(SaveSecrets(secrets, options.directory));
  if (log.has_value()) RETURN_IF_ERROR(SaveSecrets(*log, options.directory));
  return SavePublicKeys(part, options.public_file);
}

void Describe(const KeyDirectory& directory) {
  std::cout << "key set " << directory.key_set() << ", " << directory.agencies().size()
            << " agencies, " << directory.gateway().name << ", " << directory.keyholder().name
            << "\ndigest " << ToHex(directory.digest()) << "\nnamed in messages "
            << ToHex(directory.short_name()) << "\n";
  if (directory.access_domain() != nullptr) {
    std::cout << "access domain " << directory.access_domain()->id.value() << "\n";
  }
}

// What becomes of everybody's keys from one directory to the other.
void DescribeChange(const KeyDirectory& now, const KeyDirectory& beside) {
  for (const auto& [id, agency] : now.agencies()) {
    const AgencyEntry* const other = beside.FindAgency(id);
    const bool same = other != nullptr && other->nym_public == agency.nym_public &&
                      other->hpke.bytes() == agency.hpke.bytes() &&
                      other->signing_public == agency.signing_public;
    std::cout << id.value() << ": "
              << (other == nullptr ? "not beside"
                  : same           ? "the same keys"
                                   : "other keys")
              << "\n";
  }
  for (const auto& [id, agency] : beside.agencies()) {
    if (now.FindAgency(id) == nullptr) std::cout << id.value() << ": only beside, not honoured\n";
  }
  for (const HolderRole role : {HolderRole::kGateway, HolderRole::kKeyholder}) {
    const bool same = now.holder(role).layer == beside.holder(role).layer &&
                      now.holder(role).signing_public == beside.holder(role).signing_public;
    std::cout << now.holder(role).name << ": " << (same ? "the same keys" : "other keys") << "\n";
  }
}

absl::Status Assemble(const Options& options) {
  ASSIGN_OR_RETURN(v1::KeyDirectory whole, AssembleKeyDirectory(options.files));
  if (!options.access_domain.empty()) whole.set_access_domain(options.access_domain);
  ASSIGN_OR_RETURN(const std::shared_ptr<const KeyDirectory> directory,
                   KeyDirectory::Activate(whole));
  RETURN_IF_ERROR(SavePublicKeys(whole, options.public_file));
  Describe(*directory);
  return absl::OkStatus();
}

absl::Status Check(const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const KeyDirectory> directory,
                   LoadKeyDirectory(options.files.front()));
  Describe(*directory);
  if (options.beside.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::shared_ptr<const KeyDirectory> beside,
                   LoadKeyDirectory(options.beside));
  RETURN_IF_ERROR(DirectoryRing::Make(directory, beside).status());
  std::cout << "beside " << ToHex(beside->short_name()) << "\n";
  DescribeChange(*directory, *beside);
  return absl::OkStatus();
}

using Command = KeysCommand<Options>;

void AddOutputs(const Command& command) {
  command.app->add_option("--key-set", command.options->key_set, "version of the key set")
      ->capture_default_str();
  command.app->add_option("--dir", command.options->directory, "where the secrets go (mode 0700)")
      ->required();
  command.app->add_option("--public", command.options->public_file, "file for the public half")
      ->required();
}

}  // namespace

void AddKeysCommands(CLI::App& app) {
  CLI::App* const keys = app.add_subcommand("keys", "make, join and check the parties' keys");
  keys->require_subcommand(1);

  const Command agency =
      AddKeysCommand(keys, "agency", "make the keys of an agency, at that agency", MakeAgencyKeys);
  agency.app->add_option("--agency", agency.options->name, "such as school/ekbacken")->required();
  agency.app->add_option("--kem", agency.options->kem, "x25519 or p256")
      ->check(CLI::IsMember({"x25519", "p256"}))
      ->capture_default_str();
  agency.app->add_option("--aead", agency.options->aead, "chacha20-poly1305 or aes-128-gcm")
      ->check(CLI::IsMember({"chacha20-poly1305", "aes-128-gcm"}))
      ->capture_default_str();
  AddOutputs(agency);

  const Command holder = AddKeysCommand(
      keys, "holder", "make the keys of the gateway or the key holder, there", MakeHolderKeys);
  holder.app->add_option("--holder", holder.options->name, "gateway/NAME or keyholder/NAME")
      ->required();
  holder.app->add_option("--agencies", holder.options->agencies, "agencies that get a share")
      ->required()
      ->delimiter(',');
  holder.app->add_option("--log-origin", holder.options->log_origin,
                         "gateway: makes the log's key too, under this origin");
  AddOutputs(holder);

  const Command assemble = AddKeysCommand(
      keys, "assemble", "join public files into a key directory, after every check", Assemble);
  assemble.app->add_option("file", assemble.options->files, "public files")->required();
  assemble.app->add_option("--access-domain", assemble.options->access_domain,
                           "which entry is the data protection officer's: data-protection/sundby");
  assemble.app->add_option("--out", assemble.options->public_file, "the key directory")->required();

  const Command check = AddKeysCommand(keys, "check", "check a key directory", Check);
  check.app->add_option("file", check.options->files, "the key directory")->required()->expected(1);
  check.app->add_option("--beside", check.options->beside,
                        "another directory: whether both can be honoured, and what changes");

  AddKeyLifeCommands(keys);
}

}  // namespace sluss
