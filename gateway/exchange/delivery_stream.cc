#include "gateway/exchange/delivery_stream.h"

#include <algorithm>
#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// What one claim takes at most: a stream holds ids, not whole windows of payloads.
constexpr size_t kMostAtOnce = 16;

}  // namespace

DeliveryStream::DeliveryStream(AgencyId agency, size_t window, const Claimer* claimer,
                               Mailroom* mailroom)
    : agency_(std::move(agency)),
      claimer_(claimer),
      mailroom_(mailroom),
      seat_(mailroom->Sit(agency_, window)) {}

DeliveryStream::~DeliveryStream() { mailroom_->Leave(*seat_); }

absl::StatusOr<std::optional<v1::Delivery>> DeliveryStream::Next(
    std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    while (!claimed_.empty()) {
      RETURN_IF_ERROR(mailroom_->CheckOpen(*seat_));
      const Claimed claimed = std::move(claimed_.front());
      claimed_.pop_front();
      ASSIGN_OR_RETURN(std::optional<v1::Delivery> delivery, claimer_->Deliver(claimed));
      if (delivery.has_value()) return delivery;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    ASSIGN_OR_RETURN(const size_t room, mailroom_->AwaitMail(*seat_, left));
    if (room == 0) return std::nullopt;
    ASSIGN_OR_RETURN(std::vector<Claimed> claimed,
                     claimer_->Claim(*seat_, agency_, std::min(room, kMostAtOnce)));
    claimed_.assign(std::make_move_iterator(claimed.begin()),
                    std::make_move_iterator(claimed.end()));
  }
}

void DeliveryStream::Close() { mailroom_->Close(*seat_); }

}  // namespace sluss
