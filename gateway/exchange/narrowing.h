// What is under way when a consent becomes less: stopped, trimmed or called back, in the very
// transaction in which the consent changed.
//
//   queued                     STOP: never leaves; or TRIM: leaves without what may no longer be
//   told claimed, not acknowledged  RECALL: the recipient is told to destroy it and says what it
//   did acknowledged, refused      has gone: listed
//
// A duty to report is not under anybody's consent and stays as it is.
#ifndef SLUSS_GATEWAY_EXCHANGE_NARROWING_H_
#define SLUSS_GATEWAY_EXCHANGE_NARROWING_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/recorder.h"
#include "policy/policy_set.h"
#include "proto/gateway.pb.h"

namespace sluss {

using WithdrawnList = google::protobuf::RepeatedPtrField<v1::WithdrawnMessage>;

// Named one by one in an answer; all are dealt with and counted.
inline constexpr int kMostListed = 1000;

struct Narrowed {
  WithdrawnList stopped, trimmed, recalled;
  uint64_t stopped_count = 0;
  uint64_t trimmed_count = 0;
  uint64_t recalled_count = 0;
};

// Why, and by what law it is judged again.
struct Narrowing {
  Entry because;
  std::string reason_code;  // "consent-withdrawn", ...
  const PolicySet& policy;
  const ExchangeLimits& limits;
};

// To what a message under the consent is held.
struct Reach {
  bool all = false;                    // whatever is told under it ends
  std::set<std::string> parties = {};  // whatever is told to one of these ends
  // The rest is decided again with its consents as they stand now in the transaction.
};

// Every message in flight that cites the consent. Fails only where the store does.
absl::Status NarrowCiting(Recorder& recorder, const Narrowing& narrowing, const ConsentId& consent,
                          const Reach& reach, Narrowed* result);

// The message itself: its last step here, whatever it cites. `row` is QUEUED or CLAIMED.
absl::Status StopMessage(Recorder& recorder, const Entry& because, absl::string_view reason_code,
                         MessageRow row, Narrowed* result);
absl::Status RecallMessage(Recorder& recorder, const Entry& because, absl::string_view reason_code,
                           MessageRow row, Narrowed* result);

// Visits the messages in these states that cite the consent, a page of ids at a time.
absl::Status ForEachCiting(const StoreView& store, const ConsentId& consent,
                           const std::vector<v1::MessageState>& states,
                           const std::function<absl::Status(const MessageRow&)>& visit);

void ListMessage(const MessageRow& row, WithdrawnList* list);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_NARROWING_H_
