#include "agency-adapters/client/edge_metrics.h"

#include "gateway/base/metrics_file.h"

namespace sluss {

std::string EdgeMetrics(const EdgeFigures& figures) {
  MetricsText metrics;
  metrics.Begin("sluss_clocks_running", MetricType::kGauge, "Statutory clocks that run, by kind.");
  for (const auto& [code, count] : figures.clocks) {
    metrics.Add(static_cast<double>(count.running), {{"clock", code}});
  }
  metrics.Begin("sluss_clocks_overdue", MetricType::kGauge, "Those of them that are overdue.");
  for (const auto& [code, count] : figures.clocks) {
    metrics.Add(static_cast<double>(count.overdue), {{"clock", code}});
  }
  metrics.Gauge("sluss_drop_waiting", "Records in the drop directory.",
                static_cast<double>(figures.drop_waiting));
  metrics.Gauge("sluss_drop_rejected", "Records in rejected/, for somebody to mend.",
                static_cast<double>(figures.rejected));
  metrics.Gauge("sluss_outbox_waiting", "Sealed messages that wait for the gateway.",
                static_cast<double>(figures.outbox_waiting));
  metrics.Gauge("sluss_receiving", "1 while a stream from the gateway is held or opened.",
                figures.receiving ? 1 : 0);
  metrics.Counter("sluss_received_total", "Notifications written for the agency since the start.",
                  static_cast<double>(figures.received));
  metrics.Counter("sluss_quarantined_total", "Deliveries that were refused since the start.",
                  static_cast<double>(figures.quarantined));
  metrics.Counter("sluss_log_contradictions_total",
                  "Entries that the log proved to be others than before, since the start.",
                  static_cast<double>(figures.contradictions));
  return metrics.text();
}

}  // namespace sluss
