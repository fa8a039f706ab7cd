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

// Whether `name` is known. Two steps, because a Status is made only where something is wrong.
bool Look(const NameTable& table, absl::string_view name, uint32_t* number) {
  const std::optional<uint32_t> found = table.Find(name);
  if (found.has_value()) *number = *found;
  return found.has_value();
}

// The same, where an absent value is UNKNOWN.
bool LookOrUnknown(const NameTable& table, absl::string_view name, uint32_t* number) {
  *number = kUnknown;
  return name.empty() || Look(table, name, number);
}

struct Agency {
  uint32_t kind;
  std::optional<uint32_t> node;
};

absl::StatusOr<Agency> ResolveAgency(const VocabularyIndex& names, const AgencyNodes& nodes,
                                     absl::string_view field, absl::string_view agency) {
  if (const auto node = nodes.Find(agency)) return Agency{nodes.KindOf(*node), node};
  if (!IsAgencyId(agency)) return Fault(field, ParseAgencyId(agency).status().message());
  const absl::string_view name = agency.substr(0, agency.find('/'));
  Agency found{0, std::nullopt};
  if (!Look(names.kinds(), name, &found.kind)) return Fault(field, names.kinds().Unknown(name));
  return found;
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
    const std::string& name = facts.officer_role(i);
    uint32_t role;
    if (!LookOrUnknown(names.roles(), name, &role)) {
      return Fault("officer_role", names.roles().Unknown(name));
    }
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
  if (!Look(names.purposes(), facts.purpose(), &q.purpose)) {
    return Fault("purpose", names.purposes().Unknown(facts.purpose()));
  }
  if (!LookOrUnknown(names.paragraphs(), facts.legal_basis(), &q.basis)) {
    return Fault("legal_basis", names.paragraphs().Unknown(facts.legal_basis()));
  }
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
