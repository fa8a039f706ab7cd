#include "agency-adapters/school/flow_instance.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agency-adapters/common/attachment_type.h"
#include "agency-adapters/common/folded_text.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "pugixml.hpp"

namespace sluss {
namespace {

constexpr absl::string_view kNamespace =
    "http://www.oeplatform.org/version/2.0/schemas/flowinstance";
constexpr size_t kMaxDeclaration = 256;

absl::Status Wrong(absl::string_view element, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("`", element, "`: ", what));
}

absl::string_view LocalName(const pugi::xml_node& node) {
  absl::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == absl::string_view::npos ? name : name.substr(colon + 1);
}

// Declaration and body. The platform's declarations are not always XML, so ours is the only
// reading.
struct Split {
  absl::string_view declaration;  // between "<?xml" and the first '>', empty where there is none
  absl::string_view body;
};

Split SplitDeclaration(absl::string_view bytes) {
  absl::ConsumePrefix(&bytes, "\xEF\xBB\xBF");
  bytes = absl::StripLeadingAsciiWhitespace(bytes);
  if (!absl::StartsWith(bytes, "<?xml")) return {"", bytes};
  const size_t end = bytes.substr(0, kMaxDeclaration).find('>');
  if (end == absl::string_view::npos) return {"", bytes};
  return {bytes.substr(5, end - 5), bytes.substr(end + 1)};
}

// What `encoding=` says, in lower case and without quotes; "utf-8" where it says nothing.
std::string StatedEncoding(absl::string_view declaration) {
  const std::string lower = absl::AsciiStrToLower(declaration);
  size_t at = lower.find("encoding");
  if (at == std::string::npos) return "utf-8";
  at += sizeof("encoding") - 1;
  std::string name;
  for (; at < lower.size(); ++at) {
    const char c = lower[at];
    if (absl::ascii_isalnum(c) || c == '-' || c == '_') {
      name += c;
    } else if (!name.empty()) {
      break;
    }
  }
  return name;
}

absl::StatusOr<pugi::xml_encoding> Encoding(const Split& split) {
  const std::string stated = StatedEncoding(split.declaration);
  if (stated == "iso-8859-1" || stated == "latin1") return pugi::encoding_latin1;
  if (stated != "utf-8" && stated != "utf8") {
    return Wrong("encoding", "only UTF-8 and ISO-8859-1 are read");
  }
  if (!IsUtf8(split.body)) {
    return Wrong("encoding",
                 "the file has bytes that are not UTF-8: export it with the encoding it states");
  }
  return pugi::encoding_utf8;
}

absl::Status LoadXml(absl::string_view bytes, pugi::xml_document* document) {
  const Split split = SplitDeclaration(bytes);
  if (split.body.find('\0') != absl::string_view::npos) {
    return Wrong("encoding", "only UTF-8 and ISO-8859-1 are read");
  }
  ASSIGN_OR_RETURN(const pugi::xml_encoding encoding, Encoding(split));
  const pugi::xml_parse_result result = document->load_buffer(
      split.body.data(), split.body.size(), pugi::parse_default | pugi::parse_doctype, encoding);
  // Before the result: a DOCTYPE is refused even where what follows is broken.
  for (const pugi::xml_node& node : document->children()) {
    if (node.type() == pugi::node_doctype) {
      return absl::InvalidArgumentError(
          "the XML has a DOCTYPE, which is refused: export without it");
    }
  }
  if (!result) {
    return absl::InvalidArgumentError(
        absl::StrCat("not XML: wrong at byte ", split.body.data() - bytes.data() + result.offset));
  }
  return absl::OkStatus();
}

// All text of an element: exporters split a long answer into several CDATA sections.
std::string Text(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    const bool is_text = child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata;
    if (is_text) text += child.value();
  }
  return text;
}

// The one child of this name; an error names it when it is missing, empty or there twice.
absl::StatusOr<std::string> Only(const pugi::xml_node& parent, absl::string_view name,
                                 absl::string_view path) {
  std::string found;
  int count = 0;
  for (const pugi::xml_node& child : parent.children()) {
    if (LocalName(child) != name) continue;
    found = std::string(absl::StripAsciiWhitespace(Text(child)));
    ++count;
  }
  if (count > 1) return Wrong(path, "is given twice");
  if (found.empty()) return Wrong(path, "is missing");
  return found;
}

pugi::xml_node Child(const pugi::xml_node& parent, absl::string_view name) {
  for (const pugi::xml_node& child : parent.children()) {
    if (LocalName(child) == name) return child;
  }
  return {};
}

// "2026-02-14T10:50:00", Swedish local time.
absl::StatusOr<absl::Time> LocalTime(const std::string& text, absl::string_view path) {
  absl::CivilSecond local;
  if (!absl::ParseCivilTime(text, &local) || local.year() < 2000 || local.year() > 2199) {
    return Wrong(path, "a local time such as `2026-02-14T10:50:00` is needed");
  }
  return FromSwedishTime(local);
}

