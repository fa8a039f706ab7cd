// What the store's contract test stands on: a store that can be reopened, and real messages,
// entries and consents for it, made by the exchange's own pipeline and ledger since nothing else
// can.
#ifndef SLUSS_TESTS_GATEWAY_EXCHANGE_STORE_CONTRACT_FIXTURE_H_
#define SLUSS_TESTS_GATEWAY_EXCHANGE_STORE_CONTRACT_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/status_macros.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/random.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

// A store that can be closed and opened again on what it had committed.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  virtual void Reopen() = 0;
};

// Null where its server is not there: the test is skipped.
using StoreMaker = std::function<std::unique_ptr<StoreUnderTest>()>;

class StoreContractTest : public ::testing::TestWithParam<StoreMaker> {
 protected:
  static constexpr char kGateway[] = "gateway/gw1";

  StoreContractTest()
      : under_test_(GetParam()()),
        log_(Must(LogSecrets::Generate("log.sluss.example/gw1"))),
        vault_(log_.origin, &month_keys_) {
    world_.key_holder().SetAway(true);
    if (under_test_ != nullptr) OpenLedger();
  }
  ~StoreContractTest() override { ledger_.reset(); }

  void SetUp() override {
    if (under_test_ == nullptr) {
      GTEST_SKIP() << "its server is not there: run `deploy/install-packages test`, and this test "
                      "by ctest";
    }
  }

  Store& store() { return under_test_->store(); }

  void OpenLedger() {
    const SigningKey* const key = &log_.signing;
    ledger_ =
        Must(Ledger::Open(&store(), &vault_, &world_.clock(), kGateway,
                          {log_.origin, Must(VerifierKey::Make(log_.origin, key->public_key())),
                           [key](const Checkpoint& head) { return SignCheckpoint(head, *key); }},
                          [](const AgencyId&) {}));
  }

  void Reopen() {
    ledger_.reset();
    vault_.Forget();
    under_test_->Reopen();
    OpenLedger();
  }

  absl::Status Apply(Ledger::Unit unit) { return ledger_->Run(std::move(unit)).status(); }

  static absl::StatusOr<Entry> AnEntry(Recorder& recorder) {
    LeafDraft leaf;
    leaf.clear.set_kind(v1::EXPORT);
    return recorder.Append(leaf);
  }

  // Those of the world, in the store under test.
  absl::Status EnrolOfficers(Recorder& recorder, const AgencyId& agency) {
    ASSIGN_OR_RETURN(const auto known, recorder.store().FindOfficerRegister(agency));
    if (known.has_value()) return absl::OkStatus();
    OfficerRows rows;
    for (const v1::EnrolledOfficer& officer : world_.StandardOfficers(agency)) {
      rows[officer.officer()] = CertifyOfficer(officer, world_.parties().secrets(agency).signing);
    }
    ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
    return recorder.store().PutOfficers(agency, {1, "a digest", entry.event(), entry.index()}, rows,
                                        entry);
  }

  // A change that asks for the entry that says why.
  template <typename Change>
  absl::Status Erase(Change change) {
    return Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      return change(recorder.store(), entry);
    });
  }

  // The pipeline up to the store's door.
  absl::StatusOr<Recorded> Record(Recorder& recorder, const AgencyId& sender,
                                  const v1::Envelope& envelope) {
    RETURN_IF_ERROR(EnrolOfficers(recorder, sender));
    const std::shared_ptr<const PolicySet> policy = policy_.Current();
    ASSIGN_OR_RETURN(Submission submission,
                     Submission::Receive(sender, Route::kSubmit, envelope, 1 << 20));
    const HolderRing keys = world_.parties().gateway_ring();
    ASSIGN_OR_RETURN(Verified verified,
                     Verified::Verify(std::move(submission), keys.directories(), *policy,
                                      recorder.store(), recorder.now(), limits_));
    ASSIGN_OR_RETURN(Decided decided,
                     Decided::Decide(std::move(verified), *policy, recorder.store(), recorder.now(),
                                     limits_, /*attended=*/true));
    return recorder.Record(std::move(decided));
  }

  // Admits it and returns what was admitted.
  MessageRow Admit(const Outgoing& outgoing, std::string* payload = nullptr) {
    const v1::Envelope envelope = world_.Seal(kSchool, outgoing);
    MessageRow row;
    EXPECT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Recorded recorded, Record(recorder, kSchool, envelope));
      row = recorded.row();
      if (payload != nullptr) *payload = recorded.payload();
      return recorder.store().Admit(recorded);
    }));
    return row;
  }

  MessageRow Find(const MessageId& id) {
    return Must(store().FindMessage(id)).value_or(MessageRow());
  }

  // Changes a stored message, with an entry.
  template <typename Edit>
  absl::Status Update(MessageRow row, Edit edit) {
    edit(row);
    return Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      return recorder.store().UpdateMessage(row, entry);
    });
  }

  ConsentRow PutConsent() {
    ConsentRow row;
    row.id = ConsentId(RandomBytes(16));
    row.record = "a record";
    row.standing.set_version(3);
    EXPECT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      row.registered_event = entry.event();
      row.registered_index = entry.index();
      return recorder.store().PutConsent(row, entry);
    }));
    return row;
  }

  std::vector<uint64_t> Sequences(const AgencyId& agency, uint64_t after = 0, size_t limit = 100) {
    std::vector<uint64_t> sequences;
    for (const QueueItem& item : Must(store().ReadyItems(agency, after, limit))) {
      sequences.push_back(item.sequence);
    }
    return sequences;
  }

  void EnqueueOutcome(const AgencyId& agency, const DeliveryId& id, const MessageId& message) {
    EXPECT_OK(Apply([&](Recorder& recorder) {
      v1::Outcome outcome;
      outcome.set_reason_code("a reason");
      return recorder.store().EnqueueOutcome(agency, id, message, outcome);
    }));
  }

  static std::string Bytes(const MessageRow& row) {
    return row.id.value() + row.sender.value() + row.recipient.value() + row.delivery_id.value() +
           absl::FormatTime(row.deadline) + absl::FormatTime(row.pseudonym_due) +
           std::to_string(static_cast<int>(row.state)) +
           std::to_string(static_cast<int>(row.pseudonym)) + row.details.SerializeAsString();
  }

  const std::unique_ptr<StoreUnderTest> under_test_;
  ExchangeWorld world_;  // only seals messages and tells the time
  FixedPolicy policy_;
  ExchangeLimits limits_;
  LogSecrets log_;
  MemoryMonthKeys month_keys_;
  OpeningVault vault_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_EXCHANGE_STORE_CONTRACT_FIXTURE_H_
