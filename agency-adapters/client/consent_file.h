// The two files by which an officer registers and withdraws a consent, alike for all agencies.
//
// NAME.consent.json registers one (OSL 10:1, 12:2-3). All members are needed but those marked:
//   {"reference": "C-17",                        the agency's own name for it; records may cite it
//    "form": "SSPF", "purpose": "COLLABORATION",
//    "parties": [{"agency": "school/ekbacken", "functions": ["principal"]}, ...],
//    "categories": ["NARRATIVE", ...],
//    "validFrom": "2025-09-01", "validTo": "2025-12-31",     both days included, Swedish time
//    "child": "20100204-2395",                   stays here: the gateway gets a blind deposit
//    "guardians": 2,                             how many decide about the child
//    "grants": [{"who": "guardian" | "child", "granted": true, "channel": "paper" | "e-id" |
//                "oral-with-witness", "evidence": "scan.pdf" | "evidenceDigest": "<64 hex>",
//                "maturityAssessed": true (optional)}, ...],
//    "officer": "Name of who received it"}       stays here
// "evidence" names a file in the drop directory's evidence/; only its digest leaves.
//
// NAME.withdraw.json takes back a consent, or the agency's own message that is still queued:
//   {"consent": "C-17 or 32 hex" | "message": "32 hex or the record's own id",
//    "officer": "Name", "onBehalfOf": "guardian" | "child" | "party"}
//
// Errors: INVALID_ARGUMENT names the field and quotes nothing.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_FILE_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/common/personal_number.h"
#include "proto/notification.pb.h"

namespace sluss {

inline constexpr absl::string_view kConsentSuffix = ".consent.json";
inline constexpr absl::string_view kWithdrawSuffix = ".withdraw.json";

struct ConsentFile {
  std::string reference;
  std::string officer;
  PersonalNumber child;
  // As the file says; id, depositor, age, officer's pseudonym and deposit are filled in later.
  v1::ConsentRecord record;
  // One a grant: a file in evidence/, or empty where the file gave the digest itself.
  std::vector<std::string> evidence;
};

absl::StatusOr<ConsentFile> ReadConsentFile(absl::string_view text, absl::CivilDay today);

struct WithdrawFile {
  std::string consent;  // one of the two is empty
  std::string message;
  std::string officer;
  std::string on_behalf_of;
};

absl::StatusOr<WithdrawFile> ReadWithdrawFile(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_FILE_H_
