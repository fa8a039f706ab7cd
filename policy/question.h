// Facts as they are told, turned into the numbers that the rule table decides on.
#ifndef SLUSS_POLICY_QUESTION_H_
#define SLUSS_POLICY_QUESTION_H_

#include "absl/status/statusor.h"
#include "policy/rule_table.h"
#include "policy/vocabulary.h"
#include "proto/policy.pb.h"

namespace sluss {

// INVALID_ARGUMENT names the field at fault. An absent legal basis, role, age or state of consent
// becomes UNKNOWN; sender, recipient, purpose, day and a category must be there.
absl::StatusOr<Question> ResolveFacts(const VocabularyIndex& names, const AgencyNodes& nodes,
                                      const v1::Facts& facts);

}  // namespace sluss

#endif  // SLUSS_POLICY_QUESTION_H_
