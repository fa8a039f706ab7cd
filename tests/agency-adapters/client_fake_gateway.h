// A gateway in this process, with real keys, envelopes, hops and log, and a decision that the test
// sets: what an agency's edge talks to when there is no transport.
//
// Keeps what a real one promises: the same message id is one message, a delivery comes again until
// it is acknowledged, every answer has a proof. `tamper` members let a test break exactly one
// thing. Thread-safe.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_FAKE_GATEWAY_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_FAKE_GATEWAY_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agency-adapters/client/gateway_link.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/envelope.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/reidentification.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/proof_file.h"
#include "tests/testing/parties.h"

namespace sluss::testing {

class FakeGateway {
 public:
  explicit FakeGateway(const Parties* parties)
      : gateway_keys_(parties->gateway_ring()),
        keyholder_keys_(parties->keyholder_ring()),
        log_(Must(LogSecrets::Generate("log.sluss.example/gw1"))) {}

  v1::LogKey log_key() const { return log_.PublicKey(); }
  // Both holders are started again with these keys.
  void ChangeKeys(const Parties& current, const Parties* beside = nullptr) {
    MutexLock lock(&mutex_);
    gateway_keys_ = current.gateway_ring(beside);
    keyholder_keys_ = current.keyholder_ring(beside);
  }
  std::unique_ptr<GatewayLink> LinkFor(const AgencyId& agency);

  // Set before the call that they are for.
  v1::Verdict verdict = v1::VERDICT_PERMIT;
  std::set<std::string> withheld;  // with VERDICT_PARTIAL
  std::vector<v1::Obligation> obligations;
  std::map<std::string, uint32_t> retain_days;  // by category
  std::string reason_code = "permitted";
  std::vector<uint32_t> age_limits = {15, 18, 21};
  bool keyholder_away = false;
  bool phone_now = false;
  bool check_consents = true;
  std::set<std::string> withdrawn_consents;  // ids
  size_t enrolments_left = 1'000'000;
  absl::Status down;            // what every call but Acknowledge answers while not OK
  absl::Status submit_refusal;  // what Submit answers while not OK
  absl::Status officers_down;   // what EnrolOfficers answers while not OK
  absl::Status report_down;     // what ReportReidentification answers while not OK
  v1::Verdict reidentification = v1::VERDICT_PERMIT;
  std::string escrow_fault;
  std::function<void()> on_acknowledged = [] {};
  std::function<void(v1::SubmitResponse*)> tamper_answer = [](v1::SubmitResponse*) {};
  std::function<void(v1::Delivery*)> tamper_delivery = [](v1::Delivery*) {};
  std::function<void(v1::EnrolResponse*)> tamper_enrolment = [](v1::EnrolResponse*) {};

