// The life of policies with everything else faked: clock, store, analysis. Small policies over the
// small catalogue of tests/policy.
#ifndef SLUSS_TESTS_GATEWAY_POLICIES_POLICY_WORLD_H_
#define SLUSS_TESTS_GATEWAY_POLICIES_POLICY_WORLD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/crypto/key_files.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/openings/vault.h"
#include "gateway/policies/policy_life.h"
#include "gmock/gmock.h"
#include "tests/gateway/exchange/memory_store.h"
#include "tests/gateway/openings/memory_month_keys.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"

namespace sluss::testing {

// The ids of the rules that came and went: deterministic, and enough to tell two edits apart.
DraftAnalysis FakeAnalysis();

class PolicyWorld {
 public:
  // On a store of its own, or on one that somebody else owns. The files hold one rule, "first".
  explicit PolicyWorld(Store* store = nullptr, DraftAnalysis analysis = FakeAnalysis());
  ~PolicyWorld();

  // Ends everything and begins anew on the same store, as a gateway's start does. The files hold
  // these rules then.
  void Restart(const std::string& rules = "");
  void Stop();
  absl::StatusOr<PolicyAtStart> Choose(const std::string& rules);

  PolicyLife& life() { return *life_; }
  MemoryStore& memory() { return own_store_; }
  Store& store() { return *store_; }
  FakeClock& clock() { return clock_; }
  Ledger& ledger() { return *ledger_; }
  // Of the entry that has the leaf; empty where there is nothing to open.
  v1::AuditOpening OpeningOf(const v1::AuditLeaf& leaf) const {
    const StoredOpenings openings(store_, &month_keys_, log_.origin);
    return Must(openings.Open(leaf.counter() - 1)).value_or(v1::AuditOpening());
  }
  std::shared_ptr<const PolicySet> Active() const { return active_->Current(); }
  const PolicyAtStart& start() const { return start_; }

  // A draft of these rules against what is in force.
  v1::ProposeRequest Draft(const std::string& rules) const;
  // Proposed by anna; ends the test's step where it is refused.
  v1::Proposal Propose(const std::string& rules);
  v1::Proposal Approve(const v1::Proposal& proposal);
  v1::Proposal Activate(const v1::Proposal& proposal);
  // All three.
  v1::Proposal Change(const std::string& rules);
  v1::ProposalState StateOf(uint64_t number);

  // The kinds of all leaves but START and GAP, in order.
  std::vector<v1::RecordKind> Kinds();
  std::vector<v1::AuditLeaf> Leaves();

 private:
  FakeClock clock_;
  MemoryStore own_store_;
  Store* const store_;
  const DraftAnalysis analysis_;
  LogSecrets log_;
  MemoryMonthKeys month_keys_;
  OpeningVault vault_;
  PolicyAtStart start_;
  std::unique_ptr<ActivePolicy> active_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<PolicyLife> life_;
};

inline const Official kAnna{PolicyRole::kAuthor, "anna"};
inline const Official kAnnaApproves{PolicyRole::kApprover, "anna"};
inline const Official kBo{PolicyRole::kApprover, "bo"};
inline const Official kCilla{PolicyRole::kApprover, "cilla"};
inline const Official kOfficer{PolicyRole::kOfficer, "dan"};

v1::ApproveRequest ApprovalOf(const v1::Proposal& proposal);
v1::ActivateRequest ActivationOf(const v1::Proposal& proposal, absl::Time at = absl::UnixEpoch());

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_POLICIES_POLICY_WORLD_H_
