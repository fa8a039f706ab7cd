#include "gateway/exchange/consent_state.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// A copy of the consent itself: it goes to whom the consent names, whatever the consent is for.
constexpr char kConsentCopy[] = "CONSENT_COPY";

constexpr std::array kGravestFirst = {v1::UNKNOWN_CONSENT,
                                      v1::OTHER_CHILD,
                                      v1::WITHDRAWN,
                                      v1::REFUSED,
                                      v1::NOT_YET_VALID,
                                      v1::EXPIRED,
                                      v1::GUARDIAN_MISSING,
                                      v1::CHILD_MISSING,
                                      v1::PARTY_NOT_NAMED,
                                      v1::PURPOSE_NOT_COVERED,
                                      v1::VALID};

const v1::ConsentParty* FindParty(const v1::ConsentRecord& record, absl::string_view agency) {
  for (const v1::ConsentParty& party : record.party()) {
    if (absl::string_view(party.agency()) == agency) return &party;
  }
  return nullptr;
}

// Both parties are named, and the sender's officers with the functions that may tell.
bool NamesParties(const v1::ConsentRecord& record, const v1::Facts& facts) {
  const v1::ConsentParty* const sender = FindParty(record, facts.sender());
  if (sender == nullptr || FindParty(record, facts.recipient()) == nullptr) return false;
  const auto& functions = sender->function();
  return !facts.officer_role().empty() &&
         std::all_of(facts.officer_role().begin(), facts.officer_role().end(),
                     [&](const std::string& role) {
                       return std::find(functions.begin(), functions.end(), role) !=
                              functions.end();
                     });
}

uint32_t Granted(const v1::ConsentRecord& record, v1::Grantor grantor) {
  return static_cast<uint32_t>(std::count_if(record.grant().begin(), record.grant().end(),
                                             [grantor](const v1::ConsentGrant& grant) {
                                               return grant.grantor() == grantor && grant.granted();
                                             }));
}

// Some age in the interval is at or above the age of own consent, when the consent was given or
// now; or it was judged mature before.
bool ChildDecides(const v1::ConsentRecord& record, uint32_t age_from, uint32_t own_age) {
  const uint32_t below = record.child_age().below();
  return below == 0 || below > own_age || age_from >= own_age || record.maturity() == v1::MATURE;
}

// What one citation of a consent is worth, and what it covers.
struct Worth {
  v1::ConsentState state = v1::UNKNOWN_CONSENT;
  std::set<std::string> covered;
};

absl::StatusOr<Worth> WorthOf(const v1::CitedConsent& cited, const v1::Facts& message,
                              absl::Time now, const StoreView& view, const ExchangeLimits& limits) {
  ASSIGN_OR_RETURN(const std::vector<StandingConsent> judges,
                   JudgedBy(view, ConsentId(cited.consent_id())));
  Worth worth;
  if (judges.empty()) return worth;
  worth.state = cited.bound() ? v1::VALID : v1::OTHER_CHILD;
  worth.covered = CategoriesLeft(judges.front());
  for (const StandingConsent& judge : judges) {
    worth.state = Graver(worth.state, StateOf(judge, message, now, limits));
    const std::set<std::string> left = CategoriesLeft(judge);
    std::erase_if(worth.covered, [&](const std::string& one) { return !left.contains(one); });
  }
  return worth;
}

}  // namespace

v1::ConsentState Graver(v1::ConsentState a, v1::ConsentState b) {
  for (const v1::ConsentState state : kGravestFirst) {
    if (a == state || b == state) return state;
  }
  return v1::UNKNOWN_CONSENT;
}

v1::ConsentState OwnStateOf(const StandingConsent& consent, uint32_t age_from, absl::Time now,
                            const ExchangeLimits& limits) {
  const v1::ConsentRecord& record = consent.record;
  const int64_t now_us = absl::ToUnixMicros(now);
  if (consent.withdrawn <= now) return v1::WITHDRAWN;
  for (const v1::ConsentGrant& grant : record.grant()) {
    if (!grant.granted()) return v1::REFUSED;
  }
  if (now_us < record.valid_from_us()) return v1::NOT_YET_VALID;
  if (now_us >= record.valid_to_us()) return v1::EXPIRED;
  if (Granted(record, v1::GUARDIAN) < record.guardians()) return v1::GUARDIAN_MISSING;
  if (ChildDecides(record, age_from, limits.own_consent_age) && Granted(record, v1::CHILD) == 0) {
    return v1::CHILD_MISSING;
  }
  return v1::VALID;
}

v1::ConsentState StateOf(const StandingConsent& consent, const v1::Facts& facts, absl::Time now,
                         const ExchangeLimits& limits) {
  const v1::ConsentState own = OwnStateOf(consent, facts.age_from(), now, limits);
  if (own != v1::VALID) return own;
  if (IsWithdrawn(consent, facts.sender()) || IsWithdrawn(consent, facts.recipient())) {
    return v1::WITHDRAWN;
  }
  if (!NamesParties(consent.record, facts)) return v1::PARTY_NOT_NAMED;
  const bool copy = facts.purpose() == kConsentCopy;
  if (!copy && consent.record.purpose() != facts.purpose()) return v1::PURPOSE_NOT_COVERED;
  return v1::VALID;
}

std::vector<uint32_t> AgeLimits(const PolicySet& policy, const ExchangeLimits& limits) {
  std::set<uint32_t> ages(policy.age_limits().begin(), policy.age_limits().end());
  ages.insert(limits.own_consent_age);
  ages.insert(limits.maturity_from_age);
  return {ages.begin(), ages.end()};
}

absl::StatusOr<v1::Facts> FactsAt(absl::Time now, v1::Facts message,
                                  const std::vector<v1::CitedConsent>& consents,
                                  const StoreView& view, const ExchangeLimits& limits) {
  v1::ConsentState gravest = consents.empty() ? v1::NONE_CITED : v1::VALID;
  std::set<std::string> covered;
  for (const v1::CitedConsent& cited : consents) {
    ASSIGN_OR_RETURN(const Worth worth, WorthOf(cited, message, now, view, limits));
    gravest = Graver(gravest, worth.state);
    covered.insert(worth.covered.begin(), worth.covered.end());
  }
  message.set_day(absl::FormatCivilTime(SwedishDay(now)));
  message.set_consent(gravest);
  message.clear_consent_category();
  if (gravest == v1::VALID) message.mutable_consent_category()->Add(covered.begin(), covered.end());
  return message;
}

}  // namespace sluss
