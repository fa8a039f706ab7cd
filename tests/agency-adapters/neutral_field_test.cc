#include "agency-adapters/common/neutral_field.h"

#include <string>

#include "agency-adapters/common/mapping.h"
#include "gmock/gmock.h"
#include "proto/notification.pb.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

const absl::CivilDay kToday(2026, 2, 16);

absl::Status Set(absl::string_view path, absl::string_view text,
                 v1::NeutralNotification* notification, int repetition = 1) {
  auto field = NeutralField::Parse(path);
  if (!field.ok()) return field.status();
  return field->Set(text, repetition, kToday, notification);
}

TEST(NeutralFieldTest, SetsEachKindOfField) {
  v1::NeutralNotification n;
  EXPECT_OK(Set("urgency", "NOW", &n));
  EXPECT_EQ(n.urgency(), v1::NOW);
  EXPECT_OK(Set("phoned_first", "YES", &n));
  EXPECT_TRUE(n.phoned_first());
  EXPECT_OK(Set("protected_identity", "YES", &n));
  EXPECT_TRUE(n.protected_identity());
  EXPECT_OK(Set("consent", "samtycke-17", &n));
  EXPECT_THAT(n.consent_id(), ElementsAre("samtycke-17"));
  EXPECT_OK(Set("reply_to", "r", &n));
  EXPECT_EQ(n.reply_to(), "r");
  EXPECT_OK(Set("officer.role", "principal", &n));
  EXPECT_OK(Set("officer.2.weighing", "w", &n));
  EXPECT_EQ(n.officer(0).role(), "principal");
  EXPECT_EQ(n.officer(1).weighing(), "w");
  EXPECT_OK(Set("identity.number", "130515-9814", &n));
  EXPECT_EQ(n.identity().number(), "201305159814");
  EXPECT_OK(Set("factor.C1", "NO", &n));
  EXPECT_EQ(n.compartment().at("FACTORS").factors().factor(0).present(), v1::NO);
  EXPECT_OK(Set("crime.suspect", "s", &n));
  EXPECT_EQ(n.compartment().at("CRIME").text().statement(0).about(), v1::SUSPECT);
  EXPECT_OK(Set("health.heard", "h", &n));
  EXPECT_EQ(n.compartment().at("HEALTH").text().statement(0).source(), v1::HEARD_FROM_OTHERS);
  EXPECT_OK(Set("crime.heard.suspect", "s", &n));
  EXPECT_EQ(n.compartment().at("CRIME").text().statement(1).source(), v1::HEARD_FROM_OTHERS);
  EXPECT_EQ(n.compartment().at("CRIME").text().statement(1).about(), v1::SUSPECT);
  EXPECT_OK(Set("statement.seen.witness", "w", &n));
  EXPECT_EQ(n.compartment().at("NARRATIVE").narrative().statement(0).about(), v1::WITNESS);
  EXPECT_OK(Set("plan.text", "p", &n));
  EXPECT_EQ(n.compartment().at("PLAN").text().statement(0).source(), v1::SOURCE_TYPE_UNSPECIFIED);
  EXPECT_OK(Set("attendance.offered_minutes", "600", &n));
  EXPECT_EQ(n.compartment().at("ATTENDANCE").attendance().offered_minutes(), 600u);
  EXPECT_OK(Set("narrative.unborn", "NO", &n));
  EXPECT_OK(Set("narrative.concern", "V1", &n));
  EXPECT_OK(Set("narrative.concern", "N1", &n));
  EXPECT_THAT(n.compartment().at("NARRATIVE").narrative().concern(), ElementsAre("V1", "N1"));
  EXPECT_OK(Set("contact.guardian.#.name", "b", &n, /*repetition=*/2));
  EXPECT_EQ(n.compartment().at("CONTACT").contact().guardian(1).name(), "b");
  EXPECT_OK(Set("feedback.status", "INVESTIGATION_OPENED", &n));
  EXPECT_EQ(n.compartment().at("STATUS").feedback().status(), v1::INVESTIGATION_OPENED);
}

TEST(NeutralFieldTest, JoinsTextsThatAreGivenTwice) {
  v1::NeutralNotification n;
  EXPECT_OK(Set("narrative.why_now", "a", &n));
  EXPECT_OK(Set("narrative.why_now", "b", &n));
  EXPECT_EQ(n.compartment().at("NARRATIVE").narrative().why_now(), "a\nb");
}

