// What loads, what does not, and what is said about it.
#include "policy/policy_set.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using testing::Forbid;
using ::testing::HasSubstr;
using testing::LoadSmall;
using testing::Permit;
using testing::StatusIs;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

// A duty of the catalogue, and the rule that permits it.
const char kDuty[] = R"(
  sender: "school/*" recipient: "social/*" purpose: "CARE" legal_basis: "LAW-1" category: "AB"
  sender_role: ["ANY", "UNKNOWN"] consent: NOT_REQUIRED age { below: 18 } age_unknown: true
  protected_identity: true attestation { officers: 1 } effect: PERMIT duty: true)";

std::string Duty() { return absl::StrCat("duty { id: \"the-duty\"", kDuty, "}\n"); }
// The same as a rule, with one column written otherwise.
std::string DutyRule(absl::string_view column = "", absl::string_view otherwise = "") {
  std::string duty = kDuty;
  if (!column.empty()) duty = absl::StrReplaceAll(duty, {{column, otherwise}});
  return absl::StrCat("rule { id: \"duty-rule\"", duty, "}\n");
}

struct Fault {
  std::string name;
  std::string rules;
  std::string catalogue;  // appended to the small one
  std::string error;      // the whole text where it begins with '=', else part of it
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) { return out << fault.rules; }

