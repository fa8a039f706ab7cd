// Text that XML 1.0 can hold.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_XML_TEXT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_XML_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

// `text` as well-formed UTF-8 without the control characters that no XML document may hold, not
// even escaped (XML 1.0, production 2); each becomes U+FFFD, as do bytes that are not UTF-8.
std::string XmlText(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_XML_TEXT_H_
