#include "tests/benchmarks/load/party.h"

#include <filesystem>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/key_files.h"
#include "gateway/rpc/channel.h"

namespace sluss {

absl::StatusOr<Party> LoadParty(const std::string& config_path) {
  v1::AdapterConfig config;
  ASSIGN_OR_RETURN(const TextFile file, TextFile::Load(config_path, &config));
  const std::filesystem::path home = std::filesystem::absolute(config_path).parent_path();
  for (std::string* path :
       {config.mutable_keys_dir(), config.mutable_key_directory(),
        config.mutable_tls()->mutable_certificate(), config.mutable_tls()->mutable_private_key(),
        config.mutable_tls()->mutable_authority(),
        config.mutable_tls()->mutable_revocation_list()}) {
    *path = home / *path;
  }
  v1::KeyDirectory keys;
  ASSIGN_OR_RETURN(const TextFile key_file, TextFile::Load(config.key_directory(), &keys));
  ASSIGN_OR_RETURN(auto directory, KeyDirectory::Activate(keys));
  ASSIGN_OR_RETURN(AgencySecrets secrets, LoadAgencySecrets(config.keys_dir()));
  return Party{std::move(config), std::move(secrets), std::move(directory)};
}

absl::StatusOr<std::unique_ptr<v1::Gateway::Stub>> ConnectParty(const Party& party,
                                                                const std::string& address) {
  ASSIGN_OR_RETURN(const auto channel,
                   Connect({.address = address,
                            .server_name = party.config.gateway_name(),
                            .self = Peer{PeerKind::kAgency, party.config.agency()},
                            .tls = party.config.tls()},
                           SystemClock()));
  return v1::Gateway::NewStub(channel);
}

}  // namespace sluss
