// The way out, over a real disk's promises and real cryptography: what is sent once, refused, kept.
#include "absl/strings/str_replace.h"
#include "gateway/base/hex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone());

class SendTest : public ::testing::Test {
 protected:
  Parties parties_;
  FakeClock clock_{kNow};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
};

TEST_F(SendTest, ADroppedRecordIsSubmittedAnsweredAndReported) {
  school_.Drop("report.txt", DutyReport("FI-1"));
  school_.Look();
  ASSERT_THAT(gateway_.accepted(), SizeIs(1));
  const v1::Header header = gateway_.accepted()[0];
  EXPECT_EQ(header.recipient(), kSocialServices.value());
  EXPECT_EQ(header.conversation(), header.message_id());
  EXPECT_EQ(header.age().from(), 0u);
  EXPECT_EQ(header.age().below(), 15u) << "14 years, and limits at 15, 18, 21";
  EXPECT_EQ(header.attestation(0).role(), "principal");
  EXPECT_THAT(school_.OnlyFile("/out", "accepted-outcome.txt"),
              "accepted|FI-1|Decided under SoL 19:1.");
  EXPECT_THAT(school_.OnlyFile("/out", ".answer.json"), HasSubstr("\"verdict\": \"PERMIT\""));
  EXPECT_THAT(school_.Files("/drop/done"), SizeIs(1));
  EXPECT_THAT(school_.log.str(), HasSubstr("\"event\":\"submitted\""));
}

TEST_F(SendTest, AFileIsTakenWhenItStoodUnchangedBetweenTwoLooks) {
  school_.Drop("report.txt", "half a rec");
  school_.edge->Look();
  school_.Drop("report.txt", DutyReport("FI-1"));
  school_.edge->Look();
  EXPECT_THAT(school_.Files("/drop/rejected"), IsEmpty());
  EXPECT_THAT(gateway_.accepted(), IsEmpty());
  school_.edge->Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

TEST_F(SendTest, NothingOfTheChildLeavesUnsealedOrStaysInTheState) {
  gateway_.verdict = v1::VERDICT_PARTIAL;
  gateway_.withheld = {"NARRATIVE"};
  school_.Drop("report.txt", DutyReport("FI-1"));
  school_.Look();
  std::string state;
  for (const auto& [path, bytes] : school_.Files("/state")) state += path + bytes;
  for (const std::string& seen : {gateway_.wire(), state, school_.log.str()}) {
    EXPECT_THAT(seen, Not(HasSubstr(kChild)));
    EXPECT_THAT(seen, Not(HasSubstr("Testa")));
    EXPECT_THAT(seen, Not(HasSubstr("bruises")));
  }
  for (const std::string& seen : {gateway_.wire(), school_.log.str()}) {
    EXPECT_THAT(seen, Not(HasSubstr("Eva Ek")));
    EXPECT_THAT(seen, Not(HasSubstr("beatings")));
    EXPECT_THAT(seen, Not(HasSubstr("report.txt"))) << "an agency may name a file after a child";
  }
}

TEST_F(SendTest, TheSameFileTwiceIsOneMessage) {
  for (const char* name : {"a.txt", "b.txt", "a.txt"}) {
    school_.Drop(name, DutyReport("FI-1"));
    school_.Look();
  }
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_EQ(gateway_.submissions(), 1u);
  EXPECT_THAT(school_.Files("/drop/done"), SizeIs(3)) << "nothing of the agency's is overwritten";
  EXPECT_THAT(school_.log.str(), HasSubstr("sent-before"));
}

TEST_F(SendTest, TheSameNativeIdWithOtherContentIsRejected) {
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  school_.Drop("b.txt", DutyReport("FI-1", kOtherChild));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "b.txt.error.txt"),
              HasSubstr("`native_id`: a record with this id was sent before, with other content"));
}

