// A draft and everything that is looked at before it may be proposed.
#ifndef SLUSS_GATEWAY_POLICIES_DRAFT_H_
#define SLUSS_GATEWAY_POLICIES_DRAFT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/policies/version.h"
#include "policy/policy_set.h"
#include "proto/policy_admin.pb.h"

namespace sluss {

// The analysis that a draft goes through, handed in: the exact algebra lies elsewhere.
struct DraftAnalysis {
  // The serialised difference; the same bytes for the same two sets.
  std::function<absl::StatusOr<std::string>(const PolicySet& before, const PolicySet& after)> diff;
  // How many invariants the files hold. INVALID_ARGUMENT names each that the set breaks, with a
  // witness.
  std::function<absl::StatusOr<uint32_t>(const PolicySet& set,
                                         const std::vector<PolicySource>& invariants)>
      invariants;
};

// What was looked at, and how it is stored.
struct CheckedDraft {
  std::shared_ptr<const PolicySet> set;
  v1::StoredPolicyVersion version;
  // All but number, state, persons and times; with the digest that is to be approved.
  v1::Proposal proposal;
};

// Loads the files (vocabulary, walls, duties, obligations), decides the cases, holds the invariants
// against it and forms the difference from `base`. What the request leaves out is taken from
// `base_version`. INVALID_ARGUMENT has a line for each fault. Takes seconds for very large sets.
absl::StatusOr<CheckedDraft> CheckDraft(const PolicySet& base,
                                        const v1::StoredPolicyVersion& base_version,
                                        const v1::ProposeRequest& request,
                                        const DraftAnalysis& analysis);

// The same for a version that was in force before: it has been checked, so only what it changes
// now is formed anew.
absl::StatusOr<CheckedDraft> CheckRollback(const PolicySet& base,
                                           std::shared_ptr<const PolicySet> earlier,
                                           v1::StoredPolicyVersion version,
                                           const DraftAnalysis& analysis);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_DRAFT_H_
