// The catalogue of the law: what it refuses, and what the shipped one holds.
#include "policy/catalogue.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/bounds.h"
#include "policy/days.h"
#include "policy/policy_set.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

// A paragraph that is whole, with more fields.
std::string Law(const std::string& id, const std::string& more) {
  return absl::StrCat("paragraph { id: \"", id,
                      "\" citation: \"9 §\" short_citation: \"9 §\" summary_sv: \"s\" summary_en: "
                      "\"s\" source: \"made up\" standing: VERIFIED\n ",
                      more, "\n}\n");
}

struct Fault {
  std::string name;
  std::string catalogue;  // appended to the small one, from its line 20 on
  std::string error;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) { return out << fault.name; }

const Fault kFaults[] = {
    {"UnknownKind", Law("L", "who: \"scool/*\""),
     "catalogue.txtpb:21:2: unknown agency kind `scool`: did you mean `school`?"},
    {"UnknownGroup", Law("L", "to_whom: \"carrers\""),
     "catalogue.txtpb:21:2: unknown group `carrers`: did you mean `carers`?"},
    {"OneAgencyIsNoParty", Law("L", "who: \"school/a\""), "unknown group `school/a`"},
    {"UnknownTest", Law("L", "test: WEIGHNG"),
     "catalogue.txtpb:22:1: Unknown enumeration value of \"WEIGHNG\" for field \"test\"."},
    {"AgeOfNobody", Law("L", "age { from: 18 below: 18 }"),
     "catalogue.txtpb:21:2: no age lies from 18 to below 18; ages end at 150"},
    {"AgeTooHigh", Law("L", "age { below: 151 }"), "no age lies from 0 to below 151"},
    {"WordingOfUnknown", Law("L", "wording_of: \"LAW-9\""),
     "catalogue.txtpb:21:2: unknown legal basis `LAW-9`: did you mean `LAW-1`?"},
    {"WordingOfItself", Law("L", "wording_of: \"L\""),
     "catalogue.txtpb:21:2: a paragraph is no other wording of itself"},
    {"WordingsOverlap", Law("L", "wording_of: \"LAW-3\" in_force { to: \"2025-07-02\" }"),
     "catalogue.txtpb:21:2: `L` and `LAW-3` are wordings of one paragraph and in force on the same "
     "days: end the earlier where the later begins"},
    {"LaterWordingOverlaps", Law("L", "wording_of: \"LAW-2\" in_force { from: \"2025-06-30\" }"),
     "catalogue.txtpb:21:2: `LAW-2` and `L` are wordings of one paragraph"},
    {"CellOfUnknownKind", "matrix { id: \"m\" from: \"school\" to: \"sociall\" }",
     "catalogue.txtpb:20:33: unknown agency kind `sociall`: did you mean `social`?"},
    {"CellWithoutKind", "matrix { id: \"m\" from: \"school\" }",
     "catalogue.txtpb:20:1: `to` names no kind"},
    {"CellTwice",
     "matrix { id: \"m\" from: \"school\" to: \"social\" }\n"
     "matrix { id: \"m\" from: \"school\" to: \"bup\" }",
     "catalogue.txtpb:21:1: matrix `m` is declared twice"},
    {"WayWithoutCondition",
     "matrix { id: \"m\" from: \"school\" to: \"bup\" way { paragraph: \"LAW-1\" } }",
     "a way needs `condition`"},
    {"WayOnNothing", "matrix { id: \"m\" from: \"school\" to: \"bup\" way { condition: BY_DUTY } }",
     "a way needs `condition` (BY_DUTY, BY_STATUTE or BY_CONSENT) and `paragraph`"},
    {"WayOnUnknown",
     "matrix { id: \"m\" from: \"school\" to: \"bup\"\n way { condition: BY_DUTY\n paragraph: "
     "\"LAW-7\" } }",
     "catalogue.txtpb:22:2: unknown legal basis `LAW-7`"},
};

class CatalogueFaultTest : public TestWithParam<Fault> {};

