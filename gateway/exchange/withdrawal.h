// What taking something back is asked with and answered with.
#ifndef SLUSS_GATEWAY_EXCHANGE_WITHDRAWAL_H_
#define SLUSS_GATEWAY_EXCHANGE_WITHDRAWAL_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/leaf.h"
#include "proto/gateway.pb.h"

namespace sluss {

struct Withdrawal {
  AgencyId caller;       // empty: an officer of the exchange
  std::string official;  // the officer's name in the certificate: "officer/anna"
  ConsentId consent_id;  // one of the two is set
  MessageId message_id;
  std::string officer;          // 32 bytes; of an agency
  std::string on_behalf_of;     // "guardian", "child", "party"
  std::set<std::string> party;  // only what concerns these; both empty: the whole
  std::set<std::string> category;
};

// INVALID_ARGUMENT names the field. The second is for an officer of the exchange, who takes back a
// consent on a guardian's or a child's behalf and nothing else.
absl::StatusOr<Withdrawal> ParseWithdrawal(const AgencyId& caller,
                                           const v1::WithdrawRequest& request);
absl::StatusOr<Withdrawal> ParseOfficialWithdrawal(absl::string_view official,
                                                   const v1::WithdrawRequest& request);

struct Withdrawn {
  absl::Status refusal;
  v1::WithdrawResponse response;  // all but the receipt
  std::optional<uint64_t> recorded_before;
};

// The entry of the request itself; what is taken back is filled in by whoever takes it.
LeafDraft WithdrawalLeaf(const Withdrawal& request);
// What became of the messages, in both languages, from the counts of the step.
void SayCounts(const v1::ConsentStep& step, v1::WithdrawResponse* response);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_WITHDRAWAL_H_
