// The page that a lawyer signs: what it says, and that it says what is decided.
#include "policy/page.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/page_words.h"
#include "policy/passing.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

const char kDay[] = "2026-02-10";

class PageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto set = testing::LoadShipped();
    ASSERT_OK(set);
    set_ = *set;
  }
  std::string Page(const std::string& id, const std::string& day = kDay) {
    const auto page = PolicyPage(*set_, id, day, testing::Sha256);
    EXPECT_OK(page);
    return page.value_or("");
  }
  std::shared_ptr<const PolicySet> set_;
};

TEST_F(PageTest, OfSspfSaysAllThatALawyerSigns) {
  const std::string page = Page("sspf");
  const std::string kSays[] = {
      "# SSPF på individnivå\n",
      "Lagen är läst så som den gällde 2026-02-10.",
      "- **Regler:** `sspf`, version 1\n",
      "- **Kontrollsumma (SHA-256):** `",
      "### Regel `sspf-case-signal`",
      "- **Ändamål:** samverkan med samtycke\n",
      "**till** Polisen och socialtjänsten: närvaro och skolsituation, kontaktuppgifter, risk- och "
      "skyddsfaktorer, deponerad identitet, berättelse om oron och plan med mål och uppgifter.",
      "**till** fritidsverksamheten och skolan: närvaro och skolsituation, kontaktuppgifter, "
      "deponerad identitet och plan med mål och uppgifter.",
      "- **Lagstöd:** 10 kap. 1 § OSL och 12 kap. 2 § OSL\n",
      "- **Samtycke:** krävs, och bara det som samtycket omfattar lämnas\n",
      "- **Ålder:** 12 till och med 17 år\n",
      "- **Lämnas av:** den som har en känd yrkesroll\n",
      "- **Intygas av:** en namngiven handläggare, som anger skäl. Intyget innebär en bedömning av "
      "att samtycket är tydligt och gäller just detta\n",
      "hindrar; då lämnas ingenting enligt den här regeln",
      "## Vad som aldrig lämnas",
      "- Sekretessen följer inte med uppgiften (7 kap. 2 § OSL), och mottagaren har ingen stark "
      "sekretess för den. Till fritidsverksamheten och skolan lämnas därför inte uppgifter om "
      "brott "
      "och misstanke, risk- och skyddsfaktorer, hälsouppgifter, berättelse om oron eller "
      "socialtjänstens beslut.\n",
      "| 12 kap. 2 § offentlighets- och sekretesslagen (2009:400) | från och med 2009-06-30 | "
      "Tillåter. Den enskilde kan helt eller delvis häva",
      "- Sekretessen hos fritidsverksamheten som mottagare.",
      "| Kommunjurist | | | |",
  };
  for (const std::string& text : kSays) EXPECT_THAT(page, HasSubstr(text));
}

TEST_F(PageTest, OfADutySaysThatItIsOneAndItsClocks) {
  const std::string page = Page("duty-report");
  const std::string kSays[] = {
      "- **Samtycke:** krävs inte\n",
      "- **Ålder:** under 18 år; också när åldern inte är känd\n",
      "- **Lämnas av:** vem som helst i tjänsten\n",
      "en skyldighet i lag, som ingen regel kan hindra",
      "Mottagaren gör genast en skyddsbedömning, senast inom 24 timmar, och beslutar inom 14 dagar "
      "om utredning ska inledas; en utredning slutförs inom 4 månader från beslutet.",
      "På begäran får anmälaren återkoppling inom 7 dagar.",
      "Mottagandet bekräftas inom 24 timmar; annars uppmanas avsändaren att ringa.",
      "till och med 2025-06-30",
  };
  for (const std::string& text : kSays) EXPECT_THAT(page, HasSubstr(text));
  // The former act has ended on the day.
  EXPECT_THAT(page, HasSubstr("### Regel `duty-report-sol-2001`\n\n- **Ändamål:** skydd av "
                              "barn\n- **Lämnas:** ingenting den här dagen\n"));
  EXPECT_THAT(Page("duty-report", "2025-06-30"),
              HasSubstr("### Regel `duty-report-sol-2025`\n\n- **Ändamål:** skydd av "
                        "barn\n- **Lämnas:** ingenting den här dagen\n"));
}

TEST_F(PageTest, NamesTwoOfficersTheirWeighingAndWhatTheyJudge) {
  EXPECT_THAT(
      Page("social-to-police"),
      HasSubstr("- **Intygas av:** två olika handläggare, som var och en anger skäl, och en "
                "skriftlig intresseavvägning. Intyget innebär en bedömning av att det inte "
                "är olämpligt och att konkreta omständigheter visar risken\n"));
}

