#include "agency-adapters/common/neutral_field.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/common/personal_number.h"
#include "agency-adapters/common/statement.h"
#include "gateway/base/status_macros.h"
#include "proto/notification.pb.h"

namespace sluss {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Parts = std::vector<std::string>;

struct Word {
  absl::string_view path;
  absl::string_view name;
};

// The compartment, and the field of CompartmentContent in it, that a head of a path stands for.
constexpr Word kParts[] = {{"contact", "CONTACT"},
                           {"attendance", "ATTENDANCE"},
                           {"narrative", "NARRATIVE"},
                           {"feedback", "STATUS"}};
constexpr Word kTexts[] = {{"anonymous", "ANONYMOUS"},
                           {"health", "HEALTH"},
                           {"crime", "CRIME"},
                           {"plan", "PLAN"},
                           {"social_decisions", "SOCIAL_DECISIONS"}};
constexpr Word kSources[] = {
    {"seen", "SEEN"}, {"told_by_child", "TOLD_BY_CHILD"}, {"heard", "HEARD_FROM_OTHERS"}};
constexpr absl::string_view kScalars[] = {"urgency", "phoned_first", "protected_identity",
                                          "consent", "reply_to"};

template <size_t N>
std::optional<std::string> Find(const Word (&words)[N], absl::string_view path) {
  for (const Word& word : words) {
    if (word.path == path) return std::string(word.name);
  }
  return std::nullopt;
}

bool IsIndex(absl::string_view part) {
  return part == "#" || (part.size() == 1 && part[0] >= '1' && part[0] <= '9');
}

int IndexOf(absl::string_view part, int repetition) {
  return part == "#" ? repetition : part[0] - '0';
}

std::optional<v1::PersonRole> AboutOf(absl::string_view part) {
  v1::PersonRole role;
  if (part == "text" || !v1::PersonRole_Parse(absl::AsciiStrToUpper(part), &role)) {
    return std::nullopt;
  }
  return role;
}

absl::Status NoSuchPath(const Parts& parts) {
  return absl::InvalidArgumentError(
      absl::StrCat("`", absl::StrJoin(parts, "."), "` is no field of the neutral notification"));
}

// Whether `parts` from `at` on lead through `type` to a scalar field.
bool Leads(const Descriptor* type, const Parts& parts, size_t at) {
  if (at >= parts.size()) return false;
  const FieldDescriptor* field = type->FindFieldByName(parts[at]);
  if (field == nullptr) return false;
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return at + 1 == parts.size();
  if (!field->is_repeated()) return Leads(field->message_type(), parts, at + 1);
  return at + 1 < parts.size() && IsIndex(parts[at + 1]) &&
         Leads(field->message_type(), parts, at + 2);
}

bool Exists(const Parts& parts) {
  const std::string& head = parts.front();
  const std::string second = parts.size() > 1 ? parts[1] : "";
  for (absl::string_view scalar : kScalars) {
    if (scalar == head) return parts.size() == 1;
  }
  if (head == "officer") {
    return Leads(v1::OfficerAct::descriptor(), parts, IsIndex(second) ? 2 : 1);
  }
  if (head == "identity") {
    return parts.size() == 2 &&
           (second == "number" || second == "given_name" || second == "family_name");
  }
  const bool sourced = Find(kSources, second).has_value() &&
                       (parts.size() == 2 || (parts.size() == 3 && AboutOf(parts[2]).has_value()));
  if (head == "statement") return sourced;
  if (head == "factor") return parts.size() == 2 && !second.empty();
  if (head == "attachment") {
    return parts.size() == 2 && (second == "narrative" || Find(kTexts, second).has_value());
  }
  if (Find(kTexts, head).has_value()) {
    return sourced || (parts.size() == 2 && (second == "text" || AboutOf(second).has_value()));
  }
  return Find(kParts, head).has_value() &&
         Leads(v1::CompartmentContent::descriptor()->FindFieldByName(head)->message_type(), parts,
               1);
}

absl::StatusOr<int> EnumNumber(const EnumDescriptor* type, absl::string_view text) {
  const auto* value = type->FindValueByName(std::string(text));
  if (value == nullptr || value->number() < 0) {
    return absl::InvalidArgumentError(absl::StrCat("the mapping must turn this into a name of ",
                                                   type->name(), ", such as `",
                                                   type->value(1)->name(), "`"));
  }
  return value->number();
}

absl::StatusOr<bool> Truth(absl::string_view text) {
  if (text == "YES" || text == "true") return true;
  if (text == "NO" || text == "false") return false;
  return absl::InvalidArgumentError("the mapping must turn this into `YES` or `NO`");
}

absl::Status SetString(absl::string_view text, Message* message, const FieldDescriptor* field) {
  const Reflection& reflection = *message->GetReflection();
  if (field->is_repeated()) {
    reflection.AddString(message, field, std::string(text));
    return absl::OkStatus();
  }
  const std::string before = reflection.GetString(*message, field);
  reflection.SetString(message, field,
                       before.empty() ? std::string(text) : absl::StrCat(before, "\n", text));
  return absl::OkStatus();
}

absl::Status SetScalar(absl::string_view text, Message* message, const FieldDescriptor* field) {
  const Reflection& reflection = *message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      ASSIGN_OR_RETURN(const int number, EnumNumber(field->enum_type(), text));
      reflection.SetEnumValue(message, field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      ASSIGN_OR_RETURN(const bool truth, Truth(text));
      reflection.SetBool(message, field, truth);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      uint32_t number = 0;
      if (!absl::SimpleAtoi(text, &number)) {
        return absl::InvalidArgumentError("a whole number is needed");
      }
      reflection.SetUInt32(message, field, number);
      return absl::OkStatus();
    }
    default:
      return SetString(text, message, field);
  }
}

