// The bytes of sealed openings and wrapped keys, PROTOCOL.md "What opens the entries". Pure;
// thread-safe.
#ifndef SLUSS_GATEWAY_OPENINGS_SEALING_H_
#define SLUSS_GATEWAY_OPENINGS_SEALING_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"
#include "gateway/exchange/rows.h"
#include "proto/record.pb.h"

namespace sluss {

// A group's key under the key of its class and month, bound to the log, the group's number, class
// and month.
absl::StatusOr<std::string> WrapGroupKey(const SecretBytes& month_key, absl::string_view origin,
                                         const OpeningGroupRow& group, const SecretBytes& key);
absl::StatusOr<SecretBytes> UnwrapGroupKey(const SecretBytes& month_key, absl::string_view origin,
                                           const OpeningGroupRow& group);

// A serialised v1::AuditOpening under the key of its group, bound to the log, the entry's index,
// class and month.
absl::StatusOr<std::string> SealOpening(const SecretBytes& group_key, absl::string_view origin,
                                        const OpeningMonth& month, uint64_t index,
                                        absl::string_view opening);
// The same bytes. DATA_LOSS names the entry.
absl::StatusOr<std::string> OpenSealed(const SecretBytes& group_key, absl::string_view origin,
                                       const OpeningMonth& month, const OpeningRow& row);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OPENINGS_SEALING_H_
