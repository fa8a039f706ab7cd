// What every Store must do: one test for all of them.
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContractTest, ::testing::Values(StoreMaker{...}));
#ifndef SLUSS_TESTS_GATEWAY_EXCHANGE_STORE_CONTRACT_H_
#define SLUSS_TESTS_GATEWAY_EXCHANGE_STORE_CONTRACT_H_

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/store_contract_fixture.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

inline const absl::CivilDay kTuesday(2026, 2, 10);
inline const absl::CivilDay kWednesday(2026, 2, 11);
inline const OpeningMonth kNovember{OpeningClass::kDisclosure, absl::CivilMonth(2025, 11)};

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(StoreContractTest, WhatWasNeverStoredIsEmptyAndNoError) {
  EXPECT_FALSE(Must(store().FindMessage(MessageId(RandomBytes(16)))).has_value());
  EXPECT_FALSE(Must(store().FindDelivered(DeliveryId(RandomBytes(16)))).has_value());
  EXPECT_EQ(Must(store().ReadPayload(MessageId(RandomBytes(16)))), "");
  EXPECT_FALSE(Must(store().FindItem(DeliveryId(RandomBytes(16)))).has_value());
  EXPECT_FALSE(Must(store().FindConsent(ConsentId(RandomBytes(16)))).has_value());
  EXPECT_THAT(Sequences(kPolice), IsEmpty());
  EXPECT_EQ(Must(store().CountItems(kPolice)), 0u);
  EXPECT_EQ(Must(store().EnrolmentsOn(kPolice, kTuesday)), 0u);
  EXPECT_FALSE(Must(store().ReadOpening(1000)).has_value());
  EXPECT_THAT(Must(store().OpeningsOf(7)), IsEmpty());
  EXPECT_FALSE(Must(store().LastOpeningGroup(kNovember)).has_value());
  EXPECT_THAT(Must(store().OpeningMonths()), IsEmpty());
  EXPECT_EQ(Must(store().HighestOpeningGroup()), 0u);
  EXPECT_THAT(Must(store().LegalHolds()), IsEmpty());
  EXPECT_EQ(Must(store().ReadPlainOpening(EventId(RandomBytes(16)))), "");
  EXPECT_FALSE(Must(store().HasPlainOpenings()));
  EXPECT_EQ(Must(store().ReadHead("gateway/other")).counter, 0u);
  EXPECT_THAT(store().ReadEntry(1000), StatusIs(absl::StatusCode::kDataLoss, ::testing::_));
  EXPECT_THAT(Must(store().ReadEntries(1000, 10)), IsEmpty());
  EXPECT_THAT(store().ReadTile(0, 1000), StatusIs(absl::StatusCode::kDataLoss, ::testing::_));
}

TEST_P(StoreContractTest, AdmitsMessagePayloadCitationsAndItemTogether) {
  std::string payload;
  const MessageRow row = Admit(world_.DutyReport(), &payload);
  EXPECT_EQ(Bytes(Find(row.id)), Bytes(row));
  EXPECT_EQ(Bytes(*Must(store().FindDelivered(row.delivery_id))), Bytes(row));
  EXPECT_EQ(Must(store().ReadPayload(row.id)), payload);
  EXPECT_NE(payload, "");
  const QueueItem item = *Must(store().FindItem(row.delivery_id));
  EXPECT_EQ(item.agency, kSocialServices);
  EXPECT_EQ(item.message_id, row.id);
  EXPECT_EQ(item.kind, ItemKind::kNotification);
  EXPECT_TRUE(item.ready);  // a duty report does not wait
  EXPECT_THAT(Sequences(kSocialServices), ElementsAre(item.sequence));
}

TEST_P(StoreContractTest, ADeniedMessageIsKnownButWaitsForNobody) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_purpose("LAW_ENFORCEMENT");
  const MessageRow row = Admit(outgoing);
  EXPECT_EQ(Find(row.id).state, v1::DENIED);
  EXPECT_EQ(Must(store().ReadPayload(row.id)), "");
  EXPECT_EQ(Must(store().CountItems(kSocialServices)), 0u);
}

TEST_P(StoreContractTest, AnIdIsAdmittedOnce) {
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  absl::Status second;
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(const Recorded recorded, Record(recorder, kSchool, envelope));
    return recorder.store().Admit(recorded);
  }));
  EXPECT_FALSE(Apply([&](Recorder& recorder) -> absl::Status {
                 ASSIGN_OR_RETURN(const Recorded recorded, Record(recorder, kSchool, envelope));
                 return second = recorder.store().Admit(recorded);
               }).ok());
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kAlreadyExists, ::testing::_));
}

TEST_P(StoreContractTest, ATransactionSeesItselfAndOthersSeeItAfterItsCommit) {
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(const Recorded recorded, Record(recorder, kSchool, envelope));
    RETURN_IF_ERROR(recorder.store().Admit(recorded));
    const MessageId id = recorded.row().id;
    EXPECT_TRUE(Must(recorder.store().FindMessage(id)).has_value());
    EXPECT_NE(Must(recorder.store().ReadPayload(id)), "");
    EXPECT_THAT(Must(recorder.store().ReadyItems(kSocialServices, 0, 9)), SizeIs(1));
    EXPECT_FALSE(Must(store().FindMessage(id)).has_value());
    EXPECT_EQ(Must(store().ReadPayload(id)), "");
    EXPECT_THAT(Must(store().ReadyItems(kSocialServices, 0, 9)), IsEmpty());
    return absl::OkStatus();
  }));
}

