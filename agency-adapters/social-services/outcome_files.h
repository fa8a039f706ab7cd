// What became of a record that social services sent, as files for its system.
//
//   <id>.no.ks.fiks.bekymringsmelding.mottatt.v1        empty: accepted (Fiks has no body for it)
//   <id>.no.ks.fiks.bekymringsmelding.feilet.v1.json    {"melding": why}: denied, not readable,
//                                                       refused by the recipient, expired
//   <id>.<event>.status.json                            every event, with paragraphs and parts
#ifndef SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_OUTCOME_FILES_H_
#define SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_OUTCOME_FILES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"

namespace sluss::fiks {

// No file where the record had no readable `sluss.id`: there is nobody to answer. Pure.
absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome);

}  // namespace sluss::fiks

#endif  // SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_OUTCOME_FILES_H_
