// Consents and withdrawals dropped as files, cited by records, and checked again by the recipient.
#include <cstdlib>

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
  "child": "201103159800", "guardians": 1,
  "grants": [{"who": "guardian", "granted": true, "channel": "paper", "evidence": "scan.pdf"}],
  "officer": "Eva Ek"})";

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
  EXPECT_THAT(gateway_.wire(), Not(HasSubstr("Eva Ek")));
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
