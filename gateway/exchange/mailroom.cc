#include "gateway/exchange/mailroom.h"

#include <utility>

namespace sluss {

// Guarded by the mailroom's mutex.
class Mailroom::Seat {
 public:
  Seat(AgencyId agency_id, size_t size) : agency(std::move(agency_id)), window(size) {}

  const AgencyId agency;
  const size_t window;
  size_t held = 0;
  bool mail = true;
  bool closed = false;
  CondVar bell;
};

std::shared_ptr<Mailroom::Seat> Mailroom::Sit(const AgencyId& agency, size_t window) {
  auto seat = std::make_shared<Seat>(agency, window);
  MutexLock lock(&mutex_);
  seat->closed = closed_;
  desks_[agency].seats.insert(seat.get());
  return seat;
}

void Mailroom::Leave(Seat& seat) {
  MutexLock lock(&mutex_);
  const auto desk = desks_.find(seat.agency);
  desk->second.seats.erase(&seat);
  std::erase_if(desk->second.out, [&](const auto& out) { return out.second == &seat; });
  if (desk->second.seats.empty()) {
    desks_.erase(desk);
  } else {
    Ring(desk->second);
  }
}

void Mailroom::Close(Seat& seat) {
  MutexLock lock(&mutex_);
  seat.closed = true;
  seat.bell.NotifyAll();
}

void Mailroom::CloseAll() {
  MutexLock lock(&mutex_);
  closed_ = true;
  for (auto& [agency, desk] : desks_) {
    for (Seat* seat : desk.seats) {
      seat->closed = true;
      seat->bell.NotifyAll();
    }
  }
}

absl::Status Mailroom::CheckOpen(const Seat& seat) const {
  MutexLock lock(&mutex_);
  return seat.closed ? absl::CancelledError("the stream was closed") : absl::OkStatus();
}

absl::StatusOr<size_t> Mailroom::AwaitMail(Seat& seat, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  MutexLock lock(&mutex_);
  while (!seat.closed && (!seat.mail || seat.held >= seat.window)) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return 0;
    seat.bell.WaitFor(&mutex_, left);
  }
  if (seat.closed) return absl::CancelledError("the stream was closed");
  seat.mail = false;
  return seat.window - seat.held;
}

void Mailroom::MoreMayWait(Seat& seat) {
  MutexLock lock(&mutex_);
  seat.mail = true;
}

void Mailroom::Wake(const AgencyId& agency) {
  MutexLock lock(&mutex_);
  if (const auto desk = desks_.find(agency); desk != desks_.end()) Ring(desk->second);
}

void Mailroom::WakeAll() {
  MutexLock lock(&mutex_);
  for (auto& [agency, desk] : desks_) Ring(desk);
}

bool Mailroom::Attended(const AgencyId& agency) const {
  MutexLock lock(&mutex_);
  return desks_.contains(agency);
}

bool Mailroom::Hold(Seat& seat, const DeliveryId& delivery) {
  MutexLock lock(&mutex_);
  const bool free = desks_[seat.agency].out.emplace(delivery, &seat).second;
  if (free) ++seat.held;
  return free;
}

void Mailroom::Release(const AgencyId& agency, const DeliveryId& delivery) {
  MutexLock lock(&mutex_);
  const auto desk = desks_.find(agency);
  if (desk == desks_.end()) return;
  const auto out = desk->second.out.find(delivery);
  if (out == desk->second.out.end()) return;
  --out->second->held;
  out->second->bell.NotifyAll();
  desk->second.out.erase(out);
}

size_t Mailroom::HeldBy(const AgencyId& agency) const {
  MutexLock lock(&mutex_);
  const auto desk = desks_.find(agency);
  return desk == desks_.end() ? 0 : desk->second.out.size();
}

void Mailroom::Ring(Desk& desk) {
  for (Seat* seat : desk.seats) {
    seat->mail = true;
    seat->bell.NotifyAll();
  }
}

}  // namespace sluss
