#include "agency-adapters/client/reidentify_desk.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/client/agency_digest.h"
#include "agency-adapters/client/backoff.h"
#include "agency-adapters/client/sent_outcome.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/reidentification.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

constexpr char kMatch[] = "match";
constexpr char kMismatch[] = "nym-mismatch";
constexpr char kUnreadable[] = "escrow-unreadable";
constexpr char kDenied[] = "denied";
constexpr char kAnsweredBefore[] = "answered-before";

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "`: ", text));
}

absl::Status OtherEntry() {
  return absl::DataLossError("`receipt`: the logged entry is not that of this request");
}

bool ToBeReported(absl::string_view outcome) {
  return outcome == kMatch || outcome == kMismatch || outcome == kUnreadable;
}

std::string Text(const ordered_json& json) { return json.dump(/*indent=*/2) + "\n"; }

}  // namespace

ReidentifyDesk::ReidentifyDesk(RecordDir<v1::ReidentificationRecord> records,
                               const EdgeParts& parts, const Inbox* inbox, const Register* rows,
                               OfficerBook* officers, const NativeOut* native_out)
    : records_(std::move(records)),
      parts_(parts),
      inbox_(inbox),
      rows_(rows),
      officers_(officers),
      native_out_(native_out) {}

absl::StatusOr<std::unique_ptr<ReidentifyDesk>> ReidentifyDesk::Open(
    FileSystem* files, const std::string& state_path, const EdgeParts& parts, const Inbox* inbox,
    const Register* rows, OfficerBook* officers, const NativeOut* native_out) {
  ASSIGN_OR_RETURN(auto records, RecordDir<v1::ReidentificationRecord>::Open(files, state_path));
  return std::unique_ptr<ReidentifyDesk>(
      new ReidentifyDesk(std::move(records), parts, inbox, rows, officers, native_out));
}

absl::Status ReidentifyDesk::Ask(absl::string_view bytes) {
  const std::string digest(AsStringView(Sha256({bytes})));
  ASSIGN_OR_RETURN(const ReidentifyFile file, ReadReidentifyFile(bytes));
  const std::string& id = file.message.value();
  ASSIGN_OR_RETURN(const v1::InboxRecord received, Received(file.message));
  absl::StatusOr<v1::ReidentificationRecord> record = records_.Get(id);
  if (!record.ok() && !absl::IsNotFound(record.status())) return record.status();
  // What was asked and is not settled goes on with the same order; what is settled is asked anew.
  if (!record.ok() || record->reported() || record->file_digest() != digest) {
    record = Prepare(file, digest);
    RETURN_IF_ERROR(record.status());
  }
  RETURN_IF_ERROR(officers_->Publish());
  const absl::StatusOr<v1::ReidentifyResponse> response = Submit(*record, received);
  if (!response.ok() && !WorthRetrying(response.status())) RETURN_IF_ERROR(records_.Remove(id));
  RETURN_IF_ERROR(response.status());
  if (record->outcome().empty()) {
    ASSIGN_OR_RETURN(*record->mutable_outcome(), Compare(*response, file, received));
    RETURN_IF_ERROR(records_.Put(id, *record));
  }
  RETURN_IF_ERROR(Report(&*record));
  return Tell(*response, received, record->outcome());
}

absl::StatusOr<v1::InboxRecord> ReidentifyDesk::Received(const MessageId& message) const {
  absl::StatusOr<v1::InboxRecord> received = inbox_->Get(message);
  if (absl::IsNotFound(received.status())) {
    return Fault("message", "was not received here");
  }
  RETURN_IF_ERROR(received.status());
  if (!received->has_escrow()) {
    return Fault("message", "its child's identity did not come in escrow");
  }
  if (received->nym().empty()) {
    return absl::UnavailableError("`message`: its pseudonym has not followed yet");
  }
  return received;
}

absl::StatusOr<v1::ReidentificationRecord> ReidentifyDesk::Prepare(
    const ReidentifyFile& file, const std::string& digest) const {
  const absl::Time now = parts_.clock->Now();
  ASSIGN_OR_RETURN(const std::vector<OfficerSigner> signers,
                   officers_->Signers(file.officers, now));
  v1::ReidentificationRecord record;
  v1::ReidentificationOrder order;
  order.set_agency(parts_.secrets().agency.value());
  order.set_message_id(file.message.value());
  order.set_purpose(kReidentificationPurpose);
  order.set_legal_basis(file.legal_basis);
  order.set_created_us(absl::ToUnixMicros(now));
  order.set_key_set(parts_.directory()->key_set());
  for (size_t i = 0; i < signers.size(); ++i) {
    v1::OfficerAct act = file.officers.Get(static_cast<int>(i));
    act.set_name(signers[i].name);
    Attested attested = Attest(parts_.secrets(), act);
    *order.add_attestation() = std::move(attested.attestation);
    *record.add_opening() = std::move(attested.opening);
  }
  record.set_message_id(file.message.value());
  record.set_file_digest(digest);
  *record.mutable_request() = SignOrder(order, parts_.secrets().signing);
  for (const OfficerSigner& signer : signers) {
    record.mutable_request()->add_officer_signature(SignAttestation(
        *signer.key, AttestedKind::kReidentification, signer.officer, record.request().order()));
  }
  RETURN_IF_ERROR(records_.Put(file.message.value(), record));
  return record;
}

