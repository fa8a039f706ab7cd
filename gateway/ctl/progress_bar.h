// How far a long work is: a bar on a terminal, plain lines elsewhere. On standard error, so that
// what a program prints stays its own.
#ifndef SLUSS_GATEWAY_CTL_PROGRESS_BAR_H_
#define SLUSS_GATEWAY_CTL_PROGRESS_BAR_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/time/time.h"

namespace sluss {

// Not thread-safe. `out` outlives it.
class ProgressBar {
 public:
  // `what`: "scanning".
  ProgressBar(std::ostream* out, bool terminal, std::string what)
      : out_(out), terminal_(terminal), what_(std::move(what)) {}

  // Draws where there is something new to see: ten times a second, or each tenth of the whole.
  void Show(uint64_t done, uint64_t whole, absl::Time now);
  // Ends the bar's line.
  void End();

 private:
  std::ostream* const out_;
  const bool terminal_;
  const std::string what_;
  absl::Time begun_ = absl::InfiniteFuture();
  absl::Time drawn_ = absl::InfinitePast();
  int tenths_ = -1;
  bool open_ = false;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_PROGRESS_BAR_H_
