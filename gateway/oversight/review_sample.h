// The draw itself: which entries of a population become a sample. Pure, and so plain that a
// stranger with the published log and the opened criteria draws the same sample again
// (PROTOCOL.md).
//
//   procedure = SHA-256("sluss-review-procedure/v1\n" || root(32) || criteria)[:16]
//   seed      = SHA-256("sluss-review-seed/v1\n" || u64be log_size || root(32) || procedure(16)
//                       || criteria)
//   rank(i)   = SHA-256("sluss-review-rank/v1\n" || seed(32) || u64be i)
//
// Random: of each stratum the `size` entries of lowest rank. Every nth: of each stratum, in the
// order of the log, entry number (first eight bytes of SHA-256("sluss-review-start/v1\n" || seed),
// big endian) mod n, and every nth from there.
//
// Nothing in it can be chosen by who draws but the criteria: the root is that of the log's newest
// checkpoint at the moment, which everybody's entries made, and there is no random number that
// could be drawn again. Whoever draws twice for a better sample has two entries in the log.
#ifndef SLUSS_GATEWAY_OVERSIGHT_REVIEW_SAMPLE_H_
#define SLUSS_GATEWAY_OVERSIGHT_REVIEW_SAMPLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/tlog/merkle.h"
#include "proto/review.pb.h"

namespace sluss {

// An entry of the population.
struct Candidate {
  uint64_t index = 0;
  std::string stratum;
  std::string agency;  // whose act it was
};

// 16 and 32 bytes. `criteria` as committed to.
std::string ReviewProcedure(const Hash& root, absl::string_view criteria);
std::string ReviewSeed(uint64_t log_size, const Hash& root, absl::string_view procedure,
                       absl::string_view criteria);

// Ascending by index. `population` ascends.
std::vector<Candidate> DrawSample(const v1::ReviewCriteria& criteria, absl::string_view seed,
                                  const std::vector<Candidate>& population);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_REVIEW_SAMPLE_H_
