#include "agency-adapters/common/sdk_schema.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agency-adapters/common/folded_text.h"
#include "agency-adapters/common/sdk_fault.h"
#include "agency-adapters/common/sdk_message.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

absl::Status Structure(const XmlElement& element, absl::string_view text) {
  return SdkError({SdkReason::kStructure, "", element.Path(), std::string(text)});
}

absl::Status Invariant(const XmlElement& element, absl::string_view text) {
  return SdkError({SdkReason::kInvariant, "", element.Path(), std::string(text)});
}

// ---- Structure: MessageWithAttachments_3.0.xsd --------------------------------------------------

struct Part {
  absl::string_view name;
  bool needed;
  bool many;
};

// The sequence of children that each element has; an element that is not here holds text only. A
// name means the same wherever it stands, so the name is enough.
struct Model {
  absl::string_view element;
  std::vector<Part> parts;
  bool open;  // elements of other namespaces may follow
};

constexpr bool kNeeded = true, kMaybe = false, kOne = false, kMany = true;

const std::vector<Model>& Models() {
  static const std::vector<Part> kIdentifier = {{"root", kNeeded, kOne},
                                                {"extension", kNeeded, kOne}};
  static const std::vector<Model> kModels = {
      {"messagePayload", {{"message", kNeeded, kOne}}, false},
      {"message", {{"messageHeader", kNeeded, kOne}, {"messageBody", kNeeded, kOne}}, true},
      {"messageHeader",
       {{"creationDateTime", kNeeded, kOne},
        {"messageId", kNeeded, kOne},
        {"conversationId", kNeeded, kOne},
        {"refToMessageId", kMaybe, kOne},
        {"label", kMaybe, kOne},
        {"confidentiality", kNeeded, kOne},
        {"generatingSystem", kMaybe, kOne},
        {"recipient", kNeeded, kOne},
        {"sender", kNeeded, kOne}},
       true},
      {"recipient",
       {{"recipientID", kNeeded, kOne}, {"label", kMaybe, kOne}, {"attention", kNeeded, kOne}},
       true},
      {"sender",
       {{"senderID", kNeeded, kOne}, {"label", kMaybe, kOne}, {"attention", kMaybe, kOne}},
       true},
      {"attention",
       {{"person", kMaybe, kMany},
        {"subOrganization", kNeeded, kOne},
        {"reference", kMaybe, kMany}},
       true},
      {"person", {{"personId", kMaybe, kOne}, {"label", kMaybe, kOne}}, true},
      {"subOrganization", {{"organizationId", kNeeded, kOne}, {"label", kMaybe, kOne}}, true},
      {"reference", {{"referenceId", kNeeded, kOne}, {"label", kMaybe, kOne}}, true},
      {"messageBody", {{"documents", kNeeded, kMany}}, true},
      {"documents",
       {{"documentID", kNeeded, kOne},
        {"documentName", kMaybe, kOne},
        {"index", kMaybe, kOne},
        {"ContentFiles", kMaybe, kMany},
        {"ContentText", kMaybe, kMany}},
       true},
      {"ContentFiles",
       {{"fileName", kNeeded, kOne}, {"contentType", kNeeded, kOne}, {"content", kNeeded, kOne}},
       true},
      {"ContentText", {{"characterSequence", kNeeded, kOne}}, true},
      {"generatingSystem", kIdentifier, false},
      {"recipientID", kIdentifier, false},
      {"senderID", kIdentifier, false},
      {"personId", kIdentifier, false},
      {"organizationId", kIdentifier, false},
      {"referenceId", kIdentifier, false},
  };
  return kModels;
}

const Model* FindModel(absl::string_view element) {
  for (const Model& model : Models()) {
    if (model.element == element) return &model;
  }
  return nullptr;
}

bool IsForeign(const XmlElement& element) {
  return element.namespace_uri() != kSdkMessageNamespace;
}

// The children of `element` in the order and number of its model.
absl::Status CheckSequence(const XmlElement& element, const Model& model) {
  const std::vector<XmlElement> children = element.children();
  auto child = children.begin();
  for (const Part& part : model.parts) {
    const auto is_part = [&] {
      return child != children.end() && !IsForeign(*child) && child->name() == part.name;
    };
    if (!is_part() && part.needed) {
      return Structure(element, absl::StrCat("`", part.name, "` is missing or out of order"));
    }
    if (is_part()) ++child;
    while (part.many && is_part()) ++child;
  }
  while (model.open && child != children.end() && IsForeign(*child)) ++child;
  return child == children.end()
             ? absl::OkStatus()
             : Structure(*child, "is not allowed here, is given twice or is out of order");
}