  // What happened.
  struct Acknowledged {
    std::string message_id;
    bool refused = false;
    std::string reason_code;
  };
  // The log as it was when it had so many entries, from now on: a backup was put back.
  void SetLogBack(size_t size) {
    MutexLock lock(&mutex_);
    entries_.resize(size);
    tree_ = Appender();
    for (const std::string& entry : entries_) {
      const Hash hash = LeafHash(entry);
      tree_.Append({&hash, 1});
    }
  }
  v1::LogReceipt LogEntryOf(const v1::AuditLeaf& leaf) {
    MutexLock lock(&mutex_);
    return Log(leaf);
  }
  // The log, in order.
  std::vector<std::string> entries() const {
    MutexLock lock(&mutex_);
    return entries_;
  }
  std::vector<Acknowledged> acknowledged() const {
    MutexLock lock(&mutex_);
    return acknowledged_;
  }
  std::vector<v1::Header> accepted() const {
    MutexLock lock(&mutex_);
    return accepted_;
  }
  std::vector<v1::PreflightRequest> preflights() const {
    MutexLock lock(&mutex_);
    return preflights_;
  }
  size_t submissions() const {
    MutexLock lock(&mutex_);
    return submissions_;
  }
  size_t enrol_calls() const {
    MutexLock lock(&mutex_);
    return enrol_calls_;
  }
  // The registers of officers that this agency handed in, repetitions too.
  std::vector<v1::OfficerRegister> registers(const AgencyId& agency) const {
    MutexLock lock(&mutex_);
    std::vector<v1::OfficerRegister> parsed;
    const auto found = registers_.find(agency);
    if (found == registers_.end()) return parsed;
    for (const v1::EnrolOfficersRequest& request : found->second) {
      EXPECT_TRUE(parsed.emplace_back().ParseFromString(request.officers()));
    }
    return parsed;
  }
  // What was asked for, repetitions too; and what was reported, by message id.
  std::vector<v1::ReidentificationOrder> orders() const {
    MutexLock lock(&mutex_);
    return orders_;
  }
  std::map<std::string, std::string> reports() const {
    MutexLock lock(&mutex_);
    return reports_;
  }
  // As they were handed in, with their proofs.
  std::vector<v1::RegisterConsentRequest> registrations() const {
    MutexLock lock(&mutex_);
    return registrations_;
  }
  std::vector<v1::WithdrawRequest> withdrawals() const {
    MutexLock lock(&mutex_);
    return withdrawals_;
  }
  std::vector<v1::ConsentRecord> consents() const {
    MutexLock lock(&mutex_);
    return consents_;
  }
  // Every byte that any agency sent, to look for what must not be there.
  std::string wire() const {
    MutexLock lock(&mutex_);
    return wire_;
  }
  // The pseudonyms that had to wait for the key holder.
  void DeliverPseudonyms();
  // News for an agency that is not the end of a message.
  void Tell(const AgencyId& agency, const std::string& message_id, const v1::Outcome& outcome) {
    MutexLock lock(&mutex_);
    v1::Delivery delivery;
    delivery.set_delivery_id(RandomBytes(16));
    delivery.set_message_id(message_id);
    *delivery.mutable_outcome() = outcome;
    queues_[agency.value()].push_back(delivery);
  }
  // Calls back what was handed out, or is still queued.
  void Recall(const AgencyId& recipient, const std::string& message_id);
  // How a message of `agency` ended, told at its next fetch.
  void Tell(const AgencyId& agency, const std::string& message_id, v1::MessageState state);
  // Hands a delivery out again, as after a lost acknowledgement.
  void DeliverAgain() {
    MutexLock lock(&mutex_);
    for (auto& [agency, deliveries] : delivered_) {
      for (const v1::Delivery& delivery : deliveries) queues_[agency].push_back(delivery);
    }
  }

 private:
  friend class FakeLink;

  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request);
  absl::StatusOr<v1::PreflightResponse> Preflight(const v1::PreflightRequest& request);
  absl::StatusOr<v1::AcknowledgeResponse> Acknowledge(const AgencyId& caller,
                                                      const v1::AcknowledgeRequest& request);
  absl::StatusOr<v1::WithdrawResponse> Withdraw(const v1::WithdrawRequest& request);
  absl::StatusOr<v1::RegisterConsentResponse> RegisterConsent(
      const AgencyId& caller, const v1::RegisterConsentRequest& request);
  absl::StatusOr<v1::GetConsentResponse> GetConsent(const v1::GetConsentRequest& request);
  absl::StatusOr<v1::EnrolResponse> Enrol(const AgencyId& caller, const v1::EnrolRequest& request);
  absl::StatusOr<v1::EnrolOfficersResponse> EnrolOfficers(const AgencyId& caller,
                                                          const v1::EnrolOfficersRequest& request);
  absl::StatusOr<v1::ReidentifyResponse> Reidentify(const AgencyId& caller,
                                                    const v1::ReidentifyRequest& request);
  absl::StatusOr<v1::ReportReidentificationResponse> ReportReidentification(
      const AgencyId& caller, const v1::ReportReidentificationRequest& request);
  absl::Status CheckSignatures(const CheckedEnvelope& checked) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fetch(const AgencyId& caller,
                     const std::function<bool(const v1::Delivery&)>& on_delivery);

