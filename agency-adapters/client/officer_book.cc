#include "agency-adapters/client/officer_book.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/client/agency_digest.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/private_file.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr char kOnly[] = "register";

int64_t DayMicros(const std::string& day) {
  absl::CivilDay civil;
  if (!absl::ParseCivilTime(day, &civil)) return 0;  // the list was checked
  return absl::ToUnixMicros(StartOfSwedishDay(civil));
}

v1::EnrolledOfficer Enrolled(const OfficerWithKey& officer, const AgencySecrets& secrets) {
  v1::EnrolledOfficer enrolled;
  enrolled.set_agency(secrets.agency.value());
  enrolled.set_officer(OfficerPseudonym(secrets, officer.listed.name()));
  *enrolled.mutable_role() = officer.listed.role();
  enrolled.set_signing_public(officer.key->public_key());
  enrolled.set_valid_from_us(DayMicros(officer.listed.valid_from()));
  enrolled.set_valid_to_us(DayMicros(officer.listed.valid_to()));
  return enrolled;
}

absl::Status Fault(int index, absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`officer[", index, "].", field, "`: ", text));
}

// What of the list has to change before anybody looks at it again; empty where there is none.
absl::StatusOr<std::string> ListDigest(const std::string& directory) {
  const absl::StatusOr<SecretBytes> text = ReadPrivateFile(directory, kOfficerListFile);
  if (absl::IsNotFound(text.status())) return std::string("none");
  RETURN_IF_ERROR(text.status());
  return std::string(AsStringView(Sha256({text->Get(InsecureSecretAccess::Get())})));
}

// The same officers, and signed by the key that the agency has now.
bool StillHolds(const v1::EnrolOfficersRequest& request, const std::vector<std::string>& officers,
                const SigningKey& agency) {
  v1::OfficerRegister sent;
  if (!sent.ParseFromString(request.officers()) ||
      sent.officer_size() != static_cast<int>(officers.size()) ||
      !VerifySignature(agency.public_key(), sign_context::kOfficerRegister, request.officers(),
                       request.signature())
           .ok()) {
    return false;
  }
  for (int i = 0; i < sent.officer_size(); ++i) {
    if (sent.officer(i).officer() != officers[i]) return false;
  }
  return true;
}

}  // namespace

OfficerBook::OfficerBook(std::string officers_dir, const EdgeParts& parts,
                         RecordDir<v1::SentOfficers> state)
    : officers_dir_(std::move(officers_dir)), parts_(parts), state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<OfficerBook>> OfficerBook::Open(FileSystem* files,
                                                               const std::string& state_path,
                                                               std::string officers_dir,
                                                               const EdgeParts& parts) {
  ASSIGN_OR_RETURN(auto state, RecordDir<v1::SentOfficers>::Open(files, state_path));
  std::unique_ptr<OfficerBook> book(
      new OfficerBook(std::move(officers_dir), parts, std::move(state)));
  // At the start there is no list before it that could stand in.
  ASSIGN_OR_RETURN(book->list_digest_, ListDigest(book->officers_dir_));
  ASSIGN_OR_RETURN(std::vector<OfficerWithKey> officers, LoadOfficers(book->officers_dir_));
  book->Take(std::move(officers));
  return book;
}

void OfficerBook::Take(std::vector<OfficerWithKey> officers) {
  officers_ = std::move(officers);
  by_name_.clear();
  for (const OfficerWithKey& officer : officers_) {
    by_name_[officer.listed.name()] = &officer;
    for (const std::string& also : officer.listed.also()) by_name_[also] = &officer;
  }
  published_ = false;
  attempt_ = Attempt();
}

void OfficerBook::Look() {
  const absl::StatusOr<std::string> digest = ListDigest(officers_dir_);
  if (digest.ok() && *digest == list_digest_) return;
  absl::Status status = digest.status();
  if (status.ok()) {
    list_digest_ = *digest;
    absl::StatusOr<std::vector<OfficerWithKey>> officers = LoadOfficers(officers_dir_);
    status = officers.status();
    if (status.ok()) Take(*std::move(officers));
  }
  if (status.ok()) {
    parts_.events->Write("officers", {{"officers", officers_.size()}});
  } else if (status != last_failure_) {  // the list before it stays; told once
    parts_.events->Write("officers-failed", {{"code", absl::StatusCodeToString(status.code())},
                                             {"error", std::string(status.message())}});
  }
  last_failure_ = status;
}

