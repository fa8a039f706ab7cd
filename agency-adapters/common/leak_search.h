// Finds personal numbers, telephone numbers, e-mail addresses and given names in a text.
//
// Personal numbers are found in any spelling: with and without century, hyphen or spaces,
// full-width and other digits, split by invisible characters, with one digit mistyped,
// reservnummer. It catches the slip of a tired person, not somebody who hides a name on purpose; a
// name that it was not told it cannot find. It errs towards finding: a date and time written like a
// telephone number is one.
//
// No result holds or quotes what was found. Pure and thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_LEAK_SEARCH_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_LEAK_SEARCH_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluss {

enum class LeakKind { kPersonalNumber, kTelephone, kEmail, kName };

// "a personal number", "a telephone number", "an e-mail address", "a name".
absl::string_view LeakKindText(LeakKind kind);

// The kinds found in `text`, each once, in the order of the enum. `names` are given and family
// names, matched as whole words without regard to case, also in the genitive ("Annas").
std::vector<LeakKind> FindLeaks(absl::string_view text, const std::vector<std::string>& names);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_LEAK_SEARCH_H_