  v1::Decision DecisionOn(const std::vector<std::string>& categories) const;
  v1::LogReceipt Log(v1::AuditLeaf leaf) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Queue(const CheckedEnvelope& checked, const v1::Decision& decision)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static v1::AuditLeaf LeafOf(v1::RecordKind kind, const v1::Header& header,
                              const v1::Decision& decision);

  // Of the two holders, for what was made under this directory.
  const Holder& GatewayOf(absl::string_view named) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return *Must(gateway_keys_.Find(named));
  }
  const Holder& KeyholderOf(absl::string_view named) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return *Must(keyholder_keys_.Find(named));
  }

  mutable Mutex mutex_;
  HolderRing gateway_keys_ ABSL_GUARDED_BY(mutex_);
  HolderRing keyholder_keys_ ABSL_GUARDED_BY(mutex_);
  const LogSecrets log_;
  Appender tree_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::SubmitResponse> answers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<v1::Delivery>> queues_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<v1::Delivery>> delivered_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> sender_of_ ABSL_GUARDED_BY(mutex_);  // by message id
  std::vector<CheckedEnvelope> without_nym_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> entries_ ABSL_GUARDED_BY(mutex_);
  int64_t ticks_ ABSL_GUARDED_BY(mutex_) = 0;  // of the log's time
  std::vector<Acknowledged> acknowledged_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Header> accepted_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::PreflightRequest> preflights_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ConsentRecord> consents_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Point> deposit_keys_ ABSL_GUARDED_BY(mutex_);  // by consent id
  // By agency; the certificates are by the officer's pseudonym.
  std::map<AgencyId, std::vector<v1::EnrolOfficersRequest>> registers_ ABSL_GUARDED_BY(mutex_);
  std::map<AgencyId, std::map<std::string, v1::OfficerCertificate>> officers_
      ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ReidentificationOrder> orders_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> first_order_ ABSL_GUARDED_BY(mutex_);  // by message id
  std::map<std::string, std::string> reports_ ABSL_GUARDED_BY(mutex_);      // by message id
  std::vector<v1::RegisterConsentRequest> registrations_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WithdrawRequest> withdrawals_ ABSL_GUARDED_BY(mutex_);
  size_t submissions_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t enrol_calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string wire_ ABSL_GUARDED_BY(mutex_);
};

class FakeLink : public GatewayLink {
 public:
  FakeLink(FakeGateway* gateway, AgencyId agency) : gateway_(gateway), agency_(agency) {}

  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request) override {
    return gateway_->Submit(request);
  }
  absl::StatusOr<v1::SubmitResponse> Feedback(const v1::SubmitRequest& request) override {
    return gateway_->Submit(request);
  }
  absl::StatusOr<v1::PreflightResponse> Preflight(const v1::PreflightRequest& request) override {
    return gateway_->Preflight(request);
  }
  absl::StatusOr<v1::AcknowledgeResponse> Acknowledge(
      const v1::AcknowledgeRequest& request) override {
    return gateway_->Acknowledge(agency_, request);
  }
  absl::StatusOr<v1::WithdrawResponse> Withdraw(const v1::WithdrawRequest& request) override {
    return gateway_->Withdraw(request);
  }
  absl::StatusOr<v1::RegisterConsentResponse> RegisterConsent(
      const v1::RegisterConsentRequest& request) override {
    return gateway_->RegisterConsent(agency_, request);
  }
  absl::StatusOr<v1::EnrolOfficersResponse> EnrolOfficers(
      const v1::EnrolOfficersRequest& request) override {
    return gateway_->EnrolOfficers(agency_, request);
  }
  absl::StatusOr<v1::ReidentifyResponse> Reidentify(const v1::ReidentifyRequest& request) override {
    return gateway_->Reidentify(agency_, request);
  }
  absl::StatusOr<v1::ReportReidentificationResponse> ReportReidentification(
      const v1::ReportReidentificationRequest& request) override {
    return gateway_->ReportReidentification(agency_, request);
  }
  absl::StatusOr<v1::GetConsentResponse> GetConsent(const v1::GetConsentRequest& request) override {
    return gateway_->GetConsent(request);
  }
  absl::StatusOr<v1::EnrolResponse> Enrol(const v1::EnrolRequest& request) override {
    return gateway_->Enrol(agency_, request);
  }
  // Ends when the queue is empty.
  absl::Status Fetch(const v1::FetchRequest&,
                     const std::function<bool(const v1::Delivery&)>& on_delivery) override {
    return gateway_->Fetch(agency_, on_delivery);
  }
  void CancelFetch() override {}

 private:
  FakeGateway* const gateway_;
  const AgencyId agency_;
};

