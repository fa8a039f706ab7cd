// A plain text as a PDF document that any reader shows: A4, one built-in font, page numbers.
//
// Promise: the same text gives the same bytes; every line of the text appears, wrapped at 80
// columns, with as many pages as that takes. Nothing but the title is in the metadata. Not
// promised: letters outside Windows-1252 (they become '?'), layout, PDF/A, accessibility tags. Pure
// and thread-safe. Source: ISO 32000-1, 7.3 (objects), 7.5 (file structure), 9.6.2.2 (standard
// fonts), annex D.2.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_PDF_TEXT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_PDF_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

// `title` and `text` are UTF-8; the title is shown by readers in the window's frame and must name
// nobody. '\n' begins a line, '\f' a page.
std::string WritePdf(absl::string_view title, absl::string_view text);

// UTF-8 as Windows-1252 (PDF's WinAnsiEncoding); '?' for what that has no letter for.
std::string ToWindows1252(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_PDF_TEXT_H_
