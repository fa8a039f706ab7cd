#include "gateway/keyholder/config.h"

#include "gateway/base/config_check.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/config_fields.h"

namespace sluss {
namespace {

constexpr uint32_t kMaxBudget = 10'000'000;
// Entries of the log, of which a scan reads every one of its period.
constexpr uint32_t kMaxScans = 1'000'000'000;

}  // namespace

absl::StatusOr<v1::KeyHolderConfig> LoadKeyHolderConfig(const std::string& path) {
  v1::KeyHolderConfig config;
  ASSIGN_OR_RETURN(const TextFile file, TextFile::Load(path, &config));
  ConfigCheck check(file);
  CheckPeerName(&check, "name", config.name(), PeerKind::kKeyHolder);
  check.Address("listen", config.listen());
  CheckTlsFields(&check, config.mutable_tls());
  check.Directory("keys_dir", config.mutable_keys_dir());
  check.File("key_directory", config.mutable_key_directory());
  if (config.has_beside()) CheckBesideFields(&check, config.mutable_beside());
  CheckArchiveFields(&check, config.mutable_archive());
  check.FileToCreate("database", config.mutable_database());
  CheckPeerName(&check, "gateway", config.gateway(), PeerKind::kGateway);
  config.set_evaluations_per_day(check.Range("evaluations_per_day", config.evaluations_per_day(),
                                             /*standard=*/20'000, 1, kMaxBudget));
  config.set_transforms_per_day(check.Range("transforms_per_day", config.transforms_per_day(),
                                            /*standard=*/100'000, 1, kMaxBudget));
  config.set_peels_per_day(
      check.Range("peels_per_day", config.peels_per_day(), /*standard=*/50, 1, kMaxBudget));
  config.set_scans_per_day(
      check.Range("scans_per_day", config.scans_per_day(), /*standard=*/5'000'000, 1, kMaxScans));
  RETURN_IF_ERROR(check.Finish());
  return config;
}

}  // namespace sluss
