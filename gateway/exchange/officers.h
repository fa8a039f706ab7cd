// Who may attest for an agency: the register that it keeps here, and what of a message's
// attestations the register bears out.
//
// An agency hands in its whole register, signed; the latest one counts, from the transaction that
// recorded it. The gateway sees pseudonyms, roles, keys and days, no name.
#ifndef SLUSS_GATEWAY_EXCHANGE_OFFICERS_H_
#define SLUSS_GATEWAY_EXCHANGE_OFFICERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/exchange/recorder.h"
#include "gateway/exchange/store.h"
#include "proto/notification.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

// What came of a register, filled in the ledger's thread.
struct OfficersKept {
  absl::Status refusal;                     // for the caller
  std::optional<uint64_t> recorded_before;  // the same register, handed in earlier
};

struct SignedRegister {
  CheckedOfficers officers;
  std::string signed_by;  // public key
};

// A register that one of the agency's keys signed. The error is that of the first.
absl::StatusOr<SignedRegister> CheckRegister(const v1::EnrolOfficersRequest& request,
                                             const std::vector<const AgencyEntry*>& keys);

// A unit of work: OFFICERS entry with the number of officers and a commitment to the register, and
// the register in the place of the one before. FAILED_PRECONDITION for one that is older than the
// one in force: a register that was taken back must not return. One whose key `keys` does not
// honour any more is not in force, whatever its version. `digest`: SHA-256 of its bytes.
absl::Status ApplyOfficers(Recorder& recorder, const AgencyId& agency,
                           const SignedRegister& signed_register, absl::string_view digest,
                           const DirectoryRing& keys, OfficersKept* result);

// INVALID_ARGUMENT "`attestation` ..." where the agency's register was signed with a key that is
// not honoured any more: nobody stands in it until it is handed in again.
absl::Status CheckRegisterHonoured(const AgencyId& agency, const DirectoryRing& keys,
                                   const StoreView& view);

// What is attested, as it came.
struct AttestedBytes {
  AttestedKind kind;
  absl::string_view bytes;
  const google::protobuf::RepeatedPtrField<v1::Attestation>& attestation;
  const google::protobuf::RepeatedPtrField<std::string>& signature;
};

// Each attestation is by another officer whom `agency` has enrolled, with a role that the officer
// has, in force at one of `moments`, and signed by the officer's key. INVALID_ARGUMENT
// "`attestation` ..." or PERMISSION_DENIED "`officer_signature` ...".
absl::StatusOr<std::vector<v1::AttestingOfficer>> CheckAttestations(
    const AgencyId& agency, const AttestedBytes& attested, const std::vector<absl::Time>& moments,
    const StoreView& view);

// Those of `officers` whom the register still bears out at `now`: enrolled, with that role and that
// key, in force.
absl::StatusOr<std::vector<v1::AttestingOfficer>> StillInForce(
    const AgencyId& agency, const std::vector<v1::AttestingOfficer>& officers, absl::Time now,
    const StoreView& view);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_OFFICERS_H_
