// Figures for whoever watches a process, as a file in Prometheus' text format.
//
// A file and no listener: node_exporter's textfile collector reads it, so that there is no plain
// HTTP beside mutual TLS. Debian's prometheus-cpp would bring a web server with its headers; the
// format is three kinds of lines. Source: prometheus.io/docs/instrumenting/exposition_formats.
//
// Figures are counts, ages and flags. No label names a person, a case, or two agencies together:
// in a small place, who wrote to whom points at a child.
#ifndef SLUSS_GATEWAY_BASE_METRICS_FILE_H_
#define SLUSS_GATEWAY_BASE_METRICS_FILE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sluss {

enum class MetricType { kGauge, kCounter };

// Collects figures and words them. A value; const methods are thread-safe.
class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  // Begins a metric: `name` is of [a-z_] and digits, "sluss_queued_notifications"; `help` one line.
  void Begin(absl::string_view name, MetricType type, absl::string_view help);
  // One figure of the metric that was begun last.
  void Add(double value, const Labels& labels = {});
  // A metric with one figure.
  void Gauge(absl::string_view name, absl::string_view help, double value);
  void Counter(absl::string_view name, absl::string_view help, double value);

  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

// Replaces the file whole, readable by its owner and group (0640): a reader sees the old or the new
// text. It is not synced: after a power loss it is written again. Errors name the path.
absl::Status WriteMetricsFile(const std::string& path, absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_METRICS_FILE_H_
