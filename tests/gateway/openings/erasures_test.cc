// Erasure and legal hold: by order, by time, after a fault in either form, after a restored backup.
#include "gateway/openings/erasures.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/gateway/openings/memory_erasure_journal.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kOfficer[] = "officer/anna";
const OpeningMonth kFebruary{OpeningClass::kDisclosure, absl::CivilMonth(2026, 2)};
const OpeningMonth kMarch{OpeningClass::kDisclosure, absl::CivilMonth(2026, 3)};
const OpeningMonth kApril{OpeningClass::kDisclosure, absl::CivilMonth(2026, 4)};
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class ErasuresTest : public ::testing::Test {
 protected:
  ErasuresTest() { Restart(); }

  ErasuresParts Parts() {
    return {.store = &world_.store(),
            .ledger = world_.exchange().ledger(),
            .erasing = {.vault = &world_.vault(),
                        .openings = openings_.get(),
                        .keys = &world_.month_keys(),
                        .journal = &journal_},
            .events = &events_};
  }
  // As a start of the gateway does.
  absl::Status TryRestart() {
    erasures_.reset();
    world_.Restart();
    openings_ = std::make_unique<StoredOpenings>(&world_.store(), &world_.month_keys(),
                                                 "log.sluss.example/gw1");
    absl::StatusOr<std::unique_ptr<Erasures>> begun = Erasures::Begin(Parts(), {});
    RETURN_IF_ERROR(begun.status());
    erasures_ = *std::move(begun);
    return absl::OkStatus();
  }
  void Restart() { ASSERT_OK(TryRestart()); }

  // A disclosure; returns its entry's index.
  uint64_t Disclose() {
    Outgoing outgoing = world_.DutyReport();
    outgoing.header.set_message_id(RandomBytes(16));
    return Must(world_.Submit(kSchool, outgoing)).receipt().index();
  }
  bool Opens(uint64_t index) { return Must(openings_->Open(index)).has_value(); }

  absl::StatusOr<v1::EraseResponse> Erase(const std::vector<uint64_t>& indexes) {
    v1::EraseRequest request;
    request.mutable_index()->Add(indexes.begin(), indexes.end());
    request.set_reason_digest(Officer("why"));
    return erasures_->Erase(kOfficer, request);
  }
  absl::StatusOr<v1::HoldResponse> Hold(const std::string& from, const std::string& to,
                                        const std::string& opening_class = "disclosure") {
    v1::HoldRequest request;
    if (!opening_class.empty()) request.add_opening_class(opening_class);
    request.set_from_month(from);
    request.set_to_month(to);
    request.set_reason_digest(Officer("why"));
    return erasures_->Hold(kOfficer, request);
  }
  absl::StatusOr<v1::HoldResponse> Release(const std::string& hold) {
    v1::EndHoldRequest request;
    request.set_hold(hold);
    request.set_reason_digest(Officer("why"));
    return erasures_->EndHold(kOfficer, request);
  }
  std::vector<v1::AuditLeaf> LeavesOf(v1::RecordKind kind) {
    std::vector<v1::AuditLeaf> found;
    for (const v1::AuditLeaf& leaf : world_.Leaves()) {
      if (leaf.kind() == kind) found.push_back(leaf);
    }
    return found;
  }
  std::vector<std::string> Outcomes() {
    std::vector<std::string> outcomes;
    for (const v1::AuditLeaf& leaf : LeavesOf(v1::ERASURE)) outcomes.push_back(leaf.outcome());
    return outcomes;
  }
  void GoTo(absl::CivilDay day) {
    world_.clock().Advance(StartOfSwedishDay(day) + absl::Hours(12) - world_.clock().Now());
  }
  bool HasKey(const OpeningMonth& month) { return world_.month_keys().Copy().contains(month); }

  ExchangeWorld world_;
  MemoryErasureJournal journal_;
  std::ostringstream lines_;
  EventLog events_{&lines_, &world_.clock()};
  std::unique_ptr<StoredOpenings> openings_;
  std::unique_ptr<Erasures> erasures_;
};

// ---- By order

