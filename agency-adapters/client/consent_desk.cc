#include "agency-adapters/client/consent_desk.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/client/agency_digest.h"
#include "agency-adapters/client/backoff.h"
#include "agency-adapters/client/compose.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/documents/withdrawal_receipt.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

std::string Text(const ordered_json& json) { return json.dump(/*indent=*/2) + "\n"; }

constexpr size_t kIdBytes = 16;
constexpr size_t kSaltBytes = 32;

absl::Status OtherEntry() {
  return absl::DataLossError("`receipt`: the logged entry is not that of this request");
}

template <typename Values>
bool Holds(const Values& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool SomeRefused(const v1::ConsentRecord& record) {
  return std::any_of(record.grant().begin(), record.grant().end(),
                     [](const v1::ConsentGrant& grant) { return !grant.granted(); });
}

// Whether one says no to what the other says yes.
bool SaysNoTo(const v1::ConsentRecord& strict, const v1::ConsentRecord& other) {
  if (SomeRefused(strict) && !SomeRefused(other)) return true;
  return std::any_of(strict.refused_category().begin(), strict.refused_category().end(),
                     [&](const std::string& no) { return Holds(other.category(), no); });
}

// For one child: about the same purpose, at the same time, between at least two of the same
// parties.
bool Meet(const v1::ConsentRecord& a, const v1::ConsentRecord& b) {
  const auto common = std::count_if(a.party().begin(), a.party().end(), [&](const auto& party) {
    return std::any_of(b.party().begin(), b.party().end(),
                       [&](const auto& other) { return other.agency() == party.agency(); });
  });
  return a.purpose() == b.purpose() && common >= 2 && a.valid_from_us() < b.valid_to_us() &&
         b.valid_from_us() < a.valid_to_us();
}

ordered_json WithdrawnJson(
    const google::protobuf::RepeatedPtrField<v1::WithdrawnMessage>& messages) {
  ordered_json list = ordered_json::array();
  for (const v1::WithdrawnMessage& message : messages) {
    list.push_back({{"message", ToHex(message.message_id())},
                    {"sender", message.sender()},
                    {"recipient", message.recipient()}});
    for (const std::string& cut : message.category()) list.back()["without"].push_back(cut);
  }
  return list;
}

ordered_json TextsJson(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  ordered_json list = ordered_json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

// One for every withdrawal: a part today and the rest tomorrow are two receipts.
std::string PaperName(const v1::WithdrawResponse& response) {
  return absl::StrCat("withdrawal-", response.receipt().index());
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
  v1::ConsentRecord record;
  if (!record.ParseFromString(consent->request().record())) {
    return absl::DataLossError("`record`: a stored consent cannot be read");
  }
  ordered_json contradicts = ordered_json::array();
  for (const std::string& other : record.contradicts()) contradicts.push_back(ToHex(other));
  parts_.events->Write("consent-registered",
                       {{"consent", id}, {"contradicts", record.contradicts_size()}});
  return native_out_->WriteJson(id, "consent",
                                Text({{"consent", id},
                                      {"reference", consent->reference()},
                                      {"replaces", ToHex(record.supersedes())},
                                      {"contradicts", contradicts},
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
  file.record.set_received_by(OfficerPseudonym(parts_.secrets(), file.officer));
  AddPersons(&file);
  v1::StoredConsent consent;
  AddDigests(&file, &consent);
  consent.set_child_tag(RegisterTag(parts_.secrets(), file.child.digits));
  RETURN_IF_ERROR(AddLinks(file, consent.child_tag(), &file.record));
  ASSIGN_OR_RETURN(const CanonicalNumber number, CanonicalNumber::Parse(file.child.digits));
  ASSIGN_OR_RETURN(SealedConsent sealed,
                   SealConsent(file.record, number, parts_.secrets(), *parts_.directory()));
  RETURN_IF_ERROR(ProveLinks(sealed.witness, &sealed.request));
  consent.set_consent_id(sealed.witness.consent_id().value());
  consent.set_reference(file.reference);
  consent.set_file_digest(std::string(digest));
  *consent.mutable_request() = sealed.request;
  const InsecureSecretAccess access = InsecureSecretAccess::Get();
  consent.set_witness(std::string(sealed.witness.Encode(access).Get(access)));
  RETURN_IF_ERROR(book_->Put(consent));
  return consent;
}

void ConsentDesk::AddPersons(ConsentFile* file) const {
  file->record.set_consent_id(RandomBytes(kIdBytes));
  for (int i = 0; i < file->record.grant_size(); ++i) {
    file->record.mutable_grant(i)->set_person(
        PersonPseudonym(parts_.secrets(), file->record.consent_id(), file->person[i]));
  }
}

// The words stay here with what opens their digests.
void ConsentDesk::AddDigests(ConsentFile* file, v1::StoredConsent* consent) const {
  const auto digest = [consent](CommittedField field, const char* what, const std::string& text) {
    v1::ConsentOpening* const opening = consent->add_opening();
    opening->set_what(what);
    opening->set_text(text);
    opening->set_salt(RandomBytes(kSaltBytes));
    return Commit(field, opening->salt(), text);
  };
  for (const std::string& topic : file->excluded_topic) {
    file->record.add_excluded_topic(digest(CommittedField::kTopic, "topic", topic));
  }
  if (file->maturity_note.empty()) return;
  file->record.set_maturity_note(
      digest(CommittedField::kMaturity, "maturity", file->maturity_note));
}

absl::Status ConsentDesk::AddLinks(const ConsentFile& file, const std::string& child_tag,
                                   v1::ConsentRecord* record) const {
  if (!file.replaces.empty()) {
    ASSIGN_OR_RETURN(const ConsentId id, book_->Resolve(file.replaces));
    if (const auto own = book_->Witness(id); absl::IsNotFound(own.status())) {
      return absl::InvalidArgumentError(
          "`replaces`: names a consent that this agency did not register");
    }
    record->set_supersedes(id.value());
  }
  std::set<std::string> named;
  for (const std::string& other : file.contradicts) {
    ASSIGN_OR_RETURN(const ConsentId id, book_->Resolve(other));
    if (named.insert(id.value()).second) record->add_contradicts(id.value());
  }
  return AddContradictions(child_tag, record);
}

// Those that this agency registered for the same child, and that still stand.
absl::Status ConsentDesk::AddContradictions(const std::string& child_tag,
                                            v1::ConsentRecord* record) const {
  ASSIGN_OR_RETURN(const std::vector<v1::StoredConsent> others, book_->OfChild(child_tag));
  for (const v1::StoredConsent& other : others) {
    const std::string& id = other.consent_id();
    v1::ConsentRecord before;
    if (!before.ParseFromString(other.request().record())) {
      return absl::DataLossError("`record`: a stored consent cannot be read");
    }
    if (id == record->supersedes() || Holds(record->contradicts(), id) || !Meet(before, *record) ||
        !(SaysNoTo(before, *record) || SaysNoTo(*record, before))) {
      continue;
    }
    ASSIGN_OR_RETURN(const bool stands, Stands(other));
    if (stands) record->add_contradicts(id);
  }
  return absl::OkStatus();
}

// What was taken back, or has run out, contradicts nothing any more.
absl::StatusOr<bool> ConsentDesk::Stands(const v1::StoredConsent& consent) const {
  if (!consent.registered()) return false;
  v1::GetConsentRequest request;
  request.set_consent_id(consent.consent_id());
  ASSIGN_OR_RETURN(const v1::GetConsentResponse response, parts_.link->GetConsent(request));
  return response.state() != v1::WITHDRAWN && response.state() != v1::EXPIRED;
}

// Empty for what another agency deposited: its secret is not here.
absl::Status ConsentDesk::ProveLinks(const ConsentWitness& own,
                                     v1::RegisterConsentRequest* request) const {
  v1::ConsentRecord record;
  if (!record.ParseFromString(request->record())) {
    return absl::InternalError("a sealed consent cannot be read");
  }
  const auto prove = [&](const std::string& id) -> absl::StatusOr<std::string> {
    const absl::StatusOr<ConsentWitness> earlier = book_->Witness(ConsentId(id));
    if (absl::IsNotFound(earlier.status())) return std::string();
    RETURN_IF_ERROR(earlier.status());
    return ProveSameChild(request->record(), own, *earlier, parts_.secrets().agency,
                          *parts_.directory());
  };
  if (!record.supersedes().empty()) {
    ASSIGN_OR_RETURN(*request->mutable_supersedes_proof(), prove(record.supersedes()));
  }
  for (const std::string& other : record.contradicts()) {
    ASSIGN_OR_RETURN(*request->add_contradiction_proof(), prove(other));
  }
  return absl::OkStatus();
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
    if (party.agency() != parts_.secrets().agency.value()) request.set_recipient(party.agency());
  }
  ASSIGN_OR_RETURN(const v1::PreflightResponse response, parts_.link->Preflight(request));
  return age_limits_->Set({response.age_limit().begin(), response.age_limit().end()});
}

absl::Status ConsentDesk::SubmitConsent(v1::StoredConsent* consent) {
  ASSIGN_OR_RETURN(const v1::RegisterConsentResponse response,
                   parts_.link->RegisterConsent(consent->request()));
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Take(response.receipt()));
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
  request.set_officer(OfficerPseudonym(parts_.secrets(), file.officer));
  request.set_on_behalf_of(file.on_behalf_of);
  if (!file.consent.empty()) {
    ASSIGN_OR_RETURN(const ConsentId id, book_->Resolve(file.consent));
    request.set_consent_id(id.value());
    request.mutable_party()->Assign(file.party.begin(), file.party.end());
    request.mutable_category()->Assign(file.category.begin(), file.category.end());
  } else {
    ASSIGN_OR_RETURN(const MessageId id, ResolveMessage("message", file.message, *outbox_));
    request.set_message_id(id.value());
  }
  ASSIGN_OR_RETURN(const v1::WithdrawResponse response, parts_.link->Withdraw(request));
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Take(response.receipt()));
  // A message that ended by an earlier withdrawal is answered with the entry of its end; a consent
  // that an officer's decision ended with the entry of that.
  const bool withdrawal =
      leaf.kind() == v1::WITHDRAWAL ||
      (request.has_message_id()
           ? leaf.kind() == v1::STOP || leaf.kind() == v1::RECALL || leaf.kind() == v1::RECALL_END
           : leaf.kind() == v1::CONSENT_DECISION);
  // Repeated by another party, or about another version: the entry names both.
  const bool same = request.has_consent_id()
                        ? leaf.consent_id() == request.consent_id() ||
                              Holds(leaf.further_consent_id(), request.consent_id())
                        : leaf.message_id() == request.message_id();
  if (!withdrawal || !same) return OtherEntry();
  const char* const what = request.has_consent_id() ? "consent" : "message";
  const std::string id =
      ToHex(request.has_consent_id() ? request.consent_id() : request.message_id());
  parts_.events->Write("withdrawn", {{what, id},
                                     {"stopped", response.stopped_size()},
                                     {"trimmed", response.trimmed_size()},
                                     {"recalled", response.recalled_size()},
                                     {"alreadyGone", response.already_gone_size()}});
  RETURN_IF_ERROR(WritePaper(id, file, response));
  return native_out_->WriteJson(
      id, "withdrawal",
      Text({{what, id},
            {"stopped", WithdrawnJson(response.stopped())},
            {"trimmed", WithdrawnJson(response.trimmed())},
            {"recalled", WithdrawnJson(response.recalled())},
            {"alreadyGone", WithdrawnJson(response.already_gone())},
            {"consentEnded", response.consent_ended()},
            {"partiesLeft", TextsJson(response.party_left())},
            {"categoriesLeft", TextsJson(response.category_left())},
            {"textSv", response.text_sv()},
            {"textEn", response.text_en()},
            {"receipt", absl::StrCat(id, ".", PaperName(response), ".html")},
            {"logIndex", response.receipt().index()}}));
}

absl::Status ConsentDesk::WritePaper(const std::string& id, const WithdrawFile& file,
                                     const v1::WithdrawResponse& response) const {
  WithdrawalReceipt receipt;
  (file.consent.empty() ? receipt.message : receipt.consent) = id;
  receipt.reference = file.consent.empty() ? file.message : file.consent;
  if (receipt.reference == id) receipt.reference.clear();
  receipt.response = response;
  return native_out_->WritePage(id, PaperName(response), WithdrawalHtml(receipt));
}

}  // namespace sluss