const Fault kFaults[] = {
    {"Syntax", "rule {\n  id: \"r\" colour: \"red\" }", "",
     "rules.txtpb:3:17: Message type \"sluss.v1.Rule\" has no field named \"colour\"."},
    {"UnknownCategory", Permit("r", "category: \"AC\""), "",
     "=rules.txtpb:3:11: unknown category `AC`"},
    {"MisspeltGroup", Permit("r", "category: \"EVERYTHIN\""),
     "category_group { id: \"EVERYTHING\" member: \"A\" }",
     "unknown category `EVERYTHIN`: did you mean `EVERYTHING`?"},
    {"UnknownCategoryInAList", Permit("r", "category: [\"A\",\n \"HEALTH\"]"), "",
     "=rules.txtpb:3:11: unknown category `HEALTH`"},
    {"UnknownPurpose", Permit("r", "purpose: \"CARES\""), "",
     "unknown purpose `CARES`: did you mean `CARE`?"},
    {"UnknownRole", Permit("r", "sender_role: \"clark\""), "",
     "unknown role `clark`: did you mean `clerk`?"},
    {"UnknownParagraph", Permit("r", "legal_basis: \"LAW1\""), "",
     "unknown legal basis `LAW1`: did you mean `LAW-1`?"},
    {"UnknownKind", Permit("r", "sender: \"schol/ek\""), "",
     "unknown agency kind `schol`: did you mean `school`?"},
    {"UnknownGroup", Permit("r", "sender: \"carer\""), "",
     "unknown group of agencies `carer`: did you mean `carers`?"},
    {"BadAgency", Permit("r", "recipient: \"school/E k\""), "",
     "rules.txtpb:3:11: an agency is written `kind/name`"},
    {"AnyBesideAnother", Permit("r", "purpose: \"ANY\" purpose: \"CARE\""), "",
     "=rules.txtpb:3:26: `CARE` beside ANY says nothing"},
    {"NoEffect", Permit("r", "effect: EFFECT_UNSPECIFIED"), "",
     "rule `r` says nothing about `effect`: PERMIT or FORBID"},
    {"NoConsent", Permit("r", "consent: CONSENT_NEED_UNSPECIFIED"), "",
     "rule `r` says nothing about `consent`: REQUIRED or NOT_REQUIRED"},
    {"ConsentThatIsNone", Permit("r", "consent: 7"), "",
     "rule `r` says nothing about `consent`: REQUIRED or NOT_REQUIRED"},
    {"EffectThatIsNone", Permit("r", "effect: 7"), "", "rule `r` says nothing about `effect`"},
    {"TextNeedThatIsNone", Permit("r", "attestation { weighing: 7 }"), "",
     "`reason` and `weighing` are TEXT_REQUIRED or left out"},
    {"ConsentStateThatIsNone", Forbid("r", "consent_state: 77"), "",
     "`77` is no state of a consent"},
    {"EmptyColumns", "rule { id: \"r\" effect: PERMIT consent: REQUIRED }", "",
     "rule `r` says nothing about `sender_role`: name roles or ANY"},
    {"RuleId", Permit("R 1"), "", "`R 1` is no rule id"},
    {"RuleTwice", Permit("r") + Permit("r"), "",
     "rules.txtpb:6:3: rule `r` is declared twice: first at rules.txtpb:3:3"},
    {"BadDay", Permit("r", "valid { from: \"2025-02-30\" }"), "",
     "=rules.txtpb:3:11: `2025-02-30` is not a day as YYYY-MM-DD"},
    {"ShortDay", Permit("r", "valid { from: \"2025-2-3\" }"), "", "is not a day as YYYY-MM-DD"},
    {"NoDay", Permit("r", "valid { from: \"2025-07-01\" to: \"2025-07-01\" }"), "",
     "no day lies from `2025-07-01` to before `2025-07-01`"},
    {"ParagraphsWithoutACommonDay", Permit("r", "legal_basis: [\"LAW-2\", \"LAW-3\"]"), "",
     "rule `r` is in force on no day"},
    {"ParagraphEndsBeforeTheRule",
     Permit("r", "legal_basis: \"LAW-2\" valid { from: \"2025-07-01\" }"), "",
     "rule `r` is in force on no day"},
    {"NoParagraph", Permit("r", "legal_basis: \"UNKNOWN\""), "",
     "a rule rests on at least one paragraph of the catalogue"},
    {"AgesTurned", Permit("r", "age { from: 18 below: 18 }"), "",
     "no age lies from 18 to below 18"},
    {"AgeBeyond", Permit("r", "age { below: 151 }"), "", "ages end at 150"},
    {"UnknownCover", Permit("r", "recipient_cover: \"THICK\""), "",
     "`THICK` is no secrecy cover: STRONG, WEAK or NONE"},
    {"TooManyOfficers", Permit("r", "attestation { officers: 9 }"), "", "at most 8 officers"},
    {"PermitWithAReason", Permit("r", "reason_sv: \"x\""), "", "only a forbid has a reason text"},
    {"PermitWithCitedBasis", Permit("r", "cited_basis: \"LAW-1\""), "",
     "only a forbid has `cited_basis`"},
    {"PermitWithException", Permit("r", "except_legal_basis: \"LAW-1\""), "",
     "only a forbid has `except_legal_basis`"},
    {"PermitWithConsentState", Permit("r", "consent_state: VALID"), "",
     "only a forbid has `consent_state`"},
    {"ForbidWithoutWords", Forbid("r", "reason_sv: \"\""), "",
     "forbid `r` needs `reason_sv` and `reason_en`"},
    {"ForbidThatNeedsConsent", Forbid("r", "consent: REQUIRED"), "", "a forbid needs no consent"},
    {"ForbidAsDuty", Forbid("r", "duty: true"), "", "a forbid is no duty"},
    {"ForbidWithAgeUnknown", Forbid("r", "age_unknown: true"), "",
     "a forbid always strikes an unknown age"},
    {"ForbidWithProtected", Forbid("r", "protected_identity: true"), "",
     "a forbid always strikes a protected identity"},
    {"ForbidWithAttestation", Forbid("r", "attestation { officers: 1 }"), "",
     "a forbid asks for no attestation"},
    {"ForbidWithObligation", Forbid("r", "obligation { review: true }"), "",
     "a forbid brings no obligation"},
    {"ForbidCitedAndExcept", Forbid("r", "cited_basis: \"LAW-1\" except_legal_basis: \"LAW-2\""),
     "", "`cited_basis` and `except_legal_basis` exclude each other"},
    {"AssessmentTooLate",
     Permit("r", "obligation { protection_assessment { decide_days: 14 assess_hours: 169 } }"), "",
     "`assess_hours` is at most 168: the law says at once"},
    {"AssessmentWithoutDecision",
     Permit("r", "obligation { protection_assessment { assess_hours: 24 } }"), "",
     "`protection_assessment` needs `decide_days`"},
    {"InvestigationWithoutEnd",
     Permit("r", "obligation { protection_assessment { decide_days: 14 finish_months: 25 } }"), "",
     "`finish_months` is at most 24"},
    {"EmptyObligation", Permit("r", "obligation { }"), "", "an obligation without a kind"},
    {"ObligationWithoutDays", Permit("r", "obligation { retain { } }"), "",
     "`retain` needs `days`"},
    {"ObligationTwice",
     Permit("r", "obligation { retain { days: 1 } } obligation { retain { days: 2 } }"), "",
     "a second obligation of the same kind"},
    {"UnknownException", Permit("r", "obligation { notify_guardian { unless: \"RAIN\" } }"), "",
     "`RAIN` is no exception: RISK_TO_CHILD or nothing"},
    {"ObligationsThatCannotMerge",
     Permit("r1", "obligation { notify_guardian { unless: \"RISK_TO_CHILD\" } }") +
         Permit("r2", "category: \"C\" obligation { notify_guardian { } }"),
     "", "rules `r1` and `r2` can match together and differ in `notify_guardian`"},
    {"WallThatPermits", "",
     "wall { id: \"w\" effect: PERMIT sender: \"*\" recipient: \"*\" purpose: \"ANY\" "
     "legal_basis: \"LAW-1\" category: \"ANY\" sender_role: \"ANY\" consent: NOT_REQUIRED }",
     "a wall is a FORBID"},
    {"PermitWithinAWall", Permit("r", "recipient: \"club/ik\" category: \"B\""),
     "wall { id: \"w\" effect: FORBID sender: \"*\" recipient: \"*\" purpose: \"ANY\" "
     "legal_basis: \"LAW-1\" category: \"AB\" sender_role: \"ANY\" recipient_cover: \"NONE\" "
     "except_legal_basis: \"LAW-2\" reason_sv: \"x\" reason_en: \"x\" }",
     "rule `r` permits nothing: the wall `w` forbids all of it, and only a newer catalogue can "
     "open "
     "a wall"},
    {"WallDeclaredAgain", Forbid("w"),
     "wall { id: \"w\" effect: FORBID sender: \"*\" recipient: \"*\" purpose: \"ANY\" "
     "legal_basis: \"LAW-1\" category: \"B\" sender_role: \"ANY\" reason_sv: \"x\" reason_en: "
     "\"x\" }",
     "rule `w` is declared twice"},
    {"DutyWithoutAPermit", Permit("r"), Duty(),
     "no rule permits all of the duty `the-duty`: a policy needs a permit with `duty: true`"},
    {"DutyNarrowedByOfficers", DutyRule("officers: 1", "officers: 2"), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByDays", DutyRule("duty: true", "duty: true valid { to: \"2030-01-01\" }"),
     Duty(), "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByReason", DutyRule("officers: 1", "officers: 1 reason: TEXT_REQUIRED"), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByWeighing", DutyRule("officers: 1", "officers: 1 weighing: TEXT_REQUIRED"),
     Duty(), "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByCover", DutyRule("duty: true", "duty: true recipient_cover: \"STRONG\""),
     Duty(), "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedBySenders", DutyRule("\"school/*\"", "\"school/ek\""), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByRecipients", DutyRule("\"social/*\"", "\"social/sund\""), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByCategories", DutyRule("\"AB\"", "\"A\""), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByRoles", DutyRule("[\"ANY\", \"UNKNOWN\"]", "\"ANY\""), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByAge", DutyRule("below: 18", "below: 17"), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByUnknownAge", DutyRule("age_unknown: true", ""), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyNarrowedByProtectedIdentity", DutyRule("protected_identity: true", ""), Duty(),
     "no rule permits all of the duty `the-duty`"},
    {"DutyForbidden", DutyRule() + Forbid("f", "category: [\"B\", \"C\"]"), Duty(),
     "forbid `f` could strike the duty `duty-rule`: nothing may stop a duty"},
    {"DutyForbiddenByAWall", DutyRule(),
     Duty() + "wall { id: \"w\" effect: FORBID sender: \"school/ek\" recipient: \"*\" "
              "purpose: \"ANY\" legal_basis: \"LAW-1\" category: \"A\" sender_role: \"chief\" "
              "except_legal_basis: \"LAW-1\" reason_sv: \"x\" reason_en: \"x\" }",
     "forbid `w` could strike the duty `duty-rule`"},
    {"DutyByConsent", Permit("r", "duty: true consent: REQUIRED"), Duty(),
     "a duty waits for no consent"},
    {"DutyThatTheCatalogueDoesNotState", DutyRule() + Permit("r", "duty: true"), Duty(),
     "rule `r` calls itself a duty, but the catalogue states no duty"},
    {"DutyWithAPurposeThatDeniesTheWhole",
     DutyRule("purpose: \"CARE\"", "purpose: [\"CARE\", \"ALL\"]"),
     absl::StrReplaceAll(Duty(), {{"purpose: \"CARE\"", "purpose: [\"CARE\", \"ALL\"]"}}),
     "duty `duty-rule`: its purpose `ALL` could deny the whole for a part"},
    {"DutyThatIsNone", DutyRule(),
     "duty { id: \"the-duty\" sender: \"*\" recipient: \"*\" purpose: \"ANY\" "
     "legal_basis: \"LAW-1\" category: \"ANY\" sender_role: \"ANY\" consent: NOT_REQUIRED "
     "effect: PERMIT }",
     "a duty is a PERMIT with `duty: true`"},
    {"ParagraphTwice", "",
     "paragraph { id: \"LAW-1\" citation: \"1\" short_citation: \"1\" summary_sv: \"s\" "
     "summary_en: \"s\" source: \"s\" standing: VERIFIED }",
     "paragraph `LAW-1` is declared twice"},
    {"ParagraphWithoutStanding", "",
     "paragraph { id: \"LAW-4\" citation: \"1\" short_citation: \"1\" summary_sv: \"s\" "
     "summary_en: \"s\" source: \"s\" }",
     "paragraph `LAW-4` says nothing about `standing`"},
    {"ParagraphWithoutSource", "",
     "paragraph { id: \"LAW-4\" citation: \"1\" short_citation: \"1\" summary_sv: \"s\" "
     "summary_en: \"s\" standing: VERIFIED }",
     "paragraph `LAW-4` needs citation"},
    {"ReservedName", "", "category { id: \"ANY\" }", "`ANY` is no name for a category"},
    {"GroupNamedAsACategory", "", "category_group { id: \"A\" member: \"B\" }",
     "`A` is a category already"},
    {"GroupOfUnknown", "", "category_group { id: \"X\" member: \"D\" }", "unknown category `D`"},
    {"AgencyGroupOfUnknown", "", "agency_group { id: \"x\" member: \"skool/*\" }",
     "unknown agency kind `skool`: did you mean `school`?"},
    {"KindWithoutCover", "", "agency_kind { kind: \"gym\" }", "`` is no secrecy cover"},
    {"KindWithUnknownBasis", "",
     "agency_kind { kind: \"gym\" secrecy_cover: \"NONE\" cover_basis: \"LAW-9\" }",
     "unknown legal basis `LAW-9`"},
    {"PurposeThatNeedsUnknown", "", "purpose { id: \"P\" needs_category: \"Z\" }",
     "unknown category `Z`"},
};

