#include "gateway/crypto/scan_keys.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kOther =
    " is not the one in the key directory; name the directory of the generation that was kept";

absl::Status CheckSecret(absl::string_view what, const Scalar& secret, const Point& published) {
  const absl::StatusOr<Point> own = MultiplyBase(secret);
  if (own.ok() && *own == published) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, kOther));
}

absl::StatusOr<const AgencyEntry*> DomainOf(const KeyDirectory& directory) {
  if (directory.access_domain() != nullptr) return directory.access_domain();
  return absl::FailedPreconditionError(
      "the key directory names no `access_domain`: nothing of its time can be scanned for");
}

}  // namespace

absl::StatusOr<ScanSecrets> ScanSecretsOf(const HolderSecrets& whole,
                                          const KeyDirectory& directory) {
  ASSIGN_OR_RETURN(const AgencyEntry* const domain, DomainOf(directory));
  const auto share = whole.share.find(domain->id);
  if (share == whole.share.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no share for `", domain->id.value(), "` is among the secrets"));
  }
  return ScanSecrets{whole.holder, whole.key_set, whole.layer, domain->id, share->second};
}

absl::StatusOr<std::shared_ptr<const ScanKeys>> ScanKeys::Create(
    HolderRole role, ScanSecrets secrets, std::shared_ptr<const KeyDirectory> directory) {
  ASSIGN_OR_RETURN(const AgencyEntry* const domain, DomainOf(*directory));
  const HolderEntry& published = directory->holder(role);
  if (secrets.holder != published.name) {
    return absl::InvalidArgumentError(absl::StrCat("holder name", kOther));
  }
  if (secrets.domain != domain->id) {
    return absl::InvalidArgumentError(absl::StrCat("access domain", kOther));
  }
  RETURN_IF_ERROR(CheckSecret("layer", secrets.layer, published.layer));
  RETURN_IF_ERROR(CheckSecret(absl::StrCat("share of `", domain->id.value(), "`"), secrets.share,
                              domain->share(role)));
  return std::shared_ptr<const ScanKeys>(
      new ScanKeys(role, std::move(secrets), std::move(directory)));
}

absl::StatusOr<ScanHop> ScanKeys::HopForScan(absl::string_view order_digest,
                                             std::span<const MaybeCiphertext> before) const {
  return MakeScanHop({role_, *directory_, order_digest}, secrets_.layer, secrets_.share, before);
}

bool ScanRing::Has(absl::string_view directory) const {
  return honoured_->directories().Honours(directory) || Kept(directory) != nullptr;
}

absl::StatusOr<ScanHop> ScanRing::Hop(absl::string_view directory, absl::string_view order_digest,
                                      std::span<const MaybeCiphertext> before) const {
  const absl::StatusOr<const Holder*> holder = honoured_->Find(directory);
  if (holder.ok()) return (*holder)->HopForScan(order_digest, before);
  const ScanKeys* const kept = Kept(directory);
  if (kept != nullptr) return kept->HopForScan(order_digest, before);
  if (directory.size() != kDirectoryNameSize) return holder.status();
  return absl::NotFoundError(absl::StrCat(
      "`directory` is ", ToHex(directory),
      ", whose keys are neither honoured nor kept here: name what was kept of them in `archive`"));
}

void ScanRing::Sign(absl::string_view directory, v1::ScanBatchRequest* request) const {
  const absl::StatusOr<const Holder*> holder = honoured_->Find(directory);
  if (holder.ok()) return SignScanBatch((*holder)->signing(), (*holder)->directory(), request);
  SignScanBatch(honoured_->current().signing(), Kept(directory)->directory(), request);
}

absl::StatusOr<std::vector<MaybeCiphertext>> ScanRing::Check(
    const v1::ScanBatchRequest& request) const {
  const DirectoryRing& directories = honoured_->directories();
  const absl::StatusOr<const KeyDirectory*> own = directories.Find(request.directory());
  if (own.ok()) return CheckScanBatch(**own, request);
  const ScanKeys* const kept = Kept(request.directory());
  if (kept == nullptr) return Hop(request.directory(), "", {}).status();
  // The holders change over one after the other: the gateway may be a generation behind or ahead.
  auto checked = CheckScanBatch(kept->directory(), request, directories.current());
  if (!absl::IsPermissionDenied(checked.status()) || directories.beside() == nullptr) {
    return checked;
  }
  return CheckScanBatch(kept->directory(), request, *directories.beside());
}

}  // namespace sluss