TEST_P(StoreContractTest, WhatIsNotCommittedNeverWas) {
  const MessageRow row = Admit(world_.DutyReport());
  const LogHead before = Must(store().ReadHead(kGateway));
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  EXPECT_FALSE(Apply([&](Recorder& recorder) -> absl::Status {
                 ASSIGN_OR_RETURN(const Recorded recorded, Record(recorder, kSchool, envelope));
                 RETURN_IF_ERROR(recorder.store().Admit(recorded));
                 RETURN_IF_ERROR(recorder.store().ErasePayload(row.id));
                 RETURN_IF_ERROR(recorder.store().RemoveItem(row.delivery_id));
                 RETURN_IF_ERROR(recorder.store().AddEnrolments(kSchool, kTuesday, 5));
                 return absl::InternalError("the unit fails");
               }).ok());
  EXPECT_NE(Must(store().ReadPayload(row.id)), "");
  EXPECT_EQ(Must(store().CountItems(kSocialServices)), 1u);
  EXPECT_EQ(Must(store().EnrolmentsOn(kSchool, kTuesday)), 0u);
  EXPECT_EQ(Must(store().ReadHead(kGateway)).size, before.size);
}

TEST_P(StoreContractTest, UpdateReplacesWhatMayChangeAndKeepsTheKeys) {
  const MessageRow row = Admit(world_.DutyReport());
  ASSERT_OK(Update(row, [&](MessageRow& changed) {
    changed.state = v1::CLAIMED;
    changed.deadline = absl::InfiniteFuture();
    changed.pseudonym = PseudonymState::kDone;
    changed.details.set_reason_code("another");
    changed.sender = kPolice;
    changed.delivery_id = DeliveryId(RandomBytes(16));
  }));
  const MessageRow stored = Find(row.id);
  EXPECT_EQ(stored.state, v1::CLAIMED);
  EXPECT_EQ(stored.deadline, absl::InfiniteFuture());
  EXPECT_EQ(stored.pseudonym, PseudonymState::kDone);
  EXPECT_EQ(stored.details.reason_code(), "another");
  EXPECT_EQ(stored.sender, kSchool);
  EXPECT_EQ(stored.delivery_id, row.delivery_id);

  MessageRow unknown = row;
  unknown.id = MessageId(RandomBytes(16));
  absl::Status status;
  EXPECT_FALSE(Apply([&](Recorder& recorder) -> absl::Status {
                 ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
                 return status = recorder.store().UpdateMessage(unknown, entry);
               }).ok());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, ::testing::_));
}

TEST_P(StoreContractTest, AnErasedPayloadIsGoneAndTheRowStays) {
  std::string payload;
  const MessageRow row = Admit(world_.DutyReport(), &payload);
  ASSERT_OK(Apply([&](Recorder& recorder) { return recorder.store().ErasePayload(row.id); }));
  EXPECT_EQ(Must(store().ReadPayload(row.id)), "");
  EXPECT_EQ(Bytes(Find(row.id)), Bytes(row));
}

TEST_P(StoreContractTest, ItemsAreReadInOrderByAgencyWhenReady) {
  const DeliveryId ids[] = {DeliveryId(RandomBytes(16)), DeliveryId(RandomBytes(16)),
                            DeliveryId(RandomBytes(16))};
  const MessageId message(RandomBytes(16));
  EnqueueOutcome(kSchool, ids[0], message);
  EnqueueOutcome(kPolice, ids[1], message);
  EnqueueOutcome(kSchool, ids[2], message);
  const std::vector<uint64_t> school = Sequences(kSchool);
  ASSERT_THAT(school, SizeIs(2));
  EXPECT_LT(school[0], school[1]);
  EXPECT_THAT(Sequences(kSchool, school[0]), ElementsAre(school[1]));
  EXPECT_THAT(Sequences(kSchool, 0, /*limit=*/1), ElementsAre(school[0]));
  EXPECT_EQ(Must(store().FindItem(ids[0]))->outcome.reason_code(), "a reason");
  EXPECT_EQ(Must(store().FindItem(ids[0]))->kind, ItemKind::kOutcome);

  ASSERT_OK(Apply([&](Recorder& recorder) { return recorder.store().RemoveItem(ids[2]); }));
  ASSERT_OK(Apply([&](Recorder& recorder) { return recorder.store().RemoveItem(ids[2]); }));
  EXPECT_THAT(Sequences(kSchool), ElementsAre(school[0]));
  // A number is never given twice, or a reader that has passed it would miss the new one.
  EnqueueOutcome(kSchool, DeliveryId(RandomBytes(16)), message);
  EXPECT_GT(Sequences(kSchool).back(), school[1]);
}

TEST_P(StoreContractTest, AnItemThatIsNotReadyIsPassedOverUntilItIs) {
  Outgoing waits = world_.DutyReport();  // not by duty: it waits for its pseudonym
  waits.header.set_purpose("LAW_ENFORCEMENT");
  waits.header.set_legal_basis("LAG-2025-170-7");
  waits.header.set_recipient(kPolice.value());
  waits.header.mutable_attestation(0)->set_role("principal");
  const MessageRow row = Admit(waits);
  ASSERT_EQ(row.state, v1::QUEUED);
  EXPECT_THAT(Sequences(kPolice), IsEmpty());
  EXPECT_EQ(Must(store().CountItems(kPolice)), 1u);
  ASSERT_OK(Apply([&](Recorder& recorder) { return recorder.store().MakeReady(row.delivery_id); }));
  EXPECT_THAT(Sequences(kPolice), SizeIs(1));
}

