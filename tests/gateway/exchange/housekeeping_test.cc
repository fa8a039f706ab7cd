// What the exchange does beside carrying messages: deadlines, enrolment, preflight, status, and
// what its log and store show.
#include <algorithm>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/exchange/leaf.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Officer;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

class HousekeepingTest : public ::testing::Test {
 protected:
  HousekeepingTest() { world_.key_holder().SetAway(true); }

  ExchangeWorld world_;
};

TEST_F(HousekeepingTest, AnUnacknowledgedDutyReportTellsItsSenderToPhoneThenExpires) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const MessageId id = Must(world_.store().ReadyItems(kSocialServices, 0, 1)).front().message_id;
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(world_.NothingFor(kSchool));

  world_.clock().Advance(absl::Hours(24));  // the paragraph's time to acknowledge
  ASSERT_OK(world_.exchange().Sweep());
  const v1::Outcome phone = world_.Take(kSchool).outcome();
  EXPECT_TRUE(phone.phone_now());
  EXPECT_EQ(phone.state(), v1::QUEUED);
  EXPECT_THAT(phone.text_sv(), HasSubstr("Ring nu"));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(world_.NothingFor(kSchool));  // told once

  world_.clock().Advance(absl::Hours(48));
  ASSERT_OK(world_.exchange().Sweep());
  const v1::Outcome expired = world_.Take(kSchool).outcome();
  EXPECT_EQ(expired.state(), v1::EXPIRED_UNDELIVERED);
  EXPECT_TRUE(expired.phone_now());
  EXPECT_EQ(world_.StateOf(id.value()), v1::EXPIRED_UNDELIVERED);
  EXPECT_EQ(Must(world_.store().ReadPayload(id)), "");
  EXPECT_EQ(world_.Leaves().back().kind(), v1::EXPIRY);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
}

// ---- What has ended is forgotten; the log is not

TEST_F(HousekeepingTest, WhatArrivedIsForgottenAfterItsTimeAndTheLogKeepsIt) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const MessageId id = Must(world_.store().ReadyItems(kSocialServices, 0, 1)).front().message_id;
  ASSERT_OK(world_.Acknowledge(kSocialServices, world_.Take(kSocialServices)));
  world_.clock().Advance(Retention().delivered - absl::Seconds(1));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(world_.StateOf(id.value()), v1::ACKNOWLEDGED);
  const size_t entries = world_.Leaves().size();
  world_.clock().Advance(absl::Seconds(1));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(Must(world_.store().FindMessage(id)), std::nullopt);
  EXPECT_EQ(world_.Leaves().size(), entries);
  EXPECT_EQ(world_.Leaves().back().message_id(), id.value());
}

TEST_F(HousekeepingTest, WhatNeverArrivedIsForgottenSoonerAndNotTakenAgain) {
  const v1::Envelope late = world_.Seal(kSchool, world_.DutyReport());
  ASSERT_OK(world_.exchange().Submit(kSchool, late));
  Outgoing denied = world_.DutyReport();
  denied.header.set_recipient(kPolice.value());
  EXPECT_EQ(Must(world_.Submit(kSchool, denied)).decision().verdict(), v1::VERDICT_DENY);
  EXPECT_EQ(Must(world_.store().MessagesAdmitted(0, 9)).size(), 2u);
  world_.clock().Advance(Retention().undelivered);
  ASSERT_OK(world_.exchange().Sweep());  // one is forgotten, the other expires
  EXPECT_EQ(Must(world_.store().MessagesAdmitted(0, 9)).size(), 1u);
  world_.clock().Advance(Retention().undelivered);
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(Must(world_.store().MessagesAdmitted(0, 9)).empty());
  EXPECT_FALSE(world_.exchange().Submit(kSchool, late).ok()) << "too old to be a new one";
}

TEST_F(HousekeepingTest, WhatWasAcknowledgedTellsItsSenderOnce) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  ASSERT_OK(world_.Acknowledge(kSocialServices, world_.Take(kSocialServices)));
  world_.clock().Advance(absl::Hours(1000));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(world_.Take(kSchool).outcome().state(), v1::ACKNOWLEDGED);
  EXPECT_TRUE(world_.NothingFor(kSchool));
}

