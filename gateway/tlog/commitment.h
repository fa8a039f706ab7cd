// Commitments of the disclosure log: how a value that is not told stands in an entry.
//
//   salt       = SHA-256("audit-salt/v1\n" || secret(32) || tag(1))
//   commitment = SHA-256("audit-commit/v1\n" || salt(32) || tag(1) || u32be length || value)
//
// Who has an entry's secret can open all its fields; who has the salt of one field, that one only.
// Pure; thread-safe.
#ifndef SLUSS_GATEWAY_TLOG_COMMITMENT_H_
#define SLUSS_GATEWAY_TLOG_COMMITMENT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/record.pb.h"

namespace sluss {

std::string CommitmentSalt(absl::string_view secret, uint32_t tag);
std::string CommitmentOf(absl::string_view salt, uint32_t tag, absl::string_view value);

// The digest that the leaf has under `tag`; empty where it commits to nothing there.
std::string CommittedUnder(const v1::AuditLeaf& leaf, uint32_t tag);

// DATA_LOSS unless the leaf commits to this value.
absl::Status CheckCommitment(const v1::AuditLeaf& leaf, uint32_t tag, absl::string_view salt,
                             absl::string_view value);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_COMMITMENT_H_
