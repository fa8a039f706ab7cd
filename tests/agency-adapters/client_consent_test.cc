// Consents and withdrawals dropped as files, cited by records, and checked again by the recipient.
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

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

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone());

constexpr char kConsent[] = R"({
  "reference": "C-17", "form": "SSPF", "purpose": "COLLABORATION",
  "parties": [{"agency": "school/ekbacken", "functions": ["principal"]},
              {"agency": "police/region-mitt", "functions": ["police-officer"]}],
  "categories": ["NARRATIVE"], "validFrom": "2025-09-01", "validTo": "2026-06-30",
  "refusedCategories": ["HEALTH"], "excludedTopics": ["skilsmässan"],
  "child": "201103159800", "guardians": 1,
  "maturity": {"mature": false, "note": "förstår inte följderna"},
  "grants": [{"who": "guardian", "name": "Vera Vård", "granted": true, "channel": "paper",
              "evidence": "scan.pdf"}],
  "information": {"voluntary": true, "revocable": true, "consequence": true},
  "interpreter": false, "gdpr": {"article6": "6.1.e"},
  "officer": "Eva Ek", "officerRole": "principal"})";

class ConsentTest : public ::testing::Test {
 protected:
  void RegisterConsent() {
    school_.disk.Place("/drop/evidence/scan.pdf", "%PDF");
    school_.Drop("a.consent.json", kConsent);
    school_.Look();
  }
  v1::NeutralNotification Citing(const std::string& consent, const char* number = kChild) {
    v1::NeutralNotification signal = DutyReport("FI-1", number);
    signal.set_recipient(kPolice.value());
    signal.set_purpose("COLLABORATION");
    signal.set_escrow_identity(true);
    signal.add_consent_id(consent);
    return signal;
  }

  Parties parties_;
  FakeClock clock_{kNow};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency police_{kPolice, &parties_, &gateway_, &clock_};
};

TEST_F(ConsentTest, IsRegisteredBlindlyAndItsIdIsWritten) {
  RegisterConsent();
  ASSERT_THAT(gateway_.consents(), SizeIs(1));
  const v1::ConsentRecord record = gateway_.consents()[0];
  EXPECT_EQ(record.depositor(), kSchool.value());
  EXPECT_EQ(record.child_age().below(), 15u);
  EXPECT_THAT(record.received_by(), SizeIs(32));
  EXPECT_EQ(ToHex(record.grant(0).evidence_digest()), ToHex(AsStringView(Sha256({"%PDF"}))));
  EXPECT_THAT(school_.OnlyFile("/out", ".consent.json"), HasSubstr(ToHex(record.consent_id())));
  EXPECT_THAT(school_.Files("/drop/done", "a.consent.json"), SizeIs(1));
  EXPECT_THAT(gateway_.wire(), Not(HasSubstr(kChild)));
  for (const char* stays : {"Eva Ek", "Vera", "skilsm", "följderna"}) {
    EXPECT_THAT(gateway_.wire(), Not(HasSubstr(stays)));
  }
  EXPECT_THAT(record.refused_category(), ElementsAre("HEALTH"));
  ASSERT_THAT(record.excluded_topic(), SizeIs(1));
  EXPECT_THAT(record.excluded_topic(0), SizeIs(32));
  EXPECT_THAT(record.maturity_note(), SizeIs(32));
  EXPECT_EQ(record.maturity(), v1::NOT_MATURE);
  EXPECT_THAT(record.grant(0).person(), SizeIs(32));
  EXPECT_EQ(record.gdpr().article_6(), "6.1.e");
  EXPECT_EQ(record.received_role(), "principal");
  for (const auto& [path, bytes] : school_.Files("/state"))
    EXPECT_THAT(bytes, Not(HasSubstr(kChild)));
}