TEST_P(StoreContractTest, PseudonymItemsFollowWithAnEntry) {
  const DeliveryId id(RandomBytes(16));
  const MessageId message(RandomBytes(16));
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
    return recorder.store().EnqueuePseudonym(kPolice, id, message, entry);
  }));
  const QueueItem item = *Must(store().FindItem(id));
  EXPECT_EQ(item.kind, ItemKind::kPseudonym);
  EXPECT_EQ(item.message_id, message);
}

TEST_P(StoreContractTest, FindsWhatCitesAConsentByStateAndPage) {
  const SealedConsent sealed = world_.Deposit(world_.Record());
  const ConsentId consent = sealed.witness.consent_id();
  std::vector<MessageId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(Admit(world_.Signal({sealed.witness})).id);
  std::sort(ids.begin(), ids.end());
  Admit(world_.DutyReport());  // cites nothing
  // The consent is unknown, so the messages are denied.
  EXPECT_EQ(Must(store().MessagesCiting(consent, {v1::DENIED}, MessageId(), 9)), ids);
  EXPECT_THAT(Must(store().MessagesCiting(consent, {v1::DENIED}, MessageId(), 2)),
              ElementsAre(ids[0], ids[1]));
  EXPECT_THAT(Must(store().MessagesCiting(consent, {v1::DENIED}, ids[1], 2)), ElementsAre(ids[2]));
  ASSERT_OK(Update(Find(ids[1]), [](MessageRow& row) { row.state = v1::QUEUED; }));
  EXPECT_THAT(Must(store().MessagesCiting(consent, {v1::QUEUED}, MessageId(), 9)),
              ElementsAre(ids[1]));
  EXPECT_EQ(Must(store().MessagesCiting(consent, {v1::QUEUED, v1::DENIED}, MessageId(), 9)), ids);
}

TEST_P(StoreContractTest, FindsWhatIsDueEarliestFirst) {
  const absl::Time now = world_.clock().Now();
  const MessageRow late = Admit(world_.DutyReport());
  const MessageRow early = Admit(world_.DutyReport());
  const MessageRow never = Admit(world_.DutyReport());
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(const Entry entry, recorder.Append(MessageLeaf(v1::PHONE_NOTICE, late)));
    RETURN_IF_ERROR(recorder.store().SetDeadline(late.id, now + absl::Minutes(2), entry));
    RETURN_IF_ERROR(recorder.store().SetDeadline(early.id, now + absl::Minutes(1), entry));
    return recorder.store().SetDeadline(never.id, absl::InfiniteFuture(), entry);
  }));
  EXPECT_THAT(Must(store().MessagesDue(now, 9)), IsEmpty());
  EXPECT_THAT(Must(store().MessagesDue(now + absl::Minutes(1), 9)), ElementsAre(early.id));
  EXPECT_THAT(Must(store().MessagesDue(now + absl::Hours(9999), 9)),
              ElementsAre(early.id, late.id));
  EXPECT_THAT(Must(store().MessagesDue(now + absl::Hours(9999), 1)), ElementsAre(early.id));
}

TEST_P(StoreContractTest, OfAMessageThatIsRemovedNothingIsLeft) {
  const SealedConsent sealed = world_.Deposit(world_.Record());
  const ConsentId consent = sealed.witness.consent_id();
  const absl::Time later = world_.clock().Now() + absl::Hours(9999);
  const MessageRow row = Admit(world_.Signal({sealed.witness}));
  const MessageRow other = Admit(world_.Signal({sealed.witness}));
  ASSERT_OK(Apply([&](Recorder& recorder) { return recorder.store().RemoveMessage(row); }));
  EXPECT_EQ(Must(store().FindMessage(row.id)), std::nullopt);
  EXPECT_EQ(Must(store().ReadPayload(row.id)), "");
  EXPECT_THAT(Must(store().MessagesCiting(consent, {row.state}, MessageId(), 9)),
              ElementsAre(other.id));
  EXPECT_THAT(Must(store().MessagesDue(later, 9)), ElementsAre(other.id));
  EXPECT_THAT(Must(store().PseudonymsWanted(later, 9)), IsEmpty());
  EXPECT_OK(Apply([&](Recorder& recorder) { return recorder.store().RemoveMessage(row); }))
      << "removed already";
}

TEST_P(StoreContractTest, SummarisesTheNotificationsThatWait) {
  EXPECT_EQ(Must(store().SummariseQueue()).notifications, 0u);
  EXPECT_TRUE(Must(store().SummariseQueue()).oldest.empty());
  const MessageRow first = Admit(world_.DutyReport());
  ASSERT_OK(Apply([&](Recorder& recorder) {
    return recorder.store().EnqueueOutcome(kSchool, DeliveryId(std::string(16, 'o')), first.id, {});
  }));
  const MessageRow second = Admit(world_.DutyReport());
  EXPECT_EQ(Must(store().SummariseQueue()).notifications, 2u) << "outcomes are none";
  EXPECT_EQ(Must(store().SummariseQueue()).oldest, first.id);
  ASSERT_OK(
      Apply([&](Recorder& recorder) { return recorder.store().RemoveItem(first.delivery_id); }));
  EXPECT_EQ(Must(store().SummariseQueue()).notifications, 1u);
  EXPECT_EQ(Must(store().SummariseQueue()).oldest, second.id);
}