inline std::unique_ptr<GatewayLink> FakeGateway::LinkFor(const AgencyId& agency) {
  return std::make_unique<FakeLink>(this, agency);
}

inline v1::Decision FakeGateway::DecisionOn(const std::vector<std::string>& categories) const {
  v1::Decision decision;
  decision.set_verdict(verdict);
  decision.set_reason_code(reason_code);
  decision.set_reason_sv("Beslut enligt 19 kap. 1 § socialtjänstlagen.");
  decision.set_reason_en("Decided under SoL 19:1.");
  for (const std::string& category : categories) {
    v1::CategoryDecision* one = decision.add_category();
    one->set_category(category);
    one->set_permitted(verdict == v1::VERDICT_PERMIT ||
                       (verdict == v1::VERDICT_PARTIAL && withheld.count(category) == 0));
    one->add_paragraph("SOL-2025-19-1");
    const auto kept = retain_days.find(category);
    if (one->permitted() && kept != retain_days.end()) one->set_retain_days(kept->second);
  }
  decision.mutable_obligation()->Assign(obligations.begin(), obligations.end());
  return decision;
}

inline v1::AuditLeaf FakeGateway::LeafOf(v1::RecordKind kind, const v1::Header& header,
                                         const v1::Decision& decision) {
  v1::AuditLeaf leaf;
  leaf.set_kind(kind);
  leaf.set_message_id(header.message_id());
  leaf.set_sender(header.sender());
  leaf.set_recipient(header.recipient());
  leaf.set_purpose(header.purpose());
  leaf.set_verdict(decision.verdict() == v1::VERDICT_PERMIT    ? "PERMIT"
                   : decision.verdict() == v1::VERDICT_PARTIAL ? "PARTIAL"
                                                               : "DENY");
  for (const v1::CategoryDecision& category : decision.category()) {
    *(category.permitted() ? leaf.add_passed() : leaf.add_withheld()) = category.category();
  }
  return leaf;
}

inline v1::LogReceipt FakeGateway::Log(v1::AuditLeaf leaf) {
  leaf.set_event_id(RandomBytes(16));
  leaf.set_gateway("gateway/gw1");
  leaf.set_counter(tree_.size() + 1);
  leaf.set_time_us(++ticks_);
  const std::string entry = "\x01" + leaf.SerializeAsString();
  entries_.push_back(entry);
  const Hash hash = LeafHash(entry);
  tree_.Append({&hash, 1});
  ProofFile proof;
  proof.index = tree_.size() - 1;
  proof.path = Must(tree_.InclusionProofOf(proof.index));
  proof.checkpoint = SignCheckpoint(
      {.origin = log_.origin, .size = tree_.size(), .root = tree_.root()}, log_.signing);
  v1::LogReceipt receipt;
  receipt.set_index(proof.index);
  receipt.set_leaf(entry);
  receipt.set_proof(FormatProofFile(proof));
  return receipt;
}

