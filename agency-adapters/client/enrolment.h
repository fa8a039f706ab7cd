// Makes the register's table from an export of the agency's cases: blindly, through both holders.
//
// Rows that are in the table already cost nothing; a changed case reference is rewritten here; rows
// that are gone from the export are taken away. New numbers go in batches, each proven by both
// holders and durable before the next, so that whatever stops it (a budget, a restart), it goes on
// where it was.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_ENROLMENT_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_ENROLMENT_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/register.h"
#include "agency-adapters/client/register_csv.h"

namespace sluss {

inline constexpr size_t kEnrolmentBatch = 256;

struct EnrolmentResult {
  size_t enrolled = 0;
  size_t updated = 0;
  size_t removed = 0;
};

// `progress` hears how many of how many new numbers are enrolled, after each batch.
// RESOURCE_EXHAUSTED: the budget of the day is used up, go on tomorrow. UNAVAILABLE: a holder is
// away. PERMISSION_DENIED: a holder's proof does not hold, nothing of that batch was kept.
absl::StatusOr<EnrolmentResult> EnrolRegister(
    const std::vector<CsvRow>& rows, const EdgeParts& parts, Register* table,
    const std::function<void(size_t done, size_t total)>& progress);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_ENROLMENT_H_