class LoadFaultTest : public TestWithParam<Fault> {};

TEST_P(LoadFaultTest, IsRefusedWithItsPlace) {
  const Fault& fault = GetParam();
  const auto set = LoadSmall(fault.rules, fault.catalogue);
  const bool whole = fault.error.front() == '=';
  if (whole) {
    EXPECT_THAT(set, StatusIs(absl::StatusCode::kInvalidArgument, fault.error.substr(1)));
  } else {
    EXPECT_THAT(set, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(fault.error)));
  }
}

INSTANTIATE_TEST_SUITE_P(PolicySetTest, LoadFaultTest, ValuesIn(kFaults),
                         [](const auto& fault) { return fault.param.name; });

TEST(PolicySetTest, ShowsEveryFaultAtOnce) {
  EXPECT_THAT(LoadSmall(Permit("r1", "purpose: \"CARES\"") + Permit("r2", "category: \"AC\"")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "rules.txtpb:3:12: unknown purpose `CARES`: did you mean `CARE`?\n"
                       "rules.txtpb:6:12: unknown category `AC`"));
}

TEST(PolicySetTest, ADutyThatIsPermittedWholeLoads) { EXPECT_OK(LoadSmall(DutyRule(), Duty())); }

TEST(PolicySetTest, AForbidBesideADutyLoads) {
  const std::string elsewhere[] = {
      Forbid("f", "category: \"C\""),
      Forbid("f", "purpose: \"ALL\""),
      Forbid("f", "sender: \"bup/*\""),
      Forbid("f", "recipient: \"police/*\""),
      Forbid("f", "recipient_cover: \"NONE\" recipient_cover: \"WEAK\""),
  };
  for (const std::string& forbid : elsewhere) {
    EXPECT_OK(LoadSmall(DutyRule() + forbid, Duty())) << forbid;
  }
}

