#include "gateway/crypto/key_ring.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/one_exchange.h"

namespace sluss {

DirectoryRing::DirectoryRing(std::shared_ptr<const KeyDirectory> current,
                             std::shared_ptr<const KeyDirectory> beside)
    : current_(std::move(current)), beside_(std::move(beside)) {}

absl::StatusOr<DirectoryRing> DirectoryRing::Make(std::shared_ptr<const KeyDirectory> current,
                                                  std::shared_ptr<const KeyDirectory> beside) {
  if (beside == nullptr) return DirectoryRing(std::move(current), nullptr);
  RETURN_IF_ERROR(CheckOneExchange(*current, *beside, "beside"));
  if (beside->short_name() == current->short_name()) {
    return absl::InvalidArgumentError(
        "`beside`: is the current directory once more: name the other one, or take it away");
  }
  return DirectoryRing(std::move(current), std::move(beside));
}

absl::StatusOr<const KeyDirectory*> DirectoryRing::Find(absl::string_view named,
                                                        absl::string_view field) const {
  if (named == current_->short_name()) return current_.get();
  if (beside_ != nullptr && named == beside_->short_name()) return beside_.get();
  return CheckDirectoryName(*current_, named, field);
}

absl::Status DirectoryRing::RequireAgency(absl::string_view id, absl::string_view field) const {
  return current_->RequireAgency(id, field).status();
}

std::vector<const AgencyEntry*> DirectoryRing::KeysOf(const AgencyId& agency) const {
  std::vector<const AgencyEntry*> keys;
  for (const auto& directory : {current_, beside_}) {
    const AgencyEntry* const entry = directory == nullptr ? nullptr : directory->FindAgency(agency);
    if (entry != nullptr) keys.push_back(entry);
    if (keys.empty()) break;
  }
  return keys;
}

absl::StatusOr<std::shared_ptr<const AgencyKeys>> AgencyKeys::Create(
    AgencySecrets secrets, std::shared_ptr<const KeyDirectory> directory) {
  const AgencyEntry* const own = directory->FindAgency(secrets.agency);
  ASSIGN_OR_RETURN(const Point nym_public, MultiplyBase(secrets.nym));
  if (own == nullptr || secrets.key_set != directory->key_set() || own->nym_public != nym_public ||
      own->signing_public != secrets.signing.public_key() ||
      own->hpke.bytes() != secrets.hpke.public_key().bytes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key directory does not hold the public half of these keys of `",
                     secrets.agency.value(), "`"));
  }
  return std::shared_ptr<const AgencyKeys>(
      new AgencyKeys(std::move(secrets), std::move(directory)));
}

absl::StatusOr<AgencyRing> MakeAgencyRing(std::shared_ptr<const AgencyKeys> current,
                                          std::shared_ptr<const AgencyKeys> beside) {
  const auto access = InsecureSecretAccess::Get();
  if (beside != nullptr &&
      (beside->secrets().agency != current->secrets().agency ||
       beside->secrets().closing.Get(access) != current->secrets().closing.Get(access))) {
    return absl::InvalidArgumentError(
        "`beside`: its keys are not a rotation of the current ones: every pseudonym would be "
        "another; make them with slussctl keys rotate");
  }
  return AgencyRing::Make(std::move(current), std::move(beside));
}

}  // namespace sluss
