#include "tests/gateway/exchange/exchange_world.h"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/sha256.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/officers.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

constexpr char kGateway[] = "gateway/gw1";
constexpr std::chrono::milliseconds kPatience{10'000};
const AgencyId kLeisure("leisure/sundby");

}  // namespace

FixedPolicy::FixedPolicy() : set_(Must(LoadShipped())) {}

std::shared_ptr<const PolicySet> FixedPolicy::Current() const {
  MutexLock lock(&mutex_);
  std::shared_ptr<const PolicySet> now = set_;
  if (next_ != nullptr) set_ = std::exchange(next_, nullptr);
  return now;
}

void FixedPolicy::Put(std::shared_ptr<const PolicySet> set) {
  MutexLock lock(&mutex_);
  set_ = std::move(set);
}

void FixedPolicy::PutAfterNext(std::shared_ptr<const PolicySet> set) {
  MutexLock lock(&mutex_);
  next_ = std::move(set);
}

// ---- The key holder -----------------------------------------------------------------------------

void FakeKeyHolder::SetAway(bool away) {
  MutexLock lock(&mutex_);
  away_ = away;
}

void FakeKeyHolder::Refuse(const AgencyId& recipient) {
  MutexLock lock(&mutex_);
  refused_ = recipient.value();
}

void FakeKeyHolder::SetForged(bool forged) {
  MutexLock lock(&mutex_);
  forged_ = forged;
}

void FakeKeyHolder::UseKeys(HolderRing keys) {
  MutexLock lock(&mutex_);
  keys_ = std::move(keys);
}

int FakeKeyHolder::calls() const {
  MutexLock lock(&mutex_);
  return calls_;
}

absl::StatusOr<v1::TransformResponse> FakeKeyHolder::Transform(
    const v1::TransformRequest& request) {
  MutexLock lock(&mutex_);
  ++calls_;
  if (away_) return absl::UnavailableError("the key holder is away");
  ASSIGN_OR_RETURN(const Holder* const holder, keys_.Find(request.directory()));
  RETURN_IF_ERROR(CheckTransformRequest(holder->directory(), request));
  v1::TransformResponse response;
  for (const v1::TransformItem& item : request.item()) {
    v1::TransformResult* result = response.add_result();
    result->set_message_id(item.message_id());
    if (item.recipient() == refused_) {
      result->set_error("budget");
      continue;
    }
    ASSIGN_OR_RETURN(*result->mutable_hop(),
                     holder->Hop(AgencyId(item.recipient()), item.message_id(), item.ciphertext()));
    if (forged_) result->mutable_hop()->mutable_proof()->front() ^= 1;
  }
  return response;
}

absl::StatusOr<v1::EvaluateResponse> FakeKeyHolder::Evaluate(const v1::EvaluateRequest& request) {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const Holder* const holder, keys_.Find(request.directory()));
  ASSIGN_OR_RETURN(const CheckedEvaluation checked,
                   CheckEvaluateRequest(holder->directory(), request));
  ASSIGN_OR_RETURN(v1::EvaluateResponse response, EvaluateAtKeyholder(*holder, checked));
  response.set_remaining(1'000'000);
  return response;
}

absl::StatusOr<v1::PeelResponse> FakeKeyHolder::Peel(const v1::PeelRequest& request) {
  MutexLock lock(&mutex_);
  if (away_) return absl::UnavailableError("the key holder is away");
  ++peels_;
  ASSIGN_OR_RETURN(const Holder* const holder, keys_.Find(request.directory()));
  RETURN_IF_ERROR(CheckPeelRequest(holder->directory(), request));
  v1::PeelResponse response;
  ASSIGN_OR_RETURN(*response.mutable_inner(), holder->Peel(request));
  return response;
}

int FakeKeyHolder::peels() const {
  MutexLock lock(&mutex_);
  return peels_;
}

// ---- The world ----------------------------------------------------------------------------------

absl::Time Noon(int year, int month, int day) {
  return StartOfSwedishDay(absl::CivilDay(year, month, day)) + absl::Hours(12);
}

std::string Officer(absl::string_view name) {
  return std::string(AsStringView(sluss::Sha256({name})));
}

v1::Attestation Attest(absl::string_view officer, absl::string_view role) {
  v1::Attestation attestation;
  attestation.set_officer(Officer(officer));
  attestation.set_role(std::string(role));
  attestation.set_reason_digest(Officer("a reason"));
  return attestation;
}