TEST(PolicySetTest, NoticesThatNeverMeetMayDiffer) {
  EXPECT_OK(LoadSmall(
      Permit("r1",
             "purpose: \"CARE\" obligation { notify_guardian { unless: \"RISK_TO_CHILD\" } }") +
      Permit("r2", "purpose: \"NEED\" obligation { notify_guardian { } }")));
}

TEST(PolicySetTest, DigestIsOverTheContentAndNotItsOrder) {
  const auto one = LoadSmall(Permit("r1", "category: [\"A\", \"B\"]") + Permit("r2"));
  const auto two = LoadSmall(Permit("r2") + Permit("r1", "category: [\"B\", \"A\", \"B\"]"));
  const auto other = LoadSmall(Permit("r2") + Permit("r1", "category: \"A\""));
  ASSERT_OK(one);
  ASSERT_OK(two);
  ASSERT_OK(other);
  EXPECT_EQ((*one)->digest(), testing::Sha256((*one)->bundle().SerializeAsString()));
  EXPECT_EQ((*one)->digest(), (*two)->digest());
  EXPECT_EQ((*one)->canonical_bytes(), (*two)->canonical_bytes());
  EXPECT_NE((*one)->digest(), (*other)->digest());
}

TEST(PolicySetTest, NamesVersionsAndAgeLimits) {
  const auto set = LoadSmall(Permit("r1", "age { from: 12 below: 18 }") +
                             Permit("r2", "age { below: 21 }") + Forbid("f", "age { from: 18 }"));
  ASSERT_OK(set);
  EXPECT_EQ((*set)->version(), "7");
  EXPECT_EQ((*set)->vocabulary_version(), "v1");
  EXPECT_THAT((*set)->age_limits(), ElementsAre(12, 18, 21));
}