absl::StatusOr<v1::ReidentifyResponse> ReidentifyDesk::Submit(
    const v1::ReidentificationRecord& record, const v1::InboxRecord& received) const {
  v1::ReidentifyRequest request = record.request();
  request.set_manifest(received.escrow().manifest());
  *request.mutable_escrow() = received.escrow().compartment();
  ASSIGN_OR_RETURN(v1::ReidentifyResponse response, parts_.link->Reidentify(request));
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Take(response.receipt()));
  if (leaf.kind() != v1::REIDENTIFICATION || leaf.message_id() != record.message_id() ||
      leaf.recipient() != parts_.secrets().agency.value() ||
      leaf.verdict() != std::string(VerdictName(response.decision().verdict()))) {
    return OtherEntry();
  }
  return response;
}

// What the answer holds; the identity is written before anything is reported.
absl::StatusOr<std::string> ReidentifyDesk::Compare(const v1::ReidentifyResponse& response,
                                                    const ReidentifyFile& file,
                                                    const v1::InboxRecord& received) const {
  if (response.decision().verdict() != v1::VERDICT_PERMIT) return std::string(kDenied);
  if (!response.fault().empty()) return std::string(kUnreadable);
  if (response.inner().empty()) return std::string(kAnsweredBefore);
  const std::string& id = received.message_id();
  const absl::StatusOr<CanonicalNumber> number = OpenInner(response.inner(), received);
  if (!number.ok()) return std::string(kUnreadable);
  ASSIGN_OR_RETURN(const std::string nym, NymOf(*number));
  if (nym != received.nym()) return std::string(kMismatch);
  const std::string digits(number->Get(InsecureSecretAccess::Get()));
  RETURN_IF_ERROR(native_out_->WriteJson(ToHex(id), "identity",
                                         Text({{"message", ToHex(id)},
                                               {"number", digits},
                                               {"matchedCase", rows_->CaseOf(nym).value_or("")},
                                               {"legalBasis", file.legal_basis},
                                               {"logIndex", response.receipt().index()}})));
  return std::string(kMatch);
}

// Sealed to the key that the sender found in the directory that the message names.
absl::StatusOr<CanonicalNumber> ReidentifyDesk::OpenInner(const std::string& inner,
                                                          const v1::InboxRecord& received) const {
  ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(received.escrow().manifest()));
  ASSIGN_OR_RETURN(const AgencyKeys* const keys, parts_.keys->Find(named));
  return OpenEscrow(inner, received.message_id(), keys->secrets());
}

// From the agency's own table, or through both holders.
absl::StatusOr<std::string> ReidentifyDesk::NymOf(const CanonicalNumber& number) const {
  const std::string digits(number.Get(InsecureSecretAccess::Get()));
  if (const auto row = rows_->RowOf(RegisterTag(parts_.secrets(), digits))) return row->nym;
  ASSIGN_OR_RETURN(const EnrolmentBatch blinded,
                   EnrolmentBatch::Start({number}, parts_.secrets(), parts_.directory()));
  ASSIGN_OR_RETURN(const v1::EnrolResponse evaluated, parts_.link->Enrol(blinded.request()));
  ASSIGN_OR_RETURN(const std::vector<Nym> nyms, blinded.Finish(evaluated, parts_.secrets()));
  return nyms.front().value();
}

absl::Status ReidentifyDesk::Report(v1::ReidentificationRecord* record) const {
  if (record->reported()) return absl::OkStatus();
  if (ToBeReported(record->outcome())) {
    v1::ReportReidentificationRequest request;
    request.set_message_id(record->message_id());
    request.set_outcome(record->outcome());
    ASSIGN_OR_RETURN(const v1::ReportReidentificationResponse response,
                     parts_.link->ReportReidentification(request));
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, parts_.receipts->Take(response.receipt()));
    if (leaf.kind() != v1::REIDENTIFICATION_REPORT || leaf.message_id() != record->message_id()) {
      return OtherEntry();
    }
  }
  record->set_reported(true);
  return records_.Put(record->message_id(), *record);
}

absl::Status ReidentifyDesk::Tell(const v1::ReidentifyResponse& response,
                                  const v1::InboxRecord& received,
                                  const std::string& outcome) const {
  const std::string id = ToHex(received.message_id());
  const v1::Decision& decision = response.decision();
  parts_.events->Write("reidentification",
                       {{"message", id},
                        {"sender", received.sender()},
                        {"verdict", std::string(VerdictName(decision.verdict()))},
                        {"reason", decision.reason_code()},
                        {"outcome", outcome},
                        {"repeated", response.repeated()},
                        {"logIndex", response.receipt().index()}});
  return native_out_->WriteJson(id, "reidentification",
                                Text({{"message", id},
                                      {"sender", received.sender()},
                                      {"verdict", std::string(VerdictName(decision.verdict()))},
                                      {"reasonCode", decision.reason_code()},
                                      {"reasonSv", decision.reason_sv()},
                                      {"reasonEn", decision.reason_en()},
                                      {"paragraphs", ParagraphsOf(decision)},
                                      {"outcome", outcome},
                                      {"repeated", response.repeated()},
                                      {"logIndex", response.receipt().index()}}));
}

}  // namespace sluss
