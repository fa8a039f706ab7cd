#include "policy/names.h"

#include <algorithm>
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

}  // namespace

uint32_t NameTable::Add(absl::string_view name) {
  const auto [at, inserted] = numbers_.try_emplace(name, names_.size());
  if (inserted) names_.emplace_back(name);
  return at->second;
}

std::optional<uint32_t> NameTable::Find(absl::string_view name) const {
  const auto at = numbers_.find(name);
  if (at == numbers_.end()) return std::nullopt;
  return at->second;
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
