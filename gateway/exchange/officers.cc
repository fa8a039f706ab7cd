#include "gateway/exchange/officers.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int kMostAttestations = 4;
constexpr size_t kSha256Size = 32;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

// None where the register does not name the officer.
absl::StatusOr<std::optional<v1::EnrolledOfficer>> Enrolled(const AgencyId& agency,
                                                            absl::string_view officer,
                                                            const StoreView& view,
                                                            v1::OfficerCertificate* certificate) {
  ASSIGN_OR_RETURN(const std::optional<v1::OfficerCertificate> found,
                   view.FindOfficer(agency, officer));
  if (!found.has_value()) return std::nullopt;
  v1::EnrolledOfficer enrolled;
  if (!enrolled.ParseFromString(found->officer())) {
    return absl::DataLossError("a stored certificate of an officer cannot be read");
  }
  *certificate = *found;
  return enrolled;
}

absl::StatusOr<v1::AttestingOfficer> CheckAttestation(
    const AgencyId& agency, const v1::Attestation& attestation, absl::string_view signature,
    const AttestedBytes& attested, const std::vector<absl::Time>& moments, const StoreView& view) {
  v1::AttestingOfficer attesting;
  ASSIGN_OR_RETURN(const std::optional<v1::EnrolledOfficer> officer,
                   Enrolled(agency, attestation.officer(), view, attesting.mutable_certificate()));
  if (!officer.has_value()) {
    return Fault("attestation",
                 "is by an officer whom the agency has not enrolled, or has struck "
                 "off: enrol the officer, or let another one attest");
  }
  if (!HasRole(*officer, attestation.role())) {
    return Fault("attestation.role", "is not a role that the officer is enrolled with");
  }
  if (std::none_of(moments.begin(), moments.end(),
                   [&](absl::Time moment) { return InForce(*officer, moment); })) {
    return Fault("attestation",
                 "is by an officer whose enrolment is not in force today: renew it, "
                 "or let another officer attest");
  }
  RETURN_IF_ERROR(VerifyAttestation(*officer, attested.kind, attested.bytes, signature));
  attesting.set_officer(attestation.officer());
  attesting.set_role(attestation.role());
  return attesting;
}

// Whether a register stands that was signed with this key. Rows of before keys changed over do not
// say by which.
bool IsHonoured(const OfficerRegisterRow& row, const std::vector<const AgencyEntry*>& keys) {
  const absl::string_view signed_by = absl::ClippedSubstr(row.digest, kSha256Size);
  return signed_by.empty() || std::any_of(keys.begin(), keys.end(), [&](const AgencyEntry* key) {
           return absl::string_view(key->signing_public) == signed_by;
         });
}

bool IsSame(const OfficerRegisterRow& known, const OfficerRegisterRow& row) {
  return known.digest == row.digest || known.digest == row.digest.substr(0, kSha256Size);
}

}  // namespace

absl::StatusOr<SignedRegister> CheckRegister(const v1::EnrolOfficersRequest& request,
                                             const std::vector<const AgencyEntry*>& keys) {
  absl::Status first = Fault("agency", "takes no part in this exchange");
  for (const AgencyEntry* const key : keys) {
    absl::StatusOr<CheckedOfficers> checked = CheckOfficers(request, *key);
    if (checked.ok()) return SignedRegister{*std::move(checked), key->signing_public};
    if (key == keys.front()) first = checked.status();
  }
  return first;
}

absl::Status CheckRegisterHonoured(const AgencyId& agency, const DirectoryRing& keys,
                                   const StoreView& view) {
  ASSIGN_OR_RETURN(const std::optional<OfficerRegisterRow> known, view.FindOfficerRegister(agency));
  if (!known.has_value() || IsHonoured(*known, keys.KeysOf(agency))) return absl::OkStatus();
  return Fault("attestation",
               "is by an officer of a register that was signed with a key that is not honoured any "
               "more: the agency's adapter hands in its register again when it starts");
}

absl::Status ApplyOfficers(Recorder& recorder, const AgencyId& agency,
                           const SignedRegister& signed_register, absl::string_view digest,
                           const DirectoryRing& keys, OfficersKept* result) {
  const CheckedOfficers& officers = signed_register.officers;
  ASSIGN_OR_RETURN(const std::optional<OfficerRegisterRow> known,
                   recorder.store().FindOfficerRegister(agency));
  OfficerRegisterRow row;
  row.version = officers.officers.version();
  row.digest = absl::StrCat(digest, signed_register.signed_by);
  if (known.has_value() && IsSame(*known, row)) {
    result->recorded_before = known->index;
    return absl::OkStatus();
  }
  // A thief of old keys cannot keep the agency out with a version that is never reached.
  if (known.has_value() && IsHonoured(*known, keys.KeysOf(agency)) &&
      row.version <= known->version) {
    result->refusal = absl::FailedPreconditionError(
        absl::StrCat("`officers` has version ", row.version, ", the register in force has ",
                     known->version, ": take a greater one"));
    return absl::OkStatus();
  }
  OfficerRows rows;
  for (size_t i = 0; i < officers.enrolled.size(); ++i) {
    rows.emplace(officers.enrolled[i].officer(), officers.officers.officer(static_cast<int>(i)));
  }
  LeafDraft leaf;
  leaf.clear.set_kind(v1::OFFICERS);
  leaf.clear.set_sender(agency.value());
  leaf.clear.set_count(rows.size());
  v1::OpenedField& committed = leaf.committed.emplace_back();
  committed.set_tag(static_cast<uint32_t>(CommitTag::kManifest));
  committed.set_value(std::string(digest));
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  row.event = entry.event();
  row.index = entry.index();
  return recorder.store().PutOfficers(agency, row, rows, entry);
}

absl::StatusOr<std::vector<v1::AttestingOfficer>> CheckAttestations(
    const AgencyId& agency, const AttestedBytes& attested, const std::vector<absl::Time>& moments,
    const StoreView& view) {
  const int count = attested.attestation.size();
  if (count > kMostAttestations) {
    return Fault("attestation", absl::StrCat("has more than ", kMostAttestations, " values"));
  }
  if (attested.signature.size() != count) {
    return Fault("officer_signature", absl::StrCat("has ", attested.signature.size(),
                                                   " values, there are ", count, " attestations"));
  }
  std::set<std::string> persons;
  std::vector<v1::AttestingOfficer> officers;
  for (int i = 0; i < count; ++i) {
    if (!persons.insert(attested.attestation.Get(i).officer()).second) {
      return Fault("attestation", "has the same officer twice: a second officer is another person");
    }
    ASSIGN_OR_RETURN(officers.emplace_back(),
                     CheckAttestation(agency, attested.attestation.Get(i),
                                      attested.signature.Get(i), attested, moments, view));
  }
  return officers;
}

absl::StatusOr<std::vector<v1::AttestingOfficer>> StillInForce(
    const AgencyId& agency, const std::vector<v1::AttestingOfficer>& officers, absl::Time now,
    const StoreView& view) {
  std::vector<v1::AttestingOfficer> still;
  for (const v1::AttestingOfficer& attesting : officers) {
    v1::EnrolledOfficer then;
    v1::OfficerCertificate certificate;
    ASSIGN_OR_RETURN(const std::optional<v1::EnrolledOfficer> officer,
                     Enrolled(agency, attesting.officer(), view, &certificate));
    if (officer.has_value() && InForce(*officer, now) && HasRole(*officer, attesting.role()) &&
        then.ParseFromString(attesting.certificate().officer()) &&
        then.signing_public() == officer->signing_public()) {
      still.push_back(attesting);
    }
  }
  return still;
}

}  // namespace sluss
