#include "agency-adapters/client/record_dir.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/crypto/sha256.h"

namespace sluss::internal_records {
namespace {
constexpr size_t kDigestBytes = 32;
}  // namespace

std::string FileName(absl::string_view id) { return ToHex(id) + ".rec"; }

std::string Encode(absl::string_view message) {
  return absl::StrCat(AsStringView(Sha256({message})), message);
}

absl::StatusOr<std::string> Decode(const std::string& directory, const std::string& name,
                                   absl::string_view bytes) {
  if (bytes.size() < kDigestBytes) return Malformed(directory, name);
  const absl::string_view message = bytes.substr(kDigestBytes);
  if (AsStringView(Sha256({message})) != bytes.substr(0, kDigestBytes)) {
    return Malformed(directory, name);
  }
  return std::string(message);
}

absl::Status Malformed(const std::string& directory, const std::string& name) {
  return absl::DataLossError(absl::StrCat("`", directory, "/", name,
                                          "` is damaged: restore it from the backup, or move it "
                                          "away and ask the gateway for that message's state"));
}

}  // namespace sluss::internal_records
