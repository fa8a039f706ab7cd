// One page of plain Swedish for each policy: what it lets pass, on what ground, and what a lawyer
// must still confirm. Signed on paper, it says which rules were signed by their digest.
#ifndef SLUSS_POLICY_PAGE_H_
#define SLUSS_POLICY_PAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "policy/policy_set.h"

namespace sluss {

// Markdown. What passes is decided, not described: every pair of parties is asked with the walls in
// force on `day` (YYYY-MM-DD). Same set, policy and day give the same bytes.
// NOT_FOUND names the nearest policy; INVALID_ARGUMENT for a bad day.
absl::StatusOr<std::string> PolicyPage(const PolicySet& set, const std::string& policy_id,
                                       const std::string& day, const Sha256Function& sha256);

}  // namespace sluss

#endif  // SLUSS_POLICY_PAGE_H_
