#include "gateway/crypto/same_number.h"

#include <optional>

#include "gateway/base/status_macros.h"

namespace sluss {

absl::StatusOr<SigmaRelation> SameNumberRelation(const NumberUnderKey& first,
                                                 const NumberUnderKey& second) {
  enum Witness : size_t { kR, kS };
  constexpr std::nullopt_t kG = std::nullopt;
  ASSIGN_OR_RETURN(const Point difference, Subtract(first.ciphertext.c2, second.ciphertext.c2));
  return SigmaRelation{.name = "same-number",
                       .witnesses = 2,
                       .equations = {
                           {first.ciphertext.c1, {{kR, kG}}},
                           {second.ciphertext.c1, {{kS, kG}}},
                           {difference, {{kR, first.key}, {kS, second.key, /*negative=*/true}}},
                       }};
}

}  // namespace sluss
