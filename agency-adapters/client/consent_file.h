// The two files by which an officer registers and withdraws a consent, alike for all agencies.
//
// NAME.consent.json registers one (OSL 10:1, 12:2-3). All members are needed but those marked (o):
//   {"reference": "C-17",                        the agency's own name for it; records may cite it
//    "replaces": "C-16",                      (o) an earlier version, by reference or 32 hex
//    "contradicts": ["C-12", ...],            (o) others for the same child that say otherwise;
//    those
//                                                 that this agency registered are found by
//                                                 themselves
//    "form": "SSPF", "purpose": "COLLABORATION",
//    "parties": [{"agency": "school/ekbacken", "functions": ["principal"]}, ...],
//    "categories": ["NARRATIVE", ...],            answered yes
//    "refusedCategories": ["HEALTH", ...],    (o) answered no
//    "excludedTopics": ["...", ...],          (o) stay here; salted digests leave
//    "validFrom": "2025-09-01", "validTo": "2025-12-31",     both days included, Swedish time
//    "child": "20100204-2395",                    stays here: the gateway gets a blind deposit
//    "guardians": 2,                              how many decide about the child: all of them must
//    "maturity": {"mature": true, "note": "..."},  at 12 to 14: was it judged mature? the note
//    stays "grants": [{"who": "guardian" | "child", "name": "...", "granted": true,
//                "channel": "paper" | "e-id" | "oral-with-witness",
//                "evidence": "scan.pdf" | "evidenceDigest": "<64 hex>"}, ...],     names stay here
//    "information": {"voluntary": true, "revocable": true, "consequence": true},  what was told
//    "interpreter": false,                        took part
//    "gdpr": {"article6": "6.1.e", "article9": "9.2.g" (o)},    of the processing, not of secrecy
//    "officer": "Name of who received it", "officerRole": "counsellor"}       the name stays here
// "evidence" names a file in the drop directory's evidence/; only its digest leaves. Nobody is
// contacted by this: least of all the other guardian.
//
// NAME.withdraw.json takes back a consent, in whole or in part, or the agency's own message:
//   {"consent": "C-17 or 32 hex" | "message": "32 hex or the record's own id",
//    "parties": ["police/region-mitt"], "categories": ["HEALTH"],   (o) only what concerns these
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
  std::vector<std::string> person;  // one a grant: the name
  std::string replaces;             // as the file names it; empty for a first version
  std::vector<std::string> contradicts;
  std::vector<std::string> excluded_topic;
  std::string maturity_note;
};

absl::StatusOr<ConsentFile> ReadConsentFile(absl::string_view text, absl::CivilDay today);

struct WithdrawFile {
  std::string consent;  // one of the two is empty
  std::string message;
  std::vector<std::string> party;  // both empty: the whole
  std::vector<std::string> category;
  std::string officer;
  std::string on_behalf_of;
};

absl::StatusOr<WithdrawFile> ReadWithdrawFile(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_CONSENT_FILE_H_