TEST_P(StoreContractTest, FindsWhatWantsAPseudonymInTheOrderOfAdmission) {
  const absl::Time now = world_.clock().Now();
  std::vector<MessageRow> rows;
  for (int i = 0; i < 3; ++i) rows.push_back(Admit(world_.DutyReport()));
  EXPECT_THAT(Must(store().PseudonymsWanted(now, 9)),
              ElementsAre(rows[0].id, rows[1].id, rows[2].id));
  EXPECT_THAT(Must(store().PseudonymsWanted(now, 1)), ElementsAre(rows[0].id));
  rows[0].pseudonym_due = now + absl::Minutes(1);
  rows[1].pseudonym = PseudonymState::kDone;
  rows[1].details.mutable_keyholder_hop()->set_proof("a proof");
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    RETURN_IF_ERROR(recorder.store().SetPseudonym(rows[0]));
    return recorder.store().SetPseudonym(rows[1]);
  }));
  EXPECT_THAT(Must(store().PseudonymsWanted(now, 9)), ElementsAre(rows[2].id));
  EXPECT_THAT(Must(store().PseudonymsWanted(now + absl::Minutes(1), 9)),
              ElementsAre(rows[2].id, rows[0].id));
  EXPECT_EQ(Find(rows[1].id).details.keyholder_hop().proof(), "a proof");
}

TEST_P(StoreContractTest, KeepsConsentsAndTheirWithdrawal) {
  const ConsentRow row = PutConsent();
  ConsentRow stored = *Must(store().FindConsent(row.id));
  EXPECT_EQ(stored.record, row.record);
  EXPECT_EQ(stored.registered_event, row.registered_event);
  EXPECT_EQ(stored.registered_index, row.registered_index);
  EXPECT_EQ(stored.withdrawn, absl::InfiniteFuture());

  absl::Status second;
  EXPECT_FALSE(Apply([&](Recorder& recorder) -> absl::Status {
                 ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
                 return second = recorder.store().PutConsent(row, entry);
               }).ok());
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kAlreadyExists, ::testing::_));

  const absl::Time when = world_.clock().Now();
  uint64_t index = 0;
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
    index = entry.index();
    ConsentRow changed = row;
    changed.withdrawn = when;
    changed.withdrawn_event = entry.event();
    changed.withdrawn_index = entry.index();
    changed.standing.add_withdrawn_party("police/region-mitt");
    changed.record = "another record";
    return recorder.store().UpdateConsent(changed, entry);
  }));
  stored = *Must(store().FindConsent(row.id));
  EXPECT_EQ(stored.withdrawn, when);
  EXPECT_EQ(stored.withdrawn_index, index);
  EXPECT_EQ(stored.record, row.record);
  EXPECT_EQ(stored.standing.version(), 3u);
  EXPECT_THAT(stored.standing.withdrawn_party(), ElementsAre("police/region-mitt"));

  ConsentRow unknown = row;
  unknown.id = ConsentId(RandomBytes(16));
  EXPECT_FALSE(Apply([&](Recorder& recorder) -> absl::Status {
                 ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
                 return second = recorder.store().UpdateConsent(unknown, entry);
               }).ok());
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kNotFound, ::testing::_));
}

TEST_P(StoreContractTest, WhatIsLeftOfAPayloadReplacesIt) {
  const MessageRow row = Admit(world_.DutyReport());
  const auto replace = [&](const MessageId& id) {
    return Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      return recorder.store().ReplacePayload(id, "what is left", entry);
    });
  };
  ASSERT_OK(replace(row.id));
  EXPECT_EQ(Must(store().ReadPayload(row.id)), "what is left");
  EXPECT_FALSE(replace(MessageId(RandomBytes(16))).ok());
  ASSERT_OK(Apply([&](Recorder& recorder) { return recorder.store().ErasePayload(row.id); }));
  EXPECT_FALSE(replace(row.id).ok()) << "what is erased does not come back";
  EXPECT_EQ(Must(store().ReadPayload(row.id)), "");
}

TEST_P(StoreContractTest, RecallsFollowWithAnEntry) {
  const DeliveryId id(RandomBytes(16));
  const MessageId message(RandomBytes(16));
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
    return recorder.store().EnqueueRecall(kPolice, id, message, entry);
  }));
  const QueueItem item = *Must(store().FindItem(id));
  EXPECT_EQ(item.kind, ItemKind::kRecall);
  EXPECT_EQ(item.agency, kPolice);
  EXPECT_EQ(item.message_id, message);
  EXPECT_THAT(Sequences(kPolice), SizeIs(1));
}

TEST_P(StoreContractTest, CountsEnrolmentsByAgencyAndDay) {
  const auto add = [&](const AgencyId& agency, absl::CivilDay day, uint64_t count) {
    EXPECT_OK(Apply(
        [&](Recorder& recorder) { return recorder.store().AddEnrolments(agency, day, count); }));
  };
  add(kSchool, kTuesday, 5);
  add(kSchool, kTuesday, 7);
  add(kSchool, kWednesday, 1);
  add(kPolice, kTuesday, 3);
  EXPECT_EQ(Must(store().EnrolmentsOn(kSchool, kTuesday)), 12u);
  EXPECT_EQ(Must(store().EnrolmentsOn(kSchool, kWednesday)), 1u);
  EXPECT_EQ(Must(store().EnrolmentsOn(kPolice, kTuesday)), 3u);
}