TEST_P(CatalogueFaultTest, IsRefusedWithItsPlace) {
  EXPECT_THAT(testing::LoadSmall("", GetParam().catalogue),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(CatalogueTest, CatalogueFaultTest, ValuesIn(kFaults),
                         [](const auto& fault) { return fault.param.name; });

TEST(CatalogueTest, TakesPartiesTestsAndWordingsThatFollowEachOther) {
  EXPECT_OK(testing::LoadSmall(
      "", Law("L",
              "who: [\"school/*\", \"carers\", \"INDIVIDUAL\"] to_whom: \"*\" law_effect: PERMITS "
              "test: [NECESSITY, WEIGHING] consent: REQUIRED age { from: 12 below: 18 } "
              "wording_of: \"LAW-3\" in_force { to: \"2025-07-01\" }")));
}

// ---- The shipped one ----------------------------------------------------------------------------

class ShippedCatalogueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto set = testing::LoadShipped();
    ASSERT_OK(set);
    set_ = *set;
    for (const auto& one : vocabulary().paragraph()) paragraphs_[one.id()] = &one;
  }
  const v1::Vocabulary& vocabulary() const { return set_->bundle().vocabulary(); }
  bool InForce(const std::string& id, const std::string& day) const {
    return ParseValidity(paragraphs_.at(id)->in_force())->Contains(*ParseDay(day));
  }

  std::shared_ptr<const PolicySet> set_;
  std::map<std::string, const v1::Paragraph*> paragraphs_;
};

TEST_F(ShippedCatalogueTest, EveryParagraphSaysWhatItDoesAndWhoItBinds) {
  for (const auto& [id, paragraph] : paragraphs_) {
    EXPECT_NE(paragraph->law_effect(), v1::LAW_EFFECT_UNSPECIFIED) << id;
    EXPECT_FALSE(paragraph->who().empty()) << id;
  }
}

TEST_F(ShippedCatalogueTest, EveryKindTellsItsSecrecyAndWhatThatRestsOn) {
  for (const v1::AgencyKindEntry& kind : vocabulary().agency_kind()) {
    EXPECT_NE(kind.cover_standing(), v1::STANDING_UNSPECIFIED) << kind.kind();
    EXPECT_TRUE(kind.secrecy_cover() == "NONE" || !kind.cover_basis().empty()) << kind.kind();
  }
}

// The wording of the day: (wordings of one paragraph, day, the one in force).
TEST_F(ShippedCatalogueTest, OneWordingIsInForceEachDay) {
  struct {
    std::vector<std::string> wordings;
    std::string day, in_force;
  } const kDays[] = {
      {{"SOL-2001-14-1", "SOL-2025-19-1"}, "2025-06-30", "SOL-2001-14-1"},
      {{"SOL-2001-14-1", "SOL-2025-19-1"}, "2025-07-01", "SOL-2025-19-1"},
      {{"OSL-10-18A-2013", "OSL-10-18A"}, "2025-03-31", "OSL-10-18A-2013"},
      {{"OSL-10-18A-2013", "OSL-10-18A"}, "2025-04-01", "OSL-10-18A"},
      {{"OSL-10-18A-2013", "OSL-10-18A"}, "2012-12-31", ""},
      {{"OSL-10-18C-2021", "OSL-10-18C"}, "2025-03-31", "OSL-10-18C-2021"},
      {{"OSL-10-18C-2021", "OSL-10-18C"}, "2025-04-01", "OSL-10-18C"},
      {{"OSL-10-21-2009", "OSL-10-21"}, "2025-03-31", "OSL-10-21-2009"},
      {{"OSL-10-21-2009", "OSL-10-21"}, "2025-04-01", "OSL-10-21"},
      {{"OSL-10-23-2009", "OSL-10-23"}, "2025-03-31", "OSL-10-23-2009"},
      {{"OSL-10-23-2009", "OSL-10-23"}, "2025-04-01", "OSL-10-23"},
      {{"OSL-10-24-2009", "OSL-10-24"}, "2025-03-31", "OSL-10-24-2009"},
      {{"OSL-10-24-2009", "OSL-10-24"}, "2025-04-01", "OSL-10-24"},
      {{"OSL-10-27-2009", "OSL-10-27"}, "2021-12-31", "OSL-10-27-2009"},
      {{"OSL-10-27-2009", "OSL-10-27"}, "2022-01-01", "OSL-10-27"},
      {{"OSL-26-9A-2001", "OSL-26-9A"}, "2025-06-30", "OSL-26-9A-2001"},
      {{"OSL-26-9A-2001", "OSL-26-9A"}, "2025-07-01", "OSL-26-9A"},
      {{"OSL-23-2", "OSL-23-2-2028"}, "2028-06-30", "OSL-23-2"},
      {{"OSL-23-2", "OSL-23-2-2028"}, "2028-07-01", "OSL-23-2-2028"},
      {{"OSL-10-15A"}, "2025-11-30", ""},
      {{"OSL-10-15A"}, "2025-12-01", "OSL-10-15A"},
      {{"LAG-2025-170-7"}, "2025-03-31", ""},
      {{"LAG-2025-170-7"}, "2025-04-01", "LAG-2025-170-7"},
  };
  for (const auto& one : kDays) {
    for (const std::string& id : one.wordings) {
      EXPECT_EQ(InForce(id, one.day), id == one.in_force) << id << " on " << one.day;
    }
  }
}

