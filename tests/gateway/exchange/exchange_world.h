// An exchange with real keys, the shipped policies and everything else faked: clock, store, key
// holder. What the tests of the use cases, the store contract and the benchmark stand on.
#ifndef SLUSS_TESTS_GATEWAY_EXCHANGE_EXCHANGE_WORLD_H_
#define SLUSS_TESTS_GATEWAY_EXCHANGE_EXCHANGE_WORLD_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/seal.h"
#include "gateway/exchange/exchange.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/openings/vault.h"
#include "proto/record.pb.h"
#include "tests/gateway/exchange/memory_store.h"
#include "tests/gateway/openings/memory_month_keys.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"

namespace sluss::testing {

// The shipped policies, or another set once it is put in.
class FixedPolicy : public PolicyInForce {
 public:
  FixedPolicy();
  std::shared_ptr<const PolicySet> Current() const override;
  void Put(std::shared_ptr<const PolicySet> set);
  // The next who asks still gets the old one: as when the set changes while a message is verified.
  void PutAfterNext(std::shared_ptr<const PolicySet> set);

 private:
  mutable Mutex mutex_;
  mutable std::shared_ptr<const PolicySet> set_ ABSL_GUARDED_BY(mutex_);
  mutable std::shared_ptr<const PolicySet> next_ ABSL_GUARDED_BY(mutex_);
};

// The second holder as it would answer; can be away, or make hops that do not verify.
class FakeKeyHolder : public KeyHolderClient {
 public:
  explicit FakeKeyHolder(HolderRing keys) : keys_(std::move(keys)) {}

  // Started again with these.
  void UseKeys(HolderRing keys);

  void SetAway(bool away);
  // Items of messages to this recipient are refused.
  void Refuse(const AgencyId& recipient);
  void SetForged(bool forged);
  int calls() const;

  absl::StatusOr<v1::TransformResponse> Transform(const v1::TransformRequest& request) override;
  absl::StatusOr<v1::EvaluateResponse> Evaluate(const v1::EvaluateRequest& request) override;
  absl::StatusOr<v1::PeelResponse> Peel(const v1::PeelRequest& request) override;
  int peels() const;

 private:
  mutable Mutex mutex_;
  HolderRing keys_ ABSL_GUARDED_BY(mutex_);
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  bool forged_ ABSL_GUARDED_BY(mutex_) = false;
  std::string refused_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int peels_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A Tuesday, noon in Stockholm.
absl::Time Noon(int year, int month, int day);

class ExchangeWorld {
 public:
  // On a store of its own, or on one that somebody else owns.
  explicit ExchangeWorld(Store* store = nullptr, ExchangeLimits limits = {},
                         absl::Time now = Noon(2026, 2, 10));
  ~ExchangeWorld();

  Exchange& exchange() { return *exchange_; }
  MemoryStore& memory() { return own_store_; }
  Store& store() { return *store_; }
  FakeClock& clock() { return clock_; }
  FakeKeyHolder& key_holder() { return key_holder_; }
  FixedPolicy& policy() { return policy_; }
  const Parties& parties() const { return parties_; }
  const VerifierKey& verifier() const { return *verifier_; }

  // Ends the exchange and begins another on the same store: a restart.
  void Restart();
  // Restarts gateway and key holder with other keys: `current`, and those of `beside` beside them.
  void ChangeKeys(const Parties& current, const Parties* beside = nullptr);
  // By whose keys agencies seal, deposit and enrol from now on; those of `parties()` at first.
  void SealBy(const Parties& parties) { sealing_ = &parties; }
  absl::StatusOr<std::unique_ptr<Exchange>> Open();
  // A ledger without an exchange; only while the exchange is stopped.
  absl::StatusOr<std::unique_ptr<Ledger>> OpenLedger();
  // Takes the exchange down; Restart brings it back.
  void Stop();
  // The same log, opened anew by somebody else; only while the exchange is stopped.
  void UseStore(Store* store) { store_ = store; }