TEST_P(StoreContractTest, ARegisterOfOfficersTakesThePlaceOfTheOneBefore) {
  const auto put = [&](const AgencyId& agency, uint64_t version,
                       const std::vector<std::string>& officers) {
    return Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      OfficerRows rows;
      for (const std::string& officer : officers) rows[officer].set_officer("of " + officer);
      const OfficerRegisterRow row{version, "a digest", entry.event(), entry.index()};
      return recorder.store().PutOfficers(agency, row, rows, entry);
    });
  };
  const AgencyId agency("school/with-officers"), other("school/other");
  EXPECT_FALSE(Must(store().FindOfficerRegister(agency)).has_value());
  ASSERT_OK(put(agency, 7, {"anna", "bo"}));
  ASSERT_OK(put(other, 3, {"anna"}));
  ASSERT_OK(put(agency, 8, {"bo", "cy"}));

  const OfficerRegisterRow row = *Must(store().FindOfficerRegister(agency));
  EXPECT_EQ(row.version, 8u);
  EXPECT_EQ(row.digest, "a digest");
  EXPECT_EQ(Must(store().ReadEntry(row.index)).empty(), false);
  EXPECT_FALSE(Must(store().FindOfficer(agency, "anna")).has_value());
  EXPECT_EQ(Must(store().FindOfficer(agency, "bo"))->officer(), "of bo");
  EXPECT_EQ(Must(store().FindOfficer(agency, "cy"))->officer(), "of cy");
  EXPECT_EQ(Must(store().FindOfficer(other, "anna"))->officer(), "of anna");
}

TEST_P(StoreContractTest, ReadsMessagesInTheOrderOfTheirAdmission) {
  std::vector<std::string> admitted;
  for (int i = 0; i < 3; ++i) admitted.push_back(Bytes(Admit(world_.DutyReport())));
  Outgoing denied = world_.DutyReport();
  denied.header.set_purpose("LAW_ENFORCEMENT");
  admitted.push_back(Bytes(Admit(denied)));
  std::vector<std::string> read;
  uint64_t after = 0;
  for (const AdmittedMessage& message : Must(store().MessagesAdmitted(after, 3))) {
    EXPECT_GT(message.place, after);
    after = message.place;
    read.push_back(Bytes(message.row));
  }
  EXPECT_THAT(read, SizeIs(3));
  for (const AdmittedMessage& message : Must(store().MessagesAdmitted(after, 3))) {
    read.push_back(Bytes(message.row));
  }
  EXPECT_EQ(read, admitted);
}

TEST_P(StoreContractTest, KeepsVersionsOfPoliciesOnce) {
  const std::string digest(32, '\x80');
  EXPECT_EQ(Must(store().ReadPolicyVersion(digest)), "");
  for (const char* version : {"first", "second"}) {
    ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      return recorder.store().PutPolicyVersion(digest, version, entry);
    }));
  }
  EXPECT_EQ(Must(store().ReadPolicyVersion(digest)), "first");
  EXPECT_EQ(Must(store().ReadPolicyVersion(std::string(32, 'x'))), "");
}

TEST_P(StoreContractTest, KeepsProposalsAndKnowsWhichAreOpen) {
  const auto put = [&](uint64_t number, v1::ProposalState state) {
    v1::Proposal proposal;
    proposal.set_number(number);
    proposal.set_state(state);
    proposal.set_diff("a difference");
    ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      return recorder.store().PutProposal(proposal, entry);
    }));
  };
  const auto numbers = [](const std::vector<v1::Proposal>& proposals) {
    std::vector<uint64_t> found;
    for (const v1::Proposal& proposal : proposals) found.push_back(proposal.number());
    return found;
  };
  EXPECT_FALSE(Must(store().FindProposal(1)).has_value());
  EXPECT_THAT(Must(store().OpenProposals()), IsEmpty());
  put(1, v1::POLICY_PROPOSED);
  put(2, v1::POLICY_APPROVED);
  put(3, v1::POLICY_SCHEDULED);
  put(4, v1::POLICY_WITHDRAWN);
  put(1, v1::POLICY_VOID);
  EXPECT_EQ(Must(store().FindProposal(1))->state(), v1::POLICY_VOID);
  EXPECT_EQ(Must(store().FindProposal(1))->diff(), "a difference");
  EXPECT_THAT(numbers(Must(store().OpenProposals())), ElementsAre(2, 3));
  EXPECT_THAT(numbers(Must(store().Proposals(UINT64_MAX, 3))), ElementsAre(4, 3, 2));
  EXPECT_THAT(numbers(Must(store().Proposals(2, 3))), ElementsAre(1));
  Reopen();
  EXPECT_THAT(numbers(Must(store().OpenProposals())), ElementsAre(2, 3));
}

TEST_P(StoreContractTest, KeepsActivationsNewestFirst) {
  for (uint64_t number = 1; number <= 3; ++number) {
    v1::PolicyActivation activation;
    activation.set_number(number);
    activation.set_version(absl::StrCat("version ", number));
    ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      RETURN_IF_ERROR(recorder.store().PutActivation(activation, entry));
      EXPECT_EQ(Must(recorder.store().Activations(UINT64_MAX, 1)).front().number(), number);
      return absl::OkStatus();
    }));
  }
  const auto newest = Must(store().Activations(UINT64_MAX, 2));
  ASSERT_THAT(newest, SizeIs(2));
  EXPECT_EQ(newest[0].version(), "version 3");
  EXPECT_EQ(newest[1].version(), "version 2");
  EXPECT_EQ(Must(store().Activations(2, 9)).front().version(), "version 1");
}

