#include "agency-adapters/common/render.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "agency-adapters/common/folded_text.h"
#include "agency-adapters/common/pdf_text.h"
#include "agency-adapters/common/swedish_words.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "google/protobuf/message.h"
#include "proto/notification.pb.h"

namespace sluss {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr absl::string_view kStep = "  ";

// The order in which a reader wants the parts; others follow by name.
constexpr absl::string_view kOrder[] = {"IDENTITY", "STATUS",     "ANONYMOUS",       "NARRATIVE",
                                        "CONTACT",  "ATTENDANCE", "FACTORS",         "HEALTH",
                                        "CRIME",    "PLAN",       "SOCIAL_DECISIONS"};

void AppendLine(absl::string_view indent, absl::string_view label, absl::string_view text,
                std::string* out) {
  // A text of several lines stays in its column.
  const std::string continued = absl::StrCat("\n", indent, kStep);
  absl::StrAppend(out, indent, label, ": ", absl::StrReplaceAll(text, {{"\n", continued}}), "\n");
}

// A sender may be newer than we are: a value that we do not know is said to be unknown.
absl::string_view EnumText(const google::protobuf::EnumDescriptor& type, int number) {
  const google::protobuf::EnumValueDescriptor* value = type.FindValueByNumber(number);
  return value != nullptr ? ValueInSwedish(*value) : "okänt värde";
}

// "Uppgift (egen iakttagelse, 2026-02-14): ..." - a statement is never shown without its source.
void AppendStatement(const v1::Statement& statement, absl::string_view indent, std::string* out) {
  const absl::string_view space = statement.id().empty() ? "" : " ";
  std::string label =
      absl::StrCat("Uppgift", space, statement.id(), " (",
                   statement.source() == v1::SOURCE_TYPE_UNSPECIFIED
                       ? "källa saknas"
                       : EnumText(*v1::SourceType_descriptor(), statement.source()));
  if (!statement.date().empty()) absl::StrAppend(&label, ", ", statement.date());
  if (statement.about() != v1::PERSON_ROLE_UNSPECIFIED) {
    absl::StrAppend(&label, ", gäller ", EnumText(*v1::PersonRole_descriptor(), statement.about()));
  }
  for (const v1::PersonInStatement& person : statement.person()) {
    absl::StrAppend(&label, ", ", EnumText(*v1::PersonRole_descriptor(), person.role()));
    if (!person.name().empty()) absl::StrAppend(&label, " ", person.name());
  }
  if (!statement.corrects().empty()) {
    absl::StrAppend(&label, statement.retracted() ? ", tar tillbaka uppgift " : ", rättar uppgift ",
                    statement.corrects());
  }
  AppendLine(indent, label + ")", statement.text(), out);
}

absl::string_view ReplyInSwedish(int correction) {
  switch (correction) {
    case v1::CORRECTION:
      return "Rättar";
    case v1::RETRACTION:
      return "Tar tillbaka";
    default:
      return "Svar på";
  }
}

std::string ScalarText(const Message& message, const FieldDescriptor& field, int i) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return std::string(EnumText(*field.enum_type(), reflection.GetEnumValue(message, &field)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "ja" : "nej";
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetUInt32(message, &field));
    default: {
      const std::string text = repeated ? reflection.GetRepeatedString(message, &field, i)
                                        : reflection.GetString(message, &field);
      if (field.type() == FieldDescriptor::TYPE_BYTES) return absl::StrCat(text.size(), " byte");
      return field.full_name() == "sluss.v1.Narrative.concern" ? std::string(ConcernInSwedish(text))
                                                               : text;
    }
  }
}

void AppendMessage(const Message& message, absl::string_view indent, std::string* out);

void AppendField(const Message& message, const FieldDescriptor& field, int i,
                 absl::string_view indent, std::string* out) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    AppendLine(indent, FieldInSwedish(field), ScalarText(message, field, i), out);
    return;
  }
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const Message& part = field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                            : reflection.GetMessage(message, &field);
  if (part.GetDescriptor() == v1::Statement::descriptor()) {
    AppendStatement(static_cast<const v1::Statement&>(part), indent, out);
  } else if (field.containing_oneof() != nullptr) {
    AppendMessage(part, indent, out);  // the content of a compartment has the heading already
  } else {
    absl::StrAppend(out, indent, FieldInSwedish(field), "\n");
    AppendMessage(part, absl::StrCat(indent, kStep), out);
  }
}

// Every field that is set, in the order of the schema.
void AppendMessage(const Message& message, absl::string_view indent, std::string* out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) AppendField(message, *field, i, indent, out);
  }
}