TEST_F(PageTest, ListsWhatIsToBeConfirmed) {
  EXPECT_THAT(Page("school-to-police"),
              HasSubstr("- 6 a kap. skollagen: lydelsen eller dagen är inte bekräftad.\n"));
  EXPECT_THAT(Page("feedback"), Not(HasSubstr("6 a kap. skollagen")));
}

TEST_F(PageTest, TellsOnlyTheWallsThatConcernTheParties) {
  EXPECT_THAT(Page("care-need"),
              HasSubstr("10 kap. 27 § OSL gäller inte uppgifter som är hemliga"));
  EXPECT_THAT(Page("school-to-police"), Not(HasSubstr("Sekretessen i hälso- och sjukvården")));
  EXPECT_THAT(Page("duty-report"), HasSubstr("Det som ingen regel ovan nämner lämnas inte.\n\n##"));
}

TEST_F(PageTest, EveryTemplateHasATitleWordsAndSomethingThatPasses) {
  for (const v1::Policy& policy : set_->bundle().policy()) {
    const std::string page = Page(policy.id());
    EXPECT_FALSE(policy.title_sv().empty()) << policy.id();
    EXPECT_FALSE(policy.about_sv().empty()) << policy.id();
    EXPECT_THAT(page, HasSubstr("- **Från** ")) << policy.id();
    for (const v1::Rule& rule : policy.rule()) {
      EXPECT_THAT(page, HasSubstr(absl::StrCat("### Regel `", rule.id(), "`")));
    }
  }
}

TEST_F(PageTest, IsTheSameForTheSameAndAnotherForAnother) {
  EXPECT_EQ(Page("sspf"), Page("sspf"));
  const auto digest = [](const std::string& page) { return page.substr(page.find("SHA-256"), 90); };
  EXPECT_NE(digest(Page("sspf")), digest(Page("feedback")));
}

TEST_F(PageTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(PolicyPage(*set_, "ssfp", kDay, testing::Sha256),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("unknown policy `ssfp`")));
  EXPECT_THAT(PolicyPage(*set_, "sspf", "2026-2-1", testing::Sha256),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2026-2-1")));
}

TEST(PassingTest, AsksTheWallsPairByPair) {
  const auto set = testing::LoadSmall(
      testing::Permit("r", "sender: \"school/*\" recipient: [\"social/*\", \"club/*\"]") +
      testing::Forbid("f", "recipient_cover: \"NONE\" category: \"A\""));
  ASSERT_OK(set);
  const v1::Rule& rule = (*set)->bundle().policy(0).rule(1);
  ASSERT_EQ(rule.id(), "r");
  const auto passing = PassingUnder(**set, rule, kDay);
  ASSERT_EQ(passing.size(), 2u);
  EXPECT_THAT(passing[0].categories, ElementsAre("A", "B", "C"));
  EXPECT_THAT(passing[0].recipients, ElementsAre("social/example"));
  EXPECT_THAT(passing[1].categories, ElementsAre("B", "C"));
  EXPECT_THAT(passing[1].recipients, ElementsAre("club/example"));
}

TEST(PageWordsTest, ListsAsSwedishDoes) {
  EXPECT_EQ(Listed({}), "");
  EXPECT_EQ(Listed({"a"}), "a");
  EXPECT_EQ(Listed({"a", "b"}), "a och b");
  EXPECT_EQ(Listed({"a", "b", "c"}, "eller"), "a, b eller c");
  EXPECT_EQ(Capitalised("ändamål"), "Ändamål");
  EXPECT_EQ(Capitalised("barn"), "Barn");
}

TEST(PageWordsTest, TellsDaysAsALawyerWrites) {
  v1::Validity validity;
  EXPECT_EQ(ValidityWords(validity), "tills vidare");
  validity.set_to("2025-07-01");
  EXPECT_EQ(ValidityWords(validity), "till och med 2025-06-30");
  validity.set_from("2013-01-01");
  EXPECT_EQ(ValidityWords(validity), "från och med 2013-01-01 till och med 2025-06-30");
}

TEST(PageWordsTest, HasWordsForEveryObligationTestAndEffect) {
  const auto* kinds = v1::Obligation::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kinds->field_count(); ++i) {
    v1::Obligation obligation;
    const auto* reflection = obligation.GetReflection();
    const auto* field = kinds->field(i);
    if (field->message_type() == nullptr) {
      reflection->SetBool(&obligation, field, true);
    } else {
      reflection->MutableMessage(&obligation, field);
    }
    EXPECT_NE(ObligationWords(obligation), "") << field->name();
  }
  for (int i = 1; i <= v1::HumanTest_MAX; ++i) {
    EXPECT_NE(TestWords(static_cast<v1::HumanTest>(i)), "") << i;
  }
  for (int i = 1; i <= v1::LawEffect_MAX; ++i) {
    EXPECT_NE(EffectWords(static_cast<v1::LawEffect>(i)), "") << i;
  }
}

}  // namespace
}  // namespace sluss
