#include "gateway/base/metrics_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sluss {
namespace {

constexpr mode_t kOwnerAndGroup = 0640;

absl::Status Fault(const std::string& path, int error) {
  return absl::UnavailableError(absl::StrCat("metrics file `", path, "` cannot be written (",
                                             std::strerror(error),
                                             "): let this user write its directory"));
}

bool WriteAll(int file, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

std::string Number(double value) {
  char text[32];
  const int size = std::snprintf(text, sizeof(text), "%.15g", value);  // counts stay whole
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace

void MetricsText::Begin(absl::string_view name, MetricType type, absl::string_view help) {
  name_ = std::string(name);
  absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name,
                  type == MetricType::kGauge ? " gauge\n" : " counter\n");
}

void MetricsText::Add(double value, const Labels& labels) {
  absl::StrAppend(&text_, name_);
  for (size_t i = 0; i < labels.size(); ++i) {
    absl::StrAppend(
        &text_, i == 0 ? "{" : ",", labels[i].first, "=\"",
        absl::StrReplaceAll(labels[i].second, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
        "\"");
  }
  absl::StrAppend(&text_, labels.empty() ? "" : "}", " ", Number(value), "\n");
}

void MetricsText::Gauge(absl::string_view name, absl::string_view help, double value) {
  Begin(name, MetricType::kGauge, help);
  Add(value);
}

void MetricsText::Counter(absl::string_view name, absl::string_view help, double value) {
  Begin(name, MetricType::kCounter, help);
  Add(value);
}

absl::Status WriteMetricsFile(const std::string& path, absl::string_view text) {
  const std::string aside = path + ".part";  // the collector reads *.prom only
  const int file =
      open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerAndGroup);
  if (file < 0) return Fault(path, errno);
  const bool written = WriteAll(file, text) && fchmod(file, kOwnerAndGroup) == 0;
  const int error = errno;
  close(file);
  if (!written) return Fault(path, error);
  return std::rename(aside.c_str(), path.c_str()) == 0 ? absl::OkStatus() : Fault(path, errno);
}

}  // namespace sluss
