// A set of atoms of one axis: small numbers, as bits. A plain value.
#ifndef SLUSS_POLICY_ANALYSIS_ATOM_SET_H_
#define SLUSS_POLICY_ANALYSIS_ATOM_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace sluss {

// Sets that meet in an operation are of the same size.
class AtomSet {
 public:
  AtomSet() = default;
  explicit AtomSet(size_t size) : words_((size + 63) / 64, 0) {}
  static AtomSet All(size_t size) {
    AtomSet set(size);
    set.AddRange(0, static_cast<uint32_t>(size));
    return set;
  }
  static AtomSet Only(size_t size, uint32_t atom) {
    AtomSet set(size);
    set.Add(atom);
    return set;
  }

  void Add(uint32_t atom) { words_[atom / 64] |= uint64_t{1} << (atom % 64); }
  // From `from`, but not `to` itself.
  void AddRange(uint32_t from, uint32_t to) {
    for (uint32_t atom = from; atom < to; ++atom) Add(atom);
  }
  bool Has(uint32_t atom) const { return (words_[atom / 64] >> (atom % 64) & 1) != 0; }
  bool Empty() const {
    for (const uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }
  bool Intersects(const AtomSet& other) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }
  bool Within(const AtomSet& other) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & ~other.words_[i]) != 0) return false;
    }
    return true;
  }
  size_t Count() const {
    size_t count = 0;
    for (const uint64_t word : words_) count += std::popcount(word);
    return count;
  }
  // The lowest atom of a set that is not empty.
  uint32_t First() const {
    size_t i = 0;
    while (words_[i] == 0) ++i;
    return static_cast<uint32_t>(i * 64 + std::countr_zero(words_[i]));
  }

  AtomSet& operator|=(const AtomSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  AtomSet& operator&=(const AtomSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  AtomSet& operator-=(const AtomSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  friend AtomSet operator|(AtomSet a, const AtomSet& b) { return a |= b; }
  friend AtomSet operator&(AtomSet a, const AtomSet& b) { return a &= b; }
  friend AtomSet operator-(AtomSet a, const AtomSet& b) { return a -= b; }
  friend bool operator==(const AtomSet& a, const AtomSet& b) { return a.words_ == b.words_; }
  friend bool operator!=(const AtomSet& a, const AtomSet& b) { return !(a == b); }

  // Ascending.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
        visit(static_cast<uint32_t>(i * 64 + std::countr_zero(rest)));
      }
    }
  }

  template <typename H>
  friend H AbslHashValue(H h, const AtomSet& set) {
    return H::combine(std::move(h), set.words_);
  }

 private:
  absl::InlinedVector<uint64_t, 4> words_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_ATOM_SET_H_
