#include "agency-adapters/client/consent_desk.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/client/agency_digest.h"
#include "agency-adapters/client/backoff.h"
#include "agency-adapters/client/compose.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

std::string Text(const ordered_json& json) { return json.dump(/*indent=*/2) + "\n"; }

absl::Status OtherEntry() {
  return absl::DataLossError("`receipt`: the logged entry is not that of this request");
}

ordered_json WithdrawnJson(
    const google::protobuf::RepeatedPtrField<v1::WithdrawnMessage>& messages) {
  ordered_json list = ordered_json::array();
  for (const v1::WithdrawnMessage& message : messages) {
    list.push_back({{"message", ToHex(message.message_id())},
                    {"sender", message.sender()},
                    {"recipient", message.recipient()}});
  }
  return list;
}

}  // namespace

ConsentDesk::ConsentDesk(const EdgeParts& parts, ConsentBook* book, const Outbox* outbox,
                         AgeLimitStore* age_limits, const NativeOut* native_out,
                         DurableDir evidence)
    : parts_(parts),
      book_(book),
      outbox_(outbox),
      age_limits_(age_limits),
      native_out_(native_out),
      evidence_(std::move(evidence)) {}

absl::Status ConsentDesk::Register(absl::string_view file) {
  const std::string digest(AsStringView(Sha256({file})));
  absl::StatusOr<v1::StoredConsent> consent = book_->FindByFile(digest);
  if (absl::IsNotFound(consent.status())) consent = Prepare(file, digest);
  RETURN_IF_ERROR(consent.status());
  if (!consent->registered()) {
    const absl::Status status = SubmitConsent(&*consent);
    // Refused for good: the officer mends the file and drops it under the same reference.
    if (!status.ok() && !WorthRetrying(status)) RETURN_IF_ERROR(book_->Forget(*consent));
    RETURN_IF_ERROR(status);
  }
  const std::string id = ToHex(consent->consent_id());
  parts_.events->Write("consent-registered", {{"consent", id}});
  return native_out_->WriteJson(id, "consent",
                                Text({{"consent", id},
                                      {"reference", consent->reference()},
                                      {"logIndex", consent->log_index()}}));
}

absl::StatusOr<v1::StoredConsent> ConsentDesk::Prepare(absl::string_view bytes,
                                                       absl::string_view digest) {
  const absl::CivilDay today = SwedishDay(parts_.clock->Now());
  ASSIGN_OR_RETURN(ConsentFile file, ReadConsentFile(bytes, today));
  RETURN_IF_ERROR(AddEvidence(&file));
  RETURN_IF_ERROR(LearnAgeLimits(file.record));
  *file.record.mutable_child_age() =
      IntervalOf(static_cast<uint32_t>(file.child.AgeOn(today)), age_limits_->Get());
  file.record.set_received_by(OfficerPseudonym(*parts_.secrets, file.officer));
  ASSIGN_OR_RETURN(const CanonicalNumber number, CanonicalNumber::Parse(file.child.digits));
  ASSIGN_OR_RETURN(const SealedConsent sealed,
                   SealConsent(file.record, number, *parts_.secrets, *parts_.directory));
  v1::StoredConsent consent;
  consent.set_consent_id(sealed.witness.consent_id().value());
  consent.set_reference(file.reference);
  consent.set_file_digest(std::string(digest));
  *consent.mutable_request() = sealed.request;
  const InsecureSecretAccess access = InsecureSecretAccess::Get();
  consent.set_witness(std::string(sealed.witness.Encode(access).Get(access)));
  RETURN_IF_ERROR(book_->Put(consent));
  return consent;
}

absl::Status ConsentDesk::AddEvidence(ConsentFile* file) const {
  for (int i = 0; i < file->record.grant_size(); ++i) {
    if (file->evidence[i].empty()) continue;
    const absl::StatusOr<std::string> bytes = evidence_.Get(file->evidence[i]);
    if (absl::IsNotFound(bytes.status())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`grants[", i, "].evidence`: there is no such file in `", evidence_.path(), "`"));
    }
    RETURN_IF_ERROR(bytes.status());
    file->record.mutable_grant(i)->set_evidence_digest(std::string(AsStringView(Sha256({*bytes}))));
  }
  return absl::OkStatus();
}

// The gateway tells the limits with any preflight; here it is asked about the consent's own use.
absl::Status ConsentDesk::LearnAgeLimits(const v1::ConsentRecord& record) {
  v1::PreflightRequest request;
  request.set_purpose(record.purpose());
  *request.mutable_category() = record.category();
  for (const v1::ConsentParty& party : record.party()) {
    if (party.agency() != parts_.secrets->agency.value()) request.set_recipient(party.agency());
  }
  ASSIGN_OR_RETURN(const v1::PreflightResponse response, parts_.link->Preflight(request));
  return age_limits_->Set({response.age_limit().begin(), response.age_limit().end()});
}

absl::Status ConsentDesk::SubmitConsent(v1::StoredConsent* consent) {
  ASSIGN_OR_RETURN(const v1::RegisterConsentResponse response,
                   parts_.link->RegisterConsent(consent->request()));
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Verify(response.receipt()));
  if (leaf.kind() != v1::CONSENT || leaf.consent_id() != consent->consent_id()) {
    return OtherEntry();
  }
  consent->set_registered(true);
  consent->set_log_index(response.receipt().index());
  return book_->Put(*consent);
}

absl::Status ConsentDesk::Withdraw(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const WithdrawFile file, ReadWithdrawFile(bytes));
  v1::WithdrawRequest request;
  request.set_officer(OfficerPseudonym(*parts_.secrets, file.officer));
  request.set_on_behalf_of(file.on_behalf_of);
  if (!file.consent.empty()) {
    ASSIGN_OR_RETURN(const ConsentId id, book_->Resolve(file.consent));
    request.set_consent_id(id.value());
  } else {
    ASSIGN_OR_RETURN(const MessageId id, ResolveMessage("message", file.message, *outbox_));
    request.set_message_id(id.value());
  }
  ASSIGN_OR_RETURN(const v1::WithdrawResponse response, parts_.link->Withdraw(request));
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Verify(response.receipt()));
  // A message that an earlier withdrawal stopped is answered with the entry of its stop.
  const bool withdrawal =
      leaf.kind() == v1::WITHDRAWAL || (leaf.kind() == v1::STOP && request.has_message_id());
  const bool same = request.has_consent_id() ? leaf.consent_id() == request.consent_id()
                                             : leaf.message_id() == request.message_id();
  if (!withdrawal || !same) return OtherEntry();
  const char* const what = request.has_consent_id() ? "consent" : "message";
  const std::string id =
      ToHex(request.has_consent_id() ? request.consent_id() : request.message_id());
  parts_.events->Write("withdrawn", {{what, id},
                                     {"stopped", response.stopped_size()},
                                     {"alreadyGone", response.already_gone_size()}});
  return native_out_->WriteJson(id, "withdrawal",
                                Text({{what, id},
                                      {"stopped", WithdrawnJson(response.stopped())},
                                      {"alreadyGone", WithdrawnJson(response.already_gone())},
                                      {"textSv", response.text_sv()},
                                      {"textEn", response.text_en()},
                                      {"logIndex", response.receipt().index()}}));
}

}  // namespace sluss
