#include "gateway/server/gateway_metrics.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "gateway/base/metrics_file.h"
#include "gateway/base/status_macros.h"
#include "proto/record.pb.h"

namespace sluss {
namespace {

constexpr absl::Duration kAgeSteps[] = {absl::ZeroDuration(), absl::Hours(1), absl::Hours(24),
                                        absl::Hours(72)};

constexpr std::pair<const char*, v1::RecordKind> kSteps[] = {
    {"delivered", v1::DELIVERY},
    {"acknowledged", v1::ACKNOWLEDGEMENT},
    {"denied_at_delivery", v1::DELIVERY_DENIED},
    {"refused", v1::REFUSAL},
    {"stopped", v1::STOP}};

absl::StatusOr<absl::Time> TimeOfEntry(const Store& store, uint64_t index) {
  ASSIGN_OR_RETURN(const std::string entry, store.ReadEntry(index));
  v1::AuditLeaf leaf;
  if (entry.empty() || !leaf.ParseFromString(entry.substr(1))) {
    return absl::DataLossError("an entry of the log cannot be read");
  }
  return absl::FromUnixMicros(leaf.time_us());
}

absl::Status AddQueue(const Store& store, absl::Time now, MetricsText* metrics) {
  ASSIGN_OR_RETURN(const QueueSummary queue, store.SummariseQueue());
  metrics->Gauge("sluss_queued_notifications", "Notifications that wait or are out unacknowledged.",
                 static_cast<double>(queue.notifications));
  ASSIGN_OR_RETURN(const std::optional<MessageRow> oldest, store.FindMessage(queue.oldest));
  absl::Duration age = absl::ZeroDuration();
  if (oldest.has_value()) {
    ASSIGN_OR_RETURN(const absl::Time since, TimeOfEntry(store, oldest->details.decision_index()));
    age = now - since;
  }
  const auto above = std::upper_bound(std::begin(kAgeSteps), std::end(kAgeSteps), age);
  const absl::Duration step =
      above == std::begin(kAgeSteps) ? absl::ZeroDuration() : *std::prev(above);
  metrics->Gauge("sluss_oldest_queued_at_least_seconds",
                 "Age of the oldest queued notification, by step: 0, 1 hour, 1 day, 3 days.",
                 absl::ToDoubleSeconds(step));
  return absl::OkStatus();
}

uint64_t Count(const EntryTally& tally, v1::RecordKind kind) {
  uint64_t count = 0;
  for (const auto& [entry, number] : tally) count += entry.first == kind ? number : 0;
  return count;
}

void AddCounts(const EntryTally& tally, MetricsText* metrics) {
  metrics->Begin("sluss_submissions_total", MetricType::kCounter, "Decided submissions.");
  for (const char* verdict : {"PERMIT", "PARTIAL", "DENY"}) {
    const auto at = tally.find({v1::DECISION, verdict});
    metrics->Add(at == tally.end() ? 0 : static_cast<double>(at->second),
                 {{"verdict", absl::AsciiStrToLower(verdict)}});
  }
  metrics->Begin("sluss_messages_total", MetricType::kCounter, "Later steps of messages.");
  for (const auto& [step, kind] : kSteps) {
    metrics->Add(static_cast<double>(Count(tally, kind)), {{"step", step}});
  }
  metrics->Begin("sluss_deadlines_missed_total", MetricType::kCounter,
                 "Messages whose sender was told to phone, and messages that expired.");
  metrics->Add(static_cast<double>(Count(tally, v1::PHONE_NOTICE)), {{"deadline", "acknowledge"}});
  metrics->Add(static_cast<double>(Count(tally, v1::EXPIRY)), {{"deadline", "expire"}});
}

}  // namespace

absl::StatusOr<std::string> GatewayMetrics(Exchange& exchange, const Store& store,
                                           const PolicySet& policy, absl::string_view gateway) {
  const Ledger& ledger = *exchange.ledger();
  const absl::Time now = ledger.clock().Now();
  MetricsText metrics;
  RETURN_IF_ERROR(AddQueue(store, now, &metrics));
  AddCounts(ledger.tally(), &metrics);
  metrics.Gauge("sluss_key_holder_reachable", "1 while the key holder answers.",
                exchange.key_holder_reachable() ? 1 : 0);
  metrics.Gauge("sluss_log_healthy", "1 while entries become durable; the relay stops without.",
                exchange.health().ok() ? 1 : 0);
  ASSIGN_OR_RETURN(const LogHead head, store.ReadHead(gateway));
  metrics.Gauge("sluss_log_entries", "Entries of the disclosure log.",
                static_cast<double>(head.size));
  if (head.size > 0) {
    ASSIGN_OR_RETURN(const absl::Time signed_at, TimeOfEntry(store, head.size - 1));
    metrics.Gauge("sluss_checkpoint_age_seconds", "Since the log was last signed.",
                  absl::ToDoubleSeconds(absl::Trunc(now - signed_at, absl::Seconds(1))));
  }
  metrics.Gauge("sluss_clock_behind_seconds",
                "How far the machine's clock was set back behind the log.",
                absl::ToDoubleSeconds(absl::Trunc(ledger.clock().Behind(), absl::Seconds(1))));
  metrics.Begin("sluss_policy_info", MetricType::kGauge, "The policy version in force.");
  metrics.Add(1, {{"version", policy.version()}});
  return metrics.text();
}

}  // namespace sluss
