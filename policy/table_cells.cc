#include "policy/table_cells.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "policy/names.h"

namespace sluss {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;
using Result = absl::StatusOr<std::string>;

constexpr absl::string_view kRange = "..";
constexpr absl::string_view kYes = "yes";
constexpr absl::string_view kNothing = "-";  // a message that is there and empty

absl::Status Fault(absl::string_view text) { return absl::InvalidArgumentError(text); }

std::string Trimmed(absl::string_view text) {
  return std::string(absl::StripAsciiWhitespace(text));
}

// ---- Texts and lists

Result WriteText(const std::string& text) {
  if (text.find('\r') == std::string::npos) return text;
  return Fault("a carriage return, which a table cannot hold");
}

Result WriteList(const Names& values) {
  for (const std::string& value : values) {
    if (!value.empty() && value == Trimmed(value) &&
        value.find_first_of(",\n\r") == std::string::npos) {
      continue;
    }
    return Fault(absl::StrCat("`", value, "`, which a list of a table cannot hold"));
  }
  return absl::StrJoin(values, ", ");
}

absl::Status ReadList(absl::string_view text, Names* values) {
  if (text.find(';') != absl::string_view::npos) {
    return Fault("semicolons: the values of a list are joined by commas");
  }
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    *values->Add() = Trimmed(part);
    if (values->rbegin()->empty()) return Fault("a list with an empty value");
  }
  return absl::OkStatus();
}

// ---- Enums and flags

Result WriteEnum(const google::protobuf::EnumDescriptor* type, int value) {
  if (value == 0) return std::string();
  const auto* known = type->FindValueByNumber(value);
  if (known == nullptr) return Fault(absl::StrCat("`", value, "`, which has no name"));
  return known->name();
}

absl::StatusOr<int> ReadEnum(const google::protobuf::EnumDescriptor* type, absl::string_view kind,
                             absl::string_view text) {
  const auto* value = type->FindValueByName(Trimmed(text));
  if (value != nullptr && value->number() != 0) return value->number();
  std::vector<std::string> known;
  for (int i = 1; i < type->value_count(); ++i) known.push_back(type->value(i)->name());
  return Fault(absl::StrCat(UnknownName(kind, Trimmed(text), known), ": one of ",
                            absl::StrJoin(known, ", "), " or nothing"));
}

absl::StatusOr<bool> ReadFlag(absl::string_view text) {
  if (absl::EqualsIgnoreCase(Trimmed(text), kYes)) return true;
  return Fault(absl::StrCat("`", text, "`: a flag is `yes` or nothing"));
}

absl::StatusOr<uint32_t> ReadNumber(absl::string_view text) {
  uint32_t number = 0;
  if (absl::SimpleAtoi(text, &number)) return number;
  return Fault(absl::StrCat("`", text, "` is no whole number"));
}

// ---- Ranges: "12..18", "12..", "..18", and ".." for one that is there and open

absl::StatusOr<std::pair<std::string, std::string>> ReadRange(absl::string_view text,
                                                              absl::string_view example) {
  const std::vector<absl::string_view> ends = absl::StrSplit(text, kRange);
  if (ends.size() == 2) return std::make_pair(Trimmed(ends[0]), Trimmed(ends[1]));
  return Fault(absl::StrCat("`", text, "` is no range: as `", example, "`, the end left out"));
}

Result WriteAge(const v1::Rule& rule) {
  if (!rule.has_age()) return std::string();
  const auto end = [](uint32_t age) { return age == 0 ? "" : absl::StrCat(age); };
  return absl::StrCat(end(rule.age().from()), kRange, end(rule.age().below()));
}

absl::Status ReadAge(absl::string_view text, v1::Rule* rule) {
  ASSIGN_OR_RETURN(const auto ends, ReadRange(text, "12..18"));
  v1::AgeBox* age = rule->mutable_age();
  if (!ends.first.empty()) {
    ASSIGN_OR_RETURN(const uint32_t from, ReadNumber(ends.first));
    age->set_from(from);
  }
  if (!ends.second.empty()) {
    ASSIGN_OR_RETURN(const uint32_t below, ReadNumber(ends.second));
    age->set_below(below);
  }
  return absl::OkStatus();
}

