// XML from outside, read so that the document can do nothing but be read.
//
// UTF-8 only. No network, no DTD (a DOCTYPE stops the parser before its contents are looked at, so
// no entity is ever declared), at most kMaxXmlMarkup pieces of markup: a small file cannot become a
// large tree. Errors tell the line, never the text. Based on libxml2; its types stay inside.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_XML_DOCUMENT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_XML_DOCUMENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct _xmlDoc;
struct _xmlNode;

namespace sluss {

inline constexpr size_t kMaxXmlMarkup = 200'000;  // '<' in a document

// RESOURCE_EXHAUSTED when `bytes` have more markup than kMaxXmlMarkup.
absl::Status CheckXmlMarkup(absl::string_view bytes);

// A view of one element; the document must outlive it. A default-constructed one is "no element":
// it has no children and its text is empty.
class XmlElement {
 public:
  XmlElement() = default;

  explicit operator bool() const { return node_ != nullptr; }
  absl::string_view name() const;  // local name
  absl::string_view namespace_uri() const;
  std::vector<XmlElement> children() const;
  // The first child of that name in the namespace of this element, or in `namespace_uri`.
  XmlElement Child(absl::string_view name) const;
  XmlElement Child(absl::string_view namespace_uri, absl::string_view name) const;
  // All text inside, that of children included, without surrounding white space.
  std::string Text() const;
  std::string Attribute(const char* name) const;  // "" when absent
  // "messagePayload/message/messageHeader": local names from the root down to here.
  std::string Path() const;

 private:
  friend class XmlDocument;
  explicit XmlElement(const _xmlNode* node) : node_(node) {}
  const _xmlNode* node_ = nullptr;
};

// Move-only; reading is thread-safe.
class XmlDocument {
 public:
  // INVALID_ARGUMENT (RESOURCE_EXHAUSTED for size) says what was refused and at which line.
  static absl::StatusOr<XmlDocument> Parse(absl::string_view bytes);
  XmlElement root() const;

 private:
  struct Free {
    void operator()(_xmlDoc* document) const;
  };
  explicit XmlDocument(_xmlDoc* document) : document_(document) {}
  std::unique_ptr<_xmlDoc, Free> document_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_XML_DOCUMENT_H_
