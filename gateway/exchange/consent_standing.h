// A consent as it stands: what was signed, what has become of it since, and which other consents it
// must be read together with.
//
// A consent is never changed. A later version replaces it (`supersedes`), another consent may
// contradict it (`contradicts`), and parts of it are taken back; all that lies beside the signed
// bytes. Pure but for the reading of records; thread-safe.
#ifndef SLUSS_GATEWAY_EXCHANGE_CONSENT_STANDING_H_
#define SLUSS_GATEWAY_EXCHANGE_CONSENT_STANDING_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/exchange/rows.h"
#include "gateway/exchange/store.h"
#include "proto/notification.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

struct StandingConsent {
  v1::ConsentRecord record;
  absl::Time withdrawn = absl::InfiniteFuture();
  v1::ConsentStanding standing;
};

// None where there is no such consent or its bytes are no record.
std::optional<StandingConsent> StandingOf(const std::optional<ConsentRow>& row);
absl::StatusOr<std::optional<StandingConsent>> ReadConsent(const StoreView& view,
                                                           const ConsentId& id);

// The joint key that the consent was deposited under, whatever keys are in force by now; one that
// was registered before it was kept is taken to be of `directory`.
absl::StatusOr<Point> DepositKeyOf(const StandingConsent& consent, const KeyDirectory& directory);

// Whether the agency is a party or the depositor, taken back or not.
bool NamesAgency(const v1::ConsentRecord& record, absl::string_view agency);
bool IsWithdrawn(const StandingConsent& consent, absl::string_view party);

// The categories that may be told and the parties that may take part, as far as they are not taken
// back. Sorted.
std::set<std::string> CategoriesLeft(const StandingConsent& consent);
std::set<std::string> PartiesLeft(const StandingConsent& consent);

// All versions of a consent, oldest first: whichever of them is asked about. Empty when there is no
// such consent.
absl::StatusOr<std::vector<ConsentRow>> VersionsOf(const StoreView& view, const ConsentId& id);

// What a citation of the consent is judged by: the cited version, the newest one, and the newest
// version of every consent that contradicts one of its versions and is not decided on. Who cites it
// may do what all of them permit. Empty when there is no such consent.
absl::StatusOr<std::vector<StandingConsent>> JudgedBy(const StoreView& view, const ConsentId& id);

// The consents whose citations are judged by this one, besides its own versions: the versions of
// those that it contradicts.
absl::StatusOr<std::vector<ConsentId>> Contradicted(const StoreView& view, const ConsentId& id);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_CONSENT_STANDING_H_
