#include "policy/question.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr uint32_t kMostOfficers = 16;
constexpr uint32_t kOldestAge = 200;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "`: ", text));
}

absl::StatusOr<uint32_t> Number(const NameTable& table, absl::string_view field,
                                absl::string_view name) {
  const std::optional<uint32_t> number = table.Find(name);
  if (!number.has_value()) return Fault(field, table.Unknown(name));
  return *number;
}

// As Number, where an absent value is UNKNOWN.
absl::StatusOr<uint32_t> NumberOrUnknown(const NameTable& table, absl::string_view field,
                                         absl::string_view name) {
  if (name.empty()) return kUnknown;
  return Number(table, field, name);
}

struct Agency {
  uint32_t kind;
  std::optional<uint32_t> node;
};

absl::StatusOr<Agency> ResolveAgency(const VocabularyIndex& names, const AgencyNodes& nodes,
                                     absl::string_view field, absl::string_view agency) {
  if (const auto node = nodes.Find(agency)) return Agency{nodes.KindOf(*node), node};
  if (!IsAgencyId(agency)) return Fault(field, ParseAgencyId(agency).status().message());
  ASSIGN_OR_RETURN(const uint32_t kind,
                   Number(names.kinds(), field, agency.substr(0, agency.find('/'))));
  return Agency{kind, std::nullopt};
}

absl::StatusOr<Mask> CategoryMask(const VocabularyIndex& names, absl::string_view field,
                                  const google::protobuf::RepeatedPtrField<std::string>& values) {
  Mask mask = 0;
  std::optional<uint32_t> number;
  for (const std::string& name : values) {
    number = names.categories().Find(name, number.has_value() ? *number + 1 : 0);
    if (!number.has_value()) return Fault(field, names.categories().Unknown(name));
    mask |= Bit(*number);
  }
  return mask;
}

absl::Status ResolveAge(const v1::Facts& facts, Question* question) {
  const uint32_t from = facts.age_from(), below = facts.age_below();
  question->age_known = from != 0 || below != 0;
  if (from > kOldestAge || below > kOldestAge || (below != 0 && from >= below)) {
    return Fault("age_from", absl::StrCat("no age lies from ", from, " to below ", below));
  }
  question->age_from = static_cast<Age>(from);
  question->age_below = below == 0 ? kNoAge : static_cast<Age>(below);
  return absl::OkStatus();
}

absl::Status ResolveOfficers(const VocabularyIndex& names, const v1::Facts& facts,
                             Question* question) {
  if (facts.officer_role_size() > static_cast<int>(kMostOfficers)) {
    return Fault("officer_role", absl::StrCat("more than ", kMostOfficers, " officers"));
  }
  question->officers = static_cast<uint8_t>(facts.officer_role_size());
  for (int i = 0; i < facts.officer_role_size(); ++i) {
    ASSIGN_OR_RETURN(const uint32_t role,
                     NumberOrUnknown(names.roles(), "officer_role", facts.officer_role(i)));
    if (i == 0) question->role = role;  // attests as the sender, the others as a second look
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Question> ResolveFacts(const VocabularyIndex& names, const AgencyNodes& nodes,
                                      const v1::Facts& facts) {
  Question q;
  ASSIGN_OR_RETURN(const Agency sender, ResolveAgency(names, nodes, "sender", facts.sender()));
  ASSIGN_OR_RETURN(const Agency recipient,
                   ResolveAgency(names, nodes, "recipient", facts.recipient()));
  q.sender_kind = sender.kind;
  q.sender_node = sender.node;
  q.recipient_kind = recipient.kind;
  q.recipient_node = recipient.node;
  q.cover = names.cover(q.recipient_kind);
  ASSIGN_OR_RETURN(q.purpose, Number(names.purposes(), "purpose", facts.purpose()));
  ASSIGN_OR_RETURN(q.basis,
                   NumberOrUnknown(names.paragraphs(), "legal_basis", facts.legal_basis()));
  if (facts.category().empty()) return Fault("category", "name at least one");
  ASSIGN_OR_RETURN(q.categories, CategoryMask(names, "category", facts.category()));
  // A consent mostly covers just what is asked.
  if (std::equal(facts.consent_category().begin(), facts.consent_category().end(),
                 facts.category().begin(), facts.category().end())) {
    q.consent_categories = q.categories;
  } else {
    ASSIGN_OR_RETURN(q.consent_categories,
                     CategoryMask(names, "consent_category", facts.consent_category()));
  }
  RETURN_IF_ERROR(ResolveOfficers(names, facts, &q));
  RETURN_IF_ERROR(ResolveAge(facts, &q));
  if (!v1::ConsentState_IsValid(facts.consent())) return Fault("consent", "no state of a consent");
  q.consent = facts.consent();
  const absl::StatusOr<Day> day = ParseDay(facts.day());
  if (!day.ok()) return Fault("day", day.status().message());
  q.day = *day;
  q.reason = facts.reason();
  q.weighing = facts.weighing();
  q.protected_identity = facts.protected_identity();
  return q;
}

}  // namespace sluss