inline absl::StatusOr<v1::SubmitResponse> FakeGateway::Submit(const v1::SubmitRequest& request) {
  MutexLock lock(&mutex_);
  ++submissions_;
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  if (!submit_refusal.ok()) return submit_refusal;
  ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(request.envelope().manifest()));
  ASSIGN_OR_RETURN(const Holder* const holder, gateway_keys_.Find(named));
  absl::StatusOr<CheckedEnvelope> checked = CheckEnvelope(request.envelope(), holder->directory());
  if (!checked.ok()) return checked.status();
  const v1::Header& header = checked->header();
  if (const absl::Status signed_by = CheckSignatures(*checked); !signed_by.ok()) return signed_by;
  const auto known = answers_.find(header.message_id());
  if (known != answers_.end()) {
    v1::SubmitResponse again = known->second;
    again.set_duplicate(true);
    return again;
  }
  for (const v1::ConsentRecord& consent : consents_) {
    for (const std::string& id : header.consent_id()) {
      if (consent.consent_id() != id || !check_consents) continue;
      absl::Status bound =
          CheckConsentProof(*checked, consent, deposit_keys_.at(id), holder->directory());
      if (!bound.ok()) return bound;
    }
  }
  v1::SubmitResponse answer;
  *answer.mutable_decision() = DecisionOn(checked->categories());
  *answer.mutable_receipt() = Log(LeafOf(v1::DECISION, header, answer.decision()));
  answer.set_phone_now(phone_now);
  accepted_.push_back(header);
  answers_[header.message_id()] = answer;
  sender_of_[header.message_id()] = header.sender();
  if (verdict != v1::VERDICT_DENY) Queue(*checked, answer.decision());
  tamper_answer(&answer);
  return answer;
}

inline void FakeGateway::Queue(const CheckedEnvelope& checked, const v1::Decision& decision) {
  const v1::Envelope& envelope = checked.envelope();
  v1::Delivery delivery;
  delivery.set_delivery_id(RandomBytes(16));
  delivery.set_message_id(checked.header().message_id());
  v1::Notification* notification = delivery.mutable_notification();
  notification->set_manifest(envelope.manifest());
  notification->set_signature(envelope.signature());
  *notification->mutable_compartment() = envelope.compartment();
  notification->set_nym_proof(envelope.nym_proof());
  for (int i = 0; i < envelope.officer_signature_size(); ++i) {
    v1::AttestedBy* const by = notification->add_attested_by();
    *by->mutable_certificate() =
        officers_[checked.sender()][checked.header().attestation(i).officer()];
    by->set_signature(envelope.officer_signature(i));
  }
  std::set<std::string> permitted;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) permitted.insert(category.category());
  }
  notification->set_withheld(
      static_cast<uint32_t>(DropCompartments(permitted, notification->mutable_compartment())));
  if (checked.nym_ciphertext().has_value()) {
    if (keyholder_away) {
      without_nym_.push_back(checked);
    } else {
      *notification->mutable_gateway_hop() = Must(
          GatewayOf(checked.header().directory())
              .Hop(checked.recipient(), delivery.message_id(), checked.nym_ciphertext()->Encode()));
      *notification->mutable_keyholder_hop() =
          Must(KeyholderOf(checked.header().directory())
                   .Hop(checked.recipient(), delivery.message_id(),
                        notification->gateway_hop().ciphertext()));
    }
  }
  *notification->mutable_decision() = decision;
  *notification->mutable_receipt() = Log(LeafOf(v1::DELIVERY, checked.header(), decision));
  tamper_delivery(&delivery);
  queues_[checked.header().recipient()].push_back(delivery);
}

inline void FakeGateway::Tell(const AgencyId& agency, const std::string& message_id,
                              v1::MessageState state) {
  MutexLock lock(&mutex_);
  v1::Delivery delivery;
  delivery.set_delivery_id(RandomBytes(16));
  delivery.set_message_id(message_id);
  delivery.mutable_outcome()->set_state(state);
  queues_[agency.value()].push_back(delivery);
}

