// The Communication of a message: urgency, and text and files by data category.
//
// Every payload says its data category: by our extension `data-category`, or by a local
// Communication.category that the mapping knows. Categories are never guessed from text.
// `stat` is refused unless the extension `phoned-first` says that somebody has phoned: acute
// matters are told by voice, then written.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_COMMUNICATION_READER_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_COMMUNICATION_READER_H_

#include <optional>

#include "absl/status/status.h"
#include "agency-adapters/child-psychiatry/bundle.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fhir {

// `patient` is null where the message has none. `sender` is set to the reference of the reporter,
// if the Communication names one.
absl::Status ReadCommunication(const Bundle& bundle, const Bundle::Entry& entry,
                               const Bundle::Entry* patient, const v1::MappingConfig& mapping,
                               std::optional<JsonObject>* sender,
                               v1::NeutralNotification* notification);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_COMMUNICATION_READER_H_
