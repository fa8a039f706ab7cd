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

v1::ConsentState Graver(v1::ConsentState a, v1::ConsentState b) {
  for (const v1::ConsentState state : kGravestFirst) {
    if (a == state || b == state) return state;
  }
  return v1::UNKNOWN_CONSENT;
}

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
// now.
bool ChildDecides(const v1::ConsentRecord& record, uint32_t age_from, uint32_t own_age) {
  const uint32_t below = record.child_age().below();
  return below == 0 || below > own_age || age_from >= own_age;
}

}  // namespace

v1::ConsentState OwnStateOf(const v1::ConsentRecord& record, absl::Time withdrawn,
                            uint32_t age_from, absl::Time now, uint32_t own_consent_age) {
  const int64_t now_us = absl::ToUnixMicros(now);
  if (withdrawn <= now) return v1::WITHDRAWN;
  for (const v1::ConsentGrant& grant : record.grant()) {
    if (!grant.granted()) return v1::REFUSED;
  }
  if (now_us < record.valid_from_us()) return v1::NOT_YET_VALID;
  if (now_us >= record.valid_to_us()) return v1::EXPIRED;
  if (Granted(record, v1::GUARDIAN) < record.guardians()) return v1::GUARDIAN_MISSING;
  if (ChildDecides(record, age_from, own_consent_age) && Granted(record, v1::CHILD) == 0) {
    return v1::CHILD_MISSING;
  }
  return v1::VALID;
}

v1::ConsentState StateOf(const v1::ConsentRecord& record, absl::Time withdrawn,
                         const v1::Facts& facts, absl::Time now, uint32_t own_consent_age) {
  const v1::ConsentState own =
      OwnStateOf(record, withdrawn, facts.age_from(), now, own_consent_age);
  if (own != v1::VALID) return own;
  if (!NamesParties(record, facts)) return v1::PARTY_NOT_NAMED;
  if (record.purpose() != facts.purpose()) return v1::PURPOSE_NOT_COVERED;
  return v1::VALID;
}

std::vector<uint32_t> AgeLimits(const PolicySet& policy, const ExchangeLimits& limits) {
  std::set<uint32_t> ages(policy.age_limits().begin(), policy.age_limits().end());
  ages.insert(limits.own_consent_age);
  return {ages.begin(), ages.end()};
}

bool NamesAgency(const v1::ConsentRecord& record, absl::string_view agency) {
  return absl::string_view(record.depositor()) == agency || FindParty(record, agency) != nullptr;
}

absl::StatusOr<v1::Facts> FactsAt(absl::Time now, v1::Facts message,
                                  const std::vector<v1::CitedConsent>& consents,
                                  const StoreView& view, const ExchangeLimits& limits) {
  v1::ConsentState gravest = consents.empty() ? v1::NONE_CITED : v1::VALID;
  std::set<std::string> covered;
  for (const v1::CitedConsent& cited : consents) {
    ASSIGN_OR_RETURN(const std::optional<ConsentRow> row,
                     view.FindConsent(ConsentId(cited.consent_id())));
    v1::ConsentRecord record;
    v1::ConsentState state = v1::UNKNOWN_CONSENT;
    if (row.has_value() && record.ParseFromString(row->record)) {
      state = cited.bound() ? StateOf(record, row->withdrawn, message, now, limits.own_consent_age)
                            : v1::OTHER_CHILD;
      covered.insert(record.category().begin(), record.category().end());
    }
    gravest = Graver(gravest, state);
  }
  message.set_day(absl::FormatCivilTime(SwedishDay(now)));
  message.set_consent(gravest);
  message.clear_consent_category();
  if (gravest == v1::VALID) message.mutable_consent_category()->Add(covered.begin(), covered.end());
  return message;
}

}  // namespace sluss
