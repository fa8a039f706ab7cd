// Fiks bekymringsmelding v2 (`offentlig.v2`) of the social services' own system -> the neutral
// notification.
//
// Fiks says what is told and about whom; it has no place for why it may be told. That stands in one
// extra object, `sluss`: purpose, legal basis, recipient, the officers who attest, cited consents,
// and text of data categories that Fiks does not know. README.md in this directory has the schema.
//
// Feedback (SoL 19 kap. 6 §) is a record of its own: `sluss.feedback.status` is one of three, and
// any further property is refused by its name.
#ifndef SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_FIKS_READER_H_
#define SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_FIKS_READER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fiks {

// Errors are those of strict_json.h. Pure: `mapping` is only looked into, for roles and escrow.
absl::StatusOr<v1::NeutralNotification> ReadRecord(absl::string_view bytes,
                                                   const v1::MappingConfig& mapping);

}  // namespace sluss::fiks

#endif  // SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_FIKS_READER_H_