TEST_F(HousekeepingTest, PhoneNowWhenUrgentAndNobodyIsThere) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_urgency(v1::NOW);
  outgoing.header.set_phoned_first(true);
  EXPECT_TRUE(Must(world_.Submit(kSchool, outgoing)).phone_now());
  EXPECT_TRUE(world_.Leaves().back().phone_now()) << "what was told is recorded";
  world_.clock().Advance(absl::Hours(48));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(world_.NothingFor(kSchool)) << "told with the answer, and once is enough";
  world_.StreamOf(kSocialServices);
  Outgoing second = world_.DutyReport();
  second.header.set_urgency(v1::NOW);
  second.header.set_phoned_first(true);
  EXPECT_FALSE(Must(world_.Submit(kSchool, second)).phone_now());
  EXPECT_FALSE(world_.Leaves().back().phone_now());
}

TEST_F(HousekeepingTest, ARepetitionIsToldTheSameAsTheFirstAttempt) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_urgency(v1::NOW);
  outgoing.header.set_phoned_first(true);
  const v1::Envelope envelope = world_.Seal(kSchool, outgoing);
  EXPECT_TRUE(Must(world_.exchange().Submit(kSchool, envelope)).phone_now());
  world_.StreamOf(kSocialServices);
  EXPECT_TRUE(Must(world_.exchange().Submit(kSchool, envelope)).phone_now());
}

// ---- Deadlines by urgency, and by the rules where these are earlier

struct Deadline {
  const char* name;
  v1::Urgency urgency;
  absl::Duration by;
};

class DeadlineTest : public HousekeepingTest, public ::testing::WithParamInterface<Deadline> {
 protected:
  Outgoing Report() {
    Outgoing outgoing = world_.DutyReport();
    outgoing.header.set_message_id(RandomBytes(16));
    outgoing.header.set_urgency(GetParam().urgency);
    outgoing.header.set_phoned_first(true);
    return outgoing;
  }
  std::vector<v1::AuditLeaf> Notices() {
    std::vector<v1::AuditLeaf> notices;
    for (const v1::AuditLeaf& leaf : world_.Leaves()) {
      if (leaf.kind() == v1::PHONE_NOTICE) notices.push_back(leaf);
    }
    return notices;
  }
};

TEST_P(DeadlineTest, TheSenderIsToldToPhoneAndItIsRecorded) {
  world_.StreamOf(kSocialServices);
  const Outgoing report = Report();
  EXPECT_FALSE(Must(world_.Submit(kSchool, report)).phone_now());
  world_.Take(kSocialServices);  // handed out, and not acknowledged
  world_.clock().Advance(GetParam().by - absl::Seconds(1));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(world_.NothingFor(kSchool));
  EXPECT_TRUE(Notices().empty());
  world_.clock().Advance(absl::Seconds(1));
  ASSERT_OK(world_.exchange().Sweep());
  const v1::Outcome outcome = world_.Take(kSchool).outcome();
  EXPECT_TRUE(outcome.phone_now());
  EXPECT_EQ(outcome.state(), v1::CLAIMED);
  EXPECT_THAT(outcome.text_sv(), HasSubstr("socialjouren, vid fara 112"));
  ASSERT_EQ(Notices().size(), 1u);
  const v1::AuditLeaf notice = Notices().front();
  EXPECT_TRUE(notice.phone_now());
  EXPECT_EQ(notice.outcome(), "not-acknowledged");
  EXPECT_EQ(notice.message_id(), report.header.message_id());
  EXPECT_EQ(notice.sender(), kSchool.value());
  EXPECT_EQ(notice.recipient(), kSocialServices.value());
  EXPECT_FALSE(notice.parent_event().empty());
  world_.CheckLog();
}

