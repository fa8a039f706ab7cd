// What opens the log's entries: sealed 256 to a key, opened again, and an earlier program's sealed
// at the first start.
#include "gateway/openings/vault.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/openings/sealing.h"
#include "gateway/openings/stored_openings.h"
#include "gmock/gmock.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/gateway/openings/memory_month_keys.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::ExchangeWorld;
using ::testing::HasSubstr;
using testing::kPolice;
using testing::kSchool;
using testing::MemoryMonthKeys;
using testing::MemoryStore;
using testing::Must;
using testing::Noon;
using ::testing::Not;
using testing::Officer;
using testing::StatusIs;

constexpr char kOrigin[] = "log.sluss.example/gw1";
const OpeningMonth kNovember{OpeningClass::kDisclosure, absl::CivilMonth(2025, 11)};
const OpeningMonth kDecember{OpeningClass::kDisclosure, absl::CivilMonth(2025, 12)};
const OpeningMonth kOversight{OpeningClass::kOversight, absl::CivilMonth(2025, 11)};

std::string Opening(uint64_t index) {
  v1::AuditOpening opening;
  opening.set_secret(std::string(32, 's'));
  v1::OpenedField* field = opening.add_field();
  field->set_tag(1);
  field->set_value(absl::StrCat("officer of ", index));
  return opening.SerializeAsString();
}

class OpeningVaultTest : public ::testing::Test {
 protected:
  absl::Status Seal(const OpeningMonth& month, uint64_t first, uint64_t count) {
    std::vector<NewOpening> openings;
    for (uint64_t i = first; i < first + count; ++i) openings.push_back({i, month, Opening(i)});
    const std::unique_ptr<Transaction> transaction = Must(store_.Begin());
    const absl::StatusOr<SealedOpenings> sealed = vault_.Seal(*transaction, openings);
    if (!sealed.ok()) {
      vault_.Forget();
      return sealed.status();
    }
    EXPECT_OK(transaction->PutOpenings(*sealed));
    return transaction->Commit();
  }
  std::string OfficerOf(uint64_t index) {
    const auto opening = reader_.Open(index);
    if (!opening.ok()) return std::string(opening.status().message());
    return opening->has_value() ? (*opening)->field(0).value() : "nothing";
  }
  uint64_t GroupOf(uint64_t index) { return Must(store_.ReadOpening(index))->group.number; }

  MemoryStore store_;
  MemoryMonthKeys keys_;
  OpeningVault vault_{kOrigin, &keys_};
  StoredOpenings reader_{&store_, &keys_, kOrigin};
};

TEST_F(OpeningVaultTest, EveryKindOfEntryHasItsClass) {
  const google::protobuf::EnumDescriptor* const kinds = v1::RecordKind_descriptor();
  std::map<OpeningClass, std::set<std::string>> by_class;
  for (int i = 0; i < kinds->value_count(); ++i) {
    const auto kind = static_cast<v1::RecordKind>(kinds->value(i)->number());
    EXPECT_NE(ClassName(ClassOf(kind)), "") << kinds->value(i)->name();
    by_class[ClassOf(kind)].insert(kinds->value(i)->name());
  }
  // Who adds a kind says here how long what opens it is kept.
  EXPECT_EQ(kinds->value_count(), 39);
  EXPECT_THAT(
      by_class[OpeningClass::kOversight],
      ::testing::ElementsAre("ACCESS_SCAN", "ERASURE", "EXPORT", "LEGAL_HOLD", "LEGAL_HOLD_END",
                             "REVIEW_CLOSED", "REVIEW_DRAWN", "REVIEW_FINDING", "SEARCH"));
  EXPECT_THAT(by_class[OpeningClass::kOperation],
              ::testing::ElementsAre("GAP", "KEY_CHANGE", "OFFICERS", "POLICY_ACTIVATION",
                                     "POLICY_APPROVAL", "POLICY_END", "POLICY_PROPOSAL",
                                     "POLICY_SCHEDULE", "START"));
  EXPECT_EQ(ClassOf(static_cast<v1::RecordKind>(12345)), OpeningClass::kDisclosure);
}

TEST_F(OpeningVaultTest, MonthsAreThoseOfUtc) {
  // Half past midnight in Sweden, on the first of December.
  const absl::Time night = StartOfSwedishDay(absl::CivilDay(2025, 12, 1)) + absl::Minutes(30);
  EXPECT_EQ(OpeningMonthText(MonthOf(v1::DECISION, night)), "disclosure/2025-11");
  EXPECT_EQ(OpeningMonthText(MonthOf(v1::SEARCH, night + absl::Hours(1))), "oversight/2025-12");
}

