#include "gateway/documents/withdrawal_receipt.h"

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

WithdrawalReceipt PartTakenBack() {
  WithdrawalReceipt receipt;
  receipt.consent = "00ff";
  receipt.reference = "C-17";
  v1::WithdrawResponse& response = receipt.response;
  v1::ConsentStep& step = *response.mutable_step();
  step.set_time_us(absl::ToUnixMicros(
      absl::FromCivil(absl::CivilSecond(2026, 2, 10, 11, 5, 7), absl::UTCTimeZone())));
  step.set_log_index(4711);
  step.add_party("police/region-mitt");
  step.add_category("PLAN");
  step.set_on_behalf_of("guardian");
  step.set_stopped(2000);
  step.set_trimmed(1);
  v1::WithdrawnMessage* const trimmed = response.add_trimmed();
  trimmed->set_message_id(std::string(16, '\x01'));
  trimmed->set_recipient("social-services/sundby");
  trimmed->add_category("PLAN");
  response.add_party_left("school/ekbacken");
  response.add_category_left("CONTACT");
  return receipt;
}

TEST(WithdrawalReceiptTest, SaysWhenForWhomWhatAndWhatCameOfItInBothLanguages) {
  const std::string text = WithdrawalText(PartTakenBack());
  for (const char* line :
       {"Kvitto på återkallelse", "Samtycke: 00ff", "Myndighetens beteckning: C-17",
        "Återkallat: 2026-02-10T12:05:07", "För: vårdnadshavare",
        "Omfattning: police/region-mitt\n  PLAN", "Stoppade, lämnas aldrig ut: 2000",
        "Lämnas ut utan det återkallade: 1\n  01010101010101010101010101010101 till "
        "social-services/sundby (-PLAN)",
        "Hade redan lämnats ut: 0", "Kvar av samtycket: school/ekbacken\n  CONTACT",
        "Post i utlämningsloggen: 4711", "Receipt of a withdrawal", "For: a guardian",
        "Stopped, will never be handed out: 2000", "Entry of the disclosure log: 4711"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(WithdrawalReceiptTest, TheWholeLeavesNothing) {
  WithdrawalReceipt receipt = PartTakenBack();
  receipt.response.mutable_step()->clear_party();
  receipt.response.mutable_step()->clear_category();
  receipt.response.set_consent_ended(true);
  const std::string text = WithdrawalText(receipt);
  EXPECT_THAT(text, HasSubstr("Omfattning: hela"));
  EXPECT_THAT(text, HasSubstr("Kvar av samtycket: ingenting"));
  EXPECT_THAT(text, HasSubstr("Left of the consent: nothing"));
}

TEST(WithdrawalReceiptTest, OfAMessageSpeaksOfNoConsent) {
  WithdrawalReceipt receipt;
  receipt.message = "aabb";
  receipt.response.mutable_receipt()->set_index(9);
  const std::string text = WithdrawalText(receipt);
  EXPECT_THAT(text, HasSubstr("Message: aabb"));
  EXPECT_THAT(text, HasSubstr("Entry of the disclosure log: 9"));
  EXPECT_THAT(text, Not(HasSubstr("Left of the consent")));
}

TEST(WithdrawalReceiptTest, NothingFromElsewhereIsMarkup) {
  WithdrawalReceipt receipt = PartTakenBack();
  receipt.reference = "<script>alert('x')</script>&\"";
  const std::string page = WithdrawalHtml(receipt);
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"));
  EXPECT_THAT(page, HasSubstr("<section lang=\"sv\">"));
  EXPECT_THAT(page, HasSubstr("<section lang=\"en\">"));
}

TEST(WithdrawalReceiptTest, AStepOfTheHistoryPrintsTheSame) {
  v1::ConsentRecord record;
  for (const char* agency : {"school/ekbacken", "police/region-mitt"}) {
    record.add_party()->set_agency(agency);
  }
  for (const char* category : {"CONTACT", "PLAN"}) record.add_category(category);
  v1::ConsentVersion version;
  version.set_record(record.SerializeAsString());
  version.set_state(v1::VALID);
  version.add_withdrawn_category("PLAN");
  const std::string text =
      WithdrawalText(ReceiptOfStep("00ff", PartTakenBack().response.step(), version));
  EXPECT_THAT(text, HasSubstr("Stoppade, lämnas aldrig ut: 2000"));
  EXPECT_THAT(text, HasSubstr("Kvar av samtycket: school/ekbacken, police/region-mitt\n  CONTACT"));
}

}  // namespace
}  // namespace sluss