TEST_P(DeadlineTest, IsToldOnceThroughFaultsAndRestarts) {
  world_.StreamOf(kSocialServices);
  ASSERT_OK(world_.Submit(kSchool, Report()));
  world_.HangUp(kSocialServices);
  world_.clock().Advance(GetParam().by);
  world_.memory().SetFaults({.commit = testing::CommitFault::kFailed});
  EXPECT_THAT(world_.exchange().Sweep(), StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
  world_.memory().SetFaults({});
  world_.Restart();
  EXPECT_TRUE(Notices().empty());
  EXPECT_TRUE(world_.NothingFor(kSchool)) << "neither told nor recorded";
  world_.memory().SetFaults({.commit = testing::CommitFault::kFailedButPersisted});
  (void)world_.exchange().Sweep();
  world_.memory().SetFaults({});
  world_.Restart();
  ASSERT_OK(world_.exchange().Sweep());
  world_.clock().Advance(absl::Minutes(1));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(Notices().size(), 1u);
  EXPECT_TRUE(world_.Take(kSchool).outcome().phone_now());
  EXPECT_TRUE(world_.NothingFor(kSchool));
  world_.CheckLog();
}

TEST_P(DeadlineTest, WhatWasAcknowledgedInTimeIsNobodysCall) {
  world_.StreamOf(kSocialServices);
  ASSERT_OK(world_.Submit(kSchool, Report()));
  ASSERT_OK(world_.Acknowledge(kSocialServices, world_.Take(kSocialServices)));
  world_.clock().Advance(absl::Hours(48));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(Notices().empty());
}

INSTANTIATE_TEST_SUITE_P(Urgencies, DeadlineTest,
                         ::testing::Values(Deadline{"Now", v1::NOW, absl::Minutes(2)},
                                           Deadline{"Today", v1::TODAY, absl::Hours(1)},
                                           Deadline{"ByTheRule", v1::NORMAL, absl::Hours(24)}),
                         [](const auto& test) { return test.param.name; });

// ---- The machine's clock is set back

class SetBackTest : public HousekeepingTest {
 protected:
  std::vector<int64_t> Times() {
    std::vector<int64_t> times;
    for (const v1::AuditLeaf& leaf : world_.Leaves()) times.push_back(leaf.time_us());
    return times;
  }
};

TEST_F(SetBackTest, TheLogsTimesNeverGoBackAlsoThroughARestart) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  world_.clock().Advance(-absl::Hours(24));
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  world_.Restart();
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  EXPECT_GT(world_.exchange().ledger()->clock().Behind(), absl::Hours(23));
  const std::vector<int64_t> times = Times();
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  world_.clock().Advance(absl::Hours(25));
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  EXPECT_EQ(Times().back(), absl::ToUnixMicros(world_.clock().Now())) << "caught up";
  EXPECT_EQ(world_.exchange().ledger()->clock().Behind(), absl::ZeroDuration());
}

TEST_F(SetBackTest, WhatHasExpiredStaysSoAndIsExpiredOnce) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  const MessageId id = Must(world_.store().ReadyItems(kSocialServices, 0, 1)).front().message_id;
  world_.clock().Advance(absl::Hours(72));
  ASSERT_OK(world_.exchange().Sweep());
  ASSERT_EQ(world_.StateOf(id.value()), v1::EXPIRED_UNDELIVERED);
  const size_t entries = world_.Leaves().size();
  world_.clock().Advance(-absl::Hours(72));
  ASSERT_OK(world_.exchange().Sweep());
  world_.Restart();
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_EQ(world_.StateOf(id.value()), v1::EXPIRED_UNDELIVERED);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  EXPECT_EQ(world_.Leaves().size(), entries + 1) << "the START of the restart";
}

TEST_F(SetBackTest, ADeadlineThatHadPassedBeforeIsStillSeen) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  world_.clock().Advance(absl::Hours(24));
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));  // the log has seen the later time
  world_.clock().Advance(-absl::Hours(30));
  ASSERT_OK(world_.exchange().Sweep());
  EXPECT_TRUE(world_.Take(kSchool).outcome().phone_now());
}

TEST_F(SetBackTest, AConsentThatHadEndedDoesNotBeginAgain) {
  world_.key_holder().SetAway(false);
  const ConsentWitness witness = world_.Register(world_.Record());
  world_.clock().Advance(absl::Hours(24) * 300);  // beyond its end
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  world_.clock().Advance(-absl::Hours(24) * 200);
  std::vector<ConsentWitness> cited;
  cited.push_back(Must(ConsentWitness::Decode(witness.Encode(InsecureSecretAccess::Get()))));
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, world_.Signal(cited)));
  EXPECT_EQ(answer.decision().reason_code(), "consent-expired");
}

class EnrolmentTest : public HousekeepingTest {
 protected:
  EnrolmentTest() : small_(nullptr, Limits()) {}

  static ExchangeLimits Limits() {
    ExchangeLimits limits;
    limits.enrolments_per_day = 3;
    return limits;
  }
  absl::StatusOr<EnrolmentBatch> Batch(int count) {
    return EnrolmentBatch::Start(std::vector<CanonicalNumber>(count, Number(kChild)),
                                 small_.parties().secrets(kSchool),
                                 small_.parties().shared_directory());
  }

  ExchangeWorld small_;
};

