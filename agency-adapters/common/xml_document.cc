#include "agency-adapters/common/xml_document.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/folded_text.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

absl::string_view View(const xmlChar* text) {
  return text == nullptr ? absl::string_view() : reinterpret_cast<const char*>(text);
}

struct FreeContext {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};

// Called at "<!DOCTYPE name", before anything that the DOCTYPE declares.
void RefuseDoctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  *static_cast<bool*>(parser->_private) = true;
  xmlStopParser(parser);
}

}  // namespace

absl::Status CheckXmlMarkup(absl::string_view bytes) {
  const auto markup = static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '<'));
  if (markup <= kMaxXmlMarkup) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the XML has more than ", kMaxXmlMarkup, " pieces of markup"));
}

absl::StatusOr<XmlDocument> XmlDocument::Parse(absl::string_view bytes) {
  RETURN_IF_ERROR(CheckXmlMarkup(bytes));
  if (!IsUtf8(bytes) || bytes.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError("`encoding`: the file has bytes that are not UTF-8");
  }
  const std::unique_ptr<xmlParserCtxt, FreeContext> context(xmlNewParserCtxt());
  if (context == nullptr) return absl::ResourceExhaustedError("no memory to read XML");
  bool doctype = false;
  context->_private = &doctype;
  context->sax->internalSubset = RefuseDoctype;
  // HUGE: a base64 file is one text longer than libxml2's 10 MB; our own limits stand instead.
  XmlDocument document(xmlCtxtReadMemory(
      context.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr, "UTF-8",
      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE));
  if (doctype) {
    return absl::InvalidArgumentError("the XML has a DOCTYPE, which is refused: send without it");
  }
  if (document.document_ == nullptr || context->wellFormed == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("not XML: wrong at line ", context->lastError.line));
  }
  return document;
}

XmlElement XmlDocument::root() const { return XmlElement(xmlDocGetRootElement(document_.get())); }

void XmlDocument::Free::operator()(_xmlDoc* document) const { xmlFreeDoc(document); }

absl::string_view XmlElement::name() const { return node_ ? View(node_->name) : ""; }

absl::string_view XmlElement::namespace_uri() const {
  return node_ != nullptr && node_->ns != nullptr ? View(node_->ns->href) : "";
}

std::vector<XmlElement> XmlElement::children() const {
  std::vector<XmlElement> children;
  for (const xmlNode* child = node_ ? node_->children : nullptr; child; child = child->next) {
    if (child->type == XML_ELEMENT_NODE) children.push_back(XmlElement(child));
  }
  return children;
}

XmlElement XmlElement::Child(absl::string_view name) const { return Child(namespace_uri(), name); }

XmlElement XmlElement::Child(absl::string_view namespace_uri, absl::string_view name) const {
  for (const xmlNode* child = node_ ? node_->children : nullptr; child; child = child->next) {
    const XmlElement element(child);
    if (child->type == XML_ELEMENT_NODE && element.name() == name &&
        element.namespace_uri() == namespace_uri) {
      return element;
    }
  }
  return XmlElement();
}

std::string XmlElement::Text() const {
  if (node_ == nullptr) return "";
  xmlChar* content = xmlNodeGetContent(node_);
  std::string text(absl::StripAsciiWhitespace(View(content)));
  xmlFree(content);
  return text;
}

std::string XmlElement::Attribute(const char* name) const {
  if (node_ == nullptr) return "";
  xmlChar* value = xmlGetNoNsProp(node_, reinterpret_cast<const xmlChar*>(name));
  std::string text(View(value));
  if (value != nullptr) xmlFree(value);
  return text;
}

std::string XmlElement::Path() const {
  std::string path;
  for (const xmlNode* node = node_; node && node->type == XML_ELEMENT_NODE; node = node->parent) {
    path = path.empty() ? std::string(View(node->name)) : absl::StrCat(View(node->name), "/", path);
  }
  return path;
}

}  // namespace sluss
