#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/exports/entry_format.h"

namespace sluss {
namespace {

using Cell = std::string (*)(const v1::AuditLeaf& leaf);
struct Column {
  const char* name;
  Cell cell;
};

std::string Time(int64_t us) {
  if (us == 0) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

template <typename Strings>
std::string List(const Strings& values) {
  return absl::StrJoin(values, " ");
}

std::string Number(uint64_t value) { return value == 0 ? "" : absl::StrCat(value); }

std::string Consents(const v1::AuditLeaf& leaf) {
  std::vector<std::string> ids;
  if (!leaf.consent_id().empty()) ids.push_back(ToHex(leaf.consent_id()));
  for (const std::string& id : leaf.further_consent_id()) ids.push_back(ToHex(id));
  return List(ids);
}

// "1:" and the digest of each.
std::string Commitments(const v1::AuditLeaf& leaf) {
  std::vector<std::string> all;
  for (const v1::Commitment& one : leaf.commitment()) {
    all.push_back(absl::StrCat(one.tag(), ":", ToHex(one.digest())));
  }
  return List(all);
}

constexpr Column kColumns[] = {
    {"time", [](const v1::AuditLeaf& l) { return Time(l.time_us()); }},
    {"kind", [](const v1::AuditLeaf& l) { return v1::RecordKind_Name(l.kind()); }},
    {"event", [](const v1::AuditLeaf& l) { return ToHex(l.event_id()); }},
    {"gateway", [](const v1::AuditLeaf& l) { return l.gateway(); }},
    {"counter", [](const v1::AuditLeaf& l) { return absl::StrCat(l.counter()); }},
    {"verdict", [](const v1::AuditLeaf& l) { return l.verdict(); }},
    {"outcome", [](const v1::AuditLeaf& l) { return l.outcome(); }},
    {"sender", [](const v1::AuditLeaf& l) { return l.sender(); }},
    {"recipient", [](const v1::AuditLeaf& l) { return l.recipient(); }},
    {"purpose", [](const v1::AuditLeaf& l) { return l.purpose(); }},
    {"legal_basis", [](const v1::AuditLeaf& l) { return List(l.legal_basis()); }},
    {"passed", [](const v1::AuditLeaf& l) { return List(l.passed()); }},
    {"withheld", [](const v1::AuditLeaf& l) { return List(l.withheld()); }},
    {"rule", [](const v1::AuditLeaf& l) { return List(l.rule()); }},
    {"policy_version", [](const v1::AuditLeaf& l) { return l.policy_version(); }},
    {"policy_digest", [](const v1::AuditLeaf& l) { return ToHex(l.policy_digest()); }},
    {"decision_day", [](const v1::AuditLeaf& l) { return l.decision_day(); }},
    {"message", [](const v1::AuditLeaf& l) { return ToHex(l.message_id()); }},
    {"consent", [](const v1::AuditLeaf& l) { return Consents(l); }},
    {"parent", [](const v1::AuditLeaf& l) { return ToHex(l.parent_event()); }},
    {"count", [](const v1::AuditLeaf& l) { return Number(l.count()); }},
    {"phone_now", [](const v1::AuditLeaf& l) { return std::string(l.phone_now() ? "yes" : ""); }},
    {"corrects", [](const v1::AuditLeaf& l) { return ToHex(l.corrects()); }},
    {"retracts", [](const v1::AuditLeaf& l) { return std::string(l.retracts() ? "yes" : ""); }},
    {"party", [](const v1::AuditLeaf& l) { return List(l.party()); }},
    {"procedure", [](const v1::AuditLeaf& l) { return ToHex(l.procedure()); }},
    {"from", [](const v1::AuditLeaf& l) { return Time(l.from_us()); }},
    {"to", [](const v1::AuditLeaf& l) { return Time(l.to_us()); }},
    {"opening_class", [](const v1::AuditLeaf& l) { return List(l.opening_class()); }},
    {"about", [](const v1::AuditLeaf& l) { return List(l.about_index()); }},
    {"withhold_until", [](const v1::AuditLeaf& l) { return Time(l.withhold_until_us()); }},
    {"proposal", [](const v1::AuditLeaf& l) { return Number(l.proposal()); }},
    {"base_policy_digest", [](const v1::AuditLeaf& l) { return ToHex(l.base_policy_digest()); }},
    {"approval_digest", [](const v1::AuditLeaf& l) { return ToHex(l.approval_digest()); }},
    {"effective", [](const v1::AuditLeaf& l) { return Time(l.effective_us()); }},
    {"vocabulary_version", [](const v1::AuditLeaf& l) { return l.vocabulary_version(); }},
    {"commitment", [](const v1::AuditLeaf& l) { return Commitments(l); }},
};

class Csv final : public EntryFormat {
 public:
  std::string Begin() const override {
    std::vector<std::string> cells = {"entry"};
    for (const Column& column : kColumns) cells.push_back(column.name);
    return CsvRow(cells);
  }
  std::string Entry(uint64_t index, const v1::AuditLeaf& leaf) const override {
    std::vector<std::string> cells = {absl::StrCat(index)};
    for (const Column& column : kColumns) cells.push_back(column.cell(leaf));
    return CsvRow(cells);
  }
};

}  // namespace

std::string CsvCell(absl::string_view text) {
  constexpr absl::string_view kFormulas = "=+-@\t\r\n";
  const bool formula = !text.empty() && kFormulas.find(text[0]) != absl::string_view::npos;
  const std::string cell = absl::StrCat(formula ? "'" : "", text);
  if (cell.find_first_of(",\"\r\n;\t") == std::string::npos) return cell;
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

std::string CsvRow(const std::vector<std::string>& cells) {
  std::vector<std::string> guarded;
  for (const std::string& cell : cells) guarded.push_back(CsvCell(cell));
  return absl::StrCat(absl::StrJoin(guarded, ","), "\r\n");
}

std::unique_ptr<EntryFormat> CsvFormat() { return std::make_unique<Csv>(); }

}  // namespace sluss