absl::StatusOr<std::vector<OfficerSigner>> OfficerBook::Signers(
    const google::protobuf::RepeatedPtrField<v1::OfficerAct>& acts, absl::Time now) const {
  std::vector<OfficerSigner> signers;
  std::set<const OfficerWithKey*> persons;
  for (int i = 0; i < acts.size(); ++i) {
    const auto found = by_name_.find(acts.Get(i).name());
    if (found == by_name_.end()) {
      return Fault(i, "name",
                   "is not enrolled as an officer of this agency: run slussctl officers enrol, "
                   "then hand the record in again");
    }
    const OfficerWithKey& officer = *found->second;
    const v1::EnrolledOfficer enrolled = Enrolled(officer, parts_.secrets());
    if (!HasRole(enrolled, acts.Get(i).role())) {
      return Fault(i, "role", "is not a role that the officer is enrolled with");
    }
    if (!InForce(enrolled, now)) {
      return Fault(i, "name",
                   "the officer's enrolment is not in force today: run slussctl officers renew, or "
                   "let another officer attest");
    }
    if (!persons.insert(&officer).second) {
      return Fault(i, "name", "is the same person again: a second officer is another person");
    }
    signers.push_back({enrolled.officer(), officer.listed.name(), officer.key});
  }
  return signers;
}

absl::Status OfficerBook::Publish() {
  if (published_) return absl::OkStatus();
  if (parts_.clock->Now() < attempt_.next) return waiting_;
  waiting_ = Send();
  published_ = waiting_.ok();
  if (published_) return absl::OkStatus();
  attempt_.next = parts_.clock->Now() + attempt_.backoff.Next();
  waiting_ = absl::UnavailableError(
      absl::StrCat("the gateway did not take the register of officers: ", waiting_.message()));
  return waiting_;
}

// The one that was sent last, as long as it says what is to be said: the gateway knows it again.
absl::StatusOr<v1::EnrolOfficersRequest> OfficerBook::Request() {
  std::vector<std::string> bodies;
  for (const OfficerWithKey& officer : officers_) {
    bodies.push_back(Enrolled(officer, parts_.secrets()).SerializeAsString());
  }
  absl::StatusOr<v1::SentOfficers> sent = state_.Get(kOnly);
  if (!sent.ok() && !absl::IsNotFound(sent.status())) return sent.status();
  if (sent.ok() && StillHolds(sent->request(), bodies, parts_.secrets().signing)) {
    return sent->request();
  }
  v1::OfficerRegister before, officers;
  if (sent.ok() && !before.ParseFromString(sent->request().officers())) {
    return absl::DataLossError("the register of officers that was sent last is damaged");
  }
  officers.set_agency(parts_.secrets().agency.value());
  officers.set_version(std::max<uint64_t>(
      before.version() + 1, static_cast<uint64_t>(absl::ToUnixMicros(parts_.clock->Now()))));
  for (const OfficerWithKey& officer : officers_) {
    *officers.add_officer() =
        CertifyOfficer(Enrolled(officer, parts_.secrets()), parts_.secrets().signing);
  }
  v1::SentOfficers record;
  *record.mutable_request() = SignOfficers(officers, parts_.secrets().signing);
  RETURN_IF_ERROR(state_.Put(kOnly, record));
  return record.request();
}

absl::Status OfficerBook::Send() {
  // An agency that only receives need not say that it has nobody.
  if (officers_.empty() && absl::IsNotFound(state_.Get(kOnly).status())) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::EnrolOfficersRequest request, Request());
  ASSIGN_OR_RETURN(const v1::EnrolOfficersResponse response, parts_.link->EnrolOfficers(request));
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Take(response.receipt()));
  if (leaf.kind() != v1::OFFICERS || leaf.sender() != parts_.secrets().agency.value() ||
      leaf.count() != officers_.size()) {
    return absl::DataLossError("`receipt`: the logged entry is not that of this register");
  }
  parts_.events->Write("officers-enrolled",
                       {{"officers", officers_.size()}, {"logIndex", response.receipt().index()}});
  return absl::OkStatus();
}

}  // namespace sluss