TEST_F(ShippedCatalogueTest, TemplatesKeepWithinTheirParagraphs) {
  for (const BeyondParagraph& one : BeyondTheirParagraphs(*set_)) {
    ADD_FAILURE() << "rule " << one.rule << ", " << one.paragraph << ": " << one.why_en;
  }
}

TEST(BoundsTest, ARuleBeyondItsParagraphIsNamed) {
  const std::string law = Law(
      "L",
      "law_effect: PERMITS who: \"bup/*\" to_whom: \"carers\" age { below: 18 } test: NECESSITY");
  struct {
    std::string columns;
    std::vector<std::string> why;
  } const kRules[] = {
      {"sender: \"bup/a\" recipient: \"social/*\" age { below: 18 } attestation { officers: 1 }",
       {}},
      {"sender: \"bup/a\" recipient: \"carers\" age { below: 19 } attestation { officers: 1 }",
       {"the ages reach beyond the paragraph's"}},
      {"sender: \"bup/a\" recipient: \"carers\" age { from: 3 } attestation { officers: 1 }",
       {"the ages reach beyond the paragraph's"}},
      {"sender: \"carers\" recipient: \"carers\" age { below: 18 } attestation { officers: 1 }",
       {"more may tell than the paragraph names"}},
      {"sender: \"bup/a\" recipient: \"*\" age { below: 18 } attestation { officers: 1 }",
       {"more may be told than the paragraph names"}},
      {"sender: \"bup/a\" recipient: \"carers\" age { below: 18 }",
       {"the paragraph requires a judgement that somebody attests"}},
  };
  for (const auto& one : kRules) {
    const auto set = testing::LoadSmall(
        testing::Permit("r", absl::StrCat("legal_basis: \"L\" ", one.columns)), law);
    ASSERT_OK(set);
    std::vector<std::string> why;
    for (const BeyondParagraph& beyond : BeyondTheirParagraphs(**set)) why.push_back(beyond.why_en);
    EXPECT_EQ(why, one.why) << one.columns;
  }
}

TEST(BoundsTest, ConsentThatTheParagraphRequiresMayNotBeLeftOut) {
  const std::string law = Law("L", "law_effect: PERMITS consent: REQUIRED");
  const std::string kNeeds[] = {"REQUIRED", "NOT_REQUIRED"};
  for (const std::string& need : kNeeds) {
    const auto set = testing::LoadSmall(
        testing::Permit("r", absl::StrCat("legal_basis: \"L\" consent: ", need)), law);
    ASSERT_OK(set);
    EXPECT_EQ(BeyondTheirParagraphs(**set).empty(), need == "REQUIRED");
  }
}

}  // namespace
}  // namespace sluss