ExchangeWorld::ExchangeWorld(Store* store, ExchangeLimits limits, absl::Time now)
    : limits_(limits),
      clock_(now),
      parties_({kSchool, kSocialServices, kPolice, kChildPsychiatry, kLeisure, kDataProtection}),
      store_(store == nullptr ? &own_store_ : store),
      keys_(parties_.gateway_ring()),
      key_holder_(parties_.keyholder_ring()),
      log_(Must(LogSecrets::Generate("log.sluss.example/gw1"))),
      vault_(log_.origin, &month_keys_) {
  verifier_ = std::make_unique<VerifierKey>(
      Must(VerifierKey::Make(log_.origin, log_.signing.public_key())));
  Restart();
  for (const auto& [agency, entry] : parties_.directory().agencies()) {
    if (&entry != parties_.directory().access_domain()) EnrolOfficers(agency);
  }
}

ExchangeWorld::~ExchangeWorld() { Stop(); }

std::vector<v1::EnrolledOfficer> ExchangeWorld::StandardOfficers(
    const AgencyId& agency, const std::set<std::string>& without) {
  std::vector<std::string> roles, names = {"first officer", "second officer"};
  const std::shared_ptr<const PolicySet> policy = policy_.Current();
  for (const v1::RoleEntry& role : policy->bundle().vocabulary().role()) {
    roles.push_back(role.id());
    names.push_back("officer, " + role.id());
  }
  std::vector<v1::EnrolledOfficer> officers;
  for (const std::string& name : names) {
    if (without.contains(name)) continue;
    officers.push_back(EnrolledFor(sealing_->secrets(agency), Officer(name), roles,
                                   Noon(2025, 1, 1), Noon(2028, 1, 1)));
  }
  return officers;
}

void ExchangeWorld::EnrolOfficers(const AgencyId& agency, const std::set<std::string>& without) {
  Enrol(agency, StandardOfficers(agency, without));
}

void ExchangeWorld::Enrol(const AgencyId& agency,
                          const std::vector<v1::EnrolledOfficer>& officers) {
  const auto known = Must(store_->FindOfficerRegister(agency));
  const uint64_t version = known.has_value() ? known->version + 1 : 1;
  EXPECT_OK(
      exchange_->EnrolOfficers(agency, RegisterOf(sealing_->secrets(agency), version, officers)));
}

LogIdentity ExchangeWorld::Identity() const {
  const SigningKey* const key = &log_.signing;
  return {log_.origin, *verifier_,
          [key](const Checkpoint& head) { return SignCheckpoint(head, *key); }};
}

absl::StatusOr<std::unique_ptr<Exchange>> ExchangeWorld::Open() {
  return Exchange::Create({store_, &clock_, &policy_, &key_holder_, &keys_, Identity(), &vault_},
                          limits_);
}

absl::StatusOr<std::unique_ptr<Ledger>> ExchangeWorld::OpenLedger() {
  return Ledger::Open(store_, &vault_, &clock_, kGateway, Identity(), [](const AgencyId&) {});
}

void ExchangeWorld::Stop() {
  streams_.clear();
  exchange_.reset();
}

void ExchangeWorld::ChangeKeys(const Parties& current, const Parties* beside) {
  Stop();
  keys_ = current.gateway_ring(beside);
  key_holder_.UseKeys(current.keyholder_ring(beside));
  Restart();
}

void ExchangeWorld::Restart() {
  Stop();
  vault_.Forget();
  exchange_ = Must(Open());
}

Outgoing ExchangeWorld::Message(const AgencyId& recipient, absl::string_view purpose,
                                absl::string_view basis, const std::vector<std::string>& categories,
                                absl::string_view role) {
  Outgoing outgoing;
  v1::Header& header = outgoing.header;
  header.set_recipient(recipient.value());
  header.set_purpose(std::string(purpose));
  header.set_legal_basis(std::string(basis));
  header.set_urgency(v1::NORMAL);
  header.set_created_us(absl::ToUnixMicros(clock_.Now()));
  header.mutable_age()->set_from(12);
  header.mutable_age()->set_below(15);
  *header.add_attestation() = Attest("first officer", role);
  for (const std::string& category : categories) outgoing.parts[category] = "what " + category;
  outgoing.number = Number(kChild);
  return outgoing;
}

Outgoing ExchangeWorld::DutyReport() {
  return Message(kSocialServices, "PROTECTION", "SOL-2025-19-1", {"IDENTITY", "NARRATIVE"},
                 "counsellor");
}