// A wall that leaves the least of a permit open does not stop it from loading.
TEST(PolicySetTest, APermitThatReachesBeyondTheWallsLoads) {
  const std::string wall =
      "wall { id: \"w\" effect: FORBID sender: \"*\" recipient: \"*\" purpose: \"ANY\" "
      "legal_basis: \"LAW-1\" category: \"AB\" sender_role: \"ANY\" recipient_cover: \"NONE\" "
      "except_legal_basis: \"LAW-2\" age { below: 18 } valid { to: \"2030-01-01\" } "
      "reason_sv: \"x\" reason_en: \"x\" }";
  const std::string base = "valid { to: \"2030-01-01\" } ";
  const std::string child = "recipient: \"club/ik\" age { below: 18 } ";
  EXPECT_FALSE(LoadSmall(Permit("r", base + child + "category: \"B\""), wall).ok());
  for (const std::string& open :
       {base + "recipient: \"club/ik\" age { below: 19 } category: \"B\"",
        base + child + "category: \"ANY\"",
        base + "recipient: [\"club/ik\", \"social/*\"] age { below: 18 } category: \"B\"",
        base + child + "category: \"B\" legal_basis: [\"LAW-1\", \"LAW-2\"]",
        child + "category: \"B\""}) {
    EXPECT_OK(LoadSmall(Permit("r", open), wall)) << open;
  }
}

