#include "tests/gateway/policies/policy_world.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/crypto/sha256.h"
#include "gateway/tlog/checkpoint.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

constexpr char kGateway[] = "gateway/gw1";

std::set<std::string> RuleIds(const PolicySet& set) {
  std::set<std::string> ids;
  for (const v1::Policy& policy : set.bundle().policy()) {
    for (const v1::Rule& rule : policy.rule()) ids.insert(rule.id());
  }
  return ids;
}

}  // namespace

DraftAnalysis FakeAnalysis() {
  DraftAnalysis analysis;
  analysis.diff = [](const PolicySet& before,
                     const PolicySet& after) -> absl::StatusOr<std::string> {
    return absl::StrCat("-", absl::StrJoin(RuleIds(before), ","), " +",
                        absl::StrJoin(RuleIds(after), ","));
  };
  analysis.invariants = [](const PolicySet& set,
                           const std::vector<PolicySource>& files) -> absl::StatusOr<uint32_t> {
    for (const PolicySource& file : files) {
      if (RuleIds(set).count(file.text)) {
        return absl::InvalidArgumentError(
            absl::StrCat(file.name, ": rule `", file.text, "` must never be there"));
      }
    }
    return static_cast<uint32_t>(files.size());
  };
  return analysis;
}

PolicyWorld::PolicyWorld(Store* store, DraftAnalysis analysis)
    : clock_(absl::FromUnixSeconds(1'770'000'000)),
      store_(store == nullptr ? &own_store_ : store),
      analysis_(std::move(analysis)),
      log_(Must(LogSecrets::Generate("log.sluss.example/gw1"))),
      vault_(log_.origin, &month_keys_) {
  Restart();
}

PolicyWorld::~PolicyWorld() { Stop(); }

void PolicyWorld::Stop() {
  life_.reset();
  ledger_.reset();
  active_.reset();
}

absl::StatusOr<PolicyAtStart> PolicyWorld::Choose(const std::string& rules) {
  return ChoosePolicy(*store_, LoadSmall(rules.empty() ? Permit("first") : rules));
}

void PolicyWorld::Restart(const std::string& rules) {
  Stop();
  vault_.Forget();
  start_ = Must(Choose(rules));
  active_ = std::make_unique<ActivePolicy>(start_.set);
  const SigningKey* const key = &log_.signing;
  ledger_ =
      Must(Ledger::Open(store_, &vault_, &clock_, kGateway,
                        {log_.origin, Must(VerifierKey::Make(log_.origin, key->public_key())),
                         [key](const Checkpoint& head) { return SignCheckpoint(head, *key); }},
                        [](const AgencyId&) {}));
  life_ = Must(PolicyLife::Begin({.store = store_,
                                  .ledger = ledger_.get(),
                                  .clock = &clock_,
                                  .active = active_.get(),
                                  .analysis = analysis_}));
  EXPECT_OK(life_->ActivateDue());
}

v1::ProposeRequest PolicyWorld::Draft(const std::string& rules) const {
  v1::ProposeRequest request;
  request.set_base_digest(Active()->digest());
  v1::PolicyFile* file = request.add_policy();
  file->set_name("draft.txtpb");
  file->set_text(absl::StrCat("id: \"test\" version: \"8\"\n", rules));
  return request;
}

v1::Proposal PolicyWorld::Propose(const std::string& rules) {
  return Must(life_->Propose(kAnna, Draft(rules)));
}

v1::Proposal PolicyWorld::Approve(const v1::Proposal& proposal) {
  return Must(life_->Approve(kBo, ApprovalOf(proposal)));
}

v1::Proposal PolicyWorld::Activate(const v1::Proposal& proposal) {
  return Must(life_->Activate(kAnna, ActivationOf(proposal)));
}

v1::Proposal PolicyWorld::Change(const std::string& rules) {
  return Activate(Approve(Propose(rules)));
}

v1::ProposalState PolicyWorld::StateOf(uint64_t number) {
  return Must(store_->FindProposal(number)).value_or(v1::Proposal()).state();
}

std::vector<v1::AuditLeaf> PolicyWorld::Leaves() {
  std::vector<v1::AuditLeaf> leaves;
  const LogHead head = Must(store_->ReadHead(kGateway));
  for (uint64_t i = 0; i < head.size; ++i) {
    v1::AuditLeaf leaf;
    EXPECT_TRUE(leaf.ParseFromString(Must(store_->ReadEntry(i)).substr(1)));
    if (leaf.kind() != v1::START && leaf.kind() != v1::GAP) leaves.push_back(std::move(leaf));
  }
  return leaves;
}

std::vector<v1::RecordKind> PolicyWorld::Kinds() {
  std::vector<v1::RecordKind> kinds;
  for (const v1::AuditLeaf& leaf : Leaves()) kinds.push_back(leaf.kind());
  return kinds;
}

v1::ApproveRequest ApprovalOf(const v1::Proposal& proposal) {
  v1::ApproveRequest request;
  request.set_number(proposal.number());
  request.set_approval_digest(proposal.approval_digest());
  return request;
}

v1::ActivateRequest ActivationOf(const v1::Proposal& proposal, absl::Time at) {
  v1::ActivateRequest request;
  request.set_number(proposal.number());
  request.set_at_us(absl::ToUnixMicros(at));
  return request;
}

}  // namespace sluss::testing
