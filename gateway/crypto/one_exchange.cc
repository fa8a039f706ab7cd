#include "gateway/crypto/one_exchange.h"

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

absl::Status TwoExchanges(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("`", field, "`: its directory has another ", what,
                   " than the current one: only directories of one exchange and one key set are "
                   "honoured together"));
}

}  // namespace

absl::Status CheckOneExchange(const KeyDirectory& current, const KeyDirectory& other,
                              absl::string_view field) {
  if (other.key_set() != current.key_set()) return TwoExchanges(field, "`key_set`");
  if (other.gateway().name != current.gateway().name) return TwoExchanges(field, "gateway");
  if (other.keyholder().name != current.keyholder().name) {
    return TwoExchanges(field, "key holder");
  }
  // The key of one log may be changed over too; then both keys sign, so either verifies.
  if (other.log().origin() != current.log().origin()) return TwoExchanges(field, "log");
  return absl::OkStatus();
}

}  // namespace sluss
