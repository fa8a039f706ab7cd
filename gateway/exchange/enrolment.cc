#include "gateway/exchange/enrolment.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

struct Budget {
  uint64_t left = 0;
  absl::Status refusal;
};

absl::Status Take(Recorder& recorder, const AgencyId& agency, uint64_t count, uint64_t per_day,
                  Budget* budget) {
  const absl::CivilDay day = SwedishDay(recorder.now());
  ASSIGN_OR_RETURN(const uint64_t used, recorder.store().EnrolmentsOn(agency, day));
  budget->left = used < per_day ? per_day - used : 0;
  if (count > budget->left) {
    budget->refusal = absl::ResourceExhaustedError(
        absl::StrCat("`blinded` has ", count, " elements, ", budget->left, " of today's ", per_day,
                     " evaluations are left: go on after midnight"));
    return absl::OkStatus();
  }
  budget->left -= count;
  LeafDraft leaf;
  leaf.clear.set_kind(v1::ENROLMENT);
  leaf.clear.set_sender(agency.value());
  leaf.clear.set_count(count);
  RETURN_IF_ERROR(recorder.Append(leaf).status());
  return recorder.store().AddEnrolments(agency, day, count);
}

}  // namespace

absl::StatusOr<uint64_t> TakeEnrolments(Ledger& ledger, const AgencyId& agency, uint64_t count,
                                        uint64_t per_day) {
  Budget budget;
  const absl::Status recorded =
      ledger
          .Run([&](Recorder& recorder) { return Take(recorder, agency, count, per_day, &budget); })
          .status();
  RETURN_IF_ERROR(recorded);
  RETURN_IF_ERROR(budget.refusal);
  return budget.left;
}

}  // namespace sluss
