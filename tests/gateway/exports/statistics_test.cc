// What is counted, and what of it is shown.
#include "gateway/exports/statistics.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "proto/policy.pb.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const StatisticsTable& Table(const std::vector<StatisticsTable>& tables, const std::string& id) {
  for (const StatisticsTable& table : tables) {
    if (table.id == id) return table;
  }
  ADD_FAILURE() << "no table " << id;
  return tables[0];
}

std::optional<uint64_t> Count(const std::vector<StatisticsTable>& tables, const std::string& table,
                              const std::string& row) {
  for (const StatisticsRow& one : Table(tables, table).rows) {
    if (one.id == row) return one.count;
  }
  ADD_FAILURE() << "no row " << row << " in " << table;
  return std::nullopt;
}

std::string Policies() {
  v1::PolicyBundle bundle;
  v1::Policy* policy = bundle.add_policy();
  const auto add = [&](const char* id) {
    v1::Rule* rule = policy->add_rule();
    rule->set_id(id);
    rule->set_consent(v1::NOT_REQUIRED);
    return rule;
  };
  add("duty")->set_duty(true);
  add("consent")->set_consent(v1::REQUIRED);
  add("weighing")->mutable_attestation()->set_weighing(v1::TEXT_REQUIRED);
  add("statute");
  return bundle.SerializeAsString();
}

class StatisticsTest : public ::testing::Test {
 protected:
  v1::AuditLeaf Delivery(const std::string& rule, const std::string& from = "school/a",
                         const std::string& to = "social-services/b") {
    v1::AuditLeaf leaf;
    leaf.set_kind(v1::DELIVERY);
    leaf.set_verdict("PERMIT");
    leaf.set_sender(from);
    leaf.set_recipient(to);
    leaf.add_rule(rule);
    leaf.set_policy_digest("known");
    leaf.add_passed("NARRATIVE");
    return leaf;
  }
  void Add(const v1::AuditLeaf& leaf, int times = 1) {
    for (int i = 0; i < times; ++i) tally_.Add(leaf, &rules_);
  }
  void Deny(const std::string& reason, int times) {
    v1::AuditLeaf leaf;
    leaf.set_kind(v1::DECISION);
    leaf.set_verdict("DENY");
    leaf.set_outcome(reason);
    Add(leaf, times);
  }

  RuleBook rules_{[](const std::string& digest) -> absl::StatusOr<std::string> {
    if (digest == "known") return Policies();
    return absl::NotFoundError("no such version");
  }};
  StatisticsTally tally_;
};

TEST_F(StatisticsTest, CountsByRulePairCategoryAndGround) {
  Add(Delivery("duty"), 20);
  Add(Delivery("consent", "school/a", "police/c"), 10);
  const auto tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "disclosures", "disclosures"), 30u);
  EXPECT_EQ(Count(tables, "by-rule", "duty"), 20u);
  EXPECT_EQ(Count(tables, "by-ground", "duty"), 20u);
  EXPECT_EQ(Count(tables, "by-ground", "consent"), 10u);
  EXPECT_EQ(Count(tables, "by-ground", "weighing/OSL-10-15A"), 0u);
  EXPECT_EQ(Count(tables, "by-pair", "school/a -> police/c"), 10u);
  EXPECT_EQ(Count(tables, "by-pair", "school/a -> *"), 30u);
  EXPECT_EQ(Count(tables, "by-pair", "* -> police/c"), 10u);
  EXPECT_EQ(Count(tables, "by-category", "NARRATIVE"), 30u);
  EXPECT_NEAR(*Table(tables, "by-ground").rows[0].percent, 66.7, 0.1);
}

TEST_F(StatisticsTest, KnowsTheGroundOfARule) {
  const struct {
    const char* rule;
    const char* basis;
    const char* digest;
    const char* ground;
  } cases[] = {
      {"duty", "SOL-2025-19-1", "known", "duty"},
      {"consent", "OSL-12-2", "known", "consent"},
      {"weighing", "OSL-10-15A", "known", "weighing/OSL-10-15A"},
      {"weighing", "OSL-10-18A", "known", "weighing/OSL-10-18A"},
      {"weighing", "OSL-10-24", "known", "weighing/other"},
      {"statute", "OSL-10-24", "known", "statute"},
      {"no-such-rule", "OSL-10-24", "known", "unknown"},
      {"duty", "SOL-2025-19-1", "lost", "unknown"},
  };
  for (const auto& c : cases) {
    v1::AuditLeaf leaf = Delivery(c.rule);
    leaf.add_legal_basis(c.basis);
    leaf.set_policy_digest(c.digest);
    EXPECT_EQ(rules_.GroundOf(leaf), c.ground) << c.rule << " " << c.digest;
  }
}