TEST_F(ConsentTest, IsCitedByReferenceOrIdWithAProofThatHolds) {
  RegisterConsent();
  school_.Drop("s.txt", Citing("C-17"));
  school_.Look();
  ASSERT_THAT(gateway_.accepted(), SizeIs(1)) << school_.log.str();
  EXPECT_THAT(gateway_.accepted()[0].consent_id(),
              ElementsAre(gateway_.consents()[0].consent_id()));
  v1::NeutralNotification by_id = Citing(ToHex(gateway_.consents()[0].consent_id()));
  by_id.set_native_id("FI-2");
  school_.Restart();
  school_.Drop("t.txt", by_id);
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), SizeIs(2));
}

TEST_F(ConsentTest, OfAnotherChildIsSubmittedAndItsProofFailsAtTheGateway) {
  RegisterConsent();
  school_.Drop("s.txt", Citing("C-17", kOtherChild));
  school_.Look();
  EXPECT_THAT(gateway_.accepted(), IsEmpty());
  EXPECT_EQ(gateway_.submissions(), 1u);
}

TEST_F(ConsentTest, EveryFaultInRegisteringEndsInOneConsent) {
  RegisterConsent();
  const int steps = school_.disk.changes();
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < steps; ++at) {
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      FakeGateway gateway(&parties_);
      Agency school(kSchool, &parties_, &gateway, &clock_);
      school.disk.Place("/drop/evidence/scan.pdf", "%PDF");
      school.Drop("a.consent.json", kConsent);
      school.disk.FailAt(at, form);
      school.Look();
      if (form == FaultForm::kPowerLoss || form == FaultForm::kPowerLossPersisted) school.Restart();
      for (int i = 0; i < 3; ++i) {
        clock_.Advance(absl::Minutes(2));
        school.Look();
      }
      EXPECT_THAT(school.Files("/drop/done", "a.consent.json"), SizeIs(1)) << school.log.str();
      EXPECT_THAT(school.Files("/drop/rejected"), IsEmpty()) << school.log.str();
      std::set<std::string> ids;
      for (const v1::ConsentRecord& record : gateway.consents()) ids.insert(record.consent_id());
      EXPECT_THAT(ids, SizeIs(1));
    }
  }
}

TEST_F(ConsentTest, WithoutItsEvidenceOrUnderATakenReferenceIsRejected) {
  school_.Drop("a.consent.json", kConsent);
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "a.consent.json.error.txt"),
              HasSubstr("`grants[0].evidence`: there is no such file"));
  RegisterConsent();
  school_.Drop("b.consent.json", absl::StrReplaceAll(kConsent, {{"2026-06-30", "2026-07-31"}}));
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "b.consent.json.error.txt"),
              HasSubstr("`reference`: another consent has it"));
  EXPECT_THAT(gateway_.consents(), SizeIs(1));
}

TEST_F(ConsentTest, WithdrawalWritesWhatWasStopped) {
  RegisterConsent();
  gateway_.down = absl::UnavailableError("connection refused");
  school_.Drop("w.withdraw.json",
               R"({"consent": "C-17", "officer": "Eva Ek", "onBehalfOf": "guardian"})");
  school_.Look();
  EXPECT_THAT(school_.Files("/drop/w.withdraw.json"), SizeIs(1)) << "waits for the gateway";
  gateway_.down = absl::OkStatus();
  clock_.Advance(absl::Minutes(2));
  school_.Look();
  const std::string answer = school_.OnlyFile("/out", ".withdrawal.json");
  EXPECT_THAT(answer, HasSubstr("1 message was stopped."));
  EXPECT_THAT(answer, HasSubstr(kPolice.value()));
  EXPECT_THAT(school_.Files("/drop/done", "w.withdraw.json"), SizeIs(1));
}

TEST_F(ConsentTest, AMessageIsWithdrawnByTheAgencysOwnId) {
  school_.Drop("a.txt", DutyReport("FI-1"));
  school_.Look();
  school_.Drop("w.withdraw.json",
               R"({"message": "FI-1", "officer": "Eva Ek", "onBehalfOf": "party"})");
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/out", ".withdrawal.json"),
              HasSubstr(ToHex(gateway_.accepted()[0].message_id())));
}

