#include "policy/policy_text.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/text_format.h"
#include "policy/canonical.h"
#include "policy/text_scan.h"

namespace sluss {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// The `index`th value of a field that is no message; -1 where it is not repeated.
std::string Value(const Message& message, const FieldDescriptor* field, int index) {
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string scratch;
    const auto* reflection = message.GetReflection();
    return absl::StrCat(
        "\"",
        absl::Utf8SafeCEscape(
            index < 0 ? reflection->GetStringReference(message, field, &scratch)
                      : reflection->GetRepeatedStringReference(message, field, index, &scratch)),
        "\"");
  }
  std::string text;
  TextFormat::PrintFieldValueToString(message, field, index, &text);
  return text;
}

std::vector<std::string> Fields(const Message& message);

std::string Block(const Message& message) {
  return absl::StrCat("{ ", absl::StrJoin(Fields(message), "  "), " }");
}

// "name: value" of every field that is set, each value of a list of messages for itself.
std::vector<std::string> Fields(const Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection->ListFields(message, &set);
  std::vector<std::string> fields;
  for (const FieldDescriptor* field : set) {
    const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field->is_repeated()) {
      fields.push_back(
          nested ? absl::StrCat(field->name(), " ", Block(reflection->GetMessage(message, field)))
                 : absl::StrCat(field->name(), ": ", Value(message, field, -1)));
      continue;
    }
    std::vector<std::string> values;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (nested) {
        fields.push_back(absl::StrCat(field->name(), " ",
                                      Block(reflection->GetRepeatedMessage(message, field, i))));
      } else {
        values.push_back(Value(message, field, i));
      }
    }
    if (values.size() == 1) fields.push_back(absl::StrCat(field->name(), ": ", values[0]));
    if (values.size() > 1) {
      fields.push_back(absl::StrCat(field->name(), ": [", absl::StrJoin(values, ", "), "]"));
    }
  }
  return fields;
}

}  // namespace

absl::StatusOr<PolicyDocument> ParsePolicyText(const PolicySource& source) {
  PolicyDocument document;
  RETURN_IF_ERROR(TextFile::Parse(source.name, source.text, &document.policy).status());
  TextScan scan = ScanPolicyText(source.text);
  if (scan.comment_line != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.name, ":", scan.comment_line, ":", scan.comment_column,
                     ": a comment after the first field would be lost: say it in `note`, or above "
                     "the first field"));
  }
  document.comment = std::move(scan.head_comment);
  return document;
}

std::string PolicyText(PolicyDocument document) {
  SortCanonically(&document.policy);
  google::protobuf::RepeatedPtrField<v1::Rule> rules;
  rules.Swap(document.policy.mutable_rule());
  std::string text = document.comment;
  for (const std::string& field : Fields(document.policy)) absl::StrAppend(&text, field, "\n");
  for (const v1::Rule& rule : rules) {
    absl::StrAppend(&text, "\nrule {\n");
    for (const std::string& field : Fields(rule)) absl::StrAppend(&text, "  ", field, "\n");
    absl::StrAppend(&text, "}\n");
  }
  return text;
}

}  // namespace sluss
