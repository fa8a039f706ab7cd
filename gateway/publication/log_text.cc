#include "gateway/publication/log_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

std::string TimeText(int64_t us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6SZ", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

template <typename Strings>
std::string List(absl::string_view name, const Strings& values) {
  return values.empty() ? "" : absl::StrCat(name, " ", absl::StrJoin(values, ","));
}

// Leaves out what is not there.
void Put(Json& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}

template <typename Strings>
void PutList(Json& json, const char* name, const Strings& values) {
  if (!values.empty()) json[name] = std::vector<std::string>(values.begin(), values.end());
}

bool IsPolicyStep(const v1::AuditLeaf& leaf) {
  switch (leaf.kind()) {
    case v1::POLICY_PROPOSAL:
    case v1::POLICY_APPROVAL:
    case v1::POLICY_SCHEDULE:
    case v1::POLICY_ACTIVATION:
    case v1::POLICY_END:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string EntryAsLine(uint64_t index, const v1::AuditLeaf& leaf) {
  std::vector<std::string> parts = {absl::StrCat(index), TimeText(leaf.time_us()),
                                    v1::RecordKind_Name(leaf.kind()), leaf.verdict()};
  if (!leaf.recipient().empty()) {
    parts.push_back(absl::StrCat(leaf.sender(), " -> ", leaf.recipient()));
  } else {
    parts.push_back(leaf.sender());
  }
  parts.push_back(leaf.purpose());
  parts.push_back(absl::StrJoin(leaf.legal_basis(), ","));
  parts.push_back(List("passed", leaf.passed()));
  parts.push_back(List("withheld", leaf.withheld()));
  parts.push_back(List("party", leaf.party()));
  parts.push_back(List("rule", leaf.rule()));
  parts.push_back(leaf.outcome());
  if (leaf.phone_now()) parts.push_back("sender told to phone");
  if (!leaf.corrects().empty()) {
    parts.push_back(
        absl::StrCat(leaf.retracts() ? "retracts " : "corrects ", ToHex(leaf.corrects())));
  }
  if (leaf.count() > 0) parts.push_back(absl::StrCat("count ", leaf.count()));
  if (IsPolicyStep(leaf)) {
    parts.push_back(
        absl::StrCat("version ", leaf.policy_version(), " ", ToHex(leaf.policy_digest())));
    if (leaf.proposal() > 0) parts.push_back(absl::StrCat("proposal ", leaf.proposal()));
  }
  if (!leaf.message_id().empty()) {
    parts.push_back(absl::StrCat("message ", ToHex(leaf.message_id())));
  }
  std::erase(parts, "");
  return absl::StrJoin(parts, "  ");
}

std::string EntryAsJson(uint64_t index, const v1::AuditLeaf& leaf) {
  Json json = {{"index", index},
               {"time", TimeText(leaf.time_us())},
               {"kind", v1::RecordKind_Name(leaf.kind())},
               {"gateway", leaf.gateway()},
               {"counter", leaf.counter()}};
  Put(json, "event_id", ToHex(leaf.event_id()));
  Put(json, "verdict", leaf.verdict());
  PutList(json, "rule", leaf.rule());
  Put(json, "policy_version", leaf.policy_version());
  Put(json, "policy_digest", ToHex(leaf.policy_digest()));
  Put(json, "decision_day", leaf.decision_day());
  Put(json, "sender", leaf.sender());
  Put(json, "recipient", leaf.recipient());
  Put(json, "purpose", leaf.purpose());
  PutList(json, "legal_basis", leaf.legal_basis());
  PutList(json, "passed", leaf.passed());
  PutList(json, "withheld", leaf.withheld());
  Put(json, "message_id", ToHex(leaf.message_id()));
  Put(json, "consent_id", ToHex(leaf.consent_id()));
  for (const std::string& id : leaf.further_consent_id()) {
    json["further_consent_id"].push_back(ToHex(id));
  }
  PutList(json, "party", leaf.party());
  Put(json, "parent_event", ToHex(leaf.parent_event()));
  Put(json, "outcome", leaf.outcome());
  if (leaf.proposal() > 0) json["proposal"] = leaf.proposal();
  Put(json, "base_policy_digest", ToHex(leaf.base_policy_digest()));
  Put(json, "approval_digest", ToHex(leaf.approval_digest()));
  Put(json, "vocabulary_version", leaf.vocabulary_version());
  if (leaf.effective_us() > 0) json["effective"] = TimeText(leaf.effective_us());
  if (leaf.count() > 0) json["count"] = leaf.count();
  if (leaf.phone_now()) json["phone_now"] = true;
  Put(json, "corrects", ToHex(leaf.corrects()));
  if (leaf.retracts()) json["retracts"] = true;
  Put(json, "procedure", ToHex(leaf.procedure()));
  if (leaf.from_us() != 0) json["from"] = TimeText(leaf.from_us());
  if (leaf.to_us() != 0) json["to"] = TimeText(leaf.to_us());
  PutList(json, "opening_class", leaf.opening_class());
  for (const uint64_t about : leaf.about_index()) json["about_index"].push_back(about);
  if (leaf.withhold_until_us() != 0) json["withhold_until"] = TimeText(leaf.withhold_until_us());
  for (const v1::Commitment& commitment : leaf.commitment()) {
    json["commitments"].push_back(
        {{"tag", commitment.tag()}, {"digest", ToHex(commitment.digest())}});
  }
  return json.dump();
}

}  // namespace sluss
