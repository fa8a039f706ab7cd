#include "gateway/publication/publisher.h"

#include <optional>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// What would be published now; nothing where the head is not new.
absl::StatusOr<std::optional<PublishedCheckpoint>> Next(const StoreView& view, absl::Time now) {
  ASSIGN_OR_RETURN(const LogHead head, view.ReadHead(/*gateway=*/""));
  ASSIGN_OR_RETURN(const auto last, view.LastPublished());
  if (head.size == 0) return std::nullopt;
  if (!last.has_value()) return PublishedCheckpoint{0, head.size, now, head.checkpoint};
  if (head.size <= last->size || now - last->at < kPublishEvery) return std::nullopt;
  return PublishedCheckpoint{last->number + 1, head.size, now, head.checkpoint};
}

}  // namespace

absl::StatusOr<bool> Publisher::Publish() {
  ASSIGN_OR_RETURN(auto next, Next(*store_, ledger_->clock().Now()));
  if (!next.has_value()) return false;
  bool published = false;
  const auto publish = [&](Recorder& recorder) -> absl::Status {
    ASSIGN_OR_RETURN(next, Next(recorder.store(), recorder.now()));
    published = next.has_value();
    return published ? recorder.store().PutPublished(*next) : absl::OkStatus();
  };
  RETURN_IF_ERROR(ledger_->Run(publish).status());
  return published;
}

}  // namespace sluss