inline void FakeGateway::DeliverPseudonyms() {
  MutexLock lock(&mutex_);
  for (const CheckedEnvelope& checked : without_nym_) {
    v1::Delivery delivery;
    delivery.set_delivery_id(RandomBytes(16));
    delivery.set_message_id(checked.header().message_id());
    v1::PseudonymUpdate* update = delivery.mutable_pseudonym();
    *update->mutable_gateway_hop() = Must(
        GatewayOf(checked.header().directory())
            .Hop(checked.recipient(), delivery.message_id(), checked.nym_ciphertext()->Encode()));
    *update->mutable_keyholder_hop() = Must(
        KeyholderOf(checked.header().directory())
            .Hop(checked.recipient(), delivery.message_id(), update->gateway_hop().ciphertext()));
    tamper_delivery(&delivery);
    queues_[checked.header().recipient()].push_back(delivery);
  }
  without_nym_.clear();
}

inline absl::StatusOr<v1::PreflightResponse> FakeGateway::Preflight(
    const v1::PreflightRequest& request) {
  MutexLock lock(&mutex_);
  preflights_.push_back(request);
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  v1::PreflightResponse response;
  *response.mutable_decision() = DecisionOn({request.category().begin(), request.category().end()});
  response.mutable_age_limit()->Assign(age_limits.begin(), age_limits.end());
  return response;
}

inline absl::StatusOr<v1::AcknowledgeResponse> FakeGateway::Acknowledge(
    const AgencyId& caller, const v1::AcknowledgeRequest& request) {
  MutexLock lock(&mutex_);
  for (const v1::Delivery& delivery : delivered_[caller.value()]) {
    if (delivery.delivery_id() != request.delivery_id()) continue;
    acknowledged_.push_back({.message_id = delivery.message_id(),
                             .refused = request.refused(),
                             .reason_code = request.reason_code()});
    if (delivery.has_notification()) {
      v1::AuditLeaf leaf;
      leaf.set_kind(request.refused() ? v1::REFUSAL : v1::ACKNOWLEDGEMENT);
      leaf.set_message_id(delivery.message_id());
      leaf.set_recipient(caller.value());
      Log(leaf);
      v1::Delivery outcome;
      outcome.set_delivery_id(RandomBytes(16));
      outcome.set_message_id(delivery.message_id());
      outcome.mutable_outcome()->set_state(request.refused() ? v1::REFUSED_BY_RECIPIENT
                                                             : v1::ACKNOWLEDGED);
      outcome.mutable_outcome()->set_reason_code(request.reason_code());
      queues_[sender_of_[delivery.message_id()]].push_back(outcome);
    }
    on_acknowledged();
    return v1::AcknowledgeResponse();
  }
  return absl::NotFoundError("`delivery_id` names nothing that waits for this agency");
}

inline absl::StatusOr<v1::WithdrawResponse> FakeGateway::Withdraw(
    const v1::WithdrawRequest& request) {
  MutexLock lock(&mutex_);
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  v1::WithdrawResponse response;
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::WITHDRAWAL);
  leaf.set_consent_id(request.consent_id());
  leaf.set_message_id(request.message_id());
  *response.mutable_receipt() = Log(leaf);
  v1::WithdrawnMessage* stopped = response.add_stopped();
  stopped->set_message_id(request.has_message_id() ? request.message_id() : std::string(16, 'm'));
  stopped->set_recipient(kPolice.value());
  response.set_text_sv("1 meddelande stoppades.");
  response.set_text_en("1 message was stopped.");
  withdrawals_.push_back(request);
  return response;
}

inline absl::StatusOr<v1::RegisterConsentResponse> FakeGateway::RegisterConsent(
    const AgencyId& caller, const v1::RegisterConsentRequest& request) {
  MutexLock lock(&mutex_);
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  v1::ConsentRecord named;
  if (!named.ParseFromString(request.record())) return absl::InvalidArgumentError("`record`");
  ASSIGN_OR_RETURN(const Holder* const holder, gateway_keys_.Find(named.directory()));
  absl::StatusOr<v1::ConsentRecord> record =
      CheckConsentDeposit(request, caller, holder->directory());
  if (!record.ok()) return record.status();
  deposit_keys_.emplace(record->consent_id(), holder->directory().FindAgency(caller)->joint);
  consents_.push_back(*record);
  registrations_.push_back(request);
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::CONSENT);
  leaf.set_consent_id(record->consent_id());
  v1::RegisterConsentResponse response;
  *response.mutable_receipt() = Log(leaf);
  return response;
}

