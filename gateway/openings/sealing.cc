#include "gateway/openings/sealing.h"

#include "absl/strings/str_cat.h"
#include "gateway/crypto/aead.h"
#include "gateway/crypto/layout.h"

namespace sluss {
namespace {

std::string Bound(absl::string_view label, absl::string_view origin, uint64_t number,
                  const OpeningMonth& month) {
  return Layout(label)
      .Bytes(origin)
      .U32(static_cast<uint32_t>(number >> 32))
      .U32(static_cast<uint32_t>(number))
      .Bytes(ClassName(month.opening_class))
      .Bytes(MonthText(month.month))
      .Take();
}

std::string GroupAad(absl::string_view origin, const OpeningGroupRow& group) {
  return Bound("sluss/v1 opening-group", origin, group.number, group.month);
}

std::string OpeningAad(absl::string_view origin, const OpeningMonth& month, uint64_t index) {
  return Bound("sluss/v1 opening", origin, index, month);
}

}  // namespace

absl::StatusOr<std::string> WrapGroupKey(const SecretBytes& month_key, absl::string_view origin,
                                         const OpeningGroupRow& group, const SecretBytes& key) {
  return AeadSeal(month_key, GroupAad(origin, group), key.Get(InsecureSecretAccess::Get()));
}

absl::StatusOr<SecretBytes> UnwrapGroupKey(const SecretBytes& month_key, absl::string_view origin,
                                           const OpeningGroupRow& group) {
  absl::StatusOr<SecretBytes> key =
      AeadOpenSecret(month_key, GroupAad(origin, group), group.wrapped_key);
  if (key.ok() && key->size() == kAeadKeySize) return key;
  return absl::DataLossError(absl::StrCat("the key of group ", group.number, " of `",
                                          OpeningMonthText(group.month),
                                          "` does not open: its key file is another's, or the "
                                          "database was changed"));
}

absl::StatusOr<std::string> SealOpening(const SecretBytes& group_key, absl::string_view origin,
                                        const OpeningMonth& month, uint64_t index,
                                        absl::string_view opening) {
  return AeadSeal(group_key, OpeningAad(origin, month, index), opening);
}

absl::StatusOr<std::string> OpenSealed(const SecretBytes& group_key, absl::string_view origin,
                                       const OpeningMonth& month, const OpeningRow& row) {
  absl::StatusOr<std::string> opened =
      AeadOpen(group_key, OpeningAad(origin, month, row.index), row.sealed);
  if (opened.ok()) return opened;
  return absl::DataLossError(
      absl::StrCat("what opens entry ", row.index, " does not open: the database was changed"));
}

}  // namespace sluss
