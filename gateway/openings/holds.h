// Legal holds: what a period's openings must not be erased for.
#ifndef SLUSS_GATEWAY_OPENINGS_HOLDS_H_
#define SLUSS_GATEWAY_OPENINGS_HOLDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/leaf.h"
#include "gateway/exchange/recorder.h"
#include "gateway/tlog/opening_class.h"
#include "proto/openings.pb.h"

namespace sluss {

// The oldest of those that cover the month.
const v1::LegalHold* HoldOver(const std::vector<v1::LegalHold>& holds, const OpeningMonth& month);

// FAILED_PRECONDITION: `what` is held, by which hold, and how that is ended.
absl::Status Held(absl::string_view what, const v1::LegalHold& hold);

// Of a request: classes sorted, all where none is named, and the months in order.
// INVALID_ARGUMENT names the field.
absl::StatusOr<v1::LegalHold> CheckHold(const v1::HoldRequest& request);

// The 32 bytes that stand for an officer's reason. INVALID_ARGUMENT.
absl::Status CheckReason(absl::string_view digest);

// Who orders something, and the digest of why: committed to, never in clear.
struct OfficersOrder {
  std::string official;  // "officer/anna"
  std::string reason_digest;
};
void CommitOrder(const OfficersOrder& order, LeafDraft* draft);

// The units. The entry's proof is wanted. A refusal is in `refusal`, and then nothing was changed.
struct HoldResult {
  v1::LegalHold hold;
  absl::Status refusal;
};
absl::Status PlaceHold(Recorder& recorder, const OfficersOrder& order, HoldResult* result);
absl::Status ReleaseHold(Recorder& recorder, const OfficersOrder& order, absl::string_view hold,
                         HoldResult* result);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_HOLDS_H_