// kill -9 and failing disks at every step between dropping and reporting.
TEST_F(SendTest, EveryFaultOnTheWayOutEndsInOneMessageReported) {
  int steps = 0;
  {
    Agency probe(kSchool, &parties_, &gateway_, &clock_);
    const int before = probe.disk.changes();
    probe.Drop("report.txt", DutyReport("FI-0"));
    probe.Look();
    steps = probe.disk.changes() - before;
  }
  ASSERT_GT(steps, 10);
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < steps; ++at) {
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      FakeGateway gateway(&parties_);
      Agency school(kSchool, &parties_, &gateway, &clock_);
      school.Drop("report.txt", DutyReport("FI-1"));
      school.disk.FailAt(at, form);
      school.Look();
      if (form == FaultForm::kPowerLoss || form == FaultForm::kPowerLossPersisted) school.Restart();
      for (int i = 0; i < 3; ++i) {
        clock_.Advance(absl::Minutes(2));
        school.Look();
      }
      EXPECT_THAT(gateway.accepted(), SizeIs(1));
      EXPECT_THAT(school.Files("/drop/done", "report.txt"), SizeIs(1));
      EXPECT_THAT(school.Files("/out", "accepted-outcome.txt"), SizeIs(1));
      EXPECT_THAT(school.Files("/out", ".answer.json"), SizeIs(1));
      const std::string id = ToHex(gateway.accepted()[0].message_id());
      EXPECT_THAT(school.Files("/receipts", "-decision-" + id + ".tlog-proof"), SizeIs(1));
      EXPECT_THAT(school.Files("/drop/rejected"), IsEmpty());
      school.Restart();
      school.Look();
      EXPECT_EQ(gateway.accepted().size(), 1u);
      EXPECT_TRUE(school.edge != nullptr);
    }
  }
}

TEST_F(SendTest, AFullDiskKeepsTheNativeFileAndSaysSo) {
  school_.Drop("report.txt", DutyReport("FI-1"));
  school_.edge->Look();
  school_.disk.FailAt(0, FaultForm::kFailed,
                      absl::ResourceExhaustedError("cannot write in `/state/age-limits`: full"));
  school_.edge->Look();
  EXPECT_THAT(school_.Files("/drop/report.txt"), SizeIs(1));
  EXPECT_THAT(school_.log.str(),
              HasSubstr("\"event\":\"waiting\",\"code\":\"RESOURCE_EXHAUSTED\""));
  EXPECT_THAT(gateway_.accepted(), IsEmpty());
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

TEST_F(SendTest, WhileTheGatewayIsAwayAMessageWaitsSealedAndTheOfficerIsToldToPhone) {
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();  // the age limits are known from here on
  gateway_.down = absl::UnavailableError("connection refused");
  v1::NeutralNotification urgent = DutyReport("FI-2");
  urgent.set_urgency(v1::NOW);
  urgent.set_phoned_first(true);
  school_.Drop("b.txt", urgent);
  school_.Look();
  EXPECT_THAT(school_.Files("/drop/done", "b.txt"), SizeIs(1));
  EXPECT_THAT(school_.Files("/out", "phone-now-outcome.txt"), IsEmpty());
  clock_.Advance(absl::Minutes(3));
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/out", "phone-now-outcome.txt"), HasSubstr("phone-now|FI-2|Phone"));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  gateway_.down = absl::OkStatus();
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(2));
}

TEST_F(SendTest, BeforeTheAgeLimitsAreKnownARecordWaitsInTheDropDirectory) {
  gateway_.down = absl::UnavailableError("connection refused");
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  EXPECT_THAT(school_.Files("/drop/a.txt"), SizeIs(1));
  EXPECT_THAT(school_.Files("/state/outbox"), IsEmpty());
  gateway_.down = absl::OkStatus();
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

TEST_F(SendTest, ADenialIsSubmittedRecordedAndReported) {
  gateway_.verdict = v1::VERDICT_DENY;
  gateway_.reason_code = "no-permit";
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1)) << "an officer's act is decided on record";
  EXPECT_THAT(school_.OnlyFile("/out", "denied-outcome.txt"), HasSubstr("denied|FI-1"));
  EXPECT_THAT(school_.OnlyFile("/out", ".answer.json"), HasSubstr("\"reasonCode\": \"no-permit\""));
}

TEST_F(SendTest, AProtectedIdentityIsSealedOnlyIfTheRulesPermitItNow) {
  v1::NeutralNotification report = DutyReport("FI-1");
  report.set_protected_identity(true);
  gateway_.verdict = v1::VERDICT_DENY;
  gateway_.reason_code = "protected-identity";
  school_.Drop("a.txt", report);
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), IsEmpty());
  EXPECT_EQ(gateway_.submissions(), 0u);
  EXPECT_THAT(school_.Files("/state/outbox"), IsEmpty());
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", ".error.txt"),
              HasSubstr("`protected_identity`: the person's identity is protected"));
  EXPECT_TRUE(gateway_.preflights()[0].protected_identity());

  gateway_.down = absl::UnavailableError("connection refused");
  report.set_native_id("FI-2");
  school_.Drop("b.txt", report);
  school_.Look();
  EXPECT_THAT(school_.Files("/state/outbox"), IsEmpty()) << "without an answer nothing is sealed";

  gateway_.down = absl::OkStatus();
  gateway_.verdict = v1::VERDICT_PERMIT;
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  ASSERT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_TRUE(gateway_.accepted()[0].protected_identity());
}