std::string Changed(const char* reference,
                    const std::vector<std::pair<std::string, std::string>>& to) {
  std::string text = absl::StrReplaceAll(kConsent, {{"C-17", reference}});
  for (const auto& [from, with] : to) text = absl::StrReplaceAll(text, {{from, with}});
  return text;
}

v1::ConsentRecord RecordOf(const v1::RegisterConsentRequest& request) {
  v1::ConsentRecord record;
  EXPECT_TRUE(record.ParseFromString(request.record()));
  return record;
}

TEST_F(ConsentTest, TheSamePersonIsAnotherPseudonymInEveryConsent) {
  RegisterConsent();
  school_.Drop("b.consent.json", Changed("C-18", {{"COLLABORATION", "CARE_AND_SUPPORT"}}));
  school_.Look();
  ASSERT_THAT(gateway_.consents(), SizeIs(2));
  EXPECT_NE(gateway_.consents()[0].grant(0).person(), gateway_.consents()[1].grant(0).person());
}

TEST_F(ConsentTest, AVersionReplacesTheOneItNamesWithAProof) {
  RegisterConsent();
  school_.Drop("b.consent.json",
               Changed("C-18", {{"\"form\"", "\"replaces\": \"C-17\", \"form\""}}));
  school_.Look();
  ASSERT_THAT(gateway_.registrations(), SizeIs(2)) << school_.log.str();
  const v1::RegisterConsentRequest later = gateway_.registrations()[1];
  const v1::ConsentRecord earlier = RecordOf(gateway_.registrations()[0]);
  EXPECT_EQ(RecordOf(later).supersedes(), earlier.consent_id());
  EXPECT_OK(VerifySameChild(later.record(), RecordOf(later), earlier,
                            parties_.directory().FindAgency(kSchool)->joint, parties_.directory(),
                            later.supersedes_proof()));
  school_.Drop("c.consent.json",
               Changed("C-19", {{"\"form\"", "\"replaces\": \"C-404\", \"form\""}}));
  school_.Look();
  EXPECT_THAT(school_.OnlyFile("/drop/rejected", "c.consent.json.error.txt"),
              HasSubstr("cites a consent that this agency does not know"));
}

// One says no to what the other says yes, for the same child: found without being told.
TEST_F(ConsentTest, AContradictionWithAnotherOfTheSameChildIsSaidAndProved) {
  RegisterConsent();
  const std::vector<std::pair<std::string, std::string>> no = {{"[\"NARRATIVE\"]", "[\"CONTACT\"]"},
                                                               {"[\"HEALTH\"]", "[\"NARRATIVE\"]"}};
  school_.Drop("b.consent.json", Changed("C-18", no));
  school_.Look();
  ASSERT_THAT(gateway_.registrations(), SizeIs(2)) << school_.log.str();
  const v1::RegisterConsentRequest later = gateway_.registrations()[1];
  const v1::ConsentRecord earlier = RecordOf(gateway_.registrations()[0]);
  EXPECT_THAT(RecordOf(later).contradicts(), ElementsAre(earlier.consent_id()));
  ASSERT_THAT(later.contradiction_proof(), SizeIs(1));
  EXPECT_OK(VerifySameChild(later.record(), RecordOf(later), earlier,
                            parties_.directory().FindAgency(kSchool)->joint, parties_.directory(),
                            later.contradiction_proof(0)));
  // Of another child, for another purpose, after it was taken back, or asking the same: none.
  auto other = no;
  other.push_back({"201103159800", kOtherChild});
  school_.Drop("c.consent.json", Changed("C-19", other));
  auto purpose = no;
  purpose.push_back({"COLLABORATION", "CARE_AND_SUPPORT"});
  school_.Drop("d.consent.json", Changed("C-20", purpose));
  school_.Look();
  gateway_.withdrawn_consents = {earlier.consent_id(), RecordOf(later).consent_id()};
  school_.Drop("e.consent.json", Changed("C-21", no));
  school_.Look();
  ASSERT_THAT(gateway_.registrations(), SizeIs(5)) << school_.log.str();
  for (size_t i = 2; i < 5; ++i) {
    EXPECT_THAT(RecordOf(gateway_.registrations()[i]).contradicts(), IsEmpty()) << i;
  }
}

