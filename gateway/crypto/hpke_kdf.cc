#include "gateway/crypto/hpke_kdf.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/hkdf.h"

namespace sluss {
namespace {

constexpr absl::string_view kVersion = "HPKE-v1";

std::string BigEndian16(size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

}  // namespace

HpkeKdfLabels::HpkeKdfLabels(HashFunction hash, std::string suite_id)
    : hash_(hash), suite_id_(std::move(suite_id)) {}

HpkeKdfLabels HpkeKdfLabels::ForKem(uint16_t kem) {
  return HpkeKdfLabels(HashFunction::kSha256, absl::StrCat("KEM", BigEndian16(kem)));
}

HpkeKdfLabels HpkeKdfLabels::ForSuite(HashFunction hash, uint16_t kem, uint16_t kdf,
                                      uint16_t aead) {
  return HpkeKdfLabels(hash,
                       absl::StrCat("HPKE", BigEndian16(kem), BigEndian16(kdf), BigEndian16(aead)));
}

SecretBytes HpkeKdfLabels::Extract(absl::string_view salt, absl::string_view label,
                                   absl::string_view key_material) const {
  return HkdfExtract(hash_, salt, {kVersion, suite_id_, label, key_material});
}

absl::StatusOr<SecretBytes> HpkeKdfLabels::Expand(const SecretBytes& key, absl::string_view label,
                                                  absl::string_view info, size_t size) const {
  const std::string labeled = absl::StrCat(BigEndian16(size), kVersion, suite_id_, label, info);
  return HkdfExpand(hash_, key, labeled, size);
}

}  // namespace sluss
