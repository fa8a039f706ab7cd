#include "gateway/crypto/key_ring_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/key_assembly.h"
#include "gateway/crypto/key_files.h"

namespace sluss {
namespace {

absl::Status AtPath(const KeyPaths& paths, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(paths.keys_dir, ", ", paths.key_directory, ": ",
                                                  status.message()));
}

absl::StatusOr<std::shared_ptr<const Holder>> LoadHolder(HolderRole role, const KeyPaths& paths) {
  ASSIGN_OR_RETURN(auto directory, LoadKeyDirectory(paths.key_directory));
  ASSIGN_OR_RETURN(HolderSecrets secrets, LoadHolderSecrets(paths.keys_dir));
  absl::StatusOr<std::unique_ptr<const Holder>> holder =
      Holder::Create(role, std::move(secrets), std::move(directory));
  if (!holder.ok()) return AtPath(paths, holder.status());
  return std::shared_ptr<const Holder>(*std::move(holder));
}

absl::StatusOr<std::shared_ptr<const ScanKeys>> LoadScanKeys(HolderRole role,
                                                             const KeyPaths& paths) {
  ASSIGN_OR_RETURN(auto directory, LoadKeyDirectory(paths.key_directory));
  ASSIGN_OR_RETURN(ScanSecrets secrets, LoadScanSecrets(paths.keys_dir));
  auto keys = ScanKeys::Create(role, std::move(secrets), std::move(directory));
  if (!keys.ok()) return AtPath(paths, keys.status());
  return keys;
}

absl::StatusOr<std::shared_ptr<const AgencyKeys>> LoadAgency(const KeyPaths& paths) {
  ASSIGN_OR_RETURN(auto directory, LoadKeyDirectory(paths.key_directory));
  ASSIGN_OR_RETURN(AgencySecrets secrets, LoadAgencySecrets(paths.keys_dir));
  auto keys = AgencyKeys::Create(std::move(secrets), std::move(directory));
  if (!keys.ok()) return AtPath(paths, keys.status());
  return keys;
}

}  // namespace

absl::StatusOr<HolderRing> LoadHolderRing(HolderRole role, const KeyPaths& current,
                                          const KeyPaths& beside) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Holder> now, LoadHolder(role, current));
  if (beside.key_directory.empty()) return HolderRing::Make(std::move(now));
  ASSIGN_OR_RETURN(std::shared_ptr<const Holder> other,
                   AtField("beside", LoadHolder(role, beside)));
  return HolderRing::Make(std::move(now), std::move(other));
}

absl::StatusOr<AgencyRing> LoadAgencyRing(const KeyPaths& current, const KeyPaths& beside) {
  ASSIGN_OR_RETURN(std::shared_ptr<const AgencyKeys> now, LoadAgency(current));
  if (beside.key_directory.empty()) return MakeAgencyRing(std::move(now));
  ASSIGN_OR_RETURN(std::shared_ptr<const AgencyKeys> other, AtField("beside", LoadAgency(beside)));
  return MakeAgencyRing(std::move(now), std::move(other));
}

absl::StatusOr<ScanArchive> LoadScanArchive(
    HolderRole role, const DirectoryRing& honoured,
    const google::protobuf::RepeatedPtrField<v1::ArchivedKeys>& kept) {
  std::vector<std::shared_ptr<const ScanKeys>> all;
  for (const v1::ArchivedKeys& one : kept) {
    const KeyPaths paths = {one.keys_dir(), one.key_directory()};
    ASSIGN_OR_RETURN(all.emplace_back(), AtField("archive", LoadScanKeys(role, paths)));
  }
  return ScanArchive::Make(honoured, std::move(all));
}

absl::StatusOr<AgencyArchive> LoadAgencyArchive(const AgencyRing& honoured,
                                                const std::vector<KeyPaths>& kept) {
  std::vector<std::shared_ptr<const AgencyKeys>> all;
  for (const KeyPaths& paths : kept) {
    ASSIGN_OR_RETURN(all.emplace_back(), AtField("archive", LoadAgency(paths)));
  }
  return AgencyArchive::Make(honoured.directories(), std::move(all));
}

void WriteKeysEvent(const DirectoryRing& keys, EventLog* events, const ScanArchive& archive) {
  nlohmann::ordered_json fields = {{"directory", ToHex(keys.current().short_name())}};
  if (keys.beside() != nullptr) fields["beside"] = ToHex(keys.beside()->short_name());
  for (const KeyDirectory* const one : archive.directories()) {
    fields["archive"].push_back(ToHex(one->short_name()));
  }
  events->Write("keys", fields);
}

}  // namespace sluss