TEST_F(ConsentTest, APartIsTakenBackAndTheReceiptIsPrinted) {
  RegisterConsent();
  school_.Drop(
      "w.withdraw.json",
      R"({"consent": "C-17", "parties": ["police/region-mitt"], "categories": ["NARRATIVE"],
                   "officer": "Eva Ek", "onBehalfOf": "guardian"})");
  school_.Look();
  ASSERT_THAT(gateway_.withdrawals(), SizeIs(1)) << school_.log.str();
  EXPECT_THAT(gateway_.withdrawals()[0].party(), ElementsAre("police/region-mitt"));
  EXPECT_THAT(gateway_.withdrawals()[0].category(), ElementsAre("NARRATIVE"));
  const std::string page = school_.OnlyFile("/out", ".html");
  EXPECT_THAT(page, HasSubstr("Kvitto på återkallelse"));
  EXPECT_THAT(page, HasSubstr("Receipt of a withdrawal"));
  EXPECT_THAT(page, HasSubstr("C-17"));
  EXPECT_THAT(page, Not(HasSubstr("Eva")));
}

// ---- Recalls ------------------------------------------------------------------------------------

class RecallTest : public ConsentTest {
 protected:
  // Delivered to the police, whose acknowledgement the gateway never hears.
  std::string Deliver() {
    RegisterConsent();
    school_.Drop("s.txt", Citing("C-17"));
    school_.Look();
    return gateway_.accepted()[0].message_id();
  }
  std::string Said() const {
    const auto acknowledged = gateway_.acknowledged();
    return acknowledged.empty() ? "nothing" : acknowledged.back().reason_code;
  }
};

TEST_F(RecallTest, DestroysWhatTheAgencysSystemHasNotTakenAndConfirms) {
  const std::string id = Deliver();
  police_.Receive();
  ASSERT_THAT(police_.Files("/out", "in.pb"), SizeIs(1));
  gateway_.Recall(kPolice, id);
  police_.Receive();
  EXPECT_THAT(police_.Files("/out", "in.pb"), IsEmpty());
  EXPECT_EQ(Said(), "destroyed");
  EXPECT_THAT(police_.OnlyFile("/out", ".recall.json"), HasSubstr("\"done\": \"destroyed\""));
  // The recall comes again, and so does the message: nothing is written, the answer is the same.
  gateway_.DeliverAgain();
  police_.Receive();
  EXPECT_THAT(police_.Files("/out", "in.pb"), IsEmpty());
  EXPECT_EQ(Said(), "destroyed");
}

TEST_F(RecallTest, SaysWhenTheAgencysSystemHasItAlready) {
  const std::string id = Deliver();
  police_.Receive();
  for (const auto& [path, bytes] : police_.Files("/out", "in.pb")) {
    ASSERT_OK(police_.disk.Remove(path));
  }
  gateway_.Recall(kPolice, id);
  police_.Receive();
  EXPECT_EQ(Said(), "taken");
  EXPECT_THAT(police_.OnlyFile("/out", ".recall.json"), HasSubstr("\"done\": \"taken\""));
}

// Two streams of one agency: the recall may overtake the message.
TEST_F(RecallTest, ComesBeforeTheMessageAndThenItIsNeverWritten) {
  const std::string id = Deliver();
  police_.Receive();
  Agency other(kPolice, &parties_, &gateway_, &clock_);  // a disk that has seen nothing yet
  gateway_.Recall(kPolice, id);
  other.Receive();
  EXPECT_EQ(Said(), "not-received");
  gateway_.DeliverAgain();
  other.Receive();
  EXPECT_THAT(other.Files("/out", "in.pb"), IsEmpty());
  EXPECT_THAT(other.Files("/out", ".recall.json"), IsEmpty()) << "nobody there has to do anything";
}

