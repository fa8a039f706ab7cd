#include "gateway/crypto/attestation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/sha512.h"

namespace sluss {
namespace {

constexpr size_t kLongestRole = 64;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

absl::string_view KindName(AttestedKind kind) {
  return kind == AttestedKind::kManifest ? "manifest" : "reidentification";
}

std::string AttestationLayout(AttestedKind kind, absl::string_view officer,
                              absl::string_view bytes) {
  const Sha512Digest digest = Sha512({bytes});
  return Layout("sluss/v1 attestation")
      .Bytes(KindName(kind))
      .Bytes(officer)
      .Bytes(AsStringView(digest))
      .Take();
}

}  // namespace

v1::OfficerCertificate CertifyOfficer(const v1::EnrolledOfficer& officer,
                                      const SigningKey& agency) {
  v1::OfficerCertificate certificate;
  certificate.set_officer(officer.SerializeAsString());
  certificate.set_signature(agency.Sign(sign_context::kOfficer, certificate.officer()));
  return certificate;
}

v1::EnrolOfficersRequest SignOfficers(const v1::OfficerRegister& officers,
                                      const SigningKey& agency) {
  v1::EnrolOfficersRequest request;
  request.set_officers(officers.SerializeAsString());
  request.set_signature(agency.Sign(sign_context::kOfficerRegister, request.officers()));
  return request;
}

absl::Status CheckEnrolledOfficer(const v1::EnrolledOfficer& officer) {
  if (officer.officer().size() != kOfficerPseudonymSize) {
    return Fault("officer", absl::StrCat("must be 32 bytes, not ", officer.officer().size()));
  }
  if (officer.signing_public().size() != kSigningPublicSize) {
    return Fault("signing_public",
                 absl::StrCat("must be 32 bytes, not ", officer.signing_public().size()));
  }
  if (officer.role().empty()) return Fault("role", "is missing: an officer has a role");
  if (officer.role_size() > kMostRoles) {
    return Fault("role", absl::StrCat("has more than ", kMostRoles, " values"));
  }
  for (const std::string& role : officer.role()) {
    if (role.empty() || role.size() > kLongestRole) {
      return Fault("role", absl::StrCat("must be 1 to ", kLongestRole, " bytes"));
    }
  }
  if (officer.valid_from_us() <= 0) return Fault("valid_from_us", "is missing");
  if (officer.valid_to_us() <= 0) {
    return Fault("valid_to_us", "is missing: an enrolment without end is refused");
  }
  if (officer.valid_to_us() <= officer.valid_from_us()) {
    return Fault("valid_to_us", "is not after `valid_from_us`");
  }
  if (absl::Microseconds(officer.valid_to_us() - officer.valid_from_us()) > kLongestEnrolment) {
    return Fault("valid_to_us", "is more than five years after `valid_from_us`; enrol anew then");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::EnrolledOfficer> CheckCertificate(const v1::OfficerCertificate& certificate,
                                                     const AgencyEntry& agency) {
  RETURN_IF_ERROR(
      AtField("certificate", VerifySignature(agency.signing_public, sign_context::kOfficer,
                                             certificate.officer(), certificate.signature())));
  v1::EnrolledOfficer officer;
  if (!officer.ParseFromString(certificate.officer())) {
    return Fault("certificate", "is not an EnrolledOfficer");
  }
  if (officer.agency() != agency.id.value()) {
    return Fault("certificate", "is about an officer of another agency");
  }
  RETURN_IF_ERROR(CheckEnrolledOfficer(officer));
  return officer;
}

absl::StatusOr<v1::EnrolledOfficer> CheckCertificate(
    const v1::OfficerCertificate& certificate, const std::vector<const AgencyEntry*>& agency) {
  absl::StatusOr<v1::EnrolledOfficer> first =
      absl::InvalidArgumentError("`agency` takes no part in this exchange");
  for (const AgencyEntry* const keys : agency) {
    absl::StatusOr<v1::EnrolledOfficer> officer = CheckCertificate(certificate, *keys);
    if (officer.ok()) return officer;
    if (keys == agency.front()) first = officer.status();
  }
  return first;
}

absl::StatusOr<CheckedOfficers> CheckOfficers(const v1::EnrolOfficersRequest& request,
                                              const AgencyEntry& agency) {
  RETURN_IF_ERROR(
      AtField("signature", VerifySignature(agency.signing_public, sign_context::kOfficerRegister,
                                           request.officers(), request.signature())));
  CheckedOfficers checked;
  if (!checked.officers.ParseFromString(request.officers())) {
    return Fault("officers", "is not an OfficerRegister");
  }
  if (checked.officers.agency() != agency.id.value()) {
    return Fault("officers", "is that of another agency");
  }
  if (checked.officers.version() == 0) return Fault("officers", "has no version");
  if (checked.officers.officer_size() > kMostOfficersEnrolled) {
    return Fault("officers", absl::StrCat("has more than ", kMostOfficersEnrolled, " officers"));
  }
  std::set<std::string> pseudonyms, keys;
  for (int i = 0; i < checked.officers.officer_size(); ++i) {
    absl::StatusOr<v1::EnrolledOfficer> officer =
        CheckCertificate(checked.officers.officer(i), agency);
    if (!officer.ok()) return AtField(absl::StrCat("officers[", i, "]"), officer.status());
    if (!pseudonyms.insert(officer->officer()).second) {
      return Fault("officers", "has the same officer twice");
    }
    if (!keys.insert(officer->signing_public()).second) {
      return Fault("officers", "has the same key for two officers: two officers are two persons");
    }
    checked.enrolled.push_back(*std::move(officer));
  }
  return checked;
}

bool InForce(const v1::EnrolledOfficer& officer, absl::Time when) {
  const int64_t at = absl::ToUnixMicros(when);
  return officer.valid_from_us() <= at && at < officer.valid_to_us();
}

bool HasRole(const v1::EnrolledOfficer& officer, absl::string_view role) {
  return std::any_of(officer.role().begin(), officer.role().end(),
                     [role](const std::string& one) { return absl::string_view(one) == role; });
}

std::string SignAttestation(const SigningKey& officer_key, AttestedKind kind,
                            absl::string_view officer, absl::string_view bytes) {
  return officer_key.Sign(sign_context::kAttestation, AttestationLayout(kind, officer, bytes));
}

absl::Status VerifyAttestation(const v1::EnrolledOfficer& officer, AttestedKind kind,
                               absl::string_view bytes, absl::string_view signature) {
  return AtField("officer_signature",
                 VerifySignature(officer.signing_public(), sign_context::kAttestation,
                                 AttestationLayout(kind, officer.officer(), bytes), signature));
}

absl::Status CheckAttestedBy(
    const v1::Header& header, absl::string_view manifest,
    const std::vector<const AgencyEntry*>& sender,
    const google::protobuf::RepeatedPtrField<v1::AttestedBy>& attested_by) {
  if (attested_by.size() != header.attestation_size()) {
    return Fault("attested_by", absl::StrCat("has ", attested_by.size(), " values, the header ",
                                             header.attestation_size(), " attestations"));
  }
  for (int i = 0; i < attested_by.size(); ++i) {
    const v1::AttestedBy& by = attested_by.Get(i);
    const v1::Attestation& attestation = header.attestation(i);
    ASSIGN_OR_RETURN(const v1::EnrolledOfficer officer,
                     AtField("attested_by", CheckCertificate(by.certificate(), sender)));
    if (officer.officer() != attestation.officer() || !HasRole(officer, attestation.role())) {
      return Fault("attested_by", "is a certificate for another officer or role");
    }
    RETURN_IF_ERROR(VerifyAttestation(officer, AttestedKind::kManifest, manifest, by.signature()));
  }
  return absl::OkStatus();
}

}  // namespace sluss
