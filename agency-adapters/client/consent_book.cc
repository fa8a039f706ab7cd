#include "agency-adapters/client/consent_book.h"

#include <utility>
#include <vector>

#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {

absl::StatusOr<std::unique_ptr<ConsentBook>> ConsentBook::Open(FileSystem* files,
                                                               const std::string& path) {
  ASSIGN_OR_RETURN(auto records, RecordDir<v1::StoredConsent>::Open(files, path));
  ASSIGN_OR_RETURN(const std::vector<v1::StoredConsent> all, records.All());
  std::unique_ptr<ConsentBook> book(new ConsentBook(std::move(records)));
  MutexLock lock(&book->mutex_);
  for (const v1::StoredConsent& consent : all) book->Index(consent);
  return book;
}

void ConsentBook::Index(const v1::StoredConsent& consent) {
  const ConsentId id(consent.consent_id());
  by_reference_[consent.reference()] = id;
  by_file_[consent.file_digest()] = id;
  if (!consent.child_tag().empty()) by_child_[consent.child_tag()].insert(id);
}

absl::Status ConsentBook::Put(const v1::StoredConsent& consent) {
  MutexLock lock(&mutex_);
  const auto found = by_reference_.find(consent.reference());
  if (found != by_reference_.end() && found->second.value() != consent.consent_id()) {
    return absl::InvalidArgumentError(
        "`reference`: another consent has it; give this one a reference of its own");
  }
  RETURN_IF_ERROR(records_.Put(consent.consent_id(), consent));
  Index(consent);
  return absl::OkStatus();
}

absl::Status ConsentBook::Forget(const v1::StoredConsent& consent) {
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(records_.Remove(consent.consent_id()));
  by_reference_.erase(consent.reference());
  by_file_.erase(consent.file_digest());
  if (const auto child = by_child_.find(consent.child_tag()); child != by_child_.end()) {
    child->second.erase(ConsentId(consent.consent_id()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::StoredConsent>> ConsentBook::OfChild(
    absl::string_view child_tag) const {
  MutexLock lock(&mutex_);
  std::vector<v1::StoredConsent> consents;
  std::set<std::string> replaced;
  const auto child = by_child_.find(std::string(child_tag));
  if (child == by_child_.end()) return consents;
  for (const ConsentId& id : child->second) {
    ASSIGN_OR_RETURN(v1::StoredConsent consent, records_.Get(id.value()));
    v1::ConsentRecord record;
    if (record.ParseFromString(consent.request().record())) replaced.insert(record.supersedes());
    consents.push_back(std::move(consent));
  }
  std::erase_if(consents, [&](const v1::StoredConsent& consent) {
    return replaced.contains(consent.consent_id());
  });
  return consents;
}

absl::StatusOr<v1::StoredConsent> ConsentBook::FindByFile(absl::string_view file_digest) const {
  MutexLock lock(&mutex_);
  const auto found = by_file_.find(std::string(file_digest));
  if (found == by_file_.end()) return absl::NotFoundError("no consent came from this file");
  return records_.Get(found->second.value());
}

absl::StatusOr<ConsentId> ConsentBook::Resolve(absl::string_view cited) const {
  {
    MutexLock lock(&mutex_);
    const auto found = by_reference_.find(std::string(cited));
    if (found != by_reference_.end()) return found->second;
  }
  const absl::StatusOr<std::string> bytes = FromHex(cited);
  if (bytes.ok() && bytes->size() == 16) return ConsentId(*bytes);
  return absl::InvalidArgumentError(
      "`consent_id`: cites a consent that this agency does not know; register it with a "
      ".consent.json file, or cite its id in 32 hex digits");
}

absl::StatusOr<ConsentWitness> ConsentBook::Witness(const ConsentId& id) const {
  ASSIGN_OR_RETURN(const v1::StoredConsent consent, records_.Get(id.value()));
  return ConsentWitness::Decode(SecretBytes(consent.witness(), InsecureSecretAccess::Get()));
}

}  // namespace sluss