Outgoing ExchangeWorld::Signal(const std::vector<ConsentWitness>& consents) {
  Outgoing outgoing =
      Message(kPolice, "COLLABORATION", "OSL-12-2", {"CONTACT", "NARRATIVE", "PLAN"}, "counsellor");
  outgoing.escrow_identity = true;
  for (const ConsentWitness& consent : consents) {
    outgoing.consents.push_back(
        Must(ConsentWitness::Decode(consent.Encode(InsecureSecretAccess::Get()))));
  }
  return outgoing;
}

v1::Envelope ExchangeWorld::Seal(const AgencyId& sender, const Outgoing& outgoing) {
  v1::Envelope envelope =
      Must(SealEnvelope(outgoing, sealing_->secrets(sender), sealing_->directory()));
  SignByOfficers(&envelope);
  return envelope;
}

absl::StatusOr<v1::SubmitResponse> ExchangeWorld::Submit(const AgencyId& sender,
                                                         const Outgoing& outgoing) {
  return exchange_->Submit(sender, Seal(sender, outgoing));
}

v1::ConsentRecord ExchangeWorld::Record() {
  v1::ConsentRecord record;
  for (const auto& [agency, role] :
       {std::pair(kSchool, "counsellor"), std::pair(kSocialServices, "case-worker"),
        std::pair(kPolice, "police-officer")}) {
    v1::ConsentParty* party = record.add_party();
    party->set_agency(agency.value());
    party->add_function(role);
  }
  record.set_purpose("COLLABORATION");
  record.set_form("SSPF");
  for (const char* category : {"CONTACT", "NARRATIVE", "PLAN", "IDENTITY_ESCROW"}) {
    record.add_category(category);
  }
  record.set_valid_from_us(absl::ToUnixMicros(clock_.Now()));
  record.set_valid_to_us(absl::ToUnixMicros(clock_.Now() + absl::Hours(24 * 180)));
  for (const v1::Grantor grantor : {v1::GUARDIAN, v1::GUARDIAN, v1::CHILD}) {
    v1::ConsentGrant* grant = record.add_grant();
    grant->set_grantor(grantor);
    grant->set_granted(true);
    grant->set_channel("paper");
    grant->set_evidence_digest(Officer("evidence"));
    grant->set_person(Officer("person " + std::to_string(record.grant_size())));
  }
  record.mutable_information()->set_voluntary(true);
  record.mutable_information()->set_revocable(true);
  record.mutable_information()->set_consequence(true);
  record.set_interpreter(v1::INTERPRETER_NOT_NEEDED);
  record.mutable_gdpr()->set_article_6("6.1.e");
  record.set_maturity(v1::MATURE);
  record.set_maturity_note(Officer("a note"));
  record.set_received_role("counsellor");
  record.set_guardians(2);
  record.mutable_child_age()->set_from(12);
  record.mutable_child_age()->set_below(15);
  record.set_received_by(Officer("receiving officer"));
  return record;
}

SealedConsent ExchangeWorld::Deposit(const v1::ConsentRecord& record, const char* child) {
  return Must(
      SealConsent(record, Number(child), sealing_->secrets(kSchool), sealing_->directory()));
}

ConsentWitness ExchangeWorld::Register(const v1::ConsentRecord& record, const char* child) {
  SealedConsent sealed = Deposit(record, child);
  EXPECT_OK(exchange_->RegisterConsent(kSchool, sealed.request));
  return std::move(sealed.witness);
}

ConsentWitness ExchangeWorld::RegisterVersion(v1::ConsentRecord record,
                                              const ConsentWitness& earlier) {
  record.set_supersedes(earlier.consent_id().value());
  SealedConsent sealed = Deposit(record);
  sealed.request.set_supersedes_proof(Must(ProveSameChild(
      sealed.request.record(), sealed.witness, earlier, kSchool, sealing_->directory())));
  EXPECT_OK(exchange_->RegisterConsent(kSchool, sealed.request));
  return std::move(sealed.witness);
}

ConsentWitness ExchangeWorld::RegisterContradiction(v1::ConsentRecord record,
                                                    const ConsentWitness& other) {
  record.add_contradicts(other.consent_id().value());
  SealedConsent sealed = Deposit(record);
  sealed.request.add_contradiction_proof(Must(ProveSameChild(
      sealed.request.record(), sealed.witness, other, kSchool, sealing_->directory())));
  EXPECT_OK(exchange_->RegisterConsent(kSchool, sealed.request));
  return std::move(sealed.witness);
}