TEST_F(ErasuresTest, AnOfficerErasesOneEntryAndTheOthersOfItsGroupStayOpen) {
  const uint64_t before = Disclose(), erased = Disclose(), after = Disclose();
  const KeptOpening kept = *Must(world_.store().ReadOpening(erased));
  const KeptOpening other = *Must(world_.store().ReadOpening(after));
  ASSERT_EQ(kept.group.number, other.group.number);
  const std::string leaf_before = Must(world_.store().ReadEntry(erased));

  const v1::EraseResponse response = Must(Erase({erased}));
  EXPECT_EQ(response.erased(), 1u);
  EXPECT_TRUE(response.traces_gone());
  EXPECT_THAT(response.not_there(), IsEmpty());
  EXPECT_FALSE(Opens(erased));
  EXPECT_TRUE(Opens(before));
  EXPECT_TRUE(Opens(after));
  const std::string bytes = world_.memory().Dump();
  EXPECT_THAT(bytes, Not(HasSubstr(kept.opening.sealed)));
  EXPECT_THAT(bytes, Not(HasSubstr(kept.group.wrapped_key)));
  EXPECT_THAT(bytes, Not(HasSubstr(other.opening.sealed))) << "it was under the same key";
  EXPECT_EQ(Must(world_.store().ReadEntry(erased)), leaf_before);

  ASSERT_EQ(LeavesOf(v1::ERASURE).size(), 1u);
  const v1::AuditLeaf leaf = LeavesOf(v1::ERASURE)[0];
  EXPECT_EQ(leaf.procedure(), response.procedure());
  EXPECT_EQ(leaf.procedure().size(), 16u);
  EXPECT_THAT(leaf.about_index(), ElementsAre(erased));
  EXPECT_EQ(leaf.outcome(), "order");
  EXPECT_EQ(leaf.count(), 1u);
  EXPECT_THAT(leaf.SerializeAsString(), Not(HasSubstr("anna")));
  const v1::AuditOpening opening = world_.OpeningOf(leaf);
  ASSERT_EQ(opening.field_size(), 2);
  EXPECT_EQ(opening.field(0).value(), kOfficer);
  EXPECT_EQ(opening.field(1).value(), Officer("why"));
  world_.CheckReceipt(response.receipt());
  world_.CheckLog();
  EXPECT_THAT(lines_.str(), AllOf(HasSubstr("openings-erased"), Not(HasSubstr("anna"))));
}

TEST_F(ErasuresTest, WhatIsDisclosedAfterAnErasureGoesToTheFreshGroup) {
  const uint64_t first = Disclose(), second = Disclose();
  ASSERT_OK(Erase({first}));
  const uint64_t third = Disclose();
  EXPECT_TRUE(Opens(second));
  EXPECT_TRUE(Opens(third));
  EXPECT_EQ(Must(world_.store().ReadOpening(third))->group.number,
            Must(world_.store().ReadOpening(second))->group.number);
  Restart();
  EXPECT_TRUE(Opens(second));
  EXPECT_TRUE(Opens(Disclose()));
}

TEST_F(ErasuresTest, SeveralGroupsAtOnceAndWhatWasErasedBeforeIsNamed) {
  const uint64_t first = Disclose();
  ASSERT_OK(Erase({first}));  // and its own entry is of another class
  const uint64_t order = world_.Leaves().size() - 1;
  const uint64_t second = Disclose(), third = Disclose();
  const v1::EraseResponse response = Must(Erase({second, order, first, second}));
  EXPECT_EQ(response.erased(), 2u);
  EXPECT_THAT(response.not_there(), ElementsAre(first));
  EXPECT_FALSE(Opens(second));
  EXPECT_FALSE(Opens(order));
  EXPECT_TRUE(Opens(third));
  EXPECT_TRUE(Opens(world_.Leaves().size() - 1)) << "the order itself";
}

