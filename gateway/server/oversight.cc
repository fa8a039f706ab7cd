#include "gateway/server/oversight.h"

#include <algorithm>
#include <utility>

#include "gateway/base/metrics_file.h"
#include "gateway/base/status_macros.h"
#include "gateway/store/open_store.h"

namespace sluss {

absl::StatusOr<std::unique_ptr<OversightDesk>> OversightDesk::Start(
    const Parts& parts, const v1::GatewayConfig& config) {
  std::unique_ptr<OversightDesk> desk(new OversightDesk());
  ASSIGN_OR_RETURN(desk->reader_view_, OpenStoreView(config.database()));
  if (!config.search().off()) {
    ASSIGN_OR_RETURN(desk->follower_view_, OpenStoreView(config.database()));
    desk->index_ = std::make_unique<IndexFollower>(config.search().index(),
                                                   desk->follower_view_.get(), parts.events);
    desk->index_->Start();
    desk->search_ = std::make_unique<LogSearch>(SearchParts{.ledger = parts.ledger,
                                                            .log = desk->reader_view_.get(),
                                                            .index = desk->index_.get(),
                                                            .openings = parts.openings});
    desk->reviews_ = std::make_unique<LogReviews>(
        ReviewParts{.ledger = parts.ledger,
                    .log = desk->reader_view_.get(),
                    .index = desk->index_.get(),
                    .openings = parts.openings,
                    .agencies = {config.agency().begin(), config.agency().end()}});
  }
  desk->service_ =
      std::make_unique<OversightService>(OversightParts{.search = desk->search_.get(),
                                                        .reviews = desk->reviews_.get(),
                                                        .verifier = parts.verifier,
                                                        .events = parts.events});
  return desk;
}

absl::StatusOr<std::string> OversightDesk::Metrics() const {
  if (index_ == nullptr) return std::string();
  ASSIGN_OR_RETURN(const LogHead head, reader_view_->ReadHead(/*gateway=*/""));
  const std::shared_ptr<const PostingIndex> index = index_->Index();
  const absl::StatusOr<IndexReach> reach =
      index == nullptr ? absl::StatusOr<IndexReach>(IndexReach()) : index->Reach();
  const uint64_t size = reach.ok() ? std::min(reach->size, head.size) : 0;
  MetricsText metrics;
  metrics.Gauge("sluss_search_index_behind_entries", "Entries that a search does not find yet.",
                static_cast<double>(head.size - size));
  return metrics.text();
}

}  // namespace sluss