  // ---- What opens the log
  MemoryMonthKeys& month_keys() { return month_keys_; }
  OpeningVault& vault() { return vault_; }
  // Of the entry that has the leaf; empty where there is nothing to open.
  v1::AuditOpening OpeningOf(const v1::AuditLeaf& leaf);
  // Of all entries; the world outlives it.
  std::unique_ptr<StoredOpenings> Openings() {
    return std::make_unique<StoredOpenings>(store_, &month_keys_, log_.origin);
  }

  // ---- Officers
  // At the beginning every agency has "first officer", "second officer" and one "officer, ROLE" for
  // each role, all with every role, from 2025 to 2028. Again, all but those named.
  void EnrolOfficers(const AgencyId& agency, const std::set<std::string>& without = {});
  std::vector<v1::EnrolledOfficer> StandardOfficers(const AgencyId& agency,
                                                    const std::set<std::string>& without = {});
  // These and no others.
  void Enrol(const AgencyId& agency, const std::vector<v1::EnrolledOfficer>& officers);

  // ---- What agencies send
  // From `sender`, with one officer of this role, created now.
  Outgoing Message(const AgencyId& recipient, absl::string_view purpose, absl::string_view basis,
                   const std::vector<std::string>& categories, absl::string_view role);
  // School to social services, duty to report.
  Outgoing DutyReport();
  // Social services to police, by consent; not urgent, waits for its pseudonym.
  Outgoing Signal(const std::vector<ConsentWitness>& consents);
  v1::Envelope Seal(const AgencyId& sender, const Outgoing& outgoing);
  absl::StatusOr<v1::SubmitResponse> Submit(const AgencyId& sender, const Outgoing& outgoing);

  // SSPF, school, social services and police, both guardians and the child, for half a year.
  v1::ConsentRecord Record();
  // Deposited by the school for `child`.
  SealedConsent Deposit(const v1::ConsentRecord& record, const char* child = kChild);
  // Deposits and registers.
  ConsentWitness Register(const v1::ConsentRecord& record, const char* child = kChild);
  // By the school too, with the proof that both are for the same child.
  ConsentWitness RegisterVersion(v1::ConsentRecord record, const ConsentWitness& earlier);
  ConsentWitness RegisterContradiction(v1::ConsentRecord record, const ConsentWitness& other);

  // ---- What agencies receive
  DeliveryStream& StreamOf(const AgencyId& agency);
  void HangUp(const AgencyId& agency);
  // The next delivery; ends the test when none comes.
  v1::Delivery Take(const AgencyId& agency);
  // That nothing waits which could be handed out.
  bool NothingFor(const AgencyId& agency);
  absl::StatusOr<v1::AcknowledgeResponse> Acknowledge(const AgencyId& agency,
                                                      const v1::Delivery& delivery);
  // Until the pseudonymiser has made this message's hops.
  void AwaitHops(absl::string_view message_id);

  v1::MessageState StateOf(absl::string_view message_id);

  // ---- The log
  std::vector<v1::AuditLeaf> Leaves();
  // The kinds of all leaves but START and OFFICERS, in order.
  std::vector<v1::RecordKind> Kinds();
  // That the checkpoint is signed and its root is that of the stored entries, counters have no
  // gaps, and full tiles are what the entries say.
  void CheckLog();
  // That the receipt proves its leaf.
  void CheckReceipt(const v1::LogReceipt& receipt);

 private:
  LogIdentity Identity() const;

  const ExchangeLimits limits_;
  FakeClock clock_;
  Parties parties_;
  MemoryStore own_store_;
  Store* store_;
  FixedPolicy policy_;
  HolderRing keys_;
  const Parties* sealing_ = &parties_;
  FakeKeyHolder key_holder_;
  LogSecrets log_;
  MemoryMonthKeys month_keys_;
  OpeningVault vault_;
  std::unique_ptr<const VerifierKey> verifier_;
  std::unique_ptr<Exchange> exchange_;
  std::map<AgencyId, std::unique_ptr<DeliveryStream>> streams_;
};

// 32 bytes that stand for a person: the same name, the same person.
std::string Officer(absl::string_view name);
v1::Attestation Attest(absl::string_view officer, absl::string_view role);

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_EXCHANGE_EXCHANGE_WORLD_H_