TEST_F(EnrolmentTest, GivesTheNymOfTheMessagePathAndLogsTheCountOnly) {
  const EnrolmentBatch batch = Must(Batch(2));
  const v1::EnrolResponse response = Must(small_.exchange().Enrol(kSchool, batch.request()));
  EXPECT_EQ(response.remaining(), 1u);
  EXPECT_OK(batch.Finish(response, small_.parties().secrets(kSchool)));
  const v1::AuditLeaf leaf = small_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::ENROLMENT);
  EXPECT_EQ(leaf.sender(), kSchool.value());
  EXPECT_EQ(leaf.count(), 2u);
  EXPECT_EQ(leaf.commitment_size(), 0);
}

TEST_F(EnrolmentTest, TheDaysBudgetIsKeptThroughARestartAndRenewedByTheDay) {
  ASSERT_OK(small_.exchange().Enrol(kSchool, Must(Batch(2)).request()));
  small_.Restart();
  EXPECT_THAT(small_.exchange().Enrol(kSchool, Must(Batch(2)).request()),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("1 of today's 3")));
  ASSERT_OK(small_.exchange().Enrol(kSchool, Must(Batch(1)).request()));
  small_.clock().Advance(absl::Hours(24));
  EXPECT_OK(small_.exchange().Enrol(kSchool, Must(Batch(3)).request()));
}