TEST_F(StatisticsTest, WithholdsWhatIsSmallAndWhatWouldGiveItAway) {
  Add(Delivery("duty"), 40);
  Add(Delivery("consent"), 9);
  Add(Delivery("weighing"), 2);
  const auto tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "by-rule", "weighing"), std::nullopt);
  EXPECT_EQ(Count(tables, "by-rule", "consent"), std::nullopt);  // 51 - 40 - 9 would be 2
  EXPECT_EQ(Count(tables, "by-rule", "duty"), 40u);
  // The share would tell it as well as the count.
  for (const StatisticsRow& row : Table(tables, "by-rule").rows) {
    EXPECT_EQ(row.percent.has_value(), row.count.has_value()) << row.id;
  }
  for (const std::string& text : {StatisticsAsText(tables, "", StatisticsLanguage::kSwedish),
                                  StatisticsAsCsv(tables), StatisticsAsJson(tables, "")}) {
    EXPECT_THAT(text, Not(HasSubstr("3.9")));
  }
}

TEST_F(StatisticsTest, ShowsNothingOfAHandful) {
  Add(Delivery("duty"), 4);
  const auto tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "disclosures", "disclosures"), std::nullopt);
  for (const char* id : {"by-rule", "by-ground", "by-pair", "by-category"}) {
    EXPECT_TRUE(Table(tables, id).withheld) << id;
    EXPECT_TRUE(Table(tables, id).rows.empty()) << id;
  }
  EXPECT_THAT(StatisticsAsText(tables, "", StatisticsLanguage::kEnglish),
              Not(HasSubstr("school/a")));
}

// A category that nearly all disclosures have tells who has not.
TEST_F(StatisticsTest, WithholdsACategoryWhoseAbsenceIsRare) {
  Add(Delivery("duty"), 40);
  v1::AuditLeaf without = Delivery("duty");
  without.clear_passed();
  Add(without, 2);
  EXPECT_EQ(Count(PublishStatistics(tally_), "by-category", "NARRATIVE"), std::nullopt);
  Add(without, 8);
  EXPECT_EQ(Count(PublishStatistics(tally_), "by-category", "NARRATIVE"), 40u);
}

TEST_F(StatisticsTest, DenialsAddUpUnderDecisions) {
  v1::AuditLeaf permit;
  permit.set_kind(v1::DECISION);
  permit.set_verdict("PERMIT");
  Add(permit, 30);
  Deny("consent-expired", 12);
  Deny("no-permit", 8);
  auto tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "decisions", "decisions"), 50u);
  EXPECT_EQ(Count(tables, "decisions", "DENY"), 20u);
  EXPECT_EQ(Count(tables, "decisions", "DENY/consent-expired"), 12u);
  Deny("consent-withdrawn", 3);
  tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "decisions", "DENY/consent-withdrawn"), std::nullopt);
  EXPECT_EQ(Count(tables, "decisions", "DENY/no-permit"), std::nullopt);
  EXPECT_EQ(Count(tables, "decisions", "DENY/consent-expired"), 12u);
  EXPECT_EQ(Count(tables, "decisions", "DENY"), 23u);
}

TEST_F(StatisticsTest, CountsClocksAndWhatIsUnusual) {
  const auto add = [&](v1::RecordKind kind, int times, const std::string& outcome = "") {
    v1::AuditLeaf leaf;
    leaf.set_kind(kind);
    leaf.set_outcome(outcome);
    Add(leaf, times);
  };
  add(v1::PHONE_NOTICE, 7);
  add(v1::EXPIRY, 3);
  add(v1::REFUSAL, 6, "nym-mismatch");
  add(v1::REFUSAL, 5, "seal");
  add(v1::REVIEW_CLOSED, 2);
  add(v1::SEARCH, 1);
  const auto tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "events", "told-to-phone"), 7u);
  EXPECT_EQ(Count(tables, "events", "expired"), std::nullopt);
  EXPECT_EQ(Count(tables, "events", "not-in-register"), 6u);
  EXPECT_EQ(Count(tables, "events", "refused"), 5u);
  EXPECT_EQ(Count(tables, "events", "stopped"), 0u);
  // What officers did is about nobody.
  EXPECT_EQ(Count(tables, "oversight", "reviews-closed"), 2u);
  EXPECT_EQ(Count(tables, "oversight", "searches"), 1u);
}

TEST_F(StatisticsTest, SaysItInTwoLanguagesAndForPrograms) {
  Add(Delivery("duty"), 20);
  const auto tables = PublishStatistics(tally_);
  EXPECT_THAT(StatisticsAsText(tables, "2026-11", StatisticsLanguage::kSwedish),
              HasSubstr("lagstadgad skyldighet"));
  EXPECT_THAT(StatisticsAsText(tables, "2026-11", StatisticsLanguage::kEnglish),
              HasSubstr("statutory duty"));
  const auto json = nlohmann::json::parse(StatisticsAsJson(tables, "2026-11"));
  EXPECT_EQ(json["period"], "2026-11");
  EXPECT_EQ(json["tables"][0]["rows"][0]["count"], 20);
  EXPECT_THAT(StatisticsAsCsv(tables), HasSubstr("by-ground,duty,lagstadgad skyldighet,"));
}

TEST_F(StatisticsTest, AnEmptyPeriodIsZeros) {
  const auto tables = PublishStatistics(tally_);
  EXPECT_EQ(Count(tables, "disclosures", "disclosures"), 0u);
  EXPECT_EQ(Count(tables, "decisions", "DENY"), 0u);
  EXPECT_FALSE(Table(tables, "by-pair").withheld);
}

}  // namespace
}  // namespace sluss