inline absl::StatusOr<v1::GetConsentResponse> FakeGateway::GetConsent(
    const v1::GetConsentRequest& request) {
  MutexLock lock(&mutex_);
  if (!down.ok()) return down;
  v1::GetConsentResponse response;
  response.set_state(withdrawn_consents.contains(request.consent_id()) ? v1::WITHDRAWN : v1::VALID);
  return response;
}

inline void FakeGateway::Recall(const AgencyId& recipient, const std::string& message_id) {
  MutexLock lock(&mutex_);
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::RECALL);
  leaf.set_message_id(message_id);
  leaf.set_recipient(recipient.value());
  v1::Delivery delivery;
  delivery.set_delivery_id(RandomBytes(16));
  delivery.set_message_id(message_id);
  delivery.mutable_recall()->set_reason_code("consent-withdrawn");
  *delivery.mutable_recall()->mutable_receipt() = Log(leaf);
  tamper_delivery(&delivery);
  queues_[recipient.value()].push_back(delivery);
}

inline absl::StatusOr<v1::EnrolResponse> FakeGateway::Enrol(const AgencyId& caller,
                                                            const v1::EnrolRequest& request) {
  MutexLock lock(&mutex_);
  ++enrol_calls_;
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  if (static_cast<size_t>(request.blinded_size()) > enrolments_left) {
    return absl::ResourceExhaustedError("the agency's budget of the day is used up");
  }
  enrolments_left -= request.blinded_size();
  ASSIGN_OR_RETURN(const Holder* const holder, gateway_keys_.Find(request.directory()));
  absl::StatusOr<v1::EvaluateRequest> evaluate = EvaluateAtGateway(*holder, caller, request);
  if (!evaluate.ok()) return evaluate.status();
  const Holder& second = KeyholderOf(evaluate->directory());
  const auto checked = Must(CheckEvaluateRequest(second.directory(), *evaluate));
  const auto evaluated = Must(EvaluateAtKeyholder(second, checked));
  v1::EnrolResponse response;
  *response.mutable_gateway_element() = evaluate->gateway_element();
  response.set_gateway_proof(evaluate->gateway_proof());
  *response.mutable_keyholder_element() = evaluated.element();
  response.set_keyholder_proof(evaluated.proof());
  tamper_enrolment(&response);
  return response;
}

inline absl::StatusOr<v1::EnrolOfficersResponse> FakeGateway::EnrolOfficers(
    const AgencyId& caller, const v1::EnrolOfficersRequest& request) {
  MutexLock lock(&mutex_);
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  if (!officers_down.ok()) return officers_down;
  absl::StatusOr<CheckedOfficers> checked = absl::InvalidArgumentError("`agency`");
  for (const AgencyEntry* const keys : gateway_keys_.directories().KeysOf(caller)) {
    if (!checked.ok()) checked = CheckOfficers(request, *keys);
  }
  if (!checked.ok()) return checked.status();
  registers_[caller].push_back(request);
  officers_[caller].clear();
  for (size_t i = 0; i < checked->enrolled.size(); ++i) {
    officers_[caller][checked->enrolled[i].officer()] =
        checked->officers.officer(static_cast<int>(i));
  }
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::OFFICERS);
  leaf.set_sender(caller.value());
  leaf.set_count(checked->enrolled.size());
  v1::EnrolOfficersResponse response;
  *response.mutable_receipt() = Log(leaf);
  return response;
}

