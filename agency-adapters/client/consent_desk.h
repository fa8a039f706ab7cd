// Consents and withdrawals that an officer drops as files (consent_file.h), carried to the gateway.
//
// Registering stores first (consent_book.h), then deposits blindly; the gateway never learns the
// child. Withdrawing is repeated until it is answered. Both write the answer for the agency:
//   <consent>.consent.json     {"consent","reference","replaces","contradicts":[...],"logIndex"}
//   <id>.withdrawal.json       {"consent"|"message","stopped":[{"message","sender","recipient"}],
//                               "trimmed":[...],"recalled":[...],"alreadyGone":[...],
//                               "consentEnded","partiesLeft","categoriesLeft","textSv","textEn",
//                               "receipt","logIndex"}
//   <id>.withdrawal-<entry>.html   the receipt on paper (gateway/documents/withdrawal_receipt.h)
//
// A consent that contradicts another one of this agency's for the same child says so by itself,
// with a proof: the stricter of both holds until an officer decides.
// Errors: INVALID_ARGUMENT, NOT_FOUND and the like are the file's; others are worth another try
// with the same file. For one thread.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_DESK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_DESK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/age_limits.h"
#include "agency-adapters/client/consent_book.h"
#include "agency-adapters/client/consent_file.h"
#include "agency-adapters/client/durable_dir.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/native_out.h"
#include "agency-adapters/client/outbox.h"

namespace sluss {

class ConsentDesk {
 public:
  // All pointers must outlive the desk; `evidence` is the directory of evidence files.
  ConsentDesk(const EdgeParts& parts, ConsentBook* book, const Outbox* outbox,
              AgeLimitStore* age_limits, const NativeOut* native_out, DurableDir evidence);

  absl::Status Register(absl::string_view file);
  absl::Status Withdraw(absl::string_view file);

 private:
  absl::StatusOr<v1::StoredConsent> Prepare(absl::string_view file, absl::string_view digest);
  absl::Status AddEvidence(ConsentFile* file) const;
  void AddPersons(ConsentFile* file) const;
  void AddDigests(ConsentFile* file, v1::StoredConsent* consent) const;
  absl::Status AddLinks(const ConsentFile& file, const std::string& child_tag,
                        v1::ConsentRecord* record) const;
  absl::Status AddContradictions(const std::string& child_tag, v1::ConsentRecord* record) const;
  absl::StatusOr<bool> Stands(const v1::StoredConsent& consent) const;
  absl::Status ProveLinks(const ConsentWitness& own, v1::RegisterConsentRequest* request) const;
  absl::Status WritePaper(const std::string& id, const WithdrawFile& file,
                          const v1::WithdrawResponse& response) const;
  absl::Status LearnAgeLimits(const v1::ConsentRecord& record);
  absl::Status SubmitConsent(v1::StoredConsent* consent);

  const EdgeParts parts_;
  ConsentBook* const book_;
  const Outbox* const outbox_;
  AgeLimitStore* const age_limits_;
  const NativeOut* const native_out_;
  const DurableDir evidence_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_DESK_H_
