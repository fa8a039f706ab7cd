#include "gateway/ctl/progress_bar.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

constexpr int kCells = 30;

}  // namespace

void ProgressBar::Show(uint64_t done, uint64_t whole, absl::Time now) {
  begun_ = std::min(begun_, now);
  const uint64_t of = std::max<uint64_t>(whole, 1);
  const int tenths = static_cast<int>(std::min(done, of) * 10 / of);
  const bool last = done >= whole;
  if (terminal_ ? (now - drawn_ < absl::Milliseconds(100) && !last) : tenths == tenths_) return;
  drawn_ = now;
  tenths_ = tenths;
  const double seconds = absl::ToDoubleSeconds(now - begun_);
  const std::string speed =
      seconds < 0.5
          ? ""
          : absl::StrCat(", ", static_cast<uint64_t>(static_cast<double>(done) / seconds), "/s");
  const std::string text =
      absl::StrCat(done * 100 / of, " %  ", done, " of ", whole, " entries", speed);
  if (!terminal_) {
    *out_ << what_ << " " << text << std::endl;
    return;
  }
  const int full = static_cast<int>(std::min(done, of) * kCells / of);
  *out_ << "\r" << what_ << " [" << std::string(full, '#') << std::string(kCells - full, '.')
        << "] " << text << "\x1b[K" << std::flush;
  open_ = true;
}

void ProgressBar::End() {
  if (std::exchange(open_, false)) *out_ << std::endl;
}

}  // namespace sluss
