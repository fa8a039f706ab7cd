// A re-identification at the recipient's edge: asked by two officers, held against the nym
// received.
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/lying_sender.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ReidentifyTest : public ::testing::Test {
 protected:
  ReidentifyTest() {
    police_.EnrolOfficer("Pim Patrull", {"police-officer"});
    police_.EnrolOfficer("Ulla Utredare", {"investigator"});
  }

  // The school's signal, its identity in escrow, is with the police; its id in hex.
  std::string Received() {
    v1::NeutralNotification signal = DutyReport("FI-1");
    signal.set_recipient(kPolice.value());
    signal.set_escrow_identity(true);
    school_.Drop("signal.txt", signal);
    school_.Look();
    EXPECT_THAT(gateway_.accepted(), SizeIs(1));
    police_.Receive();
    EXPECT_THAT(gateway_.acknowledged(), SizeIs(1));
    EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "");
    return ToHex(gateway_.accepted()[0].message_id());
  }
  // The same as another sender's adapter might make it.
  static Outgoing Signal() {
    Outgoing outgoing;
    outgoing.header.set_recipient(kPolice.value());
    outgoing.header.set_purpose("COLLABORATION");
    v1::CompartmentContent content;
    content.mutable_narrative()->add_statement()->set_text("seen at night");
    outgoing.parts["NARRATIVE"] = content.SerializeAsString();
    outgoing.number = Number(kChild);
    outgoing.escrow_identity = true;
    return outgoing;
  }
  // Handed in past the school's adapter and received by the police; its id in hex.
  std::string Submitted(const v1::Envelope& envelope) {
    v1::SubmitRequest request;
    *request.mutable_envelope() = envelope;
    EXPECT_OK(gateway_.LinkFor(kSchool)->Submit(request));
    police_.Receive();
    EXPECT_EQ(gateway_.acknowledged()[0].reason_code, "");
    return ToHex(gateway_.accepted()[0].message_id());
  }
  static std::string Order(const std::string& id, const std::string& second = "Ulla Utredare") {
    return absl::StrCat(R"({"message": ")", id, R"(", "legalBasis": "OSL-10-15A", "officers": [
        {"name": "Pim Patrull", "role": "police-officer", "reason": "planned crime",
         "weighing": "the risk weighs more"},
        {"name": ")",
                        second, R"(", "role": "investigator", "reason": "planned crime"}]})");
  }
  void Ask(const std::string& order, const std::string& name = "ask.reidentify.json") {
    police_.Drop(name, order);
    police_.Look();
  }

  Parties parties_;
  FakeClock clock_{absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone())};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency police_{kPolice, &parties_, &gateway_, &clock_};
};

TEST_F(ReidentifyTest, TheNumberIsWrittenWhenItsNymIsTheOneReceived) {
  const std::string id = Received();
  for (const auto& [path, bytes] : police_.Files("/out"))
    EXPECT_THAT(bytes, Not(HasSubstr(kChild)));
  Ask(Order(id));
  EXPECT_THAT(police_.OnlyFile("/out", id + ".identity.json"), HasSubstr(kChild));
  EXPECT_THAT(police_.OnlyFile("/out", id + ".reidentification.json"),
              HasSubstr("\"outcome\": \"match\""));
  ASSERT_THAT(gateway_.orders(), SizeIs(1));
  const v1::ReidentificationOrder order = gateway_.orders()[0];
  EXPECT_EQ(order.purpose(), "REIDENTIFICATION");
  EXPECT_EQ(order.legal_basis(), "OSL-10-15A");
  EXPECT_EQ(order.attestation_size(), 2);
  EXPECT_EQ(gateway_.reports().begin()->second, "match");
  EXPECT_THAT(police_.Files("/drop/done", "ask.reidentify.json"), SizeIs(1));
  EXPECT_EQ(gateway_.enrol_calls(), 1u) << "evaluated through both holders";
  for (const std::string& seen : {gateway_.wire(), police_.log.str()}) {
    EXPECT_THAT(seen, Not(HasSubstr(kChild)));
    EXPECT_THAT(seen, Not(HasSubstr("Pim Patrull")));
    EXPECT_THAT(seen, Not(HasSubstr("planned crime")));
  }
  for (const auto& [path, bytes] : police_.Files("/state")) {
    EXPECT_THAT(bytes, Not(HasSubstr(kChild))) << path;
  }
}