TEST_F(RecallTest, OfAnUnrecordedWordDestroysNothing) {
  const std::string id = Deliver();
  police_.Receive();
  gateway_.tamper_delivery = [](v1::Delivery* delivery) {
    delivery->mutable_recall()->mutable_receipt()->mutable_leaf()->back() ^= 1;
  };
  gateway_.Recall(kPolice, id);
  police_.Receive();
  EXPECT_THAT(police_.Files("/out", "in.pb"), SizeIs(1));
  EXPECT_EQ(Said(), "refused");
  // Logged, but for another message, and for another recipient.
  gateway_.tamper_delivery = [&](v1::Delivery* delivery) { delivery->set_message_id(id); };
  gateway_.Recall(kPolice, std::string(16, 'x'));
  police_.Receive();
  EXPECT_THAT(police_.Files("/out", "in.pb"), SizeIs(1));
}

TEST_F(RecallTest, EveryFaultOfTheDiskEndsInOneAnswer) {
  const std::string recalled = Deliver();
  police_.Receive();
  const int before = police_.disk.changes();
  gateway_.Recall(kPolice, recalled);
  police_.Receive();
  const int steps = police_.disk.changes() - before;
  ASSERT_GT(steps, 2);
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < steps; ++at) {
      SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form)));
      FakeGateway gateway(&parties_);
      Agency school(kSchool, &parties_, &gateway, &clock_);
      Agency police(kPolice, &parties_, &gateway, &clock_);
      v1::NeutralNotification report = DutyReport("FI-1");
      report.set_recipient(kPolice.value());
      school.Drop("s.txt", report);
      school.Look();
      police.Receive();
      ASSERT_THAT(police.Files("/out", "in.pb"), SizeIs(1));
      police.disk.FailAt(at, form);
      gateway.Recall(kPolice, gateway.accepted()[0].message_id());
      (void)police.edge->Receive();
      if (form == FaultForm::kPowerLoss || form == FaultForm::kPowerLossPersisted) police.Restart();
      gateway.DeliverAgain();
      (void)police.edge->Receive();
      EXPECT_THAT(police.Files("/out", "in.pb"), IsEmpty()) << police.log.str();
      EXPECT_EQ(gateway.acknowledged().back().reason_code, "destroyed") << police.log.str();
    }
  }
}

// The consent copy binds the consent to one child at the recipient as well.
TEST_F(ConsentTest, TheRecipientRefusesANymThatDiffersFromTheConsentCopys) {
  RegisterConsent();
  v1::NeutralNotification copy = Citing("C-17");
  copy.set_purpose("CONSENT_COPY");
  school_.Drop("copy.txt", copy);
  school_.Look();
  police_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(1));
  EXPECT_FALSE(gateway_.acknowledged()[0].refused) << police_.log.str();

  v1::NeutralNotification same = Citing("C-17");
  same.set_native_id("FI-2");
  school_.Drop("same.txt", same);
  school_.Look();
  police_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(2));
  EXPECT_FALSE(gateway_.acknowledged()[1].refused) << police_.log.str();

  // A gateway that looks away from the proof: the recipient still does not take it.
  gateway_.check_consents = false;
  v1::NeutralNotification other = Citing("C-17", kOtherChild);
  other.set_native_id("FI-3");
  school_.Drop("other.txt", other);
  school_.Look();
  police_.Receive();
  ASSERT_THAT(gateway_.acknowledged(), SizeIs(3));
  EXPECT_EQ(gateway_.acknowledged()[2].reason_code, "consent-mismatch");
}

}  // namespace
}  // namespace sluss
