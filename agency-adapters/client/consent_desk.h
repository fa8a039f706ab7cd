// Consents and withdrawals that an officer drops as files (consent_file.h), carried to the gateway.
//
// Registering stores first (consent_book.h), then deposits blindly; the gateway never learns the
// child. Withdrawing is repeated until it is answered. Both write the answer for the agency:
//   <consent>.consent.json     {"consent","reference","logIndex"}
//   <id>.withdrawal.json       {"consent"|"message","stopped":[{"message","sender","recipient"}],
//                               "alreadyGone":[...],"textSv","textEn","logIndex"}
// Errors: INVALID_ARGUMENT, NOT_FOUND and the like are the file's; others are worth another try
// with the same file. For one thread.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_DESK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_DESK_H_

#include "absl/status/status.h"
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
