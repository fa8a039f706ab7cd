// The record of processing: what it says of the shipped policies, and that it cannot drift from
// them.
#include "gateway/exports/art30.h"

#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/exports/particulars.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/policy/policy_texts.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr char kDay[] = "2026-02-10";

v1::PolicyBundle Shipped() { return (*testing::LoadShipped())->bundle(); }

v1::Particulars Example() {
  return *LoadParticulars(std::string(SLUSS_SOURCE_DIR) + "/deploy/config/particulars.txtpb");
}

Json Record(const v1::PolicyBundle& bundle, const v1::Particulars& particulars = Example()) {
  return Json::parse(Art30AsJson(MakeArt30(bundle, "1", "00", particulars, kDay)));
}

Json Activity(const Json& record, const std::string& id) {
  for (const Json& one : record["activities"]) {
    if (one["id"] == id) return one;
  }
  return nullptr;
}

std::string Texts(const Json& values) {
  std::string text;
  for (const Json& one : values) absl::StrAppend(&text, one["text"].get<std::string>(), "\n");
  return text;
}

// Every policy with a rule in force is an activity, and every field says something.
TEST(Art30Test, EachShippedPolicyIsAnActivityWithEveryField) {
  const v1::PolicyBundle bundle = Shipped();
  const Json record = Record(bundle);
  EXPECT_GE(record["activities"].size(), 20u);
  for (const Json& activity : record["activities"]) {
    for (const char* field :
         {"controllers", "officers", "purpose", "data_subjects", "data_categories", "recipients",
          "transfers", "retention", "security", "secrecy", "gdpr"}) {
      EXPECT_FALSE(activity[field].empty()) << activity["id"] << " " << field;
    }
  }
}

TEST(Art30Test, SaysWhatTheDutyReportIs) {
  const Json report = Activity(Record(Shipped()), "duty-report");
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report["title"], "Orosanmälan");
  EXPECT_THAT(Texts(report["purpose"]), HasSubstr("skydd av barn"));
  EXPECT_THAT(Texts(report["data_categories"]), HasSubstr("hälsouppgifter"));
  EXPECT_THAT(Texts(report["recipients"]), HasSubstr("socialtjänsten (social-services/*)"));
  EXPECT_THAT(Texts(report["controllers"]), HasSubstr("Socialnämnden i Sundby"));
  EXPECT_THAT(Texts(report["officers"]), HasSubstr("dataskydd@sundby.example"));
  EXPECT_THAT(Texts(report["secrecy"]), HasSubstr("19 kap. 1 §"));
  // The paragraph that ended in 2025 is not the law of the day.
  EXPECT_THAT(Texts(report["secrecy"]), Not(HasSubstr("2001:453")));
  EXPECT_THAT(Texts(report["gdpr"]), HasSubstr("6.1 c"));
  EXPECT_THAT(Texts(report["conditions"]), HasSubstr("hindras aldrig"));
}

// What is an interpretation, or was not read in the statute, says so.
TEST(Art30Test, MarksWhatALawyerMustConfirm) {
  const v1::PolicyBundle bundle = Shipped();
  std::set<std::string> unread;
  for (const v1::Paragraph& one : bundle.vocabulary().paragraph()) {
    if (one.standing() != v1::VERIFIED) unread.insert(one.citation());
  }
  ASSERT_FALSE(unread.empty());
  const Json record = Record(bundle);
  for (const Json& activity : record["activities"]) {
    for (const Json& basis : activity["gdpr"]) EXPECT_TRUE(basis["to_be_confirmed"]);
    for (const Json& basis : activity["secrecy"]) {
      const std::string text = basis["text"];
      const bool is_unread = std::any_of(
          unread.begin(), unread.end(),
          [&](const std::string& citation) { return absl::StartsWith(text, citation + ":"); });
      const bool cites_none = text == "ingen bestämmelse åberopas";
      EXPECT_EQ(basis["to_be_confirmed"].get<bool>(), is_unread || cites_none) << text;
    }
  }
  EXPECT_THAT(Art30AsHtml(MakeArt30(bundle, "1", "00", Example(), kDay)),
              HasSubstr("<em>(bekräftas av jurist)</em>"));
}

