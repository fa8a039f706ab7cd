// Keeps what names a person out of what is not sealed, and warns of it inside what is.
//
// Looks with leak_search.h for the names that the notification itself knows (the child, guardians,
// other children, reporter, officers) and for any number or address. Errors and warnings tell kind
// and field, never what was found. Pure and thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_LEAK_GUARD_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_LEAK_GUARD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agency-adapters/common/leak_search.h"
#include "proto/content.pb.h"

namespace sluss {

struct LeakWarning {
  LeakKind kind;
  std::string field;  // "NARRATIVE.statement[2].text"
};

// Refuses a notification whose clear fields (`label`, `native_id`, `conversation`, `reply_to`) or
// whose names of attached files name anybody; and, where the child is not named (CONSULTATION, or
// the category ANONYMOUS), one that carries an identity or whose text names anybody.
// INVALID_ARGUMENT: "`label` carries a personal number: ...". `more_names` are names to look for
// beside the child's own: for a consultation, what the sender's register knows.
absl::Status RefuseLeaks(const v1::NeutralNotification& notification,
                         const std::vector<std::string>& more_names = {});

// The same search in the text of every compartment that will be sealed: nothing is refused, the
// officer is told. Fields that are meant to hold a number, name or address are not searched.
std::vector<LeakWarning> WarnOfLeaks(const v1::NeutralNotification& notification);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_LEAK_GUARD_H_
