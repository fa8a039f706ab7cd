// Officers for tests: a pseudonym is its own officer's seed, so that whoever knows the one can sign
// as the other.
#ifndef SLUSS_TESTS_TESTING_OFFICERS_H_
#define SLUSS_TESTS_TESTING_OFFICERS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/party_keys.h"

namespace sluss::testing {

// `officer`: 32 bytes.
inline SigningKey OfficerKey(absl::string_view officer) {
  return *SigningKey::FromSeed(SecretBytes(officer, InsecureSecretAccess::Get()));
}

inline v1::EnrolledOfficer EnrolledFor(const AgencySecrets& agency, const std::string& officer,
                                       const std::vector<std::string>& roles, absl::Time from,
                                       absl::Time to) {
  v1::EnrolledOfficer enrolled;
  enrolled.set_agency(agency.agency.value());
  enrolled.set_officer(officer);
  enrolled.mutable_role()->Assign(roles.begin(), roles.end());
  enrolled.set_signing_public(OfficerKey(officer).public_key());
  enrolled.set_valid_from_us(absl::ToUnixMicros(from));
  enrolled.set_valid_to_us(absl::ToUnixMicros(to));
  return enrolled;
}

inline v1::EnrolOfficersRequest RegisterOf(const AgencySecrets& agency, uint64_t version,
                                           const std::vector<v1::EnrolledOfficer>& officers) {
  v1::OfficerRegister list;
  list.set_agency(agency.agency.value());
  list.set_version(version);
  for (const v1::EnrolledOfficer& officer : officers) {
    *list.add_officer() = CertifyOfficer(officer, agency.signing);
  }
  return SignOfficers(list, agency.signing);
}

// The signatures of all officers whom the envelope's header names, in the place of any before.
inline void SignByOfficers(v1::Envelope* envelope) {
  v1::Manifest manifest;
  v1::Header header;
  if (!manifest.ParseFromString(envelope->manifest()) ||
      !header.ParseFromString(manifest.header())) {
    return;
  }
  envelope->clear_officer_signature();
  for (const v1::Attestation& attestation : header.attestation()) {
    const bool whole = attestation.officer().size() == kOfficerPseudonymSize;
    envelope->add_officer_signature(
        whole ? SignAttestation(OfficerKey(attestation.officer()), AttestedKind::kManifest,
                                attestation.officer(), envelope->manifest())
              : "no officer");
  }
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_OFFICERS_H_