// Follows a path that Leads() has accepted, making what is not there yet.
absl::Status SetBelow(absl::string_view text, const Parts& parts, size_t at, int repetition,
                      Message* message) {
  const Reflection& reflection = *message->GetReflection();
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(parts[at]);
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return SetScalar(text, message, field);
  }
  if (!field->is_repeated()) {
    return SetBelow(text, parts, at + 1, repetition, reflection.MutableMessage(message, field));
  }
  const int index = IndexOf(parts[at + 1], repetition);
  while (reflection.FieldSize(*message, field) < index) reflection.AddMessage(message, field);
  return SetBelow(text, parts, at + 2, repetition,
                  reflection.MutableRepeatedMessage(message, field, index - 1));
}

absl::Status SetIdentity(absl::string_view name, absl::string_view text, absl::CivilDay today,
                         v1::Identity* identity) {
  if (name == "given_name") identity->set_given_name(std::string(text));
  if (name == "family_name") identity->set_family_name(std::string(text));
  if (name != "number") return absl::OkStatus();
  ASSIGN_OR_RETURN(const PersonalNumber number, ParsePersonalNumber(text, today));
  if (!identity->number().empty() && identity->number() != number.digits) {
    return absl::InvalidArgumentError(
        "another personal number is given before: one record a child");
  }
  identity->set_number(number.digits);
  identity->set_type(number.type);
  return absl::OkStatus();
}

// `parts` from the second on: a source, the person whom it is about, or both.
v1::Statement MakeStatement(const Parts& parts, absl::string_view text) {
  v1::Statement statement;
  statement.set_text(std::string(text));
  for (size_t i = 1; i < parts.size(); ++i) {
    if (const auto source = Find(kSources, parts[i]); source.has_value()) {
      v1::SourceType type;
      if (v1::SourceType_Parse(*source, &type)) statement.set_source(type);
    } else if (const auto about = AboutOf(parts[i]); about.has_value()) {
      statement.set_about(*about);
    }
  }
  return statement;
}

absl::Status SetFactor(const std::string& code, absl::string_view text, v1::Factors* factors) {
  ASSIGN_OR_RETURN(const int present, EnumNumber(v1::YesNo_descriptor(), text));
  v1::Factor* factor = factors->add_factor();
  factor->set_code(code);
  factor->set_present(static_cast<v1::YesNo>(present));
  return absl::OkStatus();
}

absl::Status SetHead(absl::string_view name, absl::string_view text,
                     v1::NeutralNotification* notification) {
  if (name == "consent") {  // its id, or the agency's own reference to it
    notification->add_consent_id(std::string(text));
    return absl::OkStatus();
  }
  if (name == "reply_to") {
    notification->set_reply_to(std::string(text));
    return absl::OkStatus();
  }
  if (name == "urgency") {
    ASSIGN_OR_RETURN(const int urgency, EnumNumber(v1::Urgency_descriptor(), text));
    notification->set_urgency(urgency);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const bool truth, Truth(text));
  if (name == "phoned_first") notification->set_phoned_first(truth);
  if (name == "protected_identity") notification->set_protected_identity(truth);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NeutralField> NeutralField::Parse(absl::string_view path) {
  Parts parts = absl::StrSplit(path, '.');
  if (!Exists(parts)) return NoSuchPath(parts);
  if (parts.front() == "officer" && !IsIndex(parts[1])) parts.insert(parts.begin() + 1, "1");
  return NeutralField(std::move(parts));
}

absl::Status NeutralField::Set(absl::string_view text, int repetition, absl::CivilDay today,
                               v1::NeutralNotification* notification) const {
  const std::string& head = parts_.front();
  if (takes_files()) return absl::InvalidArgumentError("a file is needed, not a text");
  if (repetition < 1 || repetition > 9) {
    return absl::InvalidArgumentError("at most 9 repeated answers are read");
  }
  if (parts_.size() == 1) return SetHead(head, text, notification);
  auto& compartments = *notification->mutable_compartment();
  if (head == "identity") {
    return SetIdentity(parts_[1], text, today, notification->mutable_identity());
  }
  if (head == "officer") {
    return SetBelow(text, parts_, 0, repetition, notification);
  }
  if (head == "statement") {
    return AddStatement("NARRATIVE", MakeStatement(parts_, text), notification);
  }
  if (head == "factor") {
    return SetFactor(parts_[1], text, compartments["FACTORS"].mutable_factors());
  }
  if (const auto category = Find(kTexts, head); category.has_value()) {
    return AddStatement(*category, MakeStatement(parts_, text), notification);
  }
  return SetBelow(text, parts_, 0, repetition, &compartments[*Find(kParts, head)]);
}

absl::Status NeutralField::AddFile(v1::Attachment file,
                                   v1::NeutralNotification* notification) const {
  if (!takes_files()) {
    return absl::InvalidArgumentError("a text is needed, not a file");
  }
  const std::string category = Find(kTexts, parts_[1]).value_or("NARRATIVE");
  return AddAttachment(category, std::move(file), notification);
}

}  // namespace sluss