TEST(Art30Test, SaysWhereNobodyHasTold) {
  const Json report = Activity(Record(Shipped(), {}), "duty-report");
  for (const char* field : {"officers", "transfers"}) {
    for (const Json& one : report[field]) EXPECT_TRUE(one["not_given"]) << field;
  }
  EXPECT_THAT(Texts(report["controllers"]), HasSubstr("namn inte angivet"));
}

// The promise: whatever is changed in a policy, the record is another one.
TEST(Art30Test, AChangedPolicyChangesTheRecord) {
  const v1::PolicyBundle before = Shipped();
  int policy = -1, rule = -1;
  for (int p = 0; p < before.policy_size(); ++p) {
    for (int r = 0; r < before.policy(p).rule_size(); ++r) {
      if (before.policy(p).rule(r).id() == "duty-report-sol-2025") policy = p, rule = r;
    }
  }
  ASSERT_GE(rule, 0);
  const struct {
    const char* field;
    std::function<void(v1::Policy*, v1::Rule*)> change;
  } changes[] = {
      {"controllers", [](v1::Policy*, v1::Rule* r) { r->add_sender("customs/*"); }},
      {"recipients", [](v1::Policy*, v1::Rule* r) { r->add_recipient("police/*"); }},
      {"purpose", [](v1::Policy*, v1::Rule* r) { r->add_purpose("LAW_ENFORCEMENT"); }},
      {"data_subjects", [](v1::Policy*, v1::Rule* r) { r->mutable_age()->set_below(16); }},
      {"data_categories", [](v1::Policy*, v1::Rule* r) { r->add_category("PLAN"); }},
      {"retention",
       [](v1::Policy*, v1::Rule* r) { r->add_obligation()->mutable_retain()->set_days(30); }},
      {"security", [](v1::Policy*, v1::Rule* r) { r->mutable_attestation()->set_officers(2); }},
      {"secrecy", [](v1::Policy*, v1::Rule* r) { r->add_legal_basis("OSL-10-15A"); }},
      {"conditions", [](v1::Policy*, v1::Rule* r) { r->set_consent(v1::REQUIRED); }},
      {"title", [](v1::Policy* p, v1::Rule*) { p->set_title_sv("Något annat"); }},
      {"about", [](v1::Policy* p, v1::Rule*) { p->set_about_sv("Något annat."); }},
  };
  const Json original = Activity(Record(before), "duty-report");
  for (const auto& c : changes) {
    v1::PolicyBundle after = before;
    c.change(after.mutable_policy(policy), after.mutable_policy(policy)->mutable_rule(rule));
    EXPECT_NE(Activity(Record(after), "duty-report")[c.field], original[c.field]) << c.field;
  }
  v1::PolicyBundle ended = before;
  for (v1::Rule& one : *ended.mutable_policy(policy)->mutable_rule()) {
    one.mutable_valid()->set_to("2026-01-01");
  }
  EXPECT_TRUE(Activity(Record(ended), "duty-report").is_null());
}

TEST(Art30Test, TheSameVersionAndDayIsTheSameRecord) {
  EXPECT_EQ(Record(Shipped()), Record(Shipped()));
}

TEST(Art30Test, NothingThatIsWrittenBecomesMarkup) {
  v1::PolicyBundle bundle = Shipped();
  for (v1::Policy& policy : *bundle.mutable_policy()) {
    policy.set_title_sv("<script>alert(1)</script>");
    policy.set_about_sv("\"&<b>");
  }
  v1::Particulars particulars = Example();
  particulars.mutable_controller(0)->set_name("<img src=x>");
  const std::string html = Art30AsHtml(MakeArt30(bundle, "<i>", "00", particulars, kDay));
  for (const char* tag : {"<script", "<b>", "<img", "<i>"}) EXPECT_THAT(html, Not(HasSubstr(tag)));
}

TEST(ParticularsTest, NamesWhatIsWrong) {
  const std::string path = ::testing::TempDir() + "/particulars.txtpb";
  const auto load = [&](const std::string& text) {
    FILE* const file = fopen(path.c_str(), "w");
    fputs(text.c_str(), file);
    fclose(file);
    return LoadParticulars(path);
  };
  EXPECT_THAT(load("controller { agency: \"a/b\" } controller { agency: \"a/b\" }"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is there twice")));
  EXPECT_THAT(load("controller { name: \"x\" }"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no `agency`")));
  EXPECT_THAT(load("controler {}"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("controler")));
}

}  // namespace
}  // namespace sluss
