// One recipient's held stream: what waits is claimed for it, handed out, and kept until
// acknowledged.
#ifndef SLUSS_GATEWAY_EXCHANGE_DELIVERY_STREAM_H_
#define SLUSS_GATEWAY_EXCHANGE_DELIVERY_STREAM_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/exchange/claim.h"
#include "gateway/exchange/mailroom.h"
#include "proto/gateway.pb.h"

namespace sluss {

// Made by Exchange::Fetch; must die before the exchange. Next is called from one thread; Close from
// any. Its death gives back what it held: the next stream gets it again, with the same delivery id.
class DeliveryStream {
 public:
  // Both outlive it.
  DeliveryStream(AgencyId agency, size_t window, const Claimer* claimer, Mailroom* mailroom);
  ~DeliveryStream();
  DeliveryStream(const DeliveryStream&) = delete;
  DeliveryStream& operator=(const DeliveryStream&) = delete;

  // The next delivery; none when nothing came within `patience` (the caller looks whether its peer
  // is still there, and asks again). Sleeps until woken: by mail, by an acknowledgement that opens
  // the window, by Close. CANCELLED after Close; UNAVAILABLE while the ledger fails.
  absl::StatusOr<std::optional<v1::Delivery>> Next(std::chrono::milliseconds patience);

  // Wakes Next and makes every later one CANCELLED.
  void Close();

 private:
  const AgencyId agency_;
  const Claimer* const claimer_;
  Mailroom* const mailroom_;
  const std::shared_ptr<Mailroom::Seat> seat_;
  std::deque<Claimed> claimed_;  // not handed out yet
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_DELIVERY_STREAM_H_
