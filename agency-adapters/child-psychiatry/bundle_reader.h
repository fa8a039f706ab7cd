// A FHIR message bundle of the care giver's system -> the neutral notification.
//
//   MessageHeader.eventCoding  -> route of the mapping: purpose, legal basis, escrow
//   MessageHeader.destination  -> recipient;  .sender must be the agency itself
//   Communication              -> urgency, phoned first, text and files by data category
//   Patient, RelatedPerson     -> identity, contact
//   Provenance                 -> officers, reasons, weighing;  Consent -> consent ids
//
// README.md in this directory has the whole table and an example.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_READER_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_READER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fhir {

// Errors are those of strict_json.h. Pure: `mapping` is only looked into.
absl::StatusOr<v1::NeutralNotification> ReadBundle(absl::string_view bytes,
                                                   const v1::MappingConfig& mapping);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_READER_H_
