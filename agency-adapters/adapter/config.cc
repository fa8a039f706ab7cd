#include "agency-adapters/adapter/config.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "gateway/base/config_check.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/config_fields.h"

namespace sluss {
namespace {

void PrivateDirectory(ConfigCheck* check, absl::string_view field, std::string* path,
                      mode_t forbidden, absl::string_view cure) {
  check->Directory(field, path);
  struct stat info;
  if (stat(path->c_str(), &info) == 0 && (info.st_mode & forbidden) != 0) {
    check->Fault(field, absl::StrCat("others may enter `", *path, "`: run ", cure, " on it"));
  }
}

}  // namespace

absl::StatusOr<v1::AdapterConfig> LoadAdapterConfig(const std::string& path) {
  v1::AdapterConfig config;
  ASSIGN_OR_RETURN(const TextFile file, TextFile::Load(path, &config));
  ConfigCheck check(file);
  CheckPeerName(&check, "agency", config.agency(), PeerKind::kAgency);
  check.Addresses("gateway_address", config.gateway_address());
  CheckPeerName(&check, "gateway_name", config.gateway_name(), PeerKind::kGateway);
  CheckTlsFields(&check, config.mutable_tls());
  check.Directory("keys_dir", config.mutable_keys_dir());
  check.File("key_directory", config.mutable_key_directory());
  if (config.has_beside()) CheckBesideFields(&check, config.mutable_beside());
  if (config.format() == v1::NATIVE_FORMAT_UNSPECIFIED) check.Fault("format", "is missing");
  check.File("mapping", config.mutable_mapping());
  PrivateDirectory(&check, "drop_dir", config.mutable_drop_dir(), S_IRWXO, "chmod o-rwx");
  PrivateDirectory(&check, "native_out_dir", config.mutable_native_out_dir(), S_IRWXO,
                   "chmod o-rwx");
  PrivateDirectory(&check, "state_dir", config.mutable_state_dir(), S_IRWXG | S_IRWXO,
                   "chmod go-rwx");
  PrivateDirectory(&check, "officers_dir", config.mutable_officers_dir(), S_IRWXG | S_IRWXO,
                   "chmod go-rwx");
  if (config.receipts_dir().empty()) {
    config.set_receipts_dir(absl::StrCat(config.state_dir(), "/receipts"));
  } else {
    PrivateDirectory(&check, "receipts_dir", config.mutable_receipts_dir(), S_IRWXO, "chmod o-rwx");
  }
  if (!config.register_csv().empty()) check.File("register_csv", config.mutable_register_csv());
  config.set_poll_milliseconds(
      check.Range("poll_milliseconds", config.poll_milliseconds(), /*standard=*/500, 20, 60'000));
  config.set_keep_clocks_days(
      check.Range("keep_clocks_days", config.keep_clocks_days(), /*standard=*/365, 30, 3650));
  if (!config.metrics_file().empty()) {
    check.FileToCreate("metrics_file", config.mutable_metrics_file());
  }
  RETURN_IF_ERROR(check.Finish());
  return config;
}

}  // namespace sluss