TEST_F(ErasuresTest, RefusesWhatCannotBeErasedAndChangesNothing) {
  const uint64_t there = Disclose();
  const uint64_t entries = world_.Leaves().size();
  v1::EraseRequest nothing, both, many, without_reason;
  nothing.set_reason_digest(Officer("why"));
  both = nothing;
  both.set_due(true);
  both.add_index(there);
  many = nothing;
  for (uint64_t i = 0; i < 257; ++i) many.add_index(i);
  without_reason.add_index(there);
  const struct {
    const char* name;
    absl::StatusOr<v1::EraseResponse> answer;
    absl::StatusCode code;
    const char* text;
  } cases[] = {
      {"not in the log", Erase({there, entries}), absl::StatusCode::kInvalidArgument,
       "the log has"},
      {"nothing was committed", Erase({0}), absl::StatusCode::kNotFound, "nothing opens"},
      {"nothing named", erasures_->Erase(kOfficer, nothing), absl::StatusCode::kInvalidArgument,
       "`index` must name 1 to 256"},
      {"both", erasures_->Erase(kOfficer, both), absl::StatusCode::kInvalidArgument, "`index`"},
      {"too many", erasures_->Erase(kOfficer, many), absl::StatusCode::kInvalidArgument, "`index`"},
      {"no reason", erasures_->Erase(kOfficer, without_reason), absl::StatusCode::kInvalidArgument,
       "`reason_digest`"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(c.answer, StatusIs(c.code, HasSubstr(c.text))) << c.name;
  }
  EXPECT_TRUE(Opens(there));
  EXPECT_EQ(world_.Leaves().size(), entries);
  EXPECT_THAT(Must(journal_.Read()), IsEmpty());
  ASSERT_OK(Erase({there}));
  EXPECT_THAT(Erase({there}), StatusIs(absl::StatusCode::kNotFound, HasSubstr("erased before")));
}

TEST_F(ErasuresTest, AReaderInTheWayOfTheTracesIsTold) {
  const uint64_t index = Disclose();
  world_.memory().SetFaults({.wipe = true});
  EXPECT_FALSE(Must(Erase({index})).traces_gone());
}

// ---- Faults of an order, in both forms

TEST_F(ErasuresTest, AJournalThatCannotBeWrittenStopsTheErasure) {
  const uint64_t index = Disclose();
  journal_.SetFault(JournalFault::kFailed);
  EXPECT_THAT(Erase({index}), StatusIs(kUnavailable, HasSubstr("so nothing was erased")));
  EXPECT_TRUE(Opens(index));
  journal_.SetFault(JournalFault::kNone);
  ASSERT_OK(erasures_->Tick());
  EXPECT_TRUE(Opens(index));
  EXPECT_THAT(Outcomes(), IsEmpty());
  EXPECT_OK(Erase({index}));
}

TEST_F(ErasuresTest, AJournalThatWasWrittenAfterAllIsCarriedOutSoon) {
  const uint64_t index = Disclose();
  journal_.SetFault(JournalFault::kFailedButWritten);
  EXPECT_THAT(Erase({index}), StatusIs(kUnavailable, ::testing::_));
  EXPECT_TRUE(Opens(index));
  journal_.SetFault(JournalFault::kNone);
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
  EXPECT_THAT(Outcomes(), ElementsAre("replayed"));
  EXPECT_EQ(LeavesOf(v1::ERASURE)[0].procedure(), Must(journal_.Read())[0].procedure);
}

TEST_F(ErasuresTest, ATransactionThatFailedIsCarriedOutSoon) {
  const uint64_t index = Disclose(), other = Disclose();
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_THAT(Erase({index}), StatusIs(kUnavailable, HasSubstr("disk is full")));
  EXPECT_FALSE(erasures_->Tick().ok());
  EXPECT_TRUE(Opens(index));
  world_.memory().SetFaults({});
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
  EXPECT_TRUE(Opens(other));
  EXPECT_THAT(Outcomes(), ElementsAre("replayed"));
  ASSERT_OK(erasures_->Tick());
  EXPECT_THAT(Outcomes(), ElementsAre("replayed")) << "and only once";
  world_.CheckLog();
}

TEST_F(ErasuresTest, ATransactionThatTookEffectAfterAllIsDone) {
  const uint64_t index = Disclose();
  world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted});
  EXPECT_OK(Erase({index}));
  world_.memory().SetFaults({});
  EXPECT_FALSE(Opens(index));
  ASSERT_OK(erasures_->Tick());
  EXPECT_THAT(Outcomes(), ElementsAre("order"));
}

