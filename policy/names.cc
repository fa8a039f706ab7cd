#include "policy/names.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

constexpr size_t kLongestName = 100;

// Levenshtein distance; letters of either case count as the same.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const bool same = absl::ascii_toupper(a[i]) == absl::ascii_toupper(b[j]);
      const size_t replace = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

template <typename Word>
uint64_t Load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// The first and the last bytes, which overlap.
uint64_t LoadShort(absl::string_view name) {
  const char* end = name.data() + name.size();
  if (name.size() >= 4) return Load<uint32_t>(name.data()) << 32 | Load<uint32_t>(end - 4);
  if (name.size() >= 2) return Load<uint16_t>(name.data()) << 16 | Load<uint16_t>(end - 2);
  return name.empty() ? 0 : Load<uint8_t>(name.data());
}

constexpr size_t kCompared = 16;  // bytes of a name that stand in its slot

// Odd numbers without a pattern: multiples of them differ in their upper bits.
constexpr uint64_t kFirst = 0x9E3779B97F4A7C15, kLast = 0xC2B2AE3D27D4EB4F,
                   kSize = 0xD6E8FEB86659FD93;

}  // namespace

NameTable::Slot NameTable::KeyOf(absl::string_view name) {
  Slot key;
  key.size = static_cast<uint32_t>(name.size());
  if (name.size() < 8) {
    key.first = LoadShort(name);
  } else {
    key.first = Load<uint64_t>(name.data());
    key.last = Load<uint64_t>(name.data() + name.size() - 8);
  }
  return key;
}

bool NameTable::Holds(const Slot& slot, const Slot& key, absl::string_view name) const {
  return slot.first == key.first && slot.last == key.last && slot.size == key.size &&
         (name.size() <= kCompared || names_[slot.number_plus_one - 1] == name);
}

// Names are chosen by those who write policies: ones that collide would only slow themselves down.
size_t NameTable::Probe(const Slot& key, absl::string_view name) const {
  uint64_t hash = key.first * kFirst + key.last * kLast + key.size * kSize;
  for (size_t at = 8; at + 8 < name.size(); at += 8) {
    hash = (hash ^ hash >> 32 ^ Load<uint64_t>(&name[at])) * kFirst;
  }
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash >> 32 & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number_plus_one == 0 || Holds(slot, key, name)) return at;
  }
}

void NameTable::Grow() {
  slots_.assign(slots_.size() * 2, Slot());
  for (uint32_t number = 0; number < names_.size(); ++number) {
    slots_[Probe(keys_[number], names_[number])] = keys_[number];
  }
}

uint32_t NameTable::Add(absl::string_view name) {
  Slot slot = KeyOf(name);
  Slot& place = slots_[Probe(slot, name)];
  if (place.number_plus_one != 0) return place.number_plus_one - 1;
  names_.emplace_back(name);
  slot.number_plus_one = static_cast<uint32_t>(names_.size());
  place = slot;
  keys_.push_back(slot);
  if (names_.size() * 2 > slots_.size()) Grow();
  return static_cast<uint32_t>(names_.size() - 1);
}

std::optional<uint32_t> NameTable::Find(const Slot& key, absl::string_view name) const {
  const uint32_t found = slots_[Probe(key, name)].number_plus_one;
  if (found == 0) return std::nullopt;
  return found - 1;
}

std::optional<uint32_t> NameTable::Find(absl::string_view name) const {
  return Find(KeyOf(name), name);
}

std::optional<uint32_t> NameTable::Find(absl::string_view name, uint32_t likely) const {
  const Slot key = KeyOf(name);
  if (likely < keys_.size() && Holds(keys_[likely], key, name)) return likely;
  return Find(key, name);
}

std::string NameTable::Unknown(absl::string_view name) const {
  return UnknownName(kind_, name, names_);
}

std::string UnknownName(absl::string_view kind, absl::string_view name,
                        const std::vector<std::string>& known) {
  const absl::string_view shown = name.substr(0, kLongestName);
  std::string text = absl::StrCat("unknown ", kind, " `", shown, "`");
  const std::string* nearest = nullptr;
  size_t least = 0;
  for (const std::string& candidate : known) {
    const size_t distance = Distance(shown, candidate);
    if (distance * 3 > std::max(shown.size(), candidate.size())) continue;
    if (nearest != nullptr && distance >= least) continue;
    nearest = &candidate;
    least = distance;
  }
  if (nearest != nullptr) absl::StrAppend(&text, ": did you mean `", *nearest, "`?");
  return text;
}

}  // namespace sluss