Result WriteValid(const v1::Rule& rule) {
  if (!rule.has_valid()) return std::string();
  for (const std::string& day : {rule.valid().from(), rule.valid().to()}) {
    if (day == Trimmed(day) && day.find_first_of("\n\r") == std::string::npos &&
        !absl::StrContains(day, kRange)) {
      continue;
    }
    return Fault(absl::StrCat("`", day, "`, which is no day"));
  }
  return absl::StrCat(rule.valid().from(), kRange, rule.valid().to());
}

absl::Status ReadValid(absl::string_view text, v1::Rule* rule) {
  ASSIGN_OR_RETURN(const auto ends, ReadRange(text, "2025-07-01..2026-01-01"));
  rule->mutable_valid()->set_from(ends.first);
  rule->mutable_valid()->set_to(ends.second);
  return absl::OkStatus();
}

// ---- Attestation: "officers=2, reason, weighing"

Result WriteAttestation(const v1::Rule& rule) {
  if (!rule.has_attestation()) return std::string();
  const v1::AttestationNeed& need = rule.attestation();
  if (!v1::TextNeed_IsValid(need.reason()) || !v1::TextNeed_IsValid(need.weighing())) {
    return Fault("a need of a text that has no name");
  }
  std::vector<std::string> parts;
  if (need.officers() != 0) parts.push_back(absl::StrCat("officers=", need.officers()));
  if (need.reason() == v1::TEXT_REQUIRED) parts.push_back("reason");
  if (need.weighing() == v1::TEXT_REQUIRED) parts.push_back("weighing");
  return parts.empty() ? std::string(kNothing) : absl::StrJoin(parts, ", ");
}

// "retain=90" as name and value; the value may be missing.
std::pair<std::string, std::string> NameAndValue(absl::string_view part) {
  const std::pair<absl::string_view, absl::string_view> split =
      absl::StrSplit(part, absl::MaxSplits('=', 1));
  return {Trimmed(split.first), Trimmed(split.second)};
}

absl::Status ReadAttestation(absl::string_view text, v1::Rule* rule) {
  v1::AttestationNeed* need = rule->mutable_attestation();
  if (Trimmed(text) == kNothing) return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const auto [name, value] = NameAndValue(part);
    if (name == "officers") {
      ASSIGN_OR_RETURN(const uint32_t officers, ReadNumber(value));
      need->set_officers(officers);
    } else if (name == "reason" && value.empty()) {
      need->set_reason(v1::TEXT_REQUIRED);
    } else if (name == "weighing" && value.empty()) {
      need->set_weighing(v1::TEXT_REQUIRED);
    } else {
      return Fault(absl::StrCat("`", Trimmed(part), "`: `officers=2`, `reason` or `weighing`"));
    }
  }
  return absl::OkStatus();
}

// ---- Obligations: "notify_guardian=RISK_TO_CHILD, retain=90, review"

// "protection_assessment=14d 24h 4m": to decide, to assess, to finish; what is 0 is left out.
std::string WriteAssessment(const v1::Obligation::ProtectionAssessment& owed) {
  std::string text = absl::StrCat("protection_assessment=", owed.decide_days(), "d");
  if (owed.assess_hours() != 0) absl::StrAppend(&text, " ", owed.assess_hours(), "h");
  if (owed.finish_months() != 0) absl::StrAppend(&text, " ", owed.finish_months(), "m");
  return text;
}

absl::Status ReadAssessment(absl::string_view text, v1::Obligation::ProtectionAssessment* owed) {
  const absl::Status fault = Fault(absl::StrCat(
      "`protection_assessment=", text, "`: as `14d 24h 4m`, days, hours and months, each once"));
  if (uint32_t days = 0; absl::SimpleAtoi(text, &days)) {  // tables of before the other two
    owed->set_decide_days(days);
    return absl::OkStatus();
  }
  std::string seen;
  for (const absl::string_view part : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    uint32_t number = 0;
    const char unit = part.back();
    if (!absl::SimpleAtoi(part.substr(0, part.size() - 1), &number) ||
        absl::StrContains(seen, std::string(1, unit))) {
      return fault;
    }
    seen.push_back(unit);
    if (unit == 'd') {
      owed->set_decide_days(number);
    } else if (unit == 'h') {
      owed->set_assess_hours(number);
    } else if (unit == 'm') {
      owed->set_finish_months(number);
    } else {
      return fault;
    }
  }
  return absl::StrContains(seen, "d") ? absl::OkStatus() : fault;
}

