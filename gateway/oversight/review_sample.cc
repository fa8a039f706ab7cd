#include "gateway/oversight/review_sample.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr size_t kProcedureBytes = 16;

std::string BigEndian64(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

uint64_t FirstEight(const Sha256Digest& digest) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | digest[i];
  return value;
}

std::vector<Candidate> Lowest(absl::string_view seed, size_t size,
                              const std::vector<Candidate>& stratum) {
  std::vector<std::pair<Sha256Digest, const Candidate*>> ranked;
  for (const Candidate& one : stratum) {
    ranked.emplace_back(Sha256({"sluss-review-rank/v1\n", seed, BigEndian64(one.index)}), &one);
  }
  size = std::min(size, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<ptrdiff_t>(size), ranked.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Candidate> drawn;
  for (size_t i = 0; i < size; ++i) drawn.push_back(*ranked[i].second);
  return drawn;
}

std::vector<Candidate> EveryNth(absl::string_view seed, uint64_t every,
                                const std::vector<Candidate>& stratum) {
  std::vector<Candidate> drawn;
  const uint64_t start = FirstEight(Sha256({"sluss-review-start/v1\n", seed})) % every;
  for (uint64_t i = start; i < stratum.size(); i += every) drawn.push_back(stratum[i]);
  return drawn;
}

}  // namespace

std::string ReviewProcedure(const Hash& root, absl::string_view criteria) {
  const Sha256Digest digest = Sha256({"sluss-review-procedure/v1\n", AsStringView(root), criteria});
  return std::string(AsStringView(digest).substr(0, kProcedureBytes));
}

std::string ReviewSeed(uint64_t log_size, const Hash& root, absl::string_view procedure,
                       absl::string_view criteria) {
  const Sha256Digest digest = Sha256(
      {"sluss-review-seed/v1\n", BigEndian64(log_size), AsStringView(root), procedure, criteria});
  return std::string(AsStringView(digest));
}

std::vector<Candidate> DrawSample(const v1::ReviewCriteria& criteria, absl::string_view seed,
                                  const std::vector<Candidate>& population) {
  std::map<std::string, std::vector<Candidate>> strata;
  for (const Candidate& one : population) strata[one.stratum].push_back(one);
  std::vector<Candidate> sample;
  for (const auto& [name, stratum] : strata) {
    const std::vector<Candidate> drawn = criteria.method() == v1::REVIEW_RANDOM
                                             ? Lowest(seed, criteria.size(), stratum)
                                             : EveryNth(seed, criteria.every(), stratum);
    sample.insert(sample.end(), drawn.begin(), drawn.end());
  }
  std::sort(sample.begin(), sample.end(),
            [](const Candidate& a, const Candidate& b) { return a.index < b.index; });
  return sample;
}

}  // namespace sluss
