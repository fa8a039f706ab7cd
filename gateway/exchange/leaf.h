// Entries of the disclosure log: what stands in clear, what is committed to, and the bytes.
//
//   leaf       = 0x01 || v1::AuditLeaf, serialised once; at most 8 KiB
//   commitment = SHA-256("audit-commit/v1\n" || salt(32) || tag(1) || u32be length || value)
//   salt       = SHA-256("audit-salt/v1\n" || secret(32) || tag(1))
//
// Personal and linkable values are committed to only; secret and values lie beside the log as
// v1::AuditOpening, where they can be erased without touching a hash. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_EXCHANGE_LEAF_H_
#define SLUSS_GATEWAY_EXCHANGE_LEAF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/exchange/rows.h"
#include "proto/notification.pb.h"
#include "proto/policy.pb.h"
#include "proto/record.pb.h"

namespace sluss {

// Tags of v1::Commitment.
enum class CommitTag : uint8_t {
  kOfficer = 1,
  kFurtherOfficers = 2,  // one after the other
  kReasons = 3,          // digests in the order of the officers
  kWeighings = 4,
  kManifest = 5,
  kAge = 6,     // "from-below"
  kAccess = 7,  // the number to the access domain, as gateway/crypto/access.h lays it out
};

// An entry before it has its place: `event_id`, `gateway`, `counter` and `time_us` are still empty.
struct LeafDraft {
  v1::AuditLeaf clear;
  std::vector<v1::OpenedField> committed;  // tags ascending, none twice
};

// A decision on a submission, with its officers, manifest, age and the officer's copy of the number
// committed to. `access_ciphertext` is empty where there is none.
LeafDraft DecisionLeaf(const v1::Header& header, absl::string_view manifest_digest,
                       absl::string_view access_ciphertext, const v1::Facts& facts,
                       const v1::Decision& decision);

// Officers, reasons and weighings under their tags, and `digest` of what they attest under that of
// the manifest.
void CommitAttestations(const google::protobuf::RepeatedPtrField<v1::Attestation>& attestations,
                        absl::string_view digest, LeafDraft* draft);

// What happened to a message later. The decision is the one made now, where one was made.
LeafDraft MessageLeaf(v1::RecordKind kind, const MessageRow& row);
void AddDecision(const v1::Facts& facts, const v1::Decision& decision, v1::AuditLeaf* leaf);

struct SealedLeaf {
  LogEntry entry;
  std::string opening;  // serialised v1::AuditOpening; empty where nothing was committed
};

// INTERNAL when the leaf would be larger than the log takes.
absl::StatusOr<SealedLeaf> SealLeaf(const LeafDraft& draft, absl::string_view gateway,
                                    uint64_t counter, absl::Time time);

// The digest that stands in the leaf, 32 bytes.
std::string CommitmentDigest(absl::string_view secret, uint32_t tag, absl::string_view value);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_LEAF_H_