absl::StatusOr<absl::Time> Submitted(const pugi::xml_node& header) {
  const bool submitted = static_cast<bool>(Child(header, "FirstSubmitted"));
  const absl::string_view name = submitted ? "FirstSubmitted" : "Posted";
  const std::string path = absl::StrCat("Header/", name);
  ASSIGN_OR_RETURN(const std::string text, Only(header, name, path));
  return LocalTime(text, path);
}

void AddPoster(const pugi::xml_node& header, std::vector<NativeAnswer>* answers) {
  const pugi::xml_node poster = Child(header, "Poster");
  if (!poster) return;  // an anonymous form
  answers->push_back(
      {"Header/Poster",
       {absl::StrCat(Text(Child(poster, "Firstname")), " ", Text(Child(poster, "Lastname")))},
       {}});
  answers->push_back({"Header/Poster/Email", {Text(Child(poster, "Email"))}, {}});
}

absl::StatusOr<v1::Attachment> ReadFile(const pugi::xml_node& node, const std::string& path) {
  v1::Attachment file;
  ASSIGN_OR_RETURN(const std::string name, Only(node, "Name", path + "/Name"));
  ASSIGN_OR_RETURN(const std::string encoded, Only(node, "EncodedData", path + "/EncodedData"));
  if (!absl::Base64Unescape(encoded, file.mutable_content())) {
    return Wrong(path + "/EncodedData", "is not base64");
  }
  uint64_t size = 0;
  const pugi::xml_node stated = Child(node, "Size");
  if (stated && (!absl::SimpleAtoi(Text(stated), &size) || size != file.content().size())) {
    return Wrong(path + "/Size", "differs from the size of the file: it was cut off on its way");
  }
  file.set_file_name(BaseName(name));
  file.set_content_type(std::string(ContentTypeOf(name)));
  return file;
}

bool HasElements(const pugi::xml_node& node) {
  return std::any_of(node.begin(), node.end(), [](const pugi::xml_node& child) {
    return child.type() == pugi::node_element;
  });
}

absl::Status ReadQuery(const pugi::xml_node& query, std::vector<NativeAnswer>* answers) {
  static const std::set<absl::string_view> kAboutTheQuestion = {"QueryID", "Name"};
  const std::string name(LocalName(query));
  NativeAnswer answer{name, {}, {}};
  for (const pugi::xml_node& child : query.children()) {
    if (child.type() != pugi::node_element) continue;
    const absl::string_view part = LocalName(child);
    const std::string path = absl::StrCat(name, "/", part);
    if (kAboutTheQuestion.count(part) > 0) continue;
    if (part == "File") {
      ASSIGN_OR_RETURN(v1::Attachment file, ReadFile(child, path));
      answer.files.push_back(std::move(file));
    } else if (HasElements(child)) {
      return Wrong(path, "has elements of its own, which are not read");
    } else if (part == "Value") {
      answer.values.push_back(Text(child));
    } else {
      answers->push_back({path, {Text(child)}, {}});
    }
  }
  answers->push_back(std::move(answer));
  return absl::OkStatus();
}

absl::Status CheckRoot(const pugi::xml_node& root) {
  if (LocalName(root) != "FlowInstance") {
    return absl::InvalidArgumentError("not an Open ePlatform export: the root is not FlowInstance");
  }
  const std::string prefix(absl::StripSuffix(absl::StripSuffix(root.name(), "FlowInstance"), ":"));
  const std::string attribute = prefix.empty() ? "xmlns" : "xmlns:" + prefix;
  if (root.attribute(attribute.c_str()).value() != kNamespace) {
    return Wrong("FlowInstance", absl::StrCat("the namespace must be ", kNamespace));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FlowInstance> ReadFlowInstance(const NativeFile& file) {
  RETURN_IF_ERROR(CheckNativeSize(file));
  pugi::xml_document document;
  RETURN_IF_ERROR(LoadXml(file.bytes, &document));
  const pugi::xml_node root = document.document_element();
  RETURN_IF_ERROR(CheckRoot(root));

  FlowInstance instance;
  const pugi::xml_node header = Child(root, "Header");
  ASSIGN_OR_RETURN(instance.family_id,
                   Only(Child(header, "Flow"), "FamilyID", "Header/Flow/FamilyID"));
  ASSIGN_OR_RETURN(instance.flow_instance_id,
                   Only(header, "FlowInstanceID", "Header/FlowInstanceID"));
  int32_t number = 0;
  if (!absl::SimpleAtoi(instance.flow_instance_id, &number) || number <= 0) {
    return Wrong("Header/FlowInstanceID", "a whole number is needed");
  }
  ASSIGN_OR_RETURN(instance.submitted, Submitted(header));
  AddPoster(header, &instance.answers);
  for (const pugi::xml_node& query : Child(root, "Values").children()) {
    if (query.type() == pugi::node_element) RETURN_IF_ERROR(ReadQuery(query, &instance.answers));
  }
  return instance;
}

}  // namespace sluss
