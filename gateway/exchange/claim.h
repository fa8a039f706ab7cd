// Taking what waits for a recipient, decided again by the law of the day on which it leaves.
#ifndef SLUSS_GATEWAY_EXCHANGE_CLAIM_H_
#define SLUSS_GATEWAY_EXCHANGE_CLAIM_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/mailroom.h"
#include "gateway/exchange/policy_in_force.h"
#include "gateway/exchange/rows.h"
#include "gateway/exchange/store.h"
#include "proto/gateway.pb.h"

namespace sluss {

// Something that may be handed out: for a notification, its delivery entry is durable. Made by
// Claimer only; a delivery is made from nothing else. A value.
class Claimed {
 public:
  const QueueItem& item() const { return item_; }

 private:
  friend class Claimer;
  explicit Claimed(QueueItem item) : item_(std::move(item)) {}

  QueueItem item_;
  MessageRow row_;  // not with an outcome
  // With a notification:
  v1::Decision decision_;   // of now
  v1::LogReceipt receipt_;  // of the delivery entry
};

// Thread-safe. The pointed-to objects outlive it.
class Claimer {
 public:
  // `gateway`: whose log the entries stand in.
  Claimer(const StoreView* store, Ledger* ledger, const PolicyInForce* policies,
          const DirectoryRing* keys, Mailroom* mailroom, const ExchangeLimits& limits,
          std::string gateway);

  // Up to `max` items that no stream holds, oldest first, now held by `seat`. In one transaction
  // each notification is decided again with the consents and the day of now and its delivery entry
  // is written; a denied one, or one whose keys are not honoured any more, is erased, recorded and
  // told to its sender instead. UNAVAILABLE:
  // nothing is held.
  absl::StatusOr<std::vector<Claimed>> Claim(Mailroom::Seat& seat, const AgencyId& agency,
                                             size_t max) const;

  // None when the message ended meanwhile; then it is held no more.
  absl::StatusOr<std::optional<v1::Delivery>> Deliver(const Claimed& claimed) const;

 private:
  struct Round;
  absl::Status Take(Recorder& recorder, Round* round) const;
  absl::Status TakeItem(Recorder& recorder, const QueueItem& item, Round* round) const;
  absl::StatusOr<bool> DecideAgain(Recorder& recorder, Claimed* claimed) const;
  absl::StatusOr<std::optional<v1::Notification>> Open(const Claimed& claimed) const;
  absl::StatusOr<v1::Recall> RecallOf(const MessageRow& row) const;

  const StoreView* const store_;
  Ledger* const ledger_;
  const PolicyInForce* const policies_;
  const DirectoryRing* const keys_;
  Mailroom* const mailroom_;
  const ExchangeLimits limits_;
  const std::string gateway_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_CLAIM_H_