TEST_F(SendTest, AnEscrowedIdentityTravelsInEscrowOnly) {
  v1::NeutralNotification report = DutyReport("FI-1");
  report.set_escrow_identity(true);
  school_.Drop("a.txt", report);
  school_.Look();
  ASSERT_THAT(gateway_.preflights(), SizeIs(2)) << "again when the age limits are new";
  EXPECT_THAT(gateway_.preflights()[1].category(),
              UnorderedElementsAre("NARRATIVE", "IDENTITY_ESCROW"));
  EXPECT_THAT(school_.OnlyFile("/out", ".answer.json"), HasSubstr("IDENTITY_ESCROW"));
}

struct BadAnswer {
  const char* name;
  std::function<void(v1::SubmitResponse*)> tamper;
};

class WrongReceipts : public SendTest, public ::testing::WithParamInterface<BadAnswer> {};

TEST_P(WrongReceipts, CountAsNoAnswerAndTheMessageIsTriedAgain) {
  gateway_.tamper_answer = GetParam().tamper;
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  EXPECT_THAT(school_.Files("/out"), IsEmpty());
  EXPECT_THAT(school_.log.str(), HasSubstr("\"code\":\"DATA_LOSS\",\"error\":\"`receipt`"));
  clock_.Advance(absl::Minutes(2));
  school_.Look();  // the repetition is answered from the gateway's memory, untouched
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(school_.Files("/out", "accepted-outcome.txt"), SizeIs(1));
}