TEST_F(ReidentifyTest, ALyingSenderIsReportedAndTheNumberIsNotWritten) {
  const std::string id = Submitted(SealLying(Signal(), parties_, kSchool, kOtherChild));
  Ask(Order(id));
  ASSERT_THAT(gateway_.reports(), SizeIs(1));
  EXPECT_EQ(gateway_.reports().begin()->second, "nym-mismatch");
  EXPECT_THAT(police_.OnlyFile("/out", id + ".reidentification.json"),
              HasSubstr("\"outcome\": \"nym-mismatch\""));
  EXPECT_THAT(police_.Files("/out", "identity.json"), IsEmpty());
  EXPECT_THAT(police_.log.str(), HasSubstr("\"outcome\":\"nym-mismatch\""));
  for (const auto& [path, bytes] : police_.Files("/out")) {
    EXPECT_THAT(bytes, Not(HasSubstr(kOtherChild))) << path;
  }
}

TEST_F(ReidentifyTest, AnEscrowThatTheKeyHolderCannotOpenIsReported) {
  const std::string id = Received();
  gateway_.escrow_fault = "escrow-unreadable";
  Ask(Order(id));
  EXPECT_EQ(gateway_.reports().begin()->second, "escrow-unreadable");
  EXPECT_THAT(police_.Files("/out", "identity.json"), IsEmpty());
}

TEST_F(ReidentifyTest, ADenialIsToldAndNothingIsReported) {
  const std::string id = Received();
  gateway_.reidentification = v1::VERDICT_DENY;
  gateway_.reason_code = "officers";
  Ask(Order(id));
  EXPECT_THAT(police_.OnlyFile("/out", id + ".reidentification.json"),
              HasSubstr("\"outcome\": \"denied\""));
  EXPECT_THAT(gateway_.reports(), IsEmpty());
  EXPECT_THAT(police_.Files("/out", "identity.json"), IsEmpty());
}

TEST_F(ReidentifyTest, WhatWasAskedAndNotAnsweredIsAskedAgainWithTheSameOrder) {
  const std::string id = Received();
  gateway_.report_down = absl::UnavailableError("away");
  Ask(Order(id));
  EXPECT_THAT(police_.Files("/drop", "ask.reidentify.json"), SizeIs(1)) << "it waits";
  police_.Restart();
  gateway_.report_down = absl::OkStatus();
  clock_.Advance(absl::Minutes(2));
  police_.Look();
  ASSERT_THAT(gateway_.orders(), SizeIs(2));
  EXPECT_EQ(gateway_.orders()[0].SerializeAsString(), gateway_.orders()[1].SerializeAsString());
  EXPECT_THAT(police_.Files("/drop/done", "ask.reidentify.json"), SizeIs(1));
  EXPECT_THAT(police_.Files("/out", id + ".identity.json"), SizeIs(1));
}

TEST_F(ReidentifyTest, AskedTwiceItIsAnsweredFromTheFirst) {
  const std::string id = Received();
  Ask(Order(id));
  const std::string identity = police_.OnlyFile("/out", id + ".identity.json");
  Ask(Order(id), "again.reidentify.json");
  ASSERT_THAT(gateway_.orders(), SizeIs(2));
  EXPECT_NE(gateway_.orders()[0].SerializeAsString(), gateway_.orders()[1].SerializeAsString());
  EXPECT_EQ(police_.OnlyFile("/out", id + ".identity.json"), identity);
  EXPECT_THAT(police_.OnlyFile("/out", id + ".reidentification.json"),
              HasSubstr("\"outcome\": \"answered-before\""));
  EXPECT_EQ(gateway_.enrol_calls(), 1u);
}

struct BadAsk {
  const char* name;
  std::string (*order)(const std::string& id);
  const char* text;
};

class BadAskTest : public ReidentifyTest, public ::testing::WithParamInterface<BadAsk> {
 public:
  static std::string Good(const std::string& id, const std::string& second = "Ulla Utredare") {
    return Order(id, second);
  }
};

