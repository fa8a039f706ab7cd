#include "gateway/exports/statistics.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/exports/suppression.h"

namespace sluss {
namespace {

using Counts = StatisticsTally::Counts;

struct Words {
  const char *id, *sv, *en;
};

// Events that are counted for themselves.
constexpr Words kEvents[] = {
    {"told-to-phone", "avsändaren ombads ringa: ingen kvitterade i tid",
     "sender told to phone: nobody acknowledged in time"},
    {"phone-at-once", "avsändaren ombads ringa genast", "sender told to phone at once"},
    {"expired", "hämtades aldrig", "never fetched"},
    {"consent-withdrawn", "återkallelser av samtycke eller meddelande",
     "withdrawals of a consent or message"},
    {"stopped", "stoppade av en återkallelse", "stopped by a withdrawal"},
    {"trimmed", "kortade av en återkallelse", "trimmed by a withdrawal"},
    {"recalled", "återkallade efter utlämnande", "recalled after they were handed out"},
    {"refused", "mottagaren kunde inte ta emot", "the recipient could not accept"},
    {"not-in-register", "gällde någon som mottagaren inte har i sitt register",
     "about somebody whom the recipient does not have in its register"},
    {"reidentified", "identitet röjd", "identity revealed"},
    {"corrected", "rättade eller återtagna uppgifter", "corrected or retracted"},
    {"rejected", "avvisade före prövning", "rejected before they were decided"},
    {"access-scan", "sökningar inför registerutdrag", "scans for a citizen's report"},
};

constexpr Words kOversight[] = {
    {"searches", "sökningar i loggen", "searches of the log"},
    {"exports", "uttag ur loggen", "exports of the log"},
    {"reviews-drawn", "logguppföljningar påbörjade", "log reviews begun"},
    {"reviews-findings", "granskade poster med bedömning", "entries reviewed with a finding"},
    {"reviews-closed", "logguppföljningar avslutade", "log reviews closed"},
    {"erasures", "gallringar", "erasures"},
    {"policy-changes", "ändringar av reglerna i kraft", "changes of the rules in force"},
};

constexpr Words kGrounds[] = {
    {"duty", "lagstadgad skyldighet", "statutory duty"},
    {"consent", "samtycke", "consent"},
    {"weighing/OSL-10-15A", "skriftlig avvägning, 10 kap. 15 a § OSL",
     "written weighing, OSL 10:15 a"},
    {"weighing/OSL-10-18A", "skriftlig avvägning, 10 kap. 18 a § OSL",
     "written weighing, OSL 10:18 a"},
    {"weighing/other", "skriftlig avvägning, annan paragraf", "written weighing, other paragraph"},
    {"statute", "annat lagstöd", "other statute"},
    {"unknown", "regelversionen finns inte till hands", "the version of the rules is not at hand"},
};

uint64_t CountOf(const Counts& counts, const std::string& id) {
  const auto found = counts.find(id);
  return found == counts.end() ? 0 : found->second;
}

bool IsSmall(uint64_t count) { return count > 0 && count < kSmallestShown; }

StatisticsRow Shown(std::string id, std::string sv, std::string en, uint64_t count, bool withheld) {
  StatisticsRow row{std::move(id), std::move(sv), std::move(en), std::nullopt, std::nullopt};
  if (!withheld) row.count = count;
  return row;
}

struct Labelled {
  std::string id, sv, en;
  uint64_t count;
};

// Rows that add up to a total which is published beside them.
StatisticsTable Parts(Words title, const std::vector<Labelled>& parts, uint64_t total) {
  StatisticsTable table{title.id, title.sv, title.en, IsSmall(total), {}};
  std::vector<Cell> cells;
  for (const Labelled& part : parts) cells.push_back({0, 1, part.count});
  cells.push_back({1, 0, total, /*known=*/true});
  const Suppressed suppressed = Suppress(cells);
  table.withheld |= suppressed.whole;
  if (table.withheld) return table;
  for (size_t i = 0; i < parts.size(); ++i) {
    table.rows.push_back(
        Shown(parts[i].id, parts[i].sv, parts[i].en, parts[i].count, suppressed.withheld[i]));
    StatisticsRow& row = table.rows.back();
    if (row.count && total > 0) {
      row.percent = 100.0 * static_cast<double>(*row.count) / static_cast<double>(total);
    }
  }
  return table;
}

std::vector<Labelled> AsTheyAre(const Counts& counts) {
  std::vector<Labelled> parts;
  for (const auto& [id, count] : counts) parts.push_back({id, id, id, count});
  return parts;
}

// All decisions; the denied ones by reason below them.
StatisticsTable Decisions(const StatisticsTally& tally) {
  enum Node { kTop, kBottom, kDenied };
  StatisticsTable table{"decisions", "Beslut", "Decisions", false, {}};
  uint64_t total = 0;
  for (const auto& [verdict, count] : tally.verdicts) total += count;
  std::vector<Labelled> rows = {
      {"decisions", "alla", "all", total},
      {"PERMIT", "tillåtna helt", "permitted as a whole", CountOf(tally.verdicts, "PERMIT")},
      {"PARTIAL", "tillåtna i del", "permitted in part", CountOf(tally.verdicts, "PARTIAL")},
      {"DENY", "nekade", "denied", CountOf(tally.verdicts, "DENY")}};
  std::vector<Cell> cells = {{kBottom, kTop, total, /*known=*/true},
                             {kTop, kBottom, rows[1].count},
                             {kTop, kBottom, rows[2].count},
                             {kTop, kDenied, rows[3].count}};
  for (const auto& [reason, count] : tally.denials) {
    rows.push_back({absl::StrCat("DENY/", reason), absl::StrCat("nekade: ", reason),
                    absl::StrCat("denied: ", reason), count});
    cells.push_back({kDenied, kBottom, count});
  }
  const Suppressed suppressed = Suppress(cells);
  table.withheld = IsSmall(total) || suppressed.whole;
  if (table.withheld) return table;
  for (size_t i = 0; i < rows.size(); ++i) {
    table.rows.push_back(
        Shown(rows[i].id, rows[i].sv, rows[i].en, rows[i].count, suppressed.withheld[i]));
  }
  return table;
}

// Each category against the disclosures without it: several may pass together, so that they do not
// add up to anything.
StatisticsTable Categories(const StatisticsTally& tally) {
  StatisticsTable table{"by-category",
                        "Utlämnat, efter slag av uppgift",
                        "Disclosures by category",
                        IsSmall(tally.disclosures),
                        {}};
  if (table.withheld) return table;
  for (const auto& [category, count] : tally.by_category) {
    const Suppressed suppressed = Suppress({{0, 1, count},
                                            {0, 1, tally.disclosures - count},
                                            {1, 0, tally.disclosures, /*known=*/true}});
    table.rows.push_back(
        Shown(category, category, category, count, suppressed.whole || suppressed.withheld[0]));
  }
  return table;
}

// Senders and recipients with their sums.
StatisticsTable Pairs(const StatisticsTally& tally) {
  StatisticsTable table{
      "by-pair", "Utlämnat, från och till", "Disclosures by pair", IsSmall(tally.disclosures), {}};
  std::map<std::string, int> senders, recipients;
  Counts sent, received;
  for (const auto& [pair, count] : tally.by_pair) {
    senders.emplace(pair.first, 0);
    recipients.emplace(pair.second, 0);
    sent[pair.first] += count;
    received[pair.second] += count;
  }
  int node = 2;  // 0: top, 1: bottom
  for (auto& [agency, number] : senders) number = node++;
  for (auto& [agency, number] : recipients) number = node++;
  std::vector<Labelled> rows;
  std::vector<Cell> cells;
  const auto add = [&](const std::string& id, int from, int to, uint64_t count) {
    rows.push_back({id, id, id, count});
    cells.push_back({from, to, count});
  };
  for (const auto& [agency, number] : senders) {
    add(absl::StrCat(agency, " -> *"), 0, number, sent[agency]);
  }
  for (const auto& [agency, number] : recipients) {
    add(absl::StrCat("* -> ", agency), number, 1, received[agency]);
  }
  for (const auto& [pair, count] : tally.by_pair) {
    add(absl::StrCat(pair.first, " -> ", pair.second), senders[pair.first], recipients[pair.second],
        count);
  }
  cells.push_back({1, 0, tally.disclosures, /*known=*/true});
  const Suppressed suppressed = Suppress(cells);
  table.withheld |= suppressed.whole;
  if (table.withheld) return table;
  for (size_t i = 0; i < rows.size(); ++i) {
    table.rows.push_back(
        Shown(rows[i].id, rows[i].sv, rows[i].en, rows[i].count, suppressed.withheld[i]));
  }
  return table;
}

StatisticsTable DenialsAtDelivery(const StatisticsTally& tally) {
  uint64_t total = 0;
  for (const auto& [reason, count] : tally.denials_at_delivery) total += count;
  std::vector<Labelled> parts = AsTheyAre(tally.denials_at_delivery);
  StatisticsTable table = Parts(
      {"denied-at-delivery", "Nekat vid utlämnandet, efter skäl", "Denied at delivery, by reason"},
      parts, total);
  if (!table.withheld) {
    table.rows.insert(table.rows.begin(), Shown("denied-at-delivery", "alla", "all", total, false));
  }
  return table;
}

}  // namespace

const std::map<std::string, v1::Rule>* RuleBook::RulesOf(const std::string& digest) {
  auto version = versions_.find(digest);
  if (version == versions_.end()) {
    version = versions_.emplace(digest, std::nullopt).first;
    const absl::StatusOr<std::string> bytes = read_(digest);
    v1::PolicyBundle bundle;
    if (bytes.ok() && bundle.ParseFromString(*bytes)) {
      version->second.emplace();
      for (const v1::Policy& policy : bundle.policy()) {
        for (const v1::Rule& rule : policy.rule()) version->second->emplace(rule.id(), rule);
      }
    }
  }
  return version->second ? &*version->second : nullptr;
}

std::string RuleBook::GroundOf(const v1::AuditLeaf& leaf) {
  const std::map<std::string, v1::Rule>* const rules = RulesOf(leaf.policy_digest());
  if (rules == nullptr) return "unknown";
  bool duty = false, consent = false, weighing = false, found = false;
  for (const std::string& id : leaf.rule()) {
    const auto rule = rules->find(id);
    if (rule == rules->end()) continue;
    found = true;
    duty |= rule->second.duty();
    consent |= rule->second.consent() == v1::REQUIRED;
    weighing |= rule->second.attestation().weighing() == v1::TEXT_REQUIRED;
  }
  if (!found) return "unknown";
  if (duty) return "duty";
  if (consent) return "consent";
  if (!weighing) return "statute";
  for (const std::string& basis : leaf.legal_basis()) {
    if (basis == "OSL-10-15A" || basis == "OSL-10-18A") return absl::StrCat("weighing/", basis);
  }
  return "weighing/other";
}

void StatisticsTally::Add(const v1::AuditLeaf& leaf, RuleBook* rules) {
  if (leaf.phone_now()) ++events["phone-at-once"];
  switch (leaf.kind()) {
    case v1::DECISION:
      ++verdicts[leaf.verdict()];
      if (leaf.verdict() == "DENY") ++denials[leaf.outcome()];
      if (!leaf.corrects().empty() && leaf.verdict() != "DENY") ++events["corrected"];
      break;
    case v1::DELIVERY:
      ++disclosures;
      ++by_rule[leaf.rule().empty() ? "-" : absl::StrJoin(leaf.rule(), " + ")];
      ++by_pair[{leaf.sender(), leaf.recipient()}];
      for (const std::string& category : leaf.passed()) ++by_category[category];
      ++by_ground[rules->GroundOf(leaf)];
      break;
    case v1::DELIVERY_DENIED:
      ++denials_at_delivery[leaf.outcome()];
      break;
    case v1::PHONE_NOTICE:
      ++events["told-to-phone"];
      break;
    case v1::EXPIRY:
      ++events["expired"];
      break;
    case v1::WITHDRAWAL:
      ++events["consent-withdrawn"];
      break;
    case v1::STOP:
      ++events["stopped"];
      break;
    case v1::TRIM:
      ++events["trimmed"];
      break;
    case v1::RECALL:
      ++events["recalled"];
      break;
    case v1::REFUSAL:
      ++events[leaf.outcome() == "nym-mismatch" ? "not-in-register" : "refused"];
      break;
    case v1::REIDENTIFIED:
      ++events["reidentified"];
      break;
    case v1::REJECTED:
      ++events["rejected"];
      break;
    case v1::ACCESS_SCAN:
      ++events["access-scan"];
      break;
    case v1::SEARCH:
      ++oversight["searches"];
      break;
    case v1::EXPORT:
      ++oversight["exports"];
      break;
    case v1::REVIEW_DRAWN:
      ++oversight["reviews-drawn"];
      break;
    case v1::REVIEW_FINDING:
      ++oversight["reviews-findings"];
      break;
    case v1::REVIEW_CLOSED:
      ++oversight["reviews-closed"];
      break;
    case v1::ERASURE:
      ++oversight["erasures"];
      break;
    case v1::POLICY_ACTIVATION:
      ++oversight["policy-changes"];
      break;
    default:
      break;
  }
}

std::vector<StatisticsTable> PublishStatistics(const StatisticsTally& tally) {
  std::vector<StatisticsTable> tables;
  StatisticsTable& all = tables.emplace_back(
      StatisticsTable{"disclosures", "Utlämnade underrättelser", "Disclosures", false, {}});
  all.rows.push_back(
      Shown("disclosures", "alla", "all", tally.disclosures, IsSmall(tally.disclosures)));
  std::vector<Labelled> grounds;
  for (const Words& one : kGrounds) {
    const uint64_t count = CountOf(tally.by_ground, one.id);
    if (count > 0 || absl::string_view(one.id) != "unknown") {
      grounds.push_back({one.id, one.sv, one.en, count});
    }
  }
  tables.push_back(Parts({"by-ground", "Utlämnat, efter grund", "Disclosures by ground"}, grounds,
                         tally.disclosures));
  tables.push_back(Parts({"by-rule", "Utlämnat, efter regel", "Disclosures by rule"},
                         AsTheyAre(tally.by_rule), tally.disclosures));
  tables.push_back(Pairs(tally));
  tables.push_back(Categories(tally));
  tables.push_back(Decisions(tally));
  tables.push_back(DenialsAtDelivery(tally));
  StatisticsTable& events =
      tables.emplace_back(StatisticsTable{"events",
                                          "Klockor, återkallelser och det ovanliga",
                                          "Clocks, withdrawals and what is unusual",
                                          false,
                                          {}});
  for (const Words& one : kEvents) {
    const uint64_t count = CountOf(tally.events, one.id);
    events.rows.push_back(Shown(one.id, one.sv, one.en, count, IsSmall(count)));
  }
  StatisticsTable& oversight = tables.emplace_back(
      StatisticsTable{"oversight", "Tillsyn över loggen", "Oversight of the log", false, {}});
  for (const Words& one : kOversight) {
    oversight.rows.push_back(
        Shown(one.id, one.sv, one.en, CountOf(tally.oversight, one.id), false));
  }
  return tables;
}

}  // namespace sluss