TEST_P(StoreContractTest, KeepsEntriesTilesAndHead) {
  const auto three_hundred = [](Recorder& recorder) -> absl::Status {
    for (int i = 0; i < 300; ++i) RETURN_IF_ERROR(AnEntry(recorder).status());
    return absl::OkStatus();
  };
  ASSERT_OK(Apply(three_hundred));
  const LogHead head = Must(store().ReadHead(kGateway));
  EXPECT_EQ(head.size, 301u);  // the first one is START
  EXPECT_EQ(head.counter, 301u);
  std::vector<Hash> leaves;
  for (uint64_t i = 0; i < head.size; ++i) {
    leaves.push_back(LeafHash(Must(store().ReadEntry(i))));
  }
  Appender tree;
  const std::vector<FullTile> tiles = tree.Append(leaves);
  EXPECT_EQ(head.tree, tree.Save());
  const std::vector<std::string> last_two = Must(store().ReadEntries(299, 5));
  ASSERT_THAT(last_two, SizeIs(2));
  EXPECT_EQ(LeafHash(last_two[0]), leaves[299]);
  EXPECT_EQ(LeafHash(last_two[1]), leaves[300]);
  EXPECT_THAT(Must(store().ReadEntries(0, 7)), SizeIs(7));
  ASSERT_THAT(tiles, SizeIs(1));
  EXPECT_EQ(Must(store().ReadTile(0, 0)), tiles[0].hashes);
  // Another gateway has its own counter over the same log.
  EXPECT_EQ(Must(store().ReadHead("gateway/other")).size, 301u);
  EXPECT_EQ(Must(store().ReadHead("gateway/other")).counter, 0u);
}

TEST_P(StoreContractTest, AnOpeningIsKeptSealedWithItsGroup) {
  const MessageRow row = Admit(world_.DutyReport());
  const uint64_t index = row.details.decision_index();
  const KeptOpening kept = Must(store().ReadOpening(index)).value();
  EXPECT_EQ(kept.opening.index, index);
  EXPECT_EQ(kept.opening.group, kept.group.number);
  EXPECT_EQ(kept.group.month, (OpeningMonth{OpeningClass::kDisclosure, absl::CivilMonth(2026, 2)}));
  EXPECT_EQ(kept.opening.sealed.find(Officer("first officer")), std::string::npos);
  const auto first_officer = [&] {
    const StoredOpenings openings(&store(), &month_keys_, log_.origin);
    return Must(openings.Open(index))->field(0).value();
  };
  EXPECT_EQ(first_officer(), Officer("first officer"));
  Reopen();
  EXPECT_EQ(first_officer(), Officer("first officer"));
}

TEST_P(StoreContractTest, AnOpeningCanBeErasedAndTheEntryStays) {
  const MessageRow row = Admit(world_.DutyReport());
  const uint64_t index = row.details.decision_index();
  const std::string leaf = Must(store().ReadEntry(index));
  const uint64_t group = Must(store().ReadOpening(index))->group.number;
  ASSERT_OK(Erase([&](Transaction& transaction, const Entry& because) {
    return transaction.EraseOpeningGroup(group, because);
  }));
  EXPECT_FALSE(Must(store().ReadOpening(index)).has_value());
  EXPECT_THAT(Must(store().OpeningsOf(group)), IsEmpty());
  EXPECT_EQ(Must(store().ReadEntry(index)), leaf);
}

TEST_P(StoreContractTest, GroupsOfOpeningsAreReadByClassAndMonth) {
  const OpeningMonth december{OpeningClass::kDisclosure, absl::CivilMonth(2025, 12)};
  const OpeningMonth oversight{OpeningClass::kOversight, absl::CivilMonth(2025, 11)};
  ASSERT_OK(Erase([&](Transaction& transaction, const Entry&) {
    return transaction.PutOpenings(
        {{{1, kNovember, 2, "key 1"},
          {2, kNovember, 1, "key 2"},
          {3, december, 1, "key 3"},
          {9, oversight, 1, "key 9"}},
         {{10, 1, "a"}, {11, 1, "b"}, {12, 2, "c"}, {13, 3, "d"}, {14, 9, "e"}}});
  }));
  EXPECT_EQ(Must(store().HighestOpeningGroup()), 9u);
  EXPECT_EQ(Must(store().LastOpeningGroup(kNovember))->wrapped_key, "key 2");
  const auto months = Must(store().OpeningMonths());
  ASSERT_THAT(months, SizeIs(3));
  EXPECT_EQ(months[0].month, kNovember);
  EXPECT_EQ(months[0].openings, 3u);
  EXPECT_EQ(months[1].month, december);
  EXPECT_EQ(months[2].month, oversight);
  EXPECT_EQ(Must(store().FirstOpening(kNovember)), 10u);
  EXPECT_EQ(Must(store().FirstOpening(oversight)), 14u);
  // Grown by one, and one that moves to another group.
  ASSERT_OK(Erase([&](Transaction& transaction, const Entry&) {
    return transaction.PutOpenings(
        {{{2, kNovember, 3, "another key"}}, {{15, 2, "f"}, {10, 2, "g"}}});
  }));
  EXPECT_EQ(Must(store().LastOpeningGroup(kNovember))->openings, 3u);
  EXPECT_EQ(Must(store().LastOpeningGroup(kNovember))->wrapped_key, "key 2");
  const auto rows = Must(store().OpeningsOf(2));
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].index, 10u);
  EXPECT_EQ(rows[0].sealed, "g");
  EXPECT_EQ(rows[2].index, 15u);
}

