#include "agency-adapters/common/xml_writer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/common/xml_text.h"

namespace sluss {
namespace {

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      XmlText(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\r", "&#13;"}});
}

}  // namespace

void XmlWriter::Start(absl::string_view name, const Attributes& attributes) {
  absl::StrAppend(&xml_, std::string(2 * open_.size(), ' '), "<", name);
  for (const auto& [attribute, value] : attributes) {
    absl::StrAppend(&xml_, " ", attribute, "=\"", Escaped(value), "\"");
  }
  xml_ += '>';
}

void XmlWriter::Open(absl::string_view name, const Attributes& attributes) {
  Start(name, attributes);
  xml_ += '\n';
  open_.emplace_back(name);
}

void XmlWriter::Close() {
  const std::string name = std::move(open_.back());
  open_.pop_back();
  absl::StrAppend(&xml_, std::string(2 * open_.size(), ' '), "</", name, ">\n");
}

void XmlWriter::Text(absl::string_view name, absl::string_view text, const Attributes& attributes) {
  Start(name, attributes);
  absl::StrAppend(&xml_, Escaped(text), "</", name, ">\n");
}

std::string XmlWriter::Finish() && { return std::move(xml_); }

}  // namespace sluss
