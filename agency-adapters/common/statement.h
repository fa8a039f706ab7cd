// How a native format's free text and files get into the compartment of its data category.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_STATEMENT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_STATEMENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/content.pb.h"

namespace sluss {

// What our own extensions of JSON formats call v1::SourceType and v1::PersonRole, from their
// value 1.
inline constexpr absl::string_view kSourceCodes[] = {"seen", "told-by-child", "heard-from-others"};
inline constexpr absl::string_view kPersonRoleCodes[] = {"subject", "victim", "suspect", "witness",
                                                         "relative"};

// Codes of concern (domain.md section 3).
inline constexpr absl::string_view kConcernCodes[] = {
    "V1", "V2", "V3", "V4", "N1", "P1", "P2", "P3", "C1", "C2", "C3", "C4", "C5", "C6", "O"};

// Adds one statement to the compartment of `category`. INVALID_ARGUMENT, without the name of the
// native field, where the category takes no free text.
absl::Status AddStatement(absl::string_view category, v1::Statement statement,
                          v1::NeutralNotification* notification);

// The same for a file. A file cannot be looked through for names: ANONYMOUS takes none.
absl::Status AddAttachment(absl::string_view category, v1::Attachment attachment,
                           v1::NeutralNotification* notification);

// True for YYYY-MM-DD that is a day of the calendar.
bool IsDay(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_STATEMENT_H_