TEST_P(StoreContractTest, ARetiredMonthIsReadNoMoreAndSweptByAndBy) {
  ASSERT_OK(Erase([&](Transaction& transaction, const Entry&) {
    SealedOpenings sealed;
    for (uint64_t group = 1; group <= 5; ++group) {
      sealed.groups.push_back({group, kNovember, 1, "a key"});
      sealed.openings.push_back({100 + group, group, "sealed"});
    }
    sealed.groups.push_back({6, {OpeningClass::kDisclosure, absl::CivilMonth(2025, 12)}, 1, "key"});
    sealed.openings.push_back({200, 6, "stays"});
    return transaction.PutOpenings(sealed);
  }));
  ASSERT_OK(Erase([&](Transaction& transaction, const Entry& because) {
    return transaction.RetireOpenings(kNovember, because);
  }));
  EXPECT_FALSE(Must(store().ReadOpening(101)).has_value());
  EXPECT_FALSE(Must(store().LastOpeningGroup(kNovember)).has_value());
  EXPECT_FALSE(Must(store().FirstOpening(kNovember)).has_value());
  EXPECT_THAT(Must(store().OpeningMonths()), SizeIs(1));
  EXPECT_EQ(Must(store().HighestOpeningGroup()), 6u);
  std::vector<bool> left;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const bool more, recorder.store().SweepOpenings(2));
      left.push_back(more);
      return absl::OkStatus();
    }));
  }
  EXPECT_THAT(left, ElementsAre(true, true, false));
  for (uint64_t group = 1; group <= 5; ++group) {
    EXPECT_THAT(Must(store().OpeningsOf(group)), IsEmpty());
  }
  EXPECT_EQ(Must(store().ReadOpening(200))->opening.sealed, "stays");
}

TEST_P(StoreContractTest, KeepsLegalHoldsInTheOrderOfTheirEntries) {
  const auto put = [&](const std::string& id, uint64_t index) {
    absl::Status status;
    (void)Erase([&](Transaction& transaction, const Entry& because) {
      v1::LegalHold hold;
      hold.set_hold(id);
      hold.set_log_index(index);
      return status = transaction.PutLegalHold(hold, because);
    });
    return status;
  };
  ASSERT_OK(put("second", 9));
  ASSERT_OK(put("first", 4));
  EXPECT_THAT(put("first", 5), StatusIs(absl::StatusCode::kAlreadyExists, ::testing::_));
  Reopen();
  ASSERT_THAT(Must(store().LegalHolds()), SizeIs(2));
  EXPECT_EQ(Must(store().LegalHolds())[0].hold(), "first");
  const auto remove = [&](const std::string& id) {
    absl::Status status;
    (void)Erase([&](Transaction& transaction, const Entry& because) {
      return status = transaction.RemoveLegalHold(id, because);
    });
    return status;
  };
  ASSERT_OK(remove("first"));
  EXPECT_THAT(remove("first"), StatusIs(absl::StatusCode::kNotFound, ::testing::_));
  EXPECT_THAT(Must(store().LegalHolds()), SizeIs(1));
}

TEST_P(StoreContractTest, KeepsEveryPublishedCheckpointInOrder) {
  EXPECT_FALSE(Must(store().LastPublished()).has_value());
  const auto put = [&](uint64_t number, uint64_t size) {
    absl::Status status;
    (void)Apply([&](Recorder& recorder) {
      return status = recorder.store().PutPublished(
                 {number, size, absl::FromUnixMicros(1000 + size), absl::StrCat("note ", size)});
    });
    return status;
  };
  ASSERT_OK(put(0, 3));
  ASSERT_OK(put(1, 9));
  for (const auto& [number, size] : {std::pair(1, 12), {3, 12}, {2, 9}, {2, 4}}) {
    EXPECT_THAT(put(number, size), StatusIs(absl::StatusCode::kAborted, ::testing::_));
  }
  Reopen();
  EXPECT_EQ(Must(store().LastPublished())->number, 1u);
  const PublishedCheckpoint first = *Must(store().FindPublished(0));
  EXPECT_EQ(first.size, 3u);
  EXPECT_EQ(first.at, absl::FromUnixMicros(1003));
  EXPECT_EQ(first.note, "note 3");
  EXPECT_FALSE(Must(store().FindPublished(2)).has_value());
}

