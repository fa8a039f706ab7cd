// Who holds a stream, what it has been given, and the bell that wakes it.
//
// The only state of the exchange that lives in memory alone: ids of deliveries that are out with a
// live stream. After a restart there are none, so everything unacknowledged is delivered again.
#ifndef SLUSS_GATEWAY_EXCHANGE_MAILROOM_H_
#define SLUSS_GATEWAY_EXCHANGE_MAILROOM_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/ids.h"
#include "gateway/base/mutex.h"

namespace sluss {

// Thread-safe.
class Mailroom {
 public:
  class Seat;  // one held stream

  Mailroom() = default;
  Mailroom(const Mailroom&) = delete;
  Mailroom& operator=(const Mailroom&) = delete;

  // A stream sits down; at most `window` deliveries are out with it. Mail may be waiting already,
  // so the first AwaitMail returns at once.
  std::shared_ptr<Seat> Sit(const AgencyId& agency, size_t window);
  // It is gone: what it held is free, and the agency's other streams are woken.
  void Leave(Seat& seat);
  // Its AwaitMail is CANCELLED, now and later.
  void Close(Seat& seat);
  // For all that sit and all that will.
  void CloseAll();

  // CANCELLED when closed.
  absl::Status CheckOpen(const Seat& seat) const;
  // How many deliveries may be claimed: sleeps until there may be mail and the window has room; 0
  // when `patience` passed first. CANCELLED when closed.
  absl::StatusOr<size_t> AwaitMail(Seat& seat, std::chrono::milliseconds patience);
  // There may be more than was claimed: the next AwaitMail does not sleep.
  void MoreMayWait(Seat& seat);

  // Something waits for the agency.
  void Wake(const AgencyId& agency);
  // Something may wait for anyone.
  void WakeAll();
  // Whether the agency holds a stream.
  bool Attended(const AgencyId& agency) const;

  // False when a stream has it out already.
  bool Hold(Seat& seat, const DeliveryId& delivery);
  // Acknowledged, or never handed out.
  void Release(const AgencyId& agency, const DeliveryId& delivery);
  size_t HeldBy(const AgencyId& agency) const;

 private:
  struct Desk {
    std::set<Seat*> seats;
    std::map<DeliveryId, Seat*> out;
  };

  static void Ring(Desk& desk);

  mutable Mutex mutex_;
  std::map<AgencyId, Desk> desks_ ABSL_GUARDED_BY(mutex_);  // those with a seat
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_MAILROOM_H_
