#include "gateway/crypto/holder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/hop.h"

namespace sluss {
namespace {

absl::Status CheckSecret(absl::string_view what, const Scalar& secret, const Point& published) {
  const absl::StatusOr<Point> own = MultiplyBase(secret);
  if (own.ok() && *own == published) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is not the one in the key directory; load the secrets of this key set"));
}

absl::Status CheckPublicKey(absl::string_view what, const std::string& own,
                            const std::string& published) {
  if (own == published) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is not the one in the key directory; load the secrets of this key set"));
}

}  // namespace

Holder::Holder(HolderRole role, HolderSecrets secrets,
               std::shared_ptr<const KeyDirectory> directory)
    : role_(role), secrets_(std::move(secrets)), directory_(std::move(directory)) {}

absl::StatusOr<std::unique_ptr<const Holder>> Holder::Create(
    HolderRole role, HolderSecrets secrets, std::shared_ptr<const KeyDirectory> directory) {
  const HolderEntry& published = directory->holder(role);
  RETURN_IF_ERROR(CheckPublicKey("holder name", secrets.holder, published.name));
  RETURN_IF_ERROR(
      CheckPublicKey("signing key", secrets.signing.public_key(), published.signing_public));
  RETURN_IF_ERROR(
      CheckPublicKey("HPKE key", secrets.hpke.public_key().bytes(), published.hpke.bytes()));
  RETURN_IF_ERROR(CheckSecret("layer", secrets.layer, published.layer));
  for (const auto& [agency, entry] : directory->agencies()) {
    const auto share = secrets.share.find(agency);
    if (share == secrets.share.end()) {
      return absl::InvalidArgumentError(absl::StrCat("no share for `", agency.value(), "`"));
    }
    RETURN_IF_ERROR(CheckSecret(absl::StrCat("share of `", agency.value(), "`"), share->second,
                                entry.share(role)));
  }
  return std::unique_ptr<const Holder>(new Holder(role, std::move(secrets), std::move(directory)));
}

absl::StatusOr<v1::Hop> Holder::Hop(const AgencyId& recipient, absl::string_view message_id,
                                    absl::string_view ciphertext) const {
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory_->RequireAgency(recipient.value(), "recipient"));
  ASSIGN_OR_RETURN(const NymCiphertext before,
                   AtField("ciphertext", NymCiphertext::Decode(ciphertext)));
  return MakeHop({role_, *directory_, *entry, message_id}, secrets_.layer,
                 secrets_.share.at(recipient), before);
}

absl::StatusOr<OprfEvaluation> Holder::Evaluate(const AgencyId& agency,
                                                std::span<const Point> elements) const {
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory_->RequireAgency(agency.value(), "agency"));
  return VoprfBlindEvaluate(secrets_.share.at(agency), entry->share(role_), elements);
}

absl::StatusOr<ScanHop> Holder::HopForScan(absl::string_view order_digest,
                                           std::span<const MaybeCiphertext> before) const {
  const AgencyEntry* const domain = directory_->access_domain();
  if (domain == nullptr) {
    return absl::FailedPreconditionError("the key directory names no `access_domain`");
  }
  return MakeScanHop({role_, *directory_, order_digest}, secrets_.layer,
                     secrets_.share.at(domain->id), before);
}

absl::StatusOr<std::string> Holder::Peel(const v1::PeelRequest& request) const {
  return PeelEscrow(request, secrets_.hpke, *directory_);
}

}  // namespace sluss