TEST_P(StoreContractTest, KeepsWhatWitnessesAndAuthoritiesSaidOfACheckpoint) {
  const absl::Time at = absl::FromUnixMicros(5);
  ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
    RETURN_IF_ERROR(recorder.store().PutPublished({0, 3, at, "a"}));
    RETURN_IF_ERROR(recorder.store().PutPublished({1, 4, at, "b"}));
    RETURN_IF_ERROR(recorder.store().PutCosignature({1, "w/2+00", at, "first"}));
    RETURN_IF_ERROR(recorder.store().PutCosignature({1, "w/1+00", at, "of another"}));
    RETURN_IF_ERROR(recorder.store().PutCosignature({1, "w/2+00", at, "again"}));
    RETURN_IF_ERROR(recorder.store().PutCosignature({0, "w/2+00", at, "earlier"}));
    RETURN_IF_ERROR(recorder.store().PutTimestamp({0, 1, at, "b", "token"}));
    return recorder.store().PutTimestamp({1, 1, at + absl::Hours(1), "b", "another"});
  }));
  Reopen();
  const std::vector<CosignatureRow> rows = Must(store().CosignaturesOf(1));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].line, "of another");
  EXPECT_EQ(rows[1].line, "again");
  EXPECT_EQ(rows[1].at, at);
  EXPECT_THAT(Must(store().CosignaturesOf(2)), IsEmpty());
  EXPECT_EQ(Must(store().LastCosignature("w/2+00"))->number, 1u);
  EXPECT_FALSE(Must(store().LastCosignature("w/3+00")).has_value());
  EXPECT_EQ(Must(store().FindTimestamp(0))->response, "token");
  EXPECT_EQ(Must(store().FindTimestamp(0))->note, "b");
  EXPECT_EQ(Must(store().LastTimestamp())->number, 1u);
  EXPECT_EQ(Must(store().LastTimestamp())->at, at + absl::Hours(1));
}

TEST_P(StoreContractTest, NothingIsSaidOfWhatWasNotPublished) {
  const auto status_of = [&](const std::function<absl::Status(Transaction&)>& change) {
    absl::Status status;
    (void)Apply([&](Recorder& recorder) { return status = change(recorder.store()); });
    return status.code();
  };
  EXPECT_EQ(status_of([](Transaction& t) {
              return t.PutCosignature({0, "w", {}, "x"});
            }),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(status_of([](Transaction& t) {
              return t.PutTimestamp({0, 0, {}, "x", "x"});
            }),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(status_of([](Transaction& t) {
              return t.PutPublished({0, 1, {}, "x"});
            }),
            absl::StatusCode::kOk);
  EXPECT_EQ(status_of([](Transaction& t) {
              return t.PutTimestamp({1, 0, {}, "x", "x"});
            }),
            absl::StatusCode::kAborted);
}

TEST_P(StoreContractTest, AppendsOnlyWhereTheLogEnds) {
  const LogHead head = Must(store().ReadHead(kGateway));
  for (const uint64_t first : {head.size - 1, head.size + 1}) {
    const std::unique_ptr<Transaction> transaction = Must(store().Begin());
    LogAppend append{.first_index = first,
                     .entries = {{EventId(RandomBytes(16)), "an entry"}},
                     .tiles = {},
                     .head = head};
    append.head.size = first + 1;
    EXPECT_THAT(transaction->AppendLog(kGateway, append),
                StatusIs(absl::StatusCode::kAborted, ::testing::_));
  }
}

TEST_P(StoreContractTest, OneTransactionAtATime) {
  const std::unique_ptr<Transaction> first = Must(store().Begin());
  EXPECT_THAT(store().Begin(), StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::_));
}

TEST_P(StoreContractTest, KeepsReviewsNewestFirstAlsoAfterARestart) {
  const auto put = [&](uint64_t number, const std::string& closed_by) {
    v1::Review review;
    review.set_number(number);
    review.set_criteria("criteria as they were hashed");
    review.set_closed_by(closed_by);
    ASSERT_OK(Apply([&](Recorder& recorder) -> absl::Status {
      ASSIGN_OR_RETURN(const Entry entry, AnEntry(recorder));
      return recorder.store().PutReview(review, entry);
    }));
  };
  EXPECT_FALSE(Must(store().FindReview(1)).has_value());
  EXPECT_THAT(Must(store().Reviews(std::numeric_limits<uint64_t>::max(), 10)), IsEmpty());
  for (uint64_t number = 1; number <= 3; ++number) put(number, "");
  put(2, "officer/dan");
  Reopen();
  EXPECT_EQ(Must(store().FindReview(2))->closed_by(), "officer/dan");
  EXPECT_EQ(Must(store().FindReview(2))->criteria(), "criteria as they were hashed");
  const auto reviews = Must(store().Reviews(3, 10));
  ASSERT_THAT(reviews, SizeIs(2));
  EXPECT_EQ(reviews[0].number(), 2u);
  EXPECT_EQ(reviews[1].number(), 1u);
  EXPECT_THAT(Must(store().Reviews(std::numeric_limits<uint64_t>::max(), 1)), SizeIs(1));
}

TEST_P(StoreContractTest, AllIsThereAfterARestart) {
  std::string payload;
  const MessageRow row = Admit(world_.DutyReport(), &payload);
  const ConsentRow consent = PutConsent();
  const LogHead before = Must(store().ReadHead(kGateway));
  Reopen();
  EXPECT_EQ(Must(store().ReadHead(kGateway)).size, before.size + 1);  // START
  EXPECT_EQ(Bytes(Find(row.id)), Bytes(row));
  EXPECT_EQ(Must(store().ReadPayload(row.id)), payload);
  EXPECT_THAT(Sequences(kSocialServices), SizeIs(1));
  EXPECT_TRUE(Must(store().FindConsent(consent.id)).has_value());
  EXPECT_TRUE(Must(store().ReadOpening(row.details.decision_index())).has_value());
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContractTest);

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_EXCHANGE_STORE_CONTRACT_H_
