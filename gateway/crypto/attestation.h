// Officers' own signatures under what they attest, and the certificates by which their agency says
// who they are.
//
//   certificate   the agency signs EnrolledOfficer: pseudonym, roles, key, from when to when
//   register      the agency signs the list of its certificates; the latest one counts
//   attestation   each officer signs the digest of what is attested, header and reasons included
//
// The signatures stand beside what they are over, never in it, so nothing refers to itself. A
// certificate names nobody: the pseudonym is the agency's own. Promises that a key which the agency
// enrolled signed these very bytes; not that a person held it. Layouts: PROTOCOL.md, "Officers".
// Pure; thread-safe. INVALID_ARGUMENT names the field; PERMISSION_DENIED: a signature that does not
// verify.
#ifndef SLUSS_GATEWAY_CRYPTO_ATTESTATION_H_
#define SLUSS_GATEWAY_CRYPTO_ATTESTATION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/sign.h"
#include "proto/gateway.pb.h"
#include "proto/notification.pb.h"

namespace sluss {

inline constexpr size_t kOfficerPseudonymSize = 32;
inline constexpr int kMostOfficersEnrolled = 4096;  // an agency
inline constexpr int kMostRoles = 32;               // an officer
inline constexpr absl::Duration kLongestEnrolment = absl::Hours(24 * 366 * 5);

// ---- Certificates and register, at the agency ---------------------------------------------------
v1::OfficerCertificate CertifyOfficer(const v1::EnrolledOfficer& officer, const SigningKey& agency);
v1::EnrolOfficersRequest SignOfficers(const v1::OfficerRegister& officers,
                                      const SigningKey& agency);

// ---- The same, at whoever relies on them --------------------------------------------------------
// A certificate of `agency`, whose own form is checked too.
absl::StatusOr<v1::EnrolledOfficer> CheckCertificate(const v1::OfficerCertificate& certificate,
                                                     const AgencyEntry& agency);
// The same, under any of the agency's keys. The error is that of the first.
absl::StatusOr<v1::EnrolledOfficer> CheckCertificate(const v1::OfficerCertificate& certificate,
                                                     const std::vector<const AgencyEntry*>& agency);

struct CheckedOfficers {
  v1::OfficerRegister officers;
  std::vector<v1::EnrolledOfficer> enrolled;  // of the certificates, in their order
};
// Also that no pseudonym and no key is there twice: two officers are two persons.
absl::StatusOr<CheckedOfficers> CheckOfficers(const v1::EnrolOfficersRequest& request,
                                              const AgencyEntry& agency);

// The form of an enrolment: what CheckCertificate asks of it.
absl::Status CheckEnrolledOfficer(const v1::EnrolledOfficer& officer);
bool InForce(const v1::EnrolledOfficer& officer, absl::Time when);
bool HasRole(const v1::EnrolledOfficer& officer, absl::string_view role);

// ---- Attestations -------------------------------------------------------------------------------
// What is attested: two kinds of bytes that must never be taken for each other.
enum class AttestedKind { kManifest, kReidentification };

// `bytes`: the manifest, or the order, exactly as carried.
std::string SignAttestation(const SigningKey& officer_key, AttestedKind kind,
                            absl::string_view officer, absl::string_view bytes);
absl::Status VerifyAttestation(const v1::EnrolledOfficer& officer, AttestedKind kind,
                               absl::string_view bytes, absl::string_view signature);

// The recipient: that each attestation of the header was signed by an officer with that role whom
// the sender enrolled under one of its keys `sender`: while keys change over, what waited may be
// attested by an officer who was certified anew. When the officer was in force is the gateway's to
// judge, which knows when it was submitted.
absl::Status CheckAttestedBy(const v1::Header& header, absl::string_view manifest,
                             const std::vector<const AgencyEntry*>& sender,
                             const google::protobuf::RepeatedPtrField<v1::AttestedBy>& attested_by);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_ATTESTATION_H_