// Parsed, they would be gigabytes: the answer must not need them.
TEST(PolicySetTest, RefusesAMillionRulesBeforeParsingThem) {
  std::string rules;
  for (int i = 0; i < 1'000'000; ++i) rules += "rule{}";
  EXPECT_THAT(LoadSmall(rules + " not even well formed {"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "1000000 rules in 1 files; the limit of a policy set is 100000"));
}

TEST(PolicySetTest, RefusesAPolicyTwiceAndOneWithoutVersion) {
  const std::vector<PolicySource> catalogue = {{"catalogue.txtpb", testing::kSmallCatalogue}};
  EXPECT_THAT(
      PolicySet::Load(catalogue,
                      std::vector<PolicySource>{{"a.txtpb", "id: \"p\" version: \"1\""},
                                                {"b.txtpb", "id: \"p\" version: \"2\""}},
                      testing::Sha256),
      StatusIs(absl::StatusCode::kInvalidArgument, "b.txtpb:1:1: policy `p` is loaded twice"));
  EXPECT_THAT(
      PolicySet::Load(catalogue, std::vector<PolicySource>{{"a.txtpb", "id: \"p\""}},
                      testing::Sha256),
      StatusIs(absl::StatusCode::kInvalidArgument, "a.txtpb: a policy needs `id` and `version`"));
}

TEST(PolicySetTest, RefusesACatalogueOfTwoVersions) {
  const std::vector<PolicySource> catalogue = {{"catalogue.txtpb", testing::kSmallCatalogue},
                                               {"more.txtpb", "version: \"v2\""}};
  EXPECT_THAT(PolicySet::Load(catalogue, {}, testing::Sha256),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "more.txtpb:1:1: version `v2`: every file of a catalogue has the same, "
                       "`v1`"));
}

TEST(PolicySetTest, RefusesADigestThatIsNone) {
  const std::vector<PolicySource> catalogue = {{"catalogue.txtpb", testing::kSmallCatalogue}};
  EXPECT_THAT(PolicySet::Load(catalogue, {}, [](absl::string_view) { return std::string(); }),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("32 bytes")));
}

TEST(PolicySetTest, WithoutACatalogueNothingLoads) {
  EXPECT_THAT(PolicySet::Load({}, {}, testing::Sha256),
              StatusIs(absl::StatusCode::kInvalidArgument, "the catalogue has no files"));
}

TEST(ReadPolicySourcesTest, ReadsADirectoryInOrderWithoutItsCases) {
  const std::filesystem::path directory =
      std::filesystem::path(::testing::TempDir()) / "sluss-policy-sources";
  std::filesystem::create_directories(directory);
  for (const char* name : {"b.txtpb", "a.txtpb", "a.cases.txtpb", "notes.md"}) {
    std::ofstream(directory / name) << name;
  }
  const auto sources = ReadPolicySources(directory.string());
  ASSERT_OK(sources);
  ASSERT_EQ(sources->size(), 2u);
  EXPECT_EQ((*sources)[0].text, "a.txtpb");
  EXPECT_EQ((*sources)[1].name, (directory / "b.txtpb").string());
  std::filesystem::remove_all(directory);
  EXPECT_THAT(ReadPolicySources(directory.string()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("cannot read")));
}

}  // namespace
}  // namespace sluss
