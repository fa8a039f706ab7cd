#include "agency-adapters/common/leak_guard.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "google/protobuf/message.h"

namespace sluss {
namespace {

void AddPersons(const google::protobuf::RepeatedPtrField<v1::Person>& persons,
                std::vector<std::string>* names) {
  for (const v1::Person& person : persons) names->push_back(person.name());
}

// Every name that the notification itself knows.
std::vector<std::string> KnownNames(const v1::NeutralNotification& notification) {
  std::vector<std::string> names = {notification.identity().given_name(),
                                    notification.identity().family_name()};
  for (const auto& [category, content] : notification.compartment()) {
    names.push_back(content.identity().given_name());
    names.push_back(content.identity().family_name());
    AddPersons(content.contact().guardian(), &names);
    AddPersons(content.contact().other_child(), &names);
    names.push_back(content.contact().reporter().name());
  }
  for (const v1::OfficerAct& officer : notification.officer()) names.push_back(officer.name());
  return names;
}

using Visitor = std::function<void(const std::string& path, const std::string& text)>;

// The fields whose purpose is to hold what the guard looks for.
bool IsMeantForPersons(const google::protobuf::FieldDescriptor& field) {
  static const std::set<std::string> kFields = {"sluss.v1.Person.name",
                                                "sluss.v1.Person.number",
                                                "sluss.v1.Person.telephone",
                                                "sluss.v1.Person.email",
                                                "sluss.v1.Person.address",
                                                "sluss.v1.Contact.child_address",
                                                "sluss.v1.Contact.child_telephone"};
  return kFields.count(field.full_name()) > 0;
}

// Calls `visit` for each text below `message` with its path, such as "statement[2].text".
void VisitTexts(const google::protobuf::Message& message, const std::string& path,
                const Visitor& visit) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsMeantForPersons(*field)) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      std::string at = absl::StrCat(path, ".", field->name());
      if (field->is_repeated()) absl::StrAppend(&at, "[", i, "]");
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        VisitTexts(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                        : reflection.GetMessage(message, field),
                   at, visit);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        visit(at, field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                       : reflection.GetString(message, field));
      }
    }
  }
}

// Compartments in the order of their names: a map of protobuf has none.
std::map<std::string, const v1::CompartmentContent*> Sorted(
    const v1::NeutralNotification& notification) {
  std::map<std::string, const v1::CompartmentContent*> sorted;
  for (const auto& [category, content] : notification.compartment()) sorted[category] = &content;
  return sorted;
}

bool IsHexOrUuid(absl::string_view id) {
  if (id.size() != 32 && id.size() != 36) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

absl::Status RefuseText(absl::string_view field, absl::string_view text, absl::string_view cure,
                        const std::vector<std::string>& names) {
  const std::vector<LeakKind> leaks = FindLeaks(text, names);
  if (leaks.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", field, "` carries ", LeakKindText(leaks.front()), ": ", cure));
}

// The purposes whose whole content must not tell who a child is.
bool IsAnonymous(absl::string_view purpose) {
  return purpose == "CONSULTATION" || purpose == "SITUATION_PICTURE";
}

absl::Status RefuseAnonymous(const v1::NeutralNotification& notification,
                             const std::vector<std::string>& names) {
  constexpr absl::string_view kCure =
      "a consultation without a name must not tell who the child is; take it out";
  if (notification.has_identity()) {
    return absl::InvalidArgumentError(absl::StrCat("`identity` is present: ", kCure));
  }
  absl::Status status;
  for (const auto& [category, content] : Sorted(notification)) {
    if (category != "ANONYMOUS" && !IsAnonymous(notification.purpose())) continue;
    VisitTexts(*content, category, [&](const std::string& path, const std::string& text) {
      if (status.ok()) status = RefuseText(path, text, kCure, names);
    });
  }
  return status;
}

absl::Status RefuseFileNames(const v1::NeutralNotification& notification,
                             const std::vector<std::string>& names) {
  for (const auto& [category, content] : Sorted(notification)) {
    for (int i = 0; i < content->attachment_size(); ++i) {
      RETURN_IF_ERROR(RefuseText(absl::StrCat(category, ".attachment[", i, "].file_name"),
                                 content->attachment(i).file_name(), "rename the file", names));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RefuseLeaks(const v1::NeutralNotification& notification,
                         const std::vector<std::string>& more_names) {
  std::vector<std::string> names = KnownNames(notification);
  names.insert(names.end(), more_names.begin(), more_names.end());
  const std::pair<absl::string_view, const std::string&> clear[] = {
      {"label", notification.label()},
      {"native_id", notification.native_id()},
      {"conversation", notification.conversation()},
      {"reply_to", notification.reply_to()}};
  for (const auto& [field, text] : clear) {
    if (IsHexOrUuid(text)) continue;  // random bytes may look like anything
    RETURN_IF_ERROR(RefuseText(field, text, "this field is not sealed; take it out", names));
  }
  RETURN_IF_ERROR(RefuseFileNames(notification, names));
  const bool anonymous =
      IsAnonymous(notification.purpose()) || notification.compartment().contains("ANONYMOUS");
  return anonymous ? RefuseAnonymous(notification, names) : absl::OkStatus();
}

std::vector<LeakWarning> WarnOfLeaks(const v1::NeutralNotification& notification) {
  const std::vector<std::string> names = KnownNames(notification);
  std::vector<LeakWarning> warnings;
  for (const auto& [category, content] : Sorted(notification)) {
    if (content->has_identity()) continue;
    VisitTexts(*content, category, [&](const std::string& path, const std::string& text) {
      for (LeakKind kind : FindLeaks(text, names)) warnings.push_back({kind, path});
    });
  }
  return warnings;
}

}  // namespace sluss