TEST(NeutralFieldTest, RefusesAPathThatDoesNotExist) {
  for (const char* path : {"",
                           ".",
                           "urgent",
                           "urgency.x",
                           "officer",
                           "officer.1",
                           "officer.0.name",
                           "officer.1.name.x",
                           "identity",
                           "identity.type",
                           "statement",
                           "statement.said",
                           "factor",
                           "factor.",
                           "attachment",
                           "attachment.contact",
                           "health",
                           "health.text.x",
                           "health.unspecified",
                           "contact",
                           "contact.guardian",
                           "contact.guardian.name",
                           "contact.guardian.10.name",
                           "contact.guardian.1",
                           "contact.reporter",
                           "narrative.statement.1.txt",
                           "plan.guardian",
                           "purpose",
                           "recipient",
                           "compartment",
                           "contact.guardian.#.name.#"}) {
    EXPECT_THAT(NeutralField::Parse(path),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no field")))
        << path;
  }
}

TEST(NeutralFieldTest, RefusesAValueThatTheFieldCannotHoldWithoutQuotingIt) {
  const std::pair<const char*, const char*> kRows[] = {
      {"urgency", "Anna"},          {"phoned_first", "Anna"},
      {"protected_identity", ""},   {"narrative.acute_danger", "Anna"},
      {"narrative.unborn", "Anna"}, {"attendance.offered_minutes", "Anna"},
      {"factor.C1", "Anna"},        {"feedback.status", "Anna"},
      {"identity.number", "Anna"},  {"attachment.narrative", "Anna"}};
  for (const auto& [path, text] : kRows) {
    v1::NeutralNotification n;
    EXPECT_THAT(Set(path, text, &n),
                StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("Anna"))))
        << path;
  }
}

TEST(NeutralFieldTest, RefusesMoreRepetitionsThanItReads) {
  v1::NeutralNotification n;
  for (int repetition : {0, 10, 1000000}) {
    EXPECT_THAT(Set("contact.guardian.#.name", "a", &n, repetition),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 9")));
  }
}

TEST(NeutralFieldTest, TakesNoFileWhereNobodyShallBeNamed) {
  v1::NeutralNotification n;
  const auto field = NeutralField::Parse("attachment.anonymous");
  ASSERT_OK(field);
  EXPECT_THAT(field->AddFile({}, &n),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nobody shall be named")));
}

// ---- Mapping: what several rules do together ----------------------------------------------------

v1::MappingConfig Config() {
  v1::MappingConfig config;
  config.set_agency("school/ekbacken");
  v1::Route* route = config.add_route();
  route->set_native_type("1");
  route->set_recipient("police/region-mitt");
  route->set_purpose("P");
  route->set_legal_basis("B");
  const auto rule = [](v1::FieldRule* made, const char* native, const char* field) {
    made->set_native(native);
    made->set_field(field);
  };
  rule(config.add_field(), "a", "narrative.why_now");
  rule(config.add_field(), "a", "narrative.history");
  rule(config.add_field(), "b", "health.text");
  rule(config.add_field(), "g/Name", "contact.guardian.#.name");
  rule(config.add_field(), "klass9", "attendance.text");
  rule(route->add_field(), "b", "crime.text");
  route->add_ignore("c");
  return config;
}

absl::StatusOr<v1::NeutralNotification> Fill(std::vector<NativeAnswer> answers) {
  auto mapping = Mapping::Make(Config());
  EXPECT_OK(mapping);
  v1::NeutralNotification notification;
  const auto route = mapping->FindRoute("1");
  EXPECT_OK(route);
  const absl::Status status = mapping->Fill(**route, answers, kToday, &notification);
  if (!status.ok()) return status;
  return notification;
}

TEST(MappingTest, FillsEveryFieldThatAnAnswerIsMappedTo) {
  const auto n = Fill({{"a", {" x "}, {}}});
  ASSERT_OK(n);
  EXPECT_EQ(n->compartment().at("NARRATIVE").narrative().why_now(), "x");
  EXPECT_EQ(n->compartment().at("NARRATIVE").narrative().history(), "x");
}

TEST(MappingTest, PrefersTheRoutesOwnRule) {
  const auto n = Fill({{"b", {"x"}, {}}});
  ASSERT_OK(n);
  EXPECT_TRUE(n->compartment().contains("CRIME"));
  EXPECT_FALSE(n->compartment().contains("HEALTH"));
}

TEST(MappingTest, ReadsTheDigitOfARepeatedAnswerButNotOfAName) {
  const auto n = Fill({{"g/Name", {"x"}, {}}, {"g2/Name", {"y"}, {}}, {"klass9", {"z"}, {}}});
  ASSERT_OK(n);
  EXPECT_EQ(n->compartment().at("CONTACT").contact().guardian(1).name(), "y");
  EXPECT_EQ(n->compartment().at("ATTENDANCE").attendance().text(), "z");
}

TEST(MappingTest, LeavesWhatTheRouteIgnoresAndWhatIsEmpty) {
  const auto n = Fill({{"c", {"x"}, {}}, {"unknown", {"  "}, {}}});
  ASSERT_OK(n);
  EXPECT_TRUE(n->compartment().empty());
}

TEST(MappingTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Fill({{"d", {"x"}, {}}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`d` is not in the mapping")));
}

}  // namespace
}  // namespace sluss