Result WriteObligation(const v1::Obligation& obligation) {
  switch (obligation.kind_case()) {
    case v1::Obligation::kNotifyGuardian: {
      const std::string& unless = obligation.notify_guardian().unless();
      if (unless.find_first_of(",=\n\r ") != std::string::npos) {
        return Fault(absl::StrCat("`", unless, "`, which is no exception"));
      }
      return unless.empty() ? "notify_guardian" : absl::StrCat("notify_guardian=", unless);
    }
    case v1::Obligation::kRetain:
      return absl::StrCat("retain=", obligation.retain().days());
    case v1::Obligation::kReview:
      return std::string(obligation.review() ? "review" : "review=no");
    case v1::Obligation::kProtectionAssessment:
      return WriteAssessment(obligation.protection_assessment());
    case v1::Obligation::kFeedback:
      return absl::StrCat("feedback=", obligation.feedback().days());
    case v1::Obligation::kAcknowledgeWithin:
      return absl::StrCat("acknowledge_within=", obligation.acknowledge_within().minutes());
    case v1::Obligation::KIND_NOT_SET:
      break;
  }
  return Fault("an obligation without a kind");
}

absl::Status ReadObligation(absl::string_view part, v1::Obligation* obligation) {
  const auto [name, value] = NameAndValue(part);
  if (name == "notify_guardian") {
    obligation->mutable_notify_guardian()->set_unless(value);
    return absl::OkStatus();
  }
  if (name == "review") {
    obligation->set_review(value != "no");
    return value.empty() || value == "no" ? absl::OkStatus() : Fault("`review` has no value");
  }
  static const auto* const kNames =
      new std::vector<std::string>{"notify_guardian",       "retain",   "review",
                                   "protection_assessment", "feedback", "acknowledge_within"};
  if (std::find(kNames->begin(), kNames->end(), name) == kNames->end()) {
    return Fault(absl::StrCat(UnknownName("obligation", name, *kNames), ": one of ",
                              absl::StrJoin(*kNames, ", ")));
  }
  if (name == "protection_assessment") {
    return ReadAssessment(value, obligation->mutable_protection_assessment());
  }
  const absl::StatusOr<uint32_t> number = ReadNumber(value);
  if (!number.ok()) return Fault(absl::StrCat("`", name, "` needs a number, as `", name, "=14`"));
  if (name == "retain") obligation->mutable_retain()->set_days(*number);
  if (name == "feedback") obligation->mutable_feedback()->set_days(*number);
  if (name == "acknowledge_within") obligation->mutable_acknowledge_within()->set_minutes(*number);
  return absl::OkStatus();
}

Result WriteObligations(const v1::Rule& rule) {
  std::vector<std::string> parts;
  for (const v1::Obligation& obligation : rule.obligation()) {
    ASSIGN_OR_RETURN(std::string part, WriteObligation(obligation));
    parts.push_back(std::move(part));
  }
  return absl::StrJoin(parts, ", ");
}

absl::Status ReadObligations(absl::string_view text, v1::Rule* rule) {
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    RETURN_IF_ERROR(ReadObligation(part, rule->add_obligation()));
  }
  return absl::OkStatus();
}

Result WriteStates(const v1::Rule& rule) {
  std::vector<std::string> names;
  for (const int state : rule.consent_state()) {
    ASSIGN_OR_RETURN(std::string name, WriteEnum(v1::ConsentState_descriptor(), state));
    if (name.empty()) return Fault("a state of a consent that has no name");
    names.push_back(std::move(name));
  }
  return absl::StrJoin(names, ", ");
}

absl::Status ReadStates(absl::string_view text, v1::Rule* rule) {
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    ASSIGN_OR_RETURN(const int state,
                     ReadEnum(v1::ConsentState_descriptor(), "state of a consent", part));
    rule->add_consent_state(static_cast<v1::ConsentState>(state));
  }
  return absl::OkStatus();
}