TEST_P(BadAskTest, IsRejectedWithItsFieldAndTheFileIsKept) {
  const std::string order = GetParam().order(Received());
  Ask(order);
  EXPECT_THAT(police_.OnlyFile("/drop/rejected", ".error.txt"), HasSubstr(GetParam().text));
  EXPECT_EQ(police_.OnlyFile("/drop/rejected", "ask.reidentify.json"), order);
  EXPECT_THAT(gateway_.orders(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAskTest,
    ::testing::Values(
        BadAsk{"NotAnOfficer",
               [](const std::string& id) { return BadAskTest::Good(id, "Nils Ny"); },
               "`officer[1].name`: is not enrolled"},
        BadAsk{"TheSamePersonTwice",
               [](const std::string& id) {
                 return absl::StrReplaceAll(BadAskTest::Good(id, "Pim Patrull"),
                                            {{"investigator", "police-officer"}});
               },
               "`officer[1].name`: is the same person again"},
        BadAsk{"NothingReceived",
               [](const std::string&) { return BadAskTest::Good(std::string(32, 'a')); },
               "`message`: was not received here"},
        BadAsk{"NoMessageId", [](const std::string&) { return BadAskTest::Good("FI-1"); },
               "must be 32 hex digits"},
        BadAsk{"NoLegalBasis",
               [](const std::string& id) {
                 return absl::StrReplaceAll(BadAskTest::Good(id), {{"OSL-10-15A", ""}});
               },
               "legalBasis"},
        BadAsk{"NobodyAsks",
               [](const std::string& id) {
                 return absl::StrCat(R"({"message": ")", id,
                                     R"(", "legalBasis": "OSL-10-15A", "officers": []})");
               },
               "`officers`"},
        BadAsk{"NoReason",
               [](const std::string& id) {
                 return absl::StrReplaceAll(BadAskTest::Good(id),
                                            {{R"("reason": "planned crime",)", ""}});
               },
               "reason"}),
    [](const ::testing::TestParamInfo<BadAsk>& one) { return one.param.name; });

TEST_F(ReidentifyTest, AnIdentityThatWasNamedIsNotInEscrow) {
  school_.Drop("report.txt", [] {
    v1::NeutralNotification report = DutyReport("FI-1");
    report.set_recipient(kPolice.value());
    return report;
  }());
  school_.Look();
  police_.Receive();
  Ask(Order(ToHex(gateway_.accepted()[0].message_id())));
  EXPECT_THAT(police_.OnlyFile("/drop/rejected", ".error.txt"),
              HasSubstr("`message`: its child's identity did not come in escrow"));
}

TEST_F(ReidentifyTest, TheSenderIsToldInAFileOfItsOwn) {
  const std::string id = Received();
  school_.Receive();  // how it ended
  v1::Outcome outcome;
  outcome.set_state(v1::ACKNOWLEDGED);
  outcome.set_text_sv("Mottagaren har fått veta vem barnet är.");
  outcome.mutable_reidentified()->set_agency(kPolice.value());
  outcome.mutable_reidentified()->set_legal_basis("OSL-10-15A");
  gateway_.Tell(kSchool, gateway_.accepted()[0].message_id(), outcome);
  const auto before = school_.Files("/out", ".outcome.json");
  school_.Receive();
  const std::string told = school_.OnlyFile("/out", id + ".reidentified.json");
  EXPECT_THAT(told, HasSubstr("\"legalBasis\": \"OSL-10-15A\""));
  EXPECT_THAT(told, HasSubstr("\"record\": \"FI-1\""));
  EXPECT_EQ(school_.Files("/out", ".outcome.json"), before) << "how it ended stays as it was";
  outcome.mutable_reidentified()->set_fault("nym-mismatch");
  gateway_.Tell(kSchool, gateway_.accepted()[0].message_id(), outcome);
  school_.Receive();
  EXPECT_THAT(school_.OnlyFile("/out", id + ".escrow-fault.json"), HasSubstr("nym-mismatch"));
}

}  // namespace
}  // namespace sluss