DeliveryStream& ExchangeWorld::StreamOf(const AgencyId& agency) {
  std::unique_ptr<DeliveryStream>& stream = streams_[agency];
  if (stream == nullptr) stream = Must(exchange_->Fetch(agency, /*window=*/0));
  return *stream;
}

void ExchangeWorld::HangUp(const AgencyId& agency) { streams_.erase(agency); }

v1::Delivery ExchangeWorld::Take(const AgencyId& agency) {
  std::optional<v1::Delivery> delivery = Must(StreamOf(agency).Next(kPatience));
  EXPECT_TRUE(delivery.has_value()) << "nothing came for " << agency.value();
  return delivery.value_or(v1::Delivery());
}

bool ExchangeWorld::NothingFor(const AgencyId& agency) {
  return !Must(StreamOf(agency).Next(std::chrono::milliseconds(0))).has_value();
}

absl::StatusOr<v1::AcknowledgeResponse> ExchangeWorld::Acknowledge(const AgencyId& agency,
                                                                   const v1::Delivery& delivery) {
  v1::AcknowledgeRequest request;
  request.set_delivery_id(delivery.delivery_id());
  return exchange_->Acknowledge(agency, request);
}

void ExchangeWorld::AwaitHops(absl::string_view message_id) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    const auto row = Must(store_->FindMessage(MessageId(std::string(message_id))));
    if (row.has_value() && row->pseudonym == PseudonymState::kDone) return;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "no pseudonym was made";
}

v1::MessageState ExchangeWorld::StateOf(absl::string_view message_id) {
  const auto row = Must(store_->FindMessage(MessageId(std::string(message_id))));
  return row.has_value() ? row->state : v1::MESSAGE_STATE_UNSPECIFIED;
}

// ---- The log ------------------------------------------------------------------------------------

std::vector<v1::AuditLeaf> ExchangeWorld::Leaves() {
  const LogHead head = Must(store_->ReadHead(kGateway));
  std::vector<v1::AuditLeaf> leaves(head.size);
  for (uint64_t i = 0; i < head.size; ++i) {
    const std::string bytes = Must(store_->ReadEntry(i));
    EXPECT_EQ(bytes.front(), 1);
    EXPECT_TRUE(leaves[i].ParseFromString(bytes.substr(1)));
  }
  return leaves;
}

std::vector<v1::RecordKind> ExchangeWorld::Kinds() {
  std::vector<v1::RecordKind> kinds;
  for (const v1::AuditLeaf& leaf : Leaves()) {
    if (leaf.kind() != v1::START && leaf.kind() != v1::OFFICERS) kinds.push_back(leaf.kind());
  }
  return kinds;
}

v1::AuditOpening ExchangeWorld::OpeningOf(const v1::AuditLeaf& leaf) {
  const StoredOpenings openings(store_, &month_keys_, log_.origin);
  const std::vector<v1::AuditLeaf> leaves = Leaves();
  for (uint64_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].event_id() != leaf.event_id()) continue;
    return Must(openings.Open(i)).value_or(v1::AuditOpening());
  }
  ADD_FAILURE() << "no entry has this leaf";
  return {};
}

void ExchangeWorld::CheckLog() {
  const LogHead head = Must(store_->ReadHead(kGateway));
  std::vector<Hash> hashes;
  for (uint64_t i = 0; i < head.size; ++i) hashes.push_back(LeafHash(Must(store_->ReadEntry(i))));
  const Checkpoint checkpoint = Must(OpenCheckpoint(head.checkpoint, *verifier_));
  EXPECT_EQ(checkpoint.size, head.size);
  Appender tree;
  tree.Append(hashes);
  EXPECT_EQ(checkpoint.root, tree.root());
  EXPECT_EQ(head.tree, tree.Save());
  for (uint64_t tile = 0; tile < head.size / kTileWidth; ++tile) {
    EXPECT_EQ(Must(store_->ReadTile(0, tile)),
              TileBytes(std::span(hashes).subspan(tile * kTileWidth, kTileWidth)));
  }
  uint64_t counter = 0;
  for (const v1::AuditLeaf& leaf : Leaves()) EXPECT_EQ(leaf.counter(), ++counter);
  EXPECT_EQ(head.counter, counter);
}

void ExchangeWorld::CheckReceipt(const v1::LogReceipt& receipt) {
  const ProofFile proof = Must(ParseProofFile(receipt.proof()));
  EXPECT_EQ(proof.index, receipt.index());
  EXPECT_OK(VerifyProofFile(proof, receipt.leaf(), *verifier_));
}

}  // namespace sluss::testing
