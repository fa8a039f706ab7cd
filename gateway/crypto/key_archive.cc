#include "gateway/crypto/key_archive.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/one_exchange.h"

namespace sluss {

absl::Status CheckArchive(const DirectoryRing& honoured,
                          const std::vector<const KeyDirectory*>& kept) {
  const AgencyEntry* const domain = honoured.current().access_domain();
  if (!kept.empty() && domain == nullptr) {
    return absl::InvalidArgumentError(
        "`archive`: the key directory in force names no `access_domain`, so no scan is made: take "
        "the archive away, or assemble the directory with --access-domain");
  }
  std::set<absl::string_view> names;
  for (const KeyDirectory* const one : kept) {
    RETURN_IF_ERROR(CheckOneExchange(honoured.current(), *one, "archive"));
    if (one->access_domain() == nullptr || one->access_domain()->id != domain->id) {
      return absl::InvalidArgumentError(
          absl::StrCat("`archive`: directory ", ToHex(one->short_name()),
                       " has another `access_domain` than the current one: its entries cannot be "
                       "found by this domain; take it away"));
    }
    if (!names.insert(one->short_name()).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`archive`: directory ", ToHex(one->short_name()), " is named twice: take one away"));
    }
  }
  return absl::OkStatus();
}

}  // namespace sluss
