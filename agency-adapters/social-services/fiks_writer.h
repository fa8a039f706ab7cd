// A delivered notification -> Fiks bekymringsmelding v2 (`offentlig.v2`), the vendor-neutral form.
//
// Fiks demands answers that a notification may not have: whether the child and each guardian were
// told, a telephone number and e-mail of the reporter, at least one guardian. What nobody said is
// not made up: then there is no Fiks file, and the attachment beside it tells everything.
#ifndef SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_FIKS_WRITER_H_
#define SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_FIKS_WRITER_H_

#include <optional>
#include <string>

#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fiks {

// The bytes of `bekymringsmelding.json`, or nothing where Fiks's required fields are not all known.
// Pure.
std::optional<std::string> WriteRecord(const v1::DeliveredNotification& delivered,
                                       const v1::MappingConfig& mapping);

}  // namespace sluss::fiks

#endif  // SLUSS_AGENCY_ADAPTERS_SOCIAL_SERVICES_FIKS_WRITER_H_
