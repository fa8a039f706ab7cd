// What the second person approves: one digest over both versions, the vocabulary and the difference
// that was shown. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_POLICIES_APPROVAL_H_
#define SLUSS_GATEWAY_POLICIES_APPROVAL_H_

#include <string>

#include "policy/policy_set.h"
#include "proto/policy_admin.pb.h"

namespace sluss {

// SHA-256("policy-approval/v1\n" | LP(base_digest) | LP(digest) | LP(vocabulary_digest) | LP(diff))
// of the proposal's fields; LP(x) = u32be length | x. Whoever shows a difference computes it anew
// from what is shown and trusts no digest that came along.
std::string ApprovalDigest(const v1::Proposal& proposal);

// SHA-256 over the canonical bytes of the set's vocabulary: walls, duties and paragraphs included.
std::string VocabularyDigest(const PolicySet& set);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_APPROVAL_H_
