// A printed page as PDF: sheets of A4 with page numbers, text that can be marked and copied, title
// and language set. Cairo and Pango draw it; only the tools of people link them.
#ifndef SLUSS_GATEWAY_DOCUMENTS_PAGE_PDF_H_
#define SLUSS_GATEWAY_DOCUMENTS_PAGE_PDF_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/documents/printed_page.h"

namespace sluss {

// `made`: the document's own date. UNAVAILABLE where the file cannot be written; NOT_FOUND where no
// font of the text is installed (fonts-dejavu-core). Not thread-safe with itself.
absl::Status WritePagePdf(const PrintedPage& page, absl::Time made, const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_DOCUMENTS_PAGE_PDF_H_
