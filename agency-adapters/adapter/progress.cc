#include "agency-adapters/adapter/progress.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {
constexpr size_t kBarWidth = 40;
}  // namespace

std::string ProgressBar(size_t done, size_t total) {
  const size_t filled = total == 0 ? kBarWidth : kBarWidth * done / total;
  return absl::StrCat("enrolling [", std::string(filled, '#'), std::string(kBarWidth - filled, '.'),
                      "] ", done, " of ", total);
}

std::function<void(size_t done, size_t total)> ShowProgress(EventLog* events) {
  if (isatty(STDERR_FILENO) == 0) {
    return [events](size_t done, size_t total) {
      events->Write("enrolling", {{"done", done}, {"total", total}});
    };
  }
  return [](size_t done, size_t total) {
    std::fprintf(stderr, "\r%s%s", ProgressBar(done, total).c_str(), done == total ? "\n" : "");
  };
}

}  // namespace sluss
