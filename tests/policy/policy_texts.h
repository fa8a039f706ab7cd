// Policy sets for tests: the shipped one, and small ones made of a few lines of text.
#ifndef SLUSS_TESTS_POLICY_POLICY_TEXTS_H_
#define SLUSS_TESTS_POLICY_POLICY_TEXTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/policy_set.h"

namespace sluss::testing {

// SHA-256 as the callers of policy get it from elsewhere.
std::string Sha256(absl::string_view bytes);

// policy/catalogue and policy/templates.
absl::StatusOr<std::shared_ptr<const PolicySet>> LoadShipped();

// A small catalogue: kinds school (WEAK), social (STRONG), police (STRONG), bup (STRONG), club
// (NONE); paragraphs LAW-1 always, LAW-2 until 2025-07-01, LAW-3 from then on; purposes CARE, ALL
// (whole), NEED (needs A); categories A, B, C; roles chief, clerk; groups AB and carers.
extern const char kSmallCatalogue[];

// Loads kSmallCatalogue with `more` appended, and one policy of `rules`.
absl::StatusOr<std::shared_ptr<const PolicySet>> LoadSmall(absl::string_view rules,
                                                           absl::string_view more = "");

// A rule with every column filled; `columns` go first and replace the columns that they name.
std::string Permit(absl::string_view id, absl::string_view columns = "");
std::string Forbid(absl::string_view id, absl::string_view columns = "");

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_POLICY_POLICY_TEXTS_H_