TEST_F(EnrolmentTest, AnEmptyBatchIsNamed) {
  EXPECT_THAT(small_.exchange().Enrol(kSchool, v1::EnrolRequest()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`blinded` has 0")));
}

TEST_F(HousekeepingTest, PreflightDecidesWithoutSending) {
  v1::PreflightRequest request;
  request.set_recipient(kPolice.value());
  request.set_purpose("LAW_ENFORCEMENT");
  request.set_legal_basis("LAG-2025-170-7");
  request.add_category("CONTACT");
  request.add_officer_role("teacher");
  request.set_reason(true);
  const v1::PreflightResponse denied = Must(world_.exchange().Preflight(kSchool, request));
  EXPECT_EQ(denied.decision().verdict(), v1::VERDICT_DENY);
  EXPECT_THAT(denied.age_limit(), ::testing::Contains(15u));
  EXPECT_TRUE(std::is_sorted(denied.age_limit().begin(), denied.age_limit().end()));
  request.set_officer_role(0, "principal");
  EXPECT_EQ(Must(world_.exchange().Preflight(kSchool, request)).decision().verdict(),
            v1::VERDICT_PERMIT);
  request.set_as_of("2020-01-01");  // before the act
  EXPECT_EQ(Must(world_.exchange().Preflight(kSchool, request)).decision().verdict(),
            v1::VERDICT_DENY);
  EXPECT_TRUE(world_.Kinds().empty());

  request.set_as_of("tomorrow");
  EXPECT_THAT(world_.exchange().Preflight(kSchool, request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`as_of`")));
  request.clear_as_of();
  request.set_category(0, "GOSSIP");
  EXPECT_THAT(world_.exchange().Preflight(kSchool, request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`category`")));
}

TEST_F(HousekeepingTest, PreflightWithoutARecipientListsWhatTheCallerMaySendAndHow) {
  const v1::PreflightResponse school = Must(world_.exchange().Preflight(kSchool, {}));
  ASSERT_GT(school.may_send_size(), 2);
  bool principal_to_police = false;
  for (const v1::MatrixEntry& entry : school.may_send()) {
    // Some template names this very school, so its entries are its own.
    EXPECT_THAT(entry.sender(), ::testing::AnyOf("school/*", kSchool.value()));
    EXPECT_EQ(entry.sender(), school.may_send(0).sender());
    EXPECT_NE(entry.sentence_sv(), "");
    for (const v1::Condition& least : entry.least()) {
      if (entry.recipient() != "police/*" || least.legal_basis_size() == 0) continue;
      principal_to_police |= least.legal_basis(0) == "LAG-2025-170-7" &&
                             least.sender_role_size() > 0 && least.attestation().officers() == 1;
    }
  }
  EXPECT_TRUE(principal_to_police);
  v1::PreflightRequest request;
  request.set_as_of("2020-01-01");  // before the act
  const v1::PreflightResponse before = Must(world_.exchange().Preflight(kSchool, request));
  for (const v1::MatrixEntry& entry : before.may_send()) {
    for (const v1::Condition& least : entry.least()) {
      EXPECT_THAT(least.legal_basis(), Not(::testing::Contains("LAG-2025-170-7")));
    }
  }
  EXPECT_TRUE(world_.Kinds().empty());
}

TEST_F(HousekeepingTest, PreflightLooksUpConsents) {
  const ConsentWitness consent = world_.Register(world_.Record());
  v1::PreflightRequest request;
  request.set_recipient(kPolice.value());
  request.set_purpose("COLLABORATION");
  request.set_legal_basis("OSL-12-2");
  request.add_category("CONTACT");
  request.add_officer_role("counsellor");
  request.set_reason(true);
  request.mutable_age()->set_from(12);
  request.mutable_age()->set_below(15);
  EXPECT_EQ(Must(world_.exchange().Preflight(kSchool, request)).decision().reason_code(),
            "consent-none-cited");
  request.add_consent_id(consent.consent_id().value());
  EXPECT_EQ(Must(world_.exchange().Preflight(kSchool, request)).decision().verdict(),
            v1::VERDICT_PERMIT);
}

TEST_F(HousekeepingTest, StatusIsForThoseWhomItConcerns) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_message_id(RandomBytes(16));
  ASSERT_OK(world_.Submit(kSchool, outgoing));
  v1::GetStatusRequest request;
  request.set_message_id(outgoing.header.message_id());
  EXPECT_EQ(Must(world_.exchange().GetStatus(kSchool, request)).state(), v1::QUEUED);
  EXPECT_EQ(Must(world_.exchange().GetStatus(kSocialServices, request)).state(), v1::QUEUED);
  EXPECT_THAT(world_.exchange().GetStatus(kPolice, request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("`message_id`")));
  const v1::GetStatusResponse own = Must(world_.exchange().GetStatus(kSocialServices, {}));
  EXPECT_EQ(own.queued(), 1u);
  EXPECT_EQ(own.log_size(), 7u);  // the start, five registers of officers, the report
  EXPECT_THAT(own.checkpoint(), HasSubstr("log.sluss.example/gw1\n7\n"));
}

TEST_F(HousekeepingTest, ALeafCommitsToOfficersAndItsOpeningOpensThem) {
  Outgoing outgoing = world_.DutyReport();
  *outgoing.header.add_attestation() = testing::Attest("second officer", "principal");
  const v1::SubmitResponse answer = Must(world_.Submit(kSchool, outgoing));
  v1::AuditLeaf leaf;
  ASSERT_TRUE(leaf.ParseFromString(answer.receipt().leaf().substr(1)));
  const v1::AuditOpening opening = world_.OpeningOf(leaf);
  ASSERT_EQ(leaf.commitment_size(), opening.field_size());
  // Officer, further officers, reasons, manifest, age, the copy for the access report.
  ASSERT_EQ(leaf.commitment_size(), 6);
  for (int i = 0; i < leaf.commitment_size(); ++i) {
    // audit-log: SHA-256("audit-commit/v1\n" || salt || tag || u32be length || value)
    const std::string tag(1, static_cast<char>(opening.field(i).tag()));
    const std::string& value = opening.field(i).value();
    const Sha256Digest salt = Sha256({"audit-salt/v1\n", opening.secret(), tag});
    const std::string length{0, 0, 0, static_cast<char>(value.size())};
    const Sha256Digest digest =
        Sha256({"audit-commit/v1\n", AsStringView(salt), tag, length, value});
    EXPECT_EQ(leaf.commitment(i).digest(), std::string(AsStringView(digest)));
    EXPECT_THAT(answer.receipt().leaf(), Not(HasSubstr(value)));
  }
  EXPECT_EQ(opening.field(0).value(), Officer("first officer"));
  EXPECT_EQ(opening.field(1).value(), Officer("second officer"));
  EXPECT_EQ(opening.field(4).value(), "12-15");
}

TEST_F(HousekeepingTest, ALeafThatTheLogCannotTakeIsRefused) {
  LeafDraft draft;
  draft.clear.set_outcome(std::string(9000, 'x'));
  EXPECT_THAT(SealLeaf(draft, "gateway/gw1", 1, absl::UnixEpoch()),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("larger than 8192")));
}

TEST_F(HousekeepingTest, NothingStoredNamesTheChildOrTheContent) {
  const ConsentWitness consent = world_.Register(world_.Record());
  ASSERT_OK(world_.Submit(kSchool, world_.Signal({consent})));
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  world_.Take(kSocialServices);
  const std::string bytes = world_.memory().Dump();
  EXPECT_GT(bytes.size(), 5000u);
  for (const char* secret : {kChild, "1103159800", "110315-9800", "what NARRATIVE"}) {
    EXPECT_THAT(bytes, Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace sluss
