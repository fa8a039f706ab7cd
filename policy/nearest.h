// The permits that came nearest to letting a category pass: policy/README.md, sentence 7.
#ifndef SLUSS_POLICY_NEAREST_H_
#define SLUSS_POLICY_NEAREST_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluss {

// Keeps at most three rules, all with the same fewest failing columns. Among equals first the one
// that rests on what is cited, then the one for the purpose, then by number.
class Nearest {
 public:
  static constexpr size_t kMost = 3;

  // Must come first: there is no constructor, because many stand in a row and few are used.
  void Clear() {
    size_ = 0;
    fewest_ = 64;
  }

  // Whether a rule with so many failing columns could still be kept.
  bool Open(int failing) const { return failing <= fewest_; }

  // Whether it was kept. `rank` is 2 for another basis than the cited one, plus 1 for another
  // purpose.
  bool Offer(int failing, uint32_t rank, uint32_t rule) {
    if (failing > fewest_) return false;
    if (failing < fewest_) size_ = 0;
    fewest_ = failing;
    const uint64_t key = uint64_t{rank} << 32 | rule;
    if (size_ == kMost && keys_[kMost - 1] < key) return false;
    uint32_t at = size_ == kMost ? uint32_t{kMost} - 1 : size_++;
    for (; at > 0 && keys_[at - 1] > key; --at) keys_[at] = keys_[at - 1];
    keys_[at] = key;
    return true;
  }

  size_t size() const { return size_; }
  uint32_t rule(size_t i) const { return static_cast<uint32_t>(keys_[i]); }

 private:
  std::array<uint64_t, kMost> keys_;
  uint32_t size_;
  int fewest_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_NEAREST_H_