TEST_F(OpeningVaultTest, ClassAndMonthAreReadAsTheyAreWritten) {
  for (const OpeningMonth& month : {kNovember, kDecember, kOversight}) {
    EXPECT_EQ(Must(ParseOpeningMonth(OpeningMonthText(month))), month);
  }
  for (const char* text :
       {"", "disclosure", "disclosure/", "disclosure/2025", "secret/2025-11", "disclosure/2025-13",
        "disclosure/2025-1", "disclosure/2025-11-01", "disclosure/ 2025-11"}) {
    EXPECT_THAT(ParseOpeningMonth(text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`")))
        << text;
  }
}

TEST_F(OpeningVaultTest, WhatIsSealedOpensAndIsNotThereInPlain) {
  ASSERT_OK(Seal(kNovember, 7, 1));
  EXPECT_EQ(OfficerOf(7), "officer of 7");
  EXPECT_EQ(OfficerOf(8), "nothing");
  EXPECT_THAT(store_.Dump(), Not(HasSubstr("officer of 7")));
  EXPECT_THAT(store_.Dump(), Not(HasSubstr(keys_.Copy().at(kNovember))));
}

TEST_F(OpeningVaultTest, AKeyIsFor256OpeningsOfOneClassAndMonth) {
  ASSERT_OK(Seal(kNovember, 0, 200));
  ASSERT_OK(Seal(kNovember, 200, 200));
  ASSERT_OK(Seal(kDecember, 400, 1));
  ASSERT_OK(Seal(kOversight, 401, 1));
  std::map<uint64_t, int> groups;
  for (uint64_t i = 0; i < 402; ++i) {
    ++groups[GroupOf(i)];
    EXPECT_EQ(OfficerOf(i), absl::StrCat("officer of ", i));
  }
  EXPECT_THAT(groups, ::testing::ElementsAre(::testing::Pair(1, 256), ::testing::Pair(2, 144),
                                             ::testing::Pair(3, 1), ::testing::Pair(4, 1)));
  EXPECT_EQ(keys_.Copy().size(), 3u);
}

TEST_F(OpeningVaultTest, ARestartGoesOnWithTheGroupThatHasRoom) {
  ASSERT_OK(Seal(kNovember, 0, 3));
  vault_.Forget();
  ASSERT_OK(Seal(kNovember, 3, 254));
  EXPECT_EQ(GroupOf(255), 1u);
  EXPECT_EQ(GroupOf(256), 2u);
  EXPECT_EQ(OfficerOf(3), "officer of 3");
}

// A transaction that was dropped took its group with it.
TEST_F(OpeningVaultTest, WhatADroppedTransactionMadeIsForgotten) {
  {
    const std::unique_ptr<Transaction> transaction = Must(store_.Begin());
    const SealedOpenings sealed = Must(vault_.Seal(*transaction, {{0, kNovember, Opening(0)}}));
    ASSERT_OK(transaction->PutOpenings(sealed));
  }
  vault_.Forget();  // as the ledger does
  ASSERT_OK(Seal(kNovember, 0, 1));
  EXPECT_EQ(OfficerOf(0), "officer of 0");
}

TEST_F(OpeningVaultTest, EachByteAndEachPlaceIsBound) {
  ASSERT_OK(Seal(kNovember, 0, 2));
  const KeptOpening kept = *Must(store_.ReadOpening(0));
  const SecretBytes month_key = Must(keys_.Read(kNovember));
  const SecretBytes key = Must(UnwrapGroupKey(month_key, kOrigin, kept.group));
  EXPECT_OK(OpenSealed(key, kOrigin, kNovember, kept.opening));
  EXPECT_THAT(OpenSealed(key, "another log", kNovember, kept.opening),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 0")));
  EXPECT_FALSE(OpenSealed(key, kOrigin, kDecember, kept.opening).ok());
  EXPECT_FALSE(OpenSealed(key, kOrigin, kOversight, kept.opening).ok());
  OpeningRow moved = kept.opening;
  moved.index = 1;
  EXPECT_THAT(OpenSealed(key, kOrigin, kNovember, moved),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 1")));
  for (size_t i = 0; i < kept.opening.sealed.size(); i += 5) {
    OpeningRow changed = kept.opening;
    changed.sealed[i] ^= 1;
    EXPECT_FALSE(OpenSealed(key, kOrigin, kNovember, changed).ok()) << i;
  }
  OpeningGroupRow group = kept.group;
  group.number = 2;
  EXPECT_THAT(UnwrapGroupKey(month_key, kOrigin, group),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("group 2 of `disclosure/2025-11`")));
  group = kept.group;
  group.month = kDecember;
  EXPECT_FALSE(UnwrapGroupKey(month_key, kOrigin, group).ok());
  group = kept.group;
  group.wrapped_key.pop_back();
  EXPECT_FALSE(UnwrapGroupKey(month_key, kOrigin, group).ok());
  EXPECT_FALSE(UnwrapGroupKey(month_key, "another log", kept.group).ok());
}

TEST_F(OpeningVaultTest, TheSameTwiceIsNeverTheSameBytes) {
  ASSERT_OK(Seal(kNovember, 0, 1));
  const std::string first = Must(store_.ReadOpening(0))->opening.sealed;
  ASSERT_OK(Seal(kNovember, 0, 1));
  EXPECT_NE(Must(store_.ReadOpening(0))->opening.sealed, first);
}

TEST_F(OpeningVaultTest, ALostKeyIsToldAndNoOtherTakesItsPlace) {
  ASSERT_OK(Seal(kNovember, 0, 1));
  keys_.Lose(kNovember);
  vault_.Forget();
  reader_.Forget();
  EXPECT_THAT(
      Seal(kNovember, 1, 1),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the key of `disclosure/2025-11` is gone")));
  EXPECT_THAT(reader_.Open(0),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 0 has no key")));
  EXPECT_TRUE(keys_.Copy().empty());
}

TEST_F(OpeningVaultTest, AKeyThatCannotBeWrittenStopsTheEntry) {
  keys_.SetFaults({.make = true});
  EXPECT_THAT(Seal(kNovember, 0, 1), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("full")));
  keys_.SetFaults({});
  EXPECT_OK(Seal(kNovember, 0, 1));
}

TEST_F(OpeningVaultTest, TheOthersOfAGroupAreSealedAnewUnderAKeyOfTheirOwn) {
  ASSERT_OK(Seal(kNovember, 0, 5));
  const KeptOpening before = *Must(store_.ReadOpening(2));
  const SealedOpenings others = Must(vault_.SealOthersAnew(store_, {before.group}, {1, 3}));
  ASSERT_EQ(others.groups.size(), 1u);
  EXPECT_EQ(others.groups[0].openings, 3u);
  EXPECT_NE(others.groups[0].wrapped_key, before.group.wrapped_key);
  std::set<uint64_t> kept;
  for (const OpeningRow& row : others.openings) {
    kept.insert(row.index);
    EXPECT_NE(row.sealed, Must(store_.ReadOpening(row.index))->opening.sealed);
    const SecretBytes key =
        Must(UnwrapGroupKey(Must(keys_.Read(kNovember)), kOrigin, others.groups[0]));
    EXPECT_EQ(Must(OpenSealed(key, kOrigin, kNovember, row)), Opening(row.index));
  }
  EXPECT_THAT(kept, ::testing::ElementsAre(0, 2, 4));
  const SealedOpenings none = Must(vault_.SealOthersAnew(store_, {before.group}, {0, 1, 2, 3, 4}));
  EXPECT_TRUE(none.groups.empty());
  EXPECT_TRUE(none.openings.empty());
}

// ---- An earlier program's database

TEST(SealPlainOpeningsTest, SealsWhatAnEarlierProgramLeftAndTakesUpWhereItStopped) {
  ExchangeWorld world;
  for (int i = 0; i < 3; ++i) {
    Outgoing outgoing = world.DutyReport();
    outgoing.header.set_message_id(RandomBytes(16));
    ASSERT_OK(world.Submit(kSchool, outgoing));
  }
  const std::vector<v1::AuditLeaf> leaves = world.Leaves();
  world.Stop();
  // As if they had never been sealed.
  std::map<uint64_t, std::string> plain;
  const StoredOpenings openings(&world.store(), &world.month_keys(), kOrigin);
  for (uint64_t i = 0; i < leaves.size(); ++i) {
    const auto opening = Must(openings.Open(i));
    if (!opening.has_value()) continue;
    plain[i] = opening->SerializeAsString();
    world.memory().PutPlainOpening(EventId(leaves[i].event_id()), plain[i]);
  }
  ASSERT_GE(plain.size(), 3u);
  world.memory().PutPlainOpening(EventId("of no entry"), "nobody's");
  world.memory().EraseSealedOpenings();
  world.month_keys().Restore({});
  ASSERT_THAT(world.memory().Dump(), HasSubstr(Officer("first officer")));

  MemoryMonthKeys keys;
  OpeningVault vault(kOrigin, &keys);
  for (const testing::CommitFault fault :
       {testing::CommitFault::kFailed, testing::CommitFault::kFailedButPersisted}) {
    world.memory().SetFaults({.commit = fault});
    EXPECT_THAT(SealPlainOpenings(&world.store(), &vault),
                StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
    world.memory().SetFaults({});
    vault.Forget();
  }
  EXPECT_EQ(Must(SealPlainOpenings(&world.store(), &vault)), 0u);  // the second took effect
  EXPECT_FALSE(Must(world.store().HasPlainOpenings()));
  const StoredOpenings sealed(&world.store(), &keys, kOrigin);
  for (const auto& [index, opening] : plain) {
    EXPECT_EQ(Must(sealed.Open(index))->SerializeAsString(), opening);
  }
  EXPECT_THAT(world.memory().Dump(), Not(HasSubstr("nobody's")));
}

}  // namespace
}  // namespace sluss