absl::Status CheckType(const XmlElement& leaf) {
  const std::string text = leaf.Text();
  if (leaf.name() == "confidentiality" && text != "true" && text != "false" && text != "1" &&
      text != "0") {
    return Structure(leaf, "`true` or `false` is needed");
  }
  absl::Time time;
  if (leaf.name() == "creationDateTime" && !ParseSdkTime(text, &time)) {
    return Structure(leaf, "a date and time is needed");
  }
  return absl::OkStatus();
}

// ---- Rules: MessageConstraints.sch --------------------------------------------------------------

bool IsSdkTimestamp(absl::string_view text) {
  // 2019-08-22T07:27:15.433Z: the fraction has one to three digits.
  constexpr absl::string_view kShape = "dddd-dd-ddTdd:dd:dd.";
  if (text.size() < kShape.size() + 2 || text.size() > kShape.size() + 4 || text.back() != 'Z') {
    return false;
  }
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const char wanted = i < kShape.size() ? kShape[i] : 'd';
    if (wanted == 'd' ? !absl::ascii_isdigit(text[i]) : text[i] != wanted) return false;
  }
  return true;
}

bool IsBase64(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::ascii_isspace(c) || c == '+' || c == '/' || c == '=';
  });
}

bool EndsIn(const XmlElement& element, absl::string_view path) {
  return absl::EndsWith(element.Path(), path);
}

absl::Status CheckRules(const XmlElement& leaf) {
  const absl::string_view name = leaf.name();
  const std::string text = leaf.Text();
  if (text.empty()) return Invariant(leaf, "is included but empty");
  if (name == "creationDateTime" && !IsSdkTimestamp(text)) {
    return Invariant(leaf, "a time such as `2026-02-14T10:50:00.0Z` is needed");
  }
  if ((name == "messageId" || name == "conversationId" || name == "refToMessageId") &&
      !IsUuid(text)) {
    return Invariant(leaf, "a UUID is needed");
  }
  if (name == "label" && DecodeText(text).size() > kSdkMaxLabel) {
    return Invariant(leaf, absl::StrCat("longer than ", kSdkMaxLabel, " characters"));
  }
  if (name == "content" && !IsBase64(text)) return Invariant(leaf, "base64 is needed");
  if (EndsIn(leaf, "recipientID/root") || EndsIn(leaf, "senderID/root")) {
    if (text != kSdkPartyScheme) {
      return Invariant(leaf, absl::StrCat("must be `", kSdkPartyScheme, "`"));
    }
  }
  if ((EndsIn(leaf, "recipientID/extension") || EndsIn(leaf, "senderID/extension")) &&
      !absl::StartsWith(text, "0203:")) {
    return Invariant(leaf, "must begin with `0203:`");
  }
  if (EndsIn(leaf, "organizationId/root") && text != kSdkFunctionRoot) {
    return Invariant(leaf, absl::StrCat("must be `", kSdkFunctionRoot, "`"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSdkPayload(const XmlElement& payload) {
  std::vector<XmlElement> leaves;
  std::vector<XmlElement> open = {payload};
  while (!open.empty()) {  // no recursion: the depth is the sender's choice
    const XmlElement element = open.back();
    open.pop_back();
    const Model* model = FindModel(element.name());
    if (model == nullptr || IsForeign(element)) {
      if (!IsForeign(element) && !element.children().empty()) {
        return Structure(element, "holds elements where text is needed");
      }
      leaves.push_back(element);
      continue;
    }
    RETURN_IF_ERROR(CheckSequence(element, *model));
    const std::vector<XmlElement> children = element.children();
    open.insert(open.end(), children.rbegin(), children.rend());
  }
  for (const XmlElement& leaf : leaves) RETURN_IF_ERROR(CheckType(leaf));
  for (const XmlElement& leaf : leaves) RETURN_IF_ERROR(CheckRules(leaf));
  return absl::OkStatus();
}

}  // namespace sluss
