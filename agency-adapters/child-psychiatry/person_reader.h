// The people of a message: the child (Patient), the guardians and others (RelatedPerson), and the
// officers who attest (Provenance, PractitionerRole, Practitioner).
//
// A child is known by personnummer or samordningsnummer. A reservnummer is refused: it is given by
// one region alone and another agency's register cannot match it. Patient.birthDate must agree with
// the number and is never carried. Where the person has protected identity no address and no
// telephone number is read: the message that holds one is refused.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_PERSON_READER_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_PERSON_READER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/child-psychiatry/bundle.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss::fhir {

// Fills `identity` and what `contact` says of the child.
absl::Status ReadPatient(const Bundle& bundle, const Bundle::Entry& entry, v1::Identity* identity,
                         v1::Contact* contact);

// Every RelatedPerson of the bundle; `patient` is the only child they may belong to.
absl::Status ReadRelatedPersons(const Bundle& bundle, const Bundle::Entry& patient,
                                v1::Contact* contact);

// Name, role of the vocabulary and contact of the PractitionerRole that `reference` stands for.
absl::StatusOr<v1::Person> ReadPractitionerRole(const Bundle& bundle, JsonObject reference,
                                                const v1::MappingConfig& mapping);

// One act for each Provenance about `communication`: who, in which role, for what reason and, where
// the law asks for it, with which weighing. At least one; two acts are two persons.
absl::Status ReadOfficers(const Bundle& bundle, const Bundle::Entry& communication,
                          const v1::MappingConfig& mapping, v1::NeutralNotification* notification);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_PERSON_READER_H_
