#include "policy/rule_compiler.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"

namespace sluss {
namespace {

constexpr absl::string_view kAny = "ANY";
constexpr absl::string_view kUnknownValue = "UNKNOWN";
constexpr uint32_t kOldestAge = 150;
constexpr uint32_t kMostOfficers = 8;
constexpr size_t kLongestId = 64;
constexpr uint32_t kMostAssessHours = 7 * 24;
constexpr uint32_t kMostFinishMonths = 24;
constexpr uint16_t kEveryConsentState = 0xFFFF;
constexpr uint8_t kEveryCover = kCoverStrong | kCoverWeak | kCoverNone;

bool IsRuleId(absl::string_view id) {
  return !id.empty() && id.size() <= kLongestId &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

// Drops every node that another covers, and doubles.
void Normalise(const AgencyNodes& nodes, std::vector<uint32_t>* set) {
  std::sort(set->begin(), set->end());  // wider ones come first
  std::vector<uint32_t> kept;
  for (const uint32_t node : *set) {
    const bool covered = std::any_of(kept.begin(), kept.end(),
                                     [&](uint32_t wider) { return nodes.Covers(wider, node); });
    if (!covered) kept.push_back(node);
  }
  *set = std::move(kept);
}

}  // namespace

CompiledRule RuleCompiler::Compile(const v1::Rule& rule, const Place& place) {
  CompiledRule compiled;
  compiled.source = &rule;
  compiled.where = place.At("id");
  CheckShape(rule, place);
  compiled.senders = Agencies(rule.sender(), "sender", place);
  compiled.recipients = Agencies(rule.recipient(), "recipient", place);
  Row& row = compiled.row;
  row.forbid = rule.effect() == v1::FORBID;
  row.duty = rule.duty();
  row.categories = Categories(rule, place);
  row.purposes = Purposes(rule, place);
  row.roles = Roles(rule, place);
  Bases(rule, place, &compiled);
  Days(rule, place, &compiled);
  AgeRange(rule, place, &row);
  Covers(rule, place, &row);
  Consent(rule, &row);
  Obligations(rule, place);
  row.protected_identity = row.forbid || rule.protected_identity();
  row.officers = static_cast<uint8_t>(rule.attestation().officers());
  row.needs_reason = rule.attestation().reason() == v1::TEXT_REQUIRED;
  row.needs_weighing = rule.attestation().weighing() == v1::TEXT_REQUIRED;
  return compiled;
}

void RuleCompiler::CheckShape(const v1::Rule& rule, const Place& place) {
  if (!IsRuleId(rule.id())) {
    faults_->Add(place.At("id"), absl::StrCat("`", rule.id(),
                                              "` is no rule id: use at most 64 lower-case letters, "
                                              "digits and '-'"));
  }
  const auto filled = [&](const Field& values, absl::string_view field, absl::string_view cure) {
    if (!values.empty()) return;
    faults_->Add(place.At("id"),
                 absl::StrCat("rule `", rule.id(), "` says nothing about `", field, "`: ", cure));
  };
  filled(rule.sender(), "sender", "name agencies, groups, `kind/*` or `*`");
  filled(rule.recipient(), "recipient", "name agencies, groups, `kind/*` or `*`");
  filled(rule.purpose(), "purpose", "name purposes or ANY");
  filled(rule.legal_basis(), "legal_basis", "name the paragraphs that it rests on");
  filled(rule.category(), "category", "name categories, groups or ANY");
  filled(rule.sender_role(), "sender_role", "name roles or ANY");
  switch (rule.effect()) {
    case v1::PERMIT:
      return CheckPermit(rule, place);
    case v1::FORBID:
      return CheckForbid(rule, place);
    default:
      faults_->Add(place.At("effect"), absl::StrCat("rule `", rule.id(),
                                                    "` says nothing about `effect`: PERMIT or "
                                                    "FORBID"));
  }
}

void RuleCompiler::CheckPermit(const v1::Rule& rule, const Place& place) {
  const auto refuse = [&](bool bad, absl::string_view field, absl::string_view text) {
    if (bad) faults_->Add(place.At(field), text);
  };
  refuse(rule.consent() != v1::REQUIRED && rule.consent() != v1::NOT_REQUIRED, "consent",
         absl::StrCat("rule `", rule.id(),
                      "` says nothing about `consent`: REQUIRED or NOT_REQUIRED"));
  refuse(rule.duty() && rule.consent() == v1::REQUIRED, "consent", "a duty waits for no consent");
  refuse(!v1::TextNeed_IsValid(rule.attestation().reason()) ||
             !v1::TextNeed_IsValid(rule.attestation().weighing()),
         "attestation", "`reason` and `weighing` are TEXT_REQUIRED or left out");
  refuse(rule.attestation().officers() > kMostOfficers, "attestation",
         absl::StrCat("at most ", kMostOfficers, " officers can be asked for"));
  refuse(!rule.cited_basis().empty(), "cited_basis",
         "only a forbid has `cited_basis`: a permit matches what its `legal_basis` names");
  refuse(!rule.except_legal_basis().empty(), "except_legal_basis",
         "only a forbid has `except_legal_basis`");
  refuse(!rule.consent_state().empty(), "consent_state",
         "only a forbid has `consent_state`: a permit says `consent`");
  refuse(!rule.reason_sv().empty() || !rule.reason_en().empty(),
         rule.reason_sv().empty() ? "reason_en" : "reason_sv", "only a forbid has a reason text");
}

void RuleCompiler::CheckForbid(const v1::Rule& rule, const Place& place) {
  const auto refuse = [&](bool bad, absl::string_view field, absl::string_view text) {
    if (bad) faults_->Add(place.At(field), text);
  };
  refuse(rule.consent() == v1::REQUIRED, "consent",
         "a forbid needs no consent: say in which states it strikes with `consent_state`");
  for (const int state : rule.consent_state()) {
    refuse(!v1::ConsentState_IsValid(state), "consent_state",
           absl::StrCat("`", state, "` is no state of a consent"));
  }
  refuse(rule.duty(), "duty", "a forbid is no duty");
  refuse(rule.age_unknown(), "age_unknown", "a forbid always strikes an unknown age");
  refuse(rule.has_attestation(), "attestation", "a forbid asks for no attestation");
  refuse(!rule.obligation().empty(), "obligation", "a forbid brings no obligation");
  refuse(rule.protected_identity(), "protected_identity",
         "a forbid always strikes a protected identity");
  refuse(rule.reason_sv().empty() || rule.reason_en().empty(), "id",
         absl::StrCat("forbid `", rule.id(), "` needs `reason_sv` and `reason_en`"));
}

bool RuleCompiler::IsAny(const Field& values, absl::string_view field, const Place& place,
                         bool with_unknown) {
  const auto any = std::find(values.begin(), values.end(), kAny);
  if (any == values.end()) return false;
  for (int i = 0; i < values.size(); ++i) {
    if (values[i] == kAny || (with_unknown && values[i] == kUnknownValue)) continue;
    faults_->Add(place.At(field, i), absl::StrCat("`", values[i], "` beside ANY says nothing"));
  }
  return true;
}

std::vector<uint32_t> RuleCompiler::Agencies(const Field& values, absl::string_view field,
                                             const Place& place) {
  std::vector<uint32_t> nodes;
  for (int i = 0; i < values.size(); ++i) {
    const auto group = names_->agency_groups().find(values[i]);
    if (group == names_->agency_groups().end()) {
      AddAgency(values[i], place.At(field, i), &nodes);
    } else {
      for (const std::string& member : group->second) {
        AddAgency(member, place.At(field, i), &nodes);
      }
    }
  }
  Normalise(*nodes_, &nodes);
  return nodes;
}

void RuleCompiler::AddAgency(absl::string_view value, const std::string& where,
                             std::vector<uint32_t>* nodes) {
  if (value == "*") return nodes->push_back(AgencyNodes::kEverybody);
  const size_t slash = value.find('/');
  if (slash == absl::string_view::npos) {
    std::vector<std::string> groups;
    for (const auto& [id, members] : names_->agency_groups()) groups.push_back(id);
    std::sort(groups.begin(), groups.end());
    return faults_->Add(where, UnknownName("group of agencies", value, groups));
  }
  const std::optional<uint32_t> kind = names_->kinds().Find(value.substr(0, slash));
  if (!kind.has_value()) {
    return faults_->Add(where, names_->kinds().Unknown(value.substr(0, slash)));
  }
  if (value.substr(slash) == "/*") return nodes->push_back(nodes_->Kind(*kind));
  if (const auto agency = ParseAgencyId(value); !agency.ok()) {
    return faults_->Add(where, agency.status());
  }
  nodes->push_back(nodes_->Add(value, *kind));
}

std::string RuleCompiler::UnknownCategory(absl::string_view name) const {
  std::vector<std::string> known;
  for (const auto& [group, members] : names_->category_groups()) known.push_back(group);
  std::sort(known.begin(), known.end());
  for (uint32_t i = 0; i < names_->categories().size(); ++i) {
    known.push_back(names_->categories().name(i));
  }
  return UnknownName("category", name, known);
}

Mask RuleCompiler::Categories(const v1::Rule& rule, const Place& place) {
  if (IsAny(rule.category(), "category", place)) return names_->all_categories();
  Mask mask = 0;
  for (int i = 0; i < rule.category_size(); ++i) {
    const std::string& name = rule.category(i);
    const auto group = names_->category_groups().find(name);
    if (group != names_->category_groups().end()) {
      mask |= group->second;
    } else if (const auto number = names_->categories().Find(name)) {
      mask |= Bit(*number);
    } else {
      faults_->Add(place.At("category", i), UnknownCategory(name));
    }
  }
  return mask;
}

Mask RuleCompiler::Purposes(const v1::Rule& rule, const Place& place) {
  if (IsAny(rule.purpose(), "purpose", place)) return names_->all_purposes();
  Mask mask = 0;
  for (int i = 0; i < rule.purpose_size(); ++i) {
    if (const auto number = names_->purposes().Find(rule.purpose(i))) {
      mask |= Bit(*number);
    } else {
      faults_->Add(place.At("purpose", i), names_->purposes().Unknown(rule.purpose(i)));
    }
  }
  return mask;
}

// UNKNOWN is a role like others: in a permit where it is listed, in a forbid always.
Mask RuleCompiler::Roles(const v1::Rule& rule, const Place& place) {
  Mask mask = rule.effect() == v1::FORBID ? Bit(kUnknown) : 0;
  if (IsAny(rule.sender_role(), "sender_role", place, /*with_unknown=*/true)) {
    mask |= names_->all_roles();
  }
  for (int i = 0; i < rule.sender_role_size(); ++i) {
    if (rule.sender_role(i) == kAny) continue;
    if (const auto number = names_->roles().Find(rule.sender_role(i))) {
      mask |= Bit(*number);
    } else {
      faults_->Add(place.At("sender_role", i), names_->roles().Unknown(rule.sender_role(i)));
    }
  }
  return mask;
}

std::vector<uint32_t> RuleCompiler::Paragraphs(const Field& values, absl::string_view field,
                                               const Place& place) {
  std::vector<uint32_t> paragraphs;
  for (int i = 0; i < values.size(); ++i) {
    if (const auto number = names_->paragraphs().Find(values[i])) {
      paragraphs.push_back(*number);
    } else {
      faults_->Add(place.At(field, i), names_->paragraphs().Unknown(values[i]));
    }
  }
  std::sort(paragraphs.begin(), paragraphs.end());
  return paragraphs;
}

// A permit: what it rests on must be cited. A duty: a wrong citation stops no duty, so any will do.
// A forbid: strikes under any citation, under the listed ones (or none), or under all but some.
void RuleCompiler::Bases(const v1::Rule& rule, const Place& place, CompiledRule* compiled) {
  compiled->paragraphs = Paragraphs(rule.legal_basis(), "legal_basis", place);
  const std::vector<uint32_t> cited = Paragraphs(rule.cited_basis(), "cited_basis", place);
  const std::vector<uint32_t> spared =
      Paragraphs(rule.except_legal_basis(), "except_legal_basis", place);
  if (!cited.empty() && !spared.empty()) {
    faults_->Add(place.At("except_legal_basis"),
                 "`cited_basis` and `except_legal_basis` exclude each other: keep one");
  }
  if (rule.effect() == v1::PERMIT && !rule.duty()) {
    compiled->bases = compiled->paragraphs;
  } else if (!cited.empty()) {
    compiled->bases = cited;
    compiled->bases.push_back(kUnknown);
  } else {
    compiled->bases = spared;
    compiled->row.basis_all_but = true;
  }
  auto& rests_on = compiled->paragraphs;  // UNKNOWN can be cited, but nothing rests on it
  rests_on.erase(std::remove(rests_on.begin(), rests_on.end(), kUnknown), rests_on.end());
  if (rests_on.empty() && !rule.legal_basis().empty()) {
    faults_->Add(place.At("legal_basis"),
                 "a rule rests on at least one paragraph of the catalogue");
  }
}

void RuleCompiler::Days(const v1::Rule& rule, const Place& place, CompiledRule* compiled) {
  const absl::StatusOr<DayRange> valid = ParseValidity(rule.valid());
  if (!valid.ok()) return faults_->Add(place.At("valid"), valid.status());
  compiled->row.days = *valid;
  for (const uint32_t paragraph : compiled->paragraphs) {
    compiled->row.days = Intersection(compiled->row.days, names_->in_force(paragraph));
  }
  if (compiled->row.days.empty()) {
    faults_->Add(place.At("legal_basis"),
                 absl::StrCat("rule `", rule.id(),
                              "` is in force on no day: its validity and its "
                              "paragraphs' have no day in common"));
  }
}

void RuleCompiler::AgeRange(const v1::Rule& rule, const Place& place, Row* row) {
  const uint32_t from = rule.age().from(), below = rule.age().below();
  if (from > kOldestAge || below > kOldestAge || (below != 0 && from >= below)) {
    return faults_->Add(place.At("age"), absl::StrCat("no age lies from ", from, " to below ",
                                                      below, "; ages end at ", kOldestAge));
  }
  row->age_from = static_cast<Age>(from);
  row->age_below = below == 0 ? kNoAge : static_cast<Age>(below);
  row->age_unknown = row->forbid || rule.age_unknown();
}

void RuleCompiler::Covers(const v1::Rule& rule, const Place& place, Row* row) {
  for (int i = 0; i < rule.recipient_cover_size(); ++i) {
    const uint8_t cover = ParseCover(rule.recipient_cover(i));
    if (cover == 0) {
      faults_->Add(place.At("recipient_cover", i), absl::StrCat("`", rule.recipient_cover(i),
                                                                "` is no secrecy cover: STRONG, "
                                                                "WEAK or NONE"));
    }
    row->covers |= cover;
  }
  if (rule.recipient_cover().empty()) row->covers = kEveryCover;
}

void RuleCompiler::Consent(const v1::Rule& rule, Row* row) {
  row->consent_bound = rule.consent() == v1::REQUIRED;
  row->consent_states = row->consent_bound ? 1 << v1::VALID : kEveryConsentState;
  if (rule.consent_state().empty()) return;
  row->consent_states = 1 << v1::CONSENT_STATE_UNSPECIFIED;  // a forbid strikes UNKNOWN too
  for (const int state : rule.consent_state()) {
    if (v1::ConsentState_IsValid(state)) row->consent_states |= 1 << state;
  }
}

void RuleCompiler::Obligations(const v1::Rule& rule, const Place& place) {
  const auto need = [&](bool good, int index, absl::string_view text) {
    if (!good) faults_->Add(place.At("obligation", index), text);
  };
  std::set<v1::Obligation::KindCase> kinds;
  for (int i = 0; i < rule.obligation_size(); ++i) {
    const v1::Obligation& obligation = rule.obligation(i);
    need(kinds.insert(obligation.kind_case()).second, i, "a second obligation of the same kind");
    switch (obligation.kind_case()) {
      case v1::Obligation::kNotifyGuardian: {
        const std::string& unless = obligation.notify_guardian().unless();
        need(unless.empty() || unless == "RISK_TO_CHILD", i,
             absl::StrCat("`", unless, "` is no exception: RISK_TO_CHILD or nothing"));
        break;
      }
      case v1::Obligation::kRetain:
        need(obligation.retain().days() > 0, i, "`retain` needs `days`");
        break;
      case v1::Obligation::kReview:
        need(obligation.review(), i, "`review: false` says nothing: leave it out");
        break;
      case v1::Obligation::kProtectionAssessment:
        need(obligation.protection_assessment().decide_days() > 0, i,
             "`protection_assessment` needs `decide_days`");
        need(
            obligation.protection_assessment().assess_hours() <= kMostAssessHours, i,
            absl::StrCat("`assess_hours` is at most ", kMostAssessHours, ": the law says at once"));
        need(obligation.protection_assessment().finish_months() <= kMostFinishMonths, i,
             absl::StrCat("`finish_months` is at most ", kMostFinishMonths));
        break;
      case v1::Obligation::kFeedback:
        need(obligation.feedback().days() > 0, i, "`feedback` needs `days`");
        break;
      case v1::Obligation::kAcknowledgeWithin:
        need(obligation.acknowledge_within().minutes() > 0, i,
             "`acknowledge_within` needs `minutes`");
        break;
      case v1::Obligation::KIND_NOT_SET:
        need(false, i, "an obligation without a kind");
    }
  }
}

}  // namespace sluss
