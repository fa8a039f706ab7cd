// The catalogue's words for those whom it is about.
#ifndef SLUSS_GATEWAY_DOCUMENTS_PLAIN_SUMMARY_H_
#define SLUSS_GATEWAY_DOCUMENTS_PLAIN_SUMMARY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

// A paragraph's summary without what it says to officers and administrators: the sentences that
// tell what of it must still be confirmed or was not checked. Those that are left stay as they are;
// a summary of nothing but such sentences becomes empty. Of either language.
std::string PlainSummary(absl::string_view summary);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_DOCUMENTS_PLAIN_SUMMARY_H_
