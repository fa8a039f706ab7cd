#include "gateway/exchange/leaf.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/random.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/tile.h"

namespace sluss {
namespace {

constexpr char kLeafVersion = 0x01;
constexpr size_t kIdBytes = 16;
constexpr size_t kSecretBytes = 32;
// Of the rules named in a leaf, so that it always fits; the policy's digest and the day name all.
constexpr size_t kMostRuleBytes = 4096;

void Commit(CommitTag tag, std::string value, LeafDraft* draft) {
  if (value.empty()) return;
  v1::OpenedField field;
  field.set_tag(static_cast<uint32_t>(tag));
  field.set_value(std::move(value));
  draft->committed.push_back(std::move(field));
}

}  // namespace

void CommitAttestations(const google::protobuf::RepeatedPtrField<v1::Attestation>& attestations,
                        absl::string_view digest, LeafDraft* draft) {
  std::string further, reasons, weighings;
  for (int i = 0; i < attestations.size(); ++i) {
    const v1::Attestation& attestation = attestations.Get(i);
    if (i > 0) absl::StrAppend(&further, attestation.officer());
    absl::StrAppend(&reasons, attestation.reason_digest());
    absl::StrAppend(&weighings, attestation.weighing_digest());
  }
  if (!attestations.empty()) Commit(CommitTag::kOfficer, attestations.Get(0).officer(), draft);
  Commit(CommitTag::kFurtherOfficers, std::move(further), draft);
  Commit(CommitTag::kReasons, std::move(reasons), draft);
  Commit(CommitTag::kWeighings, std::move(weighings), draft);
  Commit(CommitTag::kManifest, std::string(digest), draft);
}

LeafDraft DecisionLeaf(const v1::Header& header, absl::string_view manifest_digest,
                       absl::string_view access_ciphertext, const v1::Facts& facts,
                       const v1::Decision& decision) {
  LeafDraft draft;
  draft.clear.set_kind(v1::DECISION);
  draft.clear.set_message_id(header.message_id());
  draft.clear.set_withhold_until_us(header.withhold_until_us());
  if (header.correction() != v1::CORRECTION_KIND_UNSPECIFIED) {
    draft.clear.set_corrects(header.reply_to());
    draft.clear.set_retracts(header.correction() == v1::RETRACTION);
  }
  for (int i = 0; i < header.consent_id_size(); ++i) {
    if (i == 0) {
      draft.clear.set_consent_id(header.consent_id(i));
    } else {
      draft.clear.add_further_consent_id(header.consent_id(i));
    }
  }
  AddDecision(facts, decision, &draft.clear);
  CommitAttestations(header.attestation(), manifest_digest, &draft);
  if (header.has_age()) {
    Commit(CommitTag::kAge, absl::StrCat(header.age().from(), "-", header.age().below()), &draft);
  }
  if (!access_ciphertext.empty()) {
    Commit(CommitTag::kAccess, EncodeAccessValue(header.directory(), access_ciphertext), &draft);
  }
  return draft;
}

LeafDraft MessageLeaf(v1::RecordKind kind, const MessageRow& row) {
  LeafDraft draft;
  draft.clear.set_kind(kind);
  draft.clear.set_sender(row.sender.value());
  draft.clear.set_recipient(row.recipient.value());
  draft.clear.set_purpose(row.details.facts().purpose());
  draft.clear.set_message_id(row.id.value());
  draft.clear.set_parent_event(row.details.decision_event());
  return draft;
}

void AddDecision(const v1::Facts& facts, const v1::Decision& decision, v1::AuditLeaf* leaf) {
  leaf->set_sender(facts.sender());
  leaf->set_recipient(facts.recipient());
  leaf->set_purpose(facts.purpose());
  leaf->set_verdict(decision.verdict() == v1::VERDICT_PERMIT    ? "PERMIT"
                    : decision.verdict() == v1::VERDICT_PARTIAL ? "PARTIAL"
                                                                : "DENY");
  leaf->set_policy_version(decision.policy_version());
  leaf->set_policy_digest(decision.policy_digest());
  leaf->set_decision_day(decision.decision_day());
  leaf->set_outcome(decision.reason_code());
  std::set<std::string> rules, paragraphs;
  if (!facts.legal_basis().empty()) paragraphs.insert(facts.legal_basis());
  for (const v1::CategoryDecision& category : decision.category()) {
    rules.insert(category.rule().begin(), category.rule().end());
    paragraphs.insert(category.paragraph().begin(), category.paragraph().end());
    *(category.permitted() ? leaf->add_passed() : leaf->add_withheld()) = category.category();
  }
  size_t rule_bytes = 0;
  for (const std::string& rule : rules) {
    rule_bytes += rule.size();
    if (rule_bytes <= kMostRuleBytes) leaf->add_rule(rule);
  }
  for (const std::string& paragraph : paragraphs) leaf->add_legal_basis(paragraph);
}

std::string CommitmentDigest(absl::string_view secret, uint32_t tag, absl::string_view value) {
  return CommitmentOf(CommitmentSalt(secret, tag), tag, value);
}

absl::StatusOr<SealedLeaf> SealLeaf(const LeafDraft& draft, absl::string_view gateway,
                                    uint64_t counter, absl::Time time) {
  v1::AuditLeaf leaf = draft.clear;
  leaf.set_event_id(RandomBytes(kIdBytes));
  leaf.set_gateway(std::string(gateway));
  leaf.set_counter(counter);
  leaf.set_time_us(absl::ToUnixMicros(time));

  v1::AuditOpening opening;
  opening.set_secret(RandomBytes(kSecretBytes));
  for (const v1::OpenedField& field : draft.committed) {
    v1::Commitment* commitment = leaf.add_commitment();
    commitment->set_tag(field.tag());
    commitment->set_digest(CommitmentDigest(opening.secret(), field.tag(), field.value()));
    *opening.add_field() = field;
  }

  SealedLeaf sealed;
  LogEntry& entry = sealed.entry;
  entry.event = EventId(leaf.event_id());
  entry.leaf.push_back(kLeafVersion);
  if (!leaf.AppendToString(&entry.leaf)) return absl::InternalError("a leaf cannot be serialised");
  if (entry.leaf.size() > kMaxEntryBytes) {
    return absl::InternalError(
        absl::StrCat("a leaf of ", entry.leaf.size(), " bytes is larger than ", kMaxEntryBytes));
  }
  if (!draft.committed.empty()) sealed.opening = opening.SerializeAsString();
  return sealed;
}

}  // namespace sluss