void AppendHeading(absl::string_view heading, std::string* out) {
  absl::StrAppend(out, "\n", heading, "\n", std::string(DecodeText(heading).size(), '-'), "\n");
}

std::vector<std::string> OrderedCategories(const v1::NeutralNotification& notification) {
  std::vector<std::string> categories;
  for (const auto& [category, content] : notification.compartment()) categories.push_back(category);
  const auto rank = [](const std::string& category) {
    return std::find(std::begin(kOrder), std::end(kOrder), category) - std::begin(kOrder);
  };
  std::sort(categories.begin(), categories.end(), [&](const auto& a, const auto& b) {
    return std::make_pair(rank(a), a) < std::make_pair(rank(b), b);
  });
  return categories;
}

absl::string_view UrgencyInSwedish(int urgency) {
  switch (urgency) {
    case v1::NOW:
      return "omedelbart";
    case v1::TODAY:
      return "i dag";
    default:
      return "vanlig";
  }
}

void AppendHeader(const v1::DeliveredNotification& delivered, absl::string_view sender_name,
                  std::string* out) {
  const v1::NeutralNotification& notification = delivered.notification();
  AppendLine("", "Från", sender_name.empty() ? delivered.sender() : sender_name, out);
  AppendLine("", "Till", notification.recipient(), out);
  AppendLine("", "Meddelande", ToHex(delivered.message_id()), out);
  if (!notification.reply_to().empty()) {
    AppendLine("", ReplyInSwedish(notification.correction()), notification.reply_to(), out);
  }
  if (notification.created_us() != 0) {
    const absl::Time created = absl::FromUnixMicros(notification.created_us());
    AppendLine("", "Dag", absl::FormatCivilTime(SwedishDay(created)), out);
  }
  AppendLine("", "Lagstöd", notification.legal_basis(), out);
  AppendLine("", "Brådska", UrgencyInSwedish(notification.urgency()), out);
  if (notification.phoned_first()) AppendLine("", "Ringt först", "ja", out);
  if (notification.protected_identity()) AppendLine("", "Skyddade personuppgifter", "ja", out);
  if (!notification.withhold_until().empty()) {
    AppendLine("", "Hemligt för barnet och vårdnadshavarna till", notification.withhold_until(),
               out);
  }
  if (!delivered.matched_case().empty())
    AppendLine("", "Eget ärende", delivered.matched_case(), out);
}

void AppendDecision(const v1::DeliveredNotification& delivered, std::string* out) {
  AppendHeading("Beslut", out);
  absl::StrAppend(out, delivered.decision_text(), "\n");
  if (delivered.withheld() == 1) absl::StrAppend(out, "1 del lämnades inte ut.\n");
  if (delivered.withheld() > 1) {
    absl::StrAppend(out, delivered.withheld(), " delar lämnades inte ut.\n");
  }
  for (const std::string& obligation : delivered.obligation()) {
    absl::StrAppend(out, "Att göra: ", obligation, "\n");
  }
}

}  // namespace

std::string TitleInSwedish(const v1::NeutralNotification& notification) {
  const absl::string_view what = notification.correction() == v1::CORRECTION   ? "Rättelse: "
                                 : notification.correction() == v1::RETRACTION ? "Återtagande: "
                                                                               : "";
  return absl::StrCat(what, PurposeInSwedish(notification.purpose()));
}

std::string RenderDelivered(const v1::DeliveredNotification& delivered,
                            absl::string_view sender_name) {
  const v1::NeutralNotification& notification = delivered.notification();
  std::string out = absl::StrCat(TitleInSwedish(notification), "\n\n");
  AppendHeader(delivered, sender_name, &out);
  if (notification.has_identity() && !notification.compartment().contains("IDENTITY")) {
    AppendHeading(CategoryInSwedish("IDENTITY"), &out);
    AppendMessage(notification.identity(), "", &out);
  }
  for (const std::string& category : OrderedCategories(notification)) {
    AppendHeading(CategoryInSwedish(category), &out);
    AppendMessage(notification.compartment().at(category), "", &out);
  }
  AppendDecision(delivered, &out);
  return out;
}

std::string RenderContent(const v1::CompartmentContent& content) {
  std::string out;
  AppendMessage(content, "", &out);
  return out;
}

std::string RenderDeliveredPdf(const v1::DeliveredNotification& delivered,
                               absl::string_view sender_name) {
  return WritePdf(TitleInSwedish(delivered.notification()),
                  RenderDelivered(delivered, sender_name));
}

}  // namespace sluss
