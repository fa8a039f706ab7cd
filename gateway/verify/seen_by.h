// Who must have seen a checkpoint: witnesses that are named one by one, and a quorum of a policy.
#ifndef SLUSS_GATEWAY_VERIFY_SEEN_BY_H_
#define SLUSS_GATEWAY_VERIFY_SEEN_BY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/note.h"
#include "gateway/tlog/witness_policy.h"

namespace sluss {

struct Witnesses {
  std::vector<WitnessKey> all;          // each of these
  std::optional<WitnessPolicy> policy;  // and a quorum of this
};

// `keys` as text; `policy` is a file, or empty. INVALID_ARGUMENT also where the policy is about
// another log.
absl::StatusOr<Witnesses> LoadWitnesses(const std::vector<std::string>& keys,
                                        const std::string& policy, const VerifierKey& log);

// When each witness saw the checkpoint, as the end of a conclusion. The log's own signature on it
// has been verified. PERMISSION_DENIED where one of them did not, or where there is no quorum.
absl::StatusOr<std::string> SeenBy(const Witnesses& witnesses, absl::string_view checkpoint);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_SEEN_BY_H_