TEST_F(ErasuresTest, ACrashBetweenJournalAndTransactionIsCarriedOutAtTheStart) {
  const uint64_t index = Disclose();
  const std::string event = world_.Leaves()[index].event_id();
  ASSERT_OK(journal_.Append({.at = world_.clock().Now(),
                             .procedure = std::string(16, 'p'),
                             .entries = {{index, EventId(event)}},
                             .month = std::nullopt,
                             .end = 0}));
  Restart();
  EXPECT_FALSE(Opens(index));
  ASSERT_THAT(Outcomes(), ElementsAre("replayed"));
  EXPECT_EQ(LeavesOf(v1::ERASURE)[0].commitment_size(), 0);
  Restart();
  EXPECT_THAT(Outcomes(), ElementsAre("replayed"));
}

// ---- Holds

TEST_F(ErasuresTest, AHoldKeepsWhatItCoversUntilAnOfficerEndsIt) {
  const uint64_t index = Disclose();
  const v1::LegalHold hold = Must(Hold("2026-01", "2026-02")).hold();
  EXPECT_THAT(Erase({index}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(absl::StrCat("entry ", index, " (disclosure/2026-02)")),
                             HasSubstr("slussctl log release --hold " + ToHex(hold.hold())))));
  GoTo(absl::CivilDay(2031, 3, 2));
  ASSERT_OK(erasures_->Tick());
  EXPECT_TRUE(Opens(index));
  EXPECT_TRUE(HasKey(kFebruary));
  EXPECT_THAT(Outcomes(), IsEmpty());
  EXPECT_THAT(Must(journal_.Read()), IsEmpty());
  Restart();
  ASSERT_EQ(Must(erasures_->List()).hold_size(), 1);
  EXPECT_EQ(Must(erasures_->List()).hold(0).hold(), hold.hold());

  EXPECT_THAT(Release(std::string(16, 'x')),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`hold`")));
  const v1::HoldResponse ended = Must(Release(hold.hold()));
  world_.CheckReceipt(ended.receipt());
  EXPECT_THAT(Release(hold.hold()), StatusIs(absl::StatusCode::kNotFound, ::testing::_));
  GoTo(absl::CivilDay(2031, 3, 4));
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
  EXPECT_THAT(Outcomes(), ElementsAre("retention"));

  const auto placed = LeavesOf(v1::LEGAL_HOLD), released = LeavesOf(v1::LEGAL_HOLD_END);
  ASSERT_EQ(placed.size(), 1u);
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(placed[0].procedure(), hold.hold());
  EXPECT_EQ(released[0].procedure(), hold.hold());
  EXPECT_THAT(placed[0].opening_class(), ElementsAre("disclosure"));
  EXPECT_EQ(placed[0].from_us(),
            absl::ToUnixMicros(absl::FromCivil(absl::CivilMonth(2026, 1), absl::UTCTimeZone())));
  EXPECT_EQ(placed[0].to_us(),
            absl::ToUnixMicros(absl::FromCivil(absl::CivilMonth(2026, 3), absl::UTCTimeZone())));
  EXPECT_THAT(placed[0].SerializeAsString(), Not(HasSubstr("anna")));
  EXPECT_EQ(world_.OpeningOf(placed[0]).field(0).value(), kOfficer);
  EXPECT_EQ(placed[0].commitment_size(), 2);
}

TEST_F(ErasuresTest, AHoldCoversItsClassesAndMonthsAndNoOthers) {
  const uint64_t index = Disclose();
  ASSERT_OK(Hold("2025-01", "2026-01"));
  ASSERT_OK(Hold("2026-03", "2027-01"));
  ASSERT_OK(Hold("2026-02", "2026-02", "oversight"));
  EXPECT_OK(Erase({index}));
  const uint64_t second = Disclose();
  ASSERT_OK(Hold("2026-02", "2026-02", ""));
  EXPECT_THAT(Erase({second}), StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::_));
}

