// Builds a well-formed XML document as text, element by element.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_XML_WRITER_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_XML_WRITER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluss {

// Names are written as given, prefixes included; the caller declares the prefixes as attributes.
// Texts and values are escaped, and lose what XML cannot hold. Not thread-safe.
class XmlWriter {
 public:
  using Attributes = std::vector<std::pair<absl::string_view, absl::string_view>>;

  void Open(absl::string_view name, const Attributes& attributes = {});
  void Close();  // the element opened last
  void Text(absl::string_view name, absl::string_view text, const Attributes& attributes = {});

  // UTF-8 with declaration. Every element must have been closed.
  std::string Finish() &&;

 private:
  void Start(absl::string_view name, const Attributes& attributes);

  std::string xml_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  std::vector<std::string> open_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_XML_WRITER_H_