// ---- The columns

template <const std::string& (v1::Rule::*get)() const, std::string* (v1::Rule::*field)()>
constexpr TableColumn TextColumn(absl::string_view name) {
  return {name, [](const v1::Rule& rule) { return WriteText((rule.*get)()); },
          [](absl::string_view text, v1::Rule* rule) {
            *(rule->*field)() = std::string(text);
            return absl::OkStatus();
          }};
}

template <const Names& (v1::Rule::*get)() const, Names* (v1::Rule::*field)()>
constexpr TableColumn ListColumn(absl::string_view name) {
  return {name, [](const v1::Rule& rule) { return WriteList((rule.*get)()); },
          [](absl::string_view text, v1::Rule* rule) { return ReadList(text, (rule->*field)()); }};
}

template <bool (v1::Rule::*get)() const, void (v1::Rule::*set)(bool)>
constexpr TableColumn FlagColumn(absl::string_view name) {
  return {name,
          [](const v1::Rule& rule) -> Result { return std::string((rule.*get)() ? kYes : ""); },
          [](absl::string_view text, v1::Rule* rule) {
            ASSIGN_OR_RETURN(const bool flag, ReadFlag(text));
            (rule->*set)(flag);
            return absl::OkStatus();
          }};
}

constexpr TableColumn kEffect = {
    "effect",
    [](const v1::Rule& rule) { return WriteEnum(v1::Effect_descriptor(), rule.effect()); },
    [](absl::string_view text, v1::Rule* rule) {
      ASSIGN_OR_RETURN(const int value, ReadEnum(v1::Effect_descriptor(), "effect", text));
      rule->set_effect(static_cast<v1::Effect>(value));
      return absl::OkStatus();
    }};

constexpr TableColumn kConsent = {
    "consent",
    [](const v1::Rule& rule) { return WriteEnum(v1::ConsentNeed_descriptor(), rule.consent()); },
    [](absl::string_view text, v1::Rule* rule) {
      ASSIGN_OR_RETURN(const int value,
                       ReadEnum(v1::ConsentNeed_descriptor(), "need of consent", text));
      rule->set_consent(static_cast<v1::ConsentNeed>(value));
      return absl::OkStatus();
    }};

using R = v1::Rule;
constexpr TableColumn kColumns[] = {
    TextColumn<&R::id, &R::mutable_id>("id"),
    kEffect,
    ListColumn<&R::sender, &R::mutable_sender>("sender"),
    ListColumn<&R::recipient, &R::mutable_recipient>("recipient"),
    ListColumn<&R::purpose, &R::mutable_purpose>("purpose"),
    ListColumn<&R::legal_basis, &R::mutable_legal_basis>("legal_basis"),
    ListColumn<&R::category, &R::mutable_category>("category"),
    ListColumn<&R::sender_role, &R::mutable_sender_role>("sender_role"),
    kConsent,
    {"age", WriteAge, ReadAge},
    FlagColumn<&R::age_unknown, &R::set_age_unknown>("age_unknown"),
    {"attestation", WriteAttestation, ReadAttestation},
    {"valid", WriteValid, ReadValid},
    {"obligation", WriteObligations, ReadObligations},
    FlagColumn<&R::duty, &R::set_duty>("duty"),
    FlagColumn<&R::protected_identity, &R::set_protected_identity>("protected_identity"),
    ListColumn<&R::recipient_cover, &R::mutable_recipient_cover>("recipient_cover"),
    ListColumn<&R::cited_basis, &R::mutable_cited_basis>("cited_basis"),
    ListColumn<&R::except_legal_basis, &R::mutable_except_legal_basis>("except_legal_basis"),
    {"consent_state", WriteStates, ReadStates},
    TextColumn<&R::reason_sv, &R::mutable_reason_sv>("reason_sv"),
    TextColumn<&R::reason_en, &R::mutable_reason_en>("reason_en"),
    TextColumn<&R::note, &R::mutable_note>("note"),
    TextColumn<&R::legal_comment, &R::mutable_legal_comment>("legal_comment"),
};

}  // namespace

std::span<const TableColumn> TableColumns() { return kColumns; }

}  // namespace sluss