TEST_F(ErasuresTest, RefusesAHoldThatIsNone) {
  EXPECT_THAT(Hold("2026-03", "2026-02"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`to_month`")));
  EXPECT_THAT(Hold("2026", "2026-02"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`from_month`")));
  EXPECT_THAT(Hold("2026-03", "later"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`to_month`")));
  EXPECT_THAT(Hold("2026-03", "2026-04", "secrets"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`opening_class`")));
  EXPECT_THAT(erasures_->Hold(kOfficer, v1::HoldRequest()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`reason_digest`")));
  EXPECT_THAT(LeavesOf(v1::LEGAL_HOLD), IsEmpty());
}

// What was journalled and not carried out before a hold came is not carried out under it.
TEST_F(ErasuresTest, WhatIsErasedAgainWaitsForTheEndOfAHold) {
  const uint64_t index = Disclose();
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_FALSE(Erase({index}).ok());
  world_.memory().SetFaults({});
  const v1::LegalHold hold = Must(Hold("2026-02", "2026-02")).hold();
  ASSERT_OK(erasures_->Tick());
  Restart();
  EXPECT_TRUE(Opens(index));
  EXPECT_THAT(lines_.str(), HasSubstr("\"event\":\"erasures-held\""));
  ASSERT_OK(Release(hold.hold()));
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
}

// ---- By time

TEST_F(ErasuresTest, AMonthIsErasedWhenItIsKeptNoLongerAndNotADayBefore) {
  std::vector<uint64_t> indexes;
  for (int i = 0; i < 3; ++i) indexes.push_back(Disclose());
  const std::string sealed = Must(world_.store().ReadOpening(indexes[0]))->opening.sealed;
  GoTo(absl::CivilDay(2026, 3, 10));
  const uint64_t later = Disclose();
  GoTo(absl::CivilDay(2031, 2, 28));
  ASSERT_OK(erasures_->Tick());
  EXPECT_TRUE(Opens(indexes[0]));
  GoTo(absl::CivilDay(2031, 3, 1));
  ASSERT_OK(erasures_->Tick());
  for (const uint64_t index : indexes) EXPECT_FALSE(Opens(index));
  EXPECT_TRUE(Opens(later));
  EXPECT_FALSE(HasKey(kFebruary));
  EXPECT_TRUE(HasKey(kMarch));
  EXPECT_THAT(world_.memory().Dump(), Not(HasSubstr(sealed)));

  ASSERT_THAT(Outcomes(), ElementsAre("retention"));
  const v1::AuditLeaf leaf = LeavesOf(v1::ERASURE)[0];
  EXPECT_THAT(leaf.opening_class(), ElementsAre("disclosure/2026-02"));
  EXPECT_EQ(leaf.count(), 3u);
  EXPECT_EQ(leaf.commitment_size(), 0);
  const std::vector<JournalledErasure> journal = Must(journal_.Read());
  ASSERT_EQ(journal.size(), 1u);
  EXPECT_EQ(journal[0].procedure, leaf.procedure());
  world_.CheckLog();
  Restart();
  GoTo(absl::CivilDay(2031, 3, 2));
  ASSERT_OK(erasures_->Tick());
  EXPECT_THAT(Outcomes(), ElementsAre("retention")) << "and only once";
}

TEST_F(ErasuresTest, EachClassIsKeptForItsOwnTime) {
  const uint64_t disclosure = Disclose();
  ASSERT_OK(Hold("2020-01", "2020-02"));  // an entry of oversight
  const uint64_t oversight = world_.Leaves().size() - 1;
  GoTo(absl::CivilDay(2031, 3, 1));
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(disclosure));
  EXPECT_TRUE(Opens(oversight));
  GoTo(absl::CivilDay(2036, 3, 1));
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(oversight));
}

TEST_F(ErasuresTest, ManyMonthsAtOnceWaitForAnOfficer) {
  std::vector<uint64_t> indexes = {Disclose()};
  GoTo(absl::CivilDay(2026, 3, 10));
  indexes.push_back(Disclose());
  GoTo(absl::CivilDay(2026, 4, 10));
  indexes.push_back(Disclose());
  GoTo(absl::CivilDay(2032, 1, 1));  // a clock gone wrong, perhaps
  ASSERT_OK(erasures_->Tick());
  for (const uint64_t index : indexes) EXPECT_TRUE(Opens(index));
  EXPECT_THAT(lines_.str(), HasSubstr("\"event\":\"retention-waits\",\"months\":3"));
  EXPECT_THAT(Must(erasures_->List()).waiting_month(),
              ElementsAre("disclosure/2026-02", "disclosure/2026-03", "disclosure/2026-04"));
  v1::EraseRequest request;
  request.set_due(true);
  request.set_reason_digest(Officer("why"));
  const v1::EraseResponse response = Must(erasures_->Erase(kOfficer, request));
  EXPECT_EQ(response.erased(), 3u);
  EXPECT_EQ(response.month_size(), 3);
  for (const uint64_t index : indexes) EXPECT_FALSE(Opens(index));
  for (const OpeningMonth& month : {kFebruary, kMarch, kApril}) EXPECT_FALSE(HasKey(month));
  ASSERT_THAT(Outcomes(), ElementsAre("order", "order", "order"));
  for (const v1::AuditLeaf& leaf : LeavesOf(v1::ERASURE)) {
    EXPECT_EQ(leaf.procedure(), response.procedure());
    EXPECT_EQ(leaf.commitment_size(), 2);
  }
  EXPECT_THAT(erasures_->Erase(kOfficer, request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`due`")));
}

TEST_F(ErasuresTest, AKeyThatCouldNotBeDestroyedIsDestroyedSoon) {
  const uint64_t index = Disclose();
  GoTo(absl::CivilDay(2031, 3, 1));
  world_.month_keys().SetFaults({.destroy = true});
  EXPECT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
  EXPECT_TRUE(HasKey(kFebruary));
  EXPECT_FALSE(erasures_->Tick().ok()) << "and until then it is told";
  world_.month_keys().SetFaults({});
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(HasKey(kFebruary));
  EXPECT_THAT(Outcomes(), ElementsAre("retention"));
}

TEST_F(ErasuresTest, ACrashBeforeAKeyIsDestroyedIsMadeGoodAtTheStart) {
  const uint64_t index = Disclose();
  const auto keys = world_.month_keys().Copy();
  GoTo(absl::CivilDay(2031, 3, 1));
  ASSERT_OK(erasures_->Tick());
  world_.month_keys().Restore(keys);
  Restart();
  EXPECT_FALSE(HasKey(kFebruary));
  EXPECT_FALSE(Opens(index));
  EXPECT_THAT(Outcomes(), ElementsAre("retention"));
}

TEST_F(ErasuresTest, FaultsOfARetentionRunAreMadeGood) {
  const uint64_t index = Disclose();
  GoTo(absl::CivilDay(2031, 3, 1));
  journal_.SetFault(JournalFault::kFailed);
  EXPECT_THAT(erasures_->Tick(), StatusIs(kUnavailable, HasSubstr("journal")));
  EXPECT_TRUE(Opens(index));
  EXPECT_TRUE(HasKey(kFebruary));
  journal_.SetFault(JournalFault::kNone);
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  EXPECT_THAT(erasures_->Tick(), StatusIs(kUnavailable, ::testing::_));
  EXPECT_TRUE(HasKey(kFebruary)) << "not before it is durable";
  world_.memory().SetFaults({});
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
  EXPECT_FALSE(HasKey(kFebruary));
}

// ---- A restored backup

TEST_F(ErasuresTest, ARestoredDatabaseIsErasedAgain) {
  const uint64_t single = Disclose(), kept = Disclose();
  GoTo(absl::CivilDay(2026, 3, 10));
  const uint64_t march = Disclose();
  const MemoryBase backup = world_.memory().Backup();
  ASSERT_OK(Erase({march}));
  GoTo(absl::CivilDay(2031, 3, 1));
  ASSERT_OK(erasures_->Tick());
  ASSERT_FALSE(Opens(single));

  erasures_.reset();
  world_.Stop();
  world_.memory().RestoreBackup(backup);
  ASSERT_TRUE(Must(world_.store().ReadOpening(march)).has_value());
  Restart();
  EXPECT_FALSE(Opens(single));
  EXPECT_FALSE(Opens(kept));
  EXPECT_FALSE(Opens(march));
  EXPECT_THAT(Outcomes(), ElementsAre("replayed", "replayed"));
  EXPECT_EQ(LeavesOf(v1::ERASURE)[0].procedure(), Must(journal_.Read())[0].procedure);
  EXPECT_THAT(world_.memory().Dump(), Not(HasSubstr(backup.openings.at(march).sealed)));
  world_.CheckLog();
}

// The hold was ended after the copy was made; in the copy it stands.
TEST_F(ErasuresTest, AMonthThatIsErasedAgainWaitsForTheEndOfAHold) {
  const uint64_t index = Disclose();
  const v1::LegalHold hold = Must(Hold("2026-02", "2026-02")).hold();
  const auto keys = world_.month_keys().Copy();
  const MemoryBase backup = world_.memory().Backup();
  ASSERT_OK(Release(hold.hold()));
  GoTo(absl::CivilDay(2031, 3, 1));
  ASSERT_OK(erasures_->Tick());
  erasures_.reset();
  world_.Stop();
  world_.memory().RestoreBackup(backup);
  world_.month_keys().Restore(keys);
  Restart();
  EXPECT_TRUE(Opens(index));
  EXPECT_TRUE(HasKey(kFebruary));
  ASSERT_OK(Release(hold.hold()));
  ASSERT_OK(erasures_->Tick());
  EXPECT_FALSE(Opens(index));
  EXPECT_FALSE(HasKey(kFebruary));
}

TEST_F(ErasuresTest, AnotherHistoryKeepsItsOwnEntries) {
  (void)Disclose();
  const MemoryBase backup = world_.memory().Backup();
  (void)Disclose();
  const uint64_t erased = Disclose();
  ASSERT_OK(Erase({erased}));
  erasures_.reset();
  world_.Stop();
  world_.memory().RestoreBackup(backup);
  Restart();  // its own entry takes the place of the first of the two
  uint64_t last = 0;
  while (last < erased) last = Disclose();
  ASSERT_EQ(last, erased);
  Restart();
  EXPECT_TRUE(Opens(erased)) << "another entry has this index now";
  EXPECT_THAT(Outcomes(), IsEmpty());
}

TEST_F(ErasuresTest, AKeyThatIsGoneStopsTheStartUntilItIsBackOrGivenUp) {
  const uint64_t index = Disclose();
  const auto keys = world_.month_keys().Copy();
  world_.month_keys().Lose(kFebruary);
  EXPECT_THAT(TryRestart(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("the key of `disclosure/2026-02`"),
                             HasSubstr("opens 1 entries"), HasSubstr("slussctl log lost-key"))));
  world_.month_keys().Restore(keys);
  Restart();
  EXPECT_TRUE(Opens(index));
  ASSERT_OK(Hold("2026-02", "2026-02"));  // it keeps nothing that nobody can open
  world_.month_keys().Lose(kFebruary);
  ASSERT_OK(journal_.Append({.at = world_.clock().Now(),
                             .procedure = std::string(16, 'l'),
                             .entries = {},
                             .month = kFebruary,
                             .end = world_.Leaves().size()}));
  Restart();
  EXPECT_FALSE(Opens(index));
  EXPECT_THAT(Outcomes(), ElementsAre("replayed"));
  // The month goes on under another key, which no later start takes for the lost one.
  const uint64_t next = Disclose();
  Restart();
  EXPECT_TRUE(Opens(next));
  EXPECT_TRUE(HasKey(kFebruary));
}

// ---- What is shown

TEST_F(ErasuresTest, ShowsWhatCanBeOpenedAndHowLong) {
  (void)Disclose();
  (void)Disclose();
  GoTo(absl::CivilDay(2026, 3, 10));
  (void)Disclose();
  const v1::OpeningsStanding standing = Must(erasures_->List());
  ASSERT_EQ(standing.of_class_size(), 3);
  EXPECT_EQ(standing.of_class(0).opening_class(), "disclosure");
  EXPECT_EQ(standing.of_class(0).openings(), 3u);
  EXPECT_EQ(standing.of_class(0).keep_months(), 60u);
  EXPECT_EQ(standing.of_class(0).oldest_month(), "2026-02");
  EXPECT_EQ(standing.of_class(0).erased_before(), "2021-03");
  EXPECT_EQ(standing.of_class(1).openings(), 0u);
  EXPECT_EQ(standing.of_class(1).oldest_month(), "");
  EXPECT_THAT(standing.month(),
              ElementsAre("disclosure/2026-02", "disclosure/2026-03", "operation/2026-02"));
  EXPECT_THAT(standing.openings(), ElementsAre(2, 1, 5));  // five registers of officers
  ASSERT_OK(Hold("2026-01", "2026-02"));
  const std::string metrics = Must(erasures_->Metrics());
  EXPECT_THAT(metrics, HasSubstr("sluss_openings{class=\"disclosure\"} 3\n"));
  EXPECT_THAT(metrics, HasSubstr("sluss_openings_oldest_months{class=\"disclosure\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("sluss_legal_holds 1\n"));
}

}  // namespace
}  // namespace sluss::testing