inline absl::StatusOr<v1::ReidentifyResponse> FakeGateway::Reidentify(
    const AgencyId& caller, const v1::ReidentifyRequest& request) {
  MutexLock lock(&mutex_);
  wire_ += request.SerializeAsString();
  if (!down.ok()) return down;
  absl::StatusOr<v1::ReidentificationOrder> order =
      CheckOrder(request, caller, gateway_keys_.directories());
  if (!order.ok()) return order.status();
  for (int i = 0; i < order->attestation_size(); ++i) {
    v1::EnrolledOfficer officer;
    EXPECT_TRUE(
        officer.ParseFromString(officers_[caller][order->attestation(i).officer()].officer()));
    EXPECT_TRUE(VerifyAttestation(officer, AttestedKind::kReidentification, request.order(),
                                  request.officer_signature(i))
                    .ok());
  }
  orders_.push_back(*order);
  const std::string& id = order->message_id();
  v1::ReidentifyResponse response;
  response.mutable_decision()->set_verdict(reidentification);
  response.mutable_decision()->set_reason_code(reason_code);
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::REIDENTIFICATION);
  leaf.set_message_id(id);
  leaf.set_recipient(caller.value());
  leaf.set_verdict(reidentification == v1::VERDICT_PERMIT ? "PERMIT" : "DENY");
  *response.mutable_receipt() = Log(leaf);
  if (reidentification != v1::VERDICT_PERMIT) return response;
  const auto [first, is_first] = first_order_.try_emplace(id, request.order());
  response.set_repeated(!is_first && first->second != request.order());
  response.set_fault(escrow_fault);
  if (!escrow_fault.empty() || reports_.count(id) != 0) return response;
  v1::PeelRequest peel = PeelRequestOf(*order, request.escrow());
  const std::string named = Must(DirectoryNamedIn(request.manifest()));
  SignPeelRequest(GatewayOf(named).signing(), GatewayOf(named).directory(), &peel);
  response.set_inner(Must(KeyholderOf(named).Peel(peel)));
  return response;
}

inline absl::StatusOr<v1::ReportReidentificationResponse> FakeGateway::ReportReidentification(
    const AgencyId& caller, const v1::ReportReidentificationRequest& request) {
  MutexLock lock(&mutex_);
  if (!report_down.ok()) return report_down;
  reports_.try_emplace(request.message_id(), request.outcome());
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::REIDENTIFICATION_REPORT);
  leaf.set_message_id(request.message_id());
  leaf.set_recipient(caller.value());
  v1::ReportReidentificationResponse response;
  *response.mutable_receipt() = Log(leaf);
  return response;
}

inline absl::Status FakeGateway::CheckSignatures(const CheckedEnvelope& checked) const {
  const v1::Header& header = checked.header();
  const v1::Envelope& envelope = checked.envelope();
  if (envelope.officer_signature_size() != header.attestation_size()) {
    return absl::InvalidArgumentError("`officer_signature` is missing");
  }
  for (int i = 0; i < header.attestation_size(); ++i) {
    const auto agency = officers_.find(checked.sender());
    if (agency == officers_.end() || agency->second.count(header.attestation(i).officer()) == 0) {
      return absl::InvalidArgumentError("`attestation` is by an officer who is not enrolled");
    }
    v1::EnrolledOfficer officer;
    EXPECT_TRUE(
        officer.ParseFromString(agency->second.at(header.attestation(i).officer()).officer()));
    absl::Status verified = VerifyAttestation(officer, AttestedKind::kManifest, envelope.manifest(),
                                              envelope.officer_signature(i));
    if (!verified.ok()) return verified;
  }
  return absl::OkStatus();
}

inline absl::Status FakeGateway::Fetch(
    const AgencyId& caller, const std::function<bool(const v1::Delivery&)>& on_delivery) {
  if (!down.ok()) return down;
  for (;;) {
    v1::Delivery delivery;
    {
      MutexLock lock(&mutex_);
      std::deque<v1::Delivery>& queue = queues_[caller.value()];
      if (queue.empty()) return absl::OkStatus();
      delivery = queue.front();
      queue.pop_front();
      delivered_[caller.value()].push_back(delivery);
    }
    if (!on_delivery(delivery)) {  // not dealt with: it comes again
      MutexLock lock(&mutex_);
      queues_[caller.value()].push_front(delivery);
      return absl::OkStatus();
    }
  }
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_FAKE_GATEWAY_H_
