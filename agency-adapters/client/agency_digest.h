// The digests that an agency makes of its own people and texts: the gateway gets these, never the
// names and words.
//
//   officer = HMAC-SHA256(c, "officer\n" || name)      32 bytes; the same officer is one pseudonym
//   tag     = HMAC-SHA256(c, "register row\n" || number)   32 bytes; never leaves the agency
//   person  = HMAC-SHA256(c, "grantor\n" || consent id (16) || name)   32 bytes; of one consent
//   only,
//             so that two children with one guardian have nothing in common
//   commitment = SHA-256("audit-commit/v1\n" || salt(32) || u8 field || u32be length || text)
// c is the agency's closing secret. The texts stay in the outbox record with their salts, so that
// the agency can open a commitment later, before a reviewer or a court.
// Pure; thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_AGENCY_DIGEST_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_AGENCY_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/crypto/party_keys.h"
#include "proto/agency_state.pb.h"
#include "proto/notification.pb.h"

namespace sluss {

std::string OfficerPseudonym(const AgencySecrets& secrets, absl::string_view name);

// Somebody who answered whether he consents.
std::string PersonPseudonym(const AgencySecrets& secrets, absl::string_view consent_id,
                            absl::string_view name);

// `number` has 12 digits.
std::string RegisterTag(const AgencySecrets& secrets, absl::string_view number);

// Tags of record.proto; those above 100 stand in no entry of the log but in a consent record.
enum class CommittedField : char { kReason = 3, kWeighing = 4, kTopic = 101, kMaturity = 102 };

std::string Commit(CommittedField field, absl::string_view salt, absl::string_view text);

struct Attested {
  v1::Attestation attestation;     // travels
  v1::AttestationOpening opening;  // stays
};

// With fresh salts. An empty weighing has no digest: nothing is claimed.
Attested Attest(const AgencySecrets& secrets, const v1::OfficerAct& act);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_AGENCY_DIGEST_H_
