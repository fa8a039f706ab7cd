// The consents that this agency registered, with the secrets that bind each to its child.
//
// A consent is stored before it is registered: the id made at the first attempt is the one of every
// later attempt, and a consent file dropped twice registers one consent. The secret stays in the
// state directory (0600) for as long as the consent may be cited.
// Thread-safe. Errors: those of RecordDir and of the gateway.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_BOOK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_BOOK_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/consent.h"
#include "proto/agency_state.pb.h"

namespace sluss {

class ConsentBook {
 public:
  // `files` must outlive the result.
  static absl::StatusOr<std::unique_ptr<ConsentBook>> Open(FileSystem* files,
                                                           const std::string& path);

  // Durable when OK. INVALID_ARGUMENT when another consent has the same reference.
  absl::Status Put(const v1::StoredConsent& consent);
  // Removes a consent that the gateway has refused for good.
  absl::Status Forget(const v1::StoredConsent& consent);
  // NOT_FOUND where no consent file had these bytes.
  absl::StatusOr<v1::StoredConsent> FindByFile(absl::string_view file_digest) const;

  // Those for the same child that no later one replaces.
  absl::StatusOr<std::vector<v1::StoredConsent>> OfChild(absl::string_view child_tag) const;

  // `cited` is the agency's own reference or 32 hex digits. INVALID_ARGUMENT for a reference that
  // this agency does not know, with the cure; an id in hex need not be this agency's.
  absl::StatusOr<ConsentId> Resolve(absl::string_view cited) const;
  // NOT_FOUND unless this agency deposited it: only the depositor can prove that it fits a child.
  absl::StatusOr<ConsentWitness> Witness(const ConsentId& id) const;

 private:
  explicit ConsentBook(RecordDir<v1::StoredConsent> records) : records_(std::move(records)) {}
  void Index(const v1::StoredConsent& consent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RecordDir<v1::StoredConsent> records_;
  mutable Mutex mutex_;
  std::map<std::string, ConsentId> by_reference_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, ConsentId> by_file_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::set<ConsentId>> by_child_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_BOOK_H_