v1::LogReceipt ForeignReceipt() {
  static const Parties* const parties = new Parties;
  FakeGateway other(parties);
  FakeClock clock(kNow);
  Agency school(kSchool, parties, &other, &clock);
  v1::LogReceipt receipt;
  other.tamper_answer = [&](v1::SubmitResponse* answer) { receipt = answer->receipt(); };
  school.Drop("a.txt", DutyReport("FI-9"));
  school.Look();
  return receipt;
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongReceipts,
    ::testing::Values(
        BadAnswer{"none", [](v1::SubmitResponse* a) { a->clear_receipt(); }},
        BadAnswer{"leaf",
                  [](v1::SubmitResponse* a) { a->mutable_receipt()->mutable_leaf()->back() ^= 1; }},
        BadAnswer{"index", [](v1::SubmitResponse* a) { a->mutable_receipt()->set_index(7); }},
        BadAnswer{"proof",
                  [](v1::SubmitResponse* a) {
                    std::string* proof = a->mutable_receipt()->mutable_proof();
                    *proof = absl::StrReplaceAll(*proof, {{"gw1\n2\n", "gw1\n3\n"}});
                  }},
        BadAnswer{"foreign_log",
                  [](v1::SubmitResponse* a) { *a->mutable_receipt() = ForeignReceipt(); }},
        BadAnswer{
            "other_verdict",
            [](v1::SubmitResponse* a) { a->mutable_decision()->set_verdict(v1::VERDICT_PARTIAL); }},
        BadAnswer{"other_categories",
                  [](v1::SubmitResponse* a) {
                    a->mutable_decision()->mutable_category(0)->set_permitted(false);
                  }}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(SendTest, AReceiptForAnotherMessageCountsAsNoAnswer) {
  v1::LogReceipt first;
  gateway_.tamper_answer = [&](v1::SubmitResponse* a) { first = a->receipt(); };
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  gateway_.tamper_answer = [&](v1::SubmitResponse* a) { *a->mutable_receipt() = first; };
  school_.Drop("b.txt", DutyReport("FI-2"));
  school_.Look();
  EXPECT_THAT(school_.log.str(), HasSubstr("the logged entry has another message than the answer"));
  EXPECT_THAT(school_.Files("/out", ".answer.json"), SizeIs(1));
}

TEST_F(SendTest, WhatTheGatewayWillNeverTakeGoesBackAndMayBeMended) {
  gateway_.submit_refusal = absl::InvalidArgumentError("`created_us`: the clock is 600 s off");
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "a.txt.error.txt"), HasSubstr("`created_us`"));
  EXPECT_THAT(school_.Files("/drop/rejected", "a.txt"), SizeIs(1));
  EXPECT_THAT(school_.Files("/drop/done"), IsEmpty());
  EXPECT_THAT(school_.OnlyFile("/out", "invalid-outcome.txt"),
              HasSubstr("invalid|FI-1|`created_us`"));
  EXPECT_THAT(school_.Files("/state/outbox"), IsEmpty());
  gateway_.submit_refusal = absl::OkStatus();
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

struct BadRecord {
  const char* name;
  std::function<void(v1::NeutralNotification*)> spoil;
  const char* error;
};

class BadRecords : public SendTest, public ::testing::WithParamInterface<BadRecord> {};

TEST_P(BadRecords, AreRejectedWithTheFieldAndTheRestGoesOn) {
  v1::NeutralNotification bad = DutyReport("FI-1");
  GetParam().spoil(&bad);
  school_.Drop("bad.txt", bad);
  school_.Drop("good.txt", DutyReport("FI-2"));
  school_.Look();
  const std::string error = school_.OnlyFile("/drop/rejected", "bad.txt.error.txt");
  EXPECT_THAT(error, HasSubstr(GetParam().error));
  EXPECT_THAT(error, Not(HasSubstr(kChild)));
  EXPECT_THAT(school_.Files("/drop/rejected", "bad.txt"), SizeIs(1));
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRecords,
    ::testing::Values(
        BadRecord{"nobody_answers", [](auto* n) { n->clear_officer(); },
                  "`officer`: nobody answers for this disclosure"},
        BadRecord{"no_name", [](auto* n) { n->mutable_officer(0)->clear_name(); },
                  "`officer[0].name`"},
        BadRecord{"no_role", [](auto* n) { n->mutable_officer(0)->clear_role(); },
                  "`officer[0].role`"},
        BadRecord{"no_reason", [](auto* n) { n->mutable_officer(0)->clear_reason(); },
                  "`officer[0].reason`"},
        BadRecord{"leak_in_label", [](auto* n) { n->set_label("child 110315-9800"); }, "`label`"},
        BadRecord{"number", [](auto* n) { n->mutable_identity()->set_number("201103159801"); },
                  "`identity.number`"},
        BadRecord{"identity_elsewhere",
                  [](auto* n) {
                    (*n->mutable_compartment())["CONTACT"].mutable_identity()->set_number("x");
                  },
                  "`compartment`: the identity travels in the field `identity` only"},
        BadRecord{"empty_category", [](auto* n) { (*n->mutable_compartment())["HEALTH"]; },
                  "`compartment`: a category without content"},
        BadRecord{"escrow_of_nobody",
                  [](auto* n) {
                    n->clear_identity();
                    n->set_escrow_identity(true);
                  },
                  "`identity`: is missing, so nothing can be escrowed"},
        BadRecord{"unknown_recipient", [](auto* n) { n->set_recipient("school/nowhere"); },
                  "`recipient`"},
        BadRecord{"unknown_reply", [](auto* n) { n->set_reply_to(std::string(32, 'a')); },
                  "`reply_to`: names a message that this agency neither received nor sent"},
        BadRecord{"malformed_reply", [](auto* n) { n->set_reply_to("the last one"); },
                  "`reply_to`: is neither a message id"},
        BadRecord{"unknown_consent", [](auto* n) { n->add_consent_id("C-17"); },
                  "`consent_id`: cites a consent that this agency does not know"},
        BadRecord{"foreign_consent", [](auto* n) { n->add_consent_id(std::string(32, 'a')); },
                  "`consent_id`: cites a consent that was registered elsewhere"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(SendTest, AFileOverTheLimitAndOneThatIsNoRecordAreRejected) {
  school_.Drop("big.txt", std::string(kMaxNativeBytes + 1, 'x'));
  school_.Drop("noise.txt", "\xff\xfe not a record");
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "big.txt.error.txt"), HasSubstr("too large"));
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "noise.txt.error.txt"), HasSubstr("`record`"));
  EXPECT_THAT(school_.Files("/out", "invalid-outcome.txt"), SizeIs(2));
}

TEST_F(SendTest, WarnsOfNumbersInSealedTextWithoutQuotingThem) {
  v1::NeutralNotification report = DutyReport("FI-1");
  (*report.mutable_compartment())["NARRATIVE"].mutable_narrative()->set_why_now(
      "the sibling 110315-9818 said so");
  school_.Drop("a.txt", report);
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(1));
  EXPECT_THAT(school_.log.str(), HasSubstr("\"event\":\"leak-warning\""));
  EXPECT_THAT(school_.log.str(), HasSubstr("\"kind\":\"a personal number\""));
  EXPECT_THAT(school_.log.str(), Not(HasSubstr("110315-9818")));
}

TEST(IntervalOf, IsBoundedByNeighbouringLimits) {
  const std::vector<uint32_t> limits = {15, 18, 21};
  const std::tuple<uint32_t, uint32_t, uint32_t> cases[] = {
      {0, 0, 15}, {14, 0, 15}, {15, 15, 18}, {17, 15, 18}, {20, 18, 21}, {21, 21, 0}, {90, 21, 0}};
  for (const auto& [age, from, below] : cases) {
    EXPECT_EQ(IntervalOf(age, limits).from(), from) << age;
    EXPECT_EQ(IntervalOf(age, limits).below(), below) << age;
  }
}

}  // namespace
}  // namespace sluss
