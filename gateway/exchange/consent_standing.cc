#include "gateway/exchange/consent_standing.h"

#include <algorithm>
#include <utility>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// More versions than this are a loop: the store's bytes are not what the exchange wrote.
constexpr int kMostVersions = 1000;

template <typename Values>
bool Holds(const Values& values, absl::string_view value) {
  return std::any_of(values.begin(), values.end(),
                     [value](const std::string& one) { return absl::string_view(one) == value; });
}

absl::Status Loop() { return absl::DataLossError("the versions of a consent run in a circle"); }

// The row of the newest version, or none.
absl::StatusOr<std::optional<ConsentRow>> Newest(const StoreView& view, const ConsentId& id) {
  ASSIGN_OR_RETURN(std::optional<ConsentRow> row, view.FindConsent(id));
  for (int i = 0; row.has_value() && !row->standing.superseded_by().empty(); ++i) {
    if (i == kMostVersions) return Loop();
    ASSIGN_OR_RETURN(row, view.FindConsent(ConsentId(row->standing.superseded_by())));
  }
  return row;
}

void AddStanding(const std::optional<ConsentRow>& row, std::vector<StandingConsent>* consents) {
  if (auto consent = StandingOf(row)) consents->push_back(*std::move(consent));
}

}  // namespace

std::optional<StandingConsent> StandingOf(const std::optional<ConsentRow>& row) {
  StandingConsent consent;
  if (!row.has_value() || !consent.record.ParseFromString(row->record)) return std::nullopt;
  consent.withdrawn = row->withdrawn;
  consent.standing = row->standing;
  return consent;
}

absl::StatusOr<std::optional<StandingConsent>> ReadConsent(const StoreView& view,
                                                           const ConsentId& id) {
  ASSIGN_OR_RETURN(const std::optional<ConsentRow> row, view.FindConsent(id));
  return StandingOf(row);
}

absl::StatusOr<Point> DepositKeyOf(const StandingConsent& consent, const KeyDirectory& directory) {
  if (!consent.standing.deposit_key().empty()) {
    return Point::Decode(consent.standing.deposit_key());
  }
  ASSIGN_OR_RETURN(const AgencyEntry* const depositor,
                   directory.RequireAgency(consent.record.depositor(), "depositor"));
  return depositor->joint;
}

bool NamesAgency(const v1::ConsentRecord& record, absl::string_view agency) {
  return absl::string_view(record.depositor()) == agency ||
         std::any_of(record.party().begin(), record.party().end(), [agency](const auto& party) {
           return absl::string_view(party.agency()) == agency;
         });
}

bool IsWithdrawn(const StandingConsent& consent, absl::string_view party) {
  return Holds(consent.standing.withdrawn_party(), party);
}

std::set<std::string> CategoriesLeft(const StandingConsent& consent) {
  std::set<std::string> left(consent.record.category().begin(), consent.record.category().end());
  for (const std::string& category : consent.standing.withdrawn_category()) left.erase(category);
  return left;
}

std::set<std::string> PartiesLeft(const StandingConsent& consent) {
  std::set<std::string> left;
  for (const v1::ConsentParty& party : consent.record.party()) {
    if (!IsWithdrawn(consent, party.agency())) left.insert(party.agency());
  }
  return left;
}

absl::StatusOr<std::vector<ConsentRow>> VersionsOf(const StoreView& view, const ConsentId& id) {
  std::vector<ConsentRow> versions;
  ASSIGN_OR_RETURN(std::optional<ConsentRow> row, Newest(view, id));
  while (row.has_value()) {
    if (versions.size() == kMostVersions) return Loop();
    const std::optional<StandingConsent> consent = StandingOf(row);
    versions.push_back(*std::move(row));
    row.reset();
    if (!consent.has_value() || consent->record.supersedes().empty()) break;
    ASSIGN_OR_RETURN(row, view.FindConsent(ConsentId(consent->record.supersedes())));
  }
  std::reverse(versions.begin(), versions.end());
  return versions;
}

absl::StatusOr<std::vector<StandingConsent>> JudgedBy(const StoreView& view, const ConsentId& id) {
  std::vector<StandingConsent> consents;
  ASSIGN_OR_RETURN(const std::optional<ConsentRow> cited, view.FindConsent(id));
  AddStanding(cited, &consents);
  if (consents.empty()) return consents;
  std::vector<ConsentRow> versions = {*cited};  // the common case needs no more reading
  if (!cited->standing.superseded_by().empty() || !consents.front().record.supersedes().empty()) {
    ASSIGN_OR_RETURN(versions, VersionsOf(view, id));
  }
  if (versions.back().id != id) AddStanding(versions.back(), &consents);
  std::set<std::string> others;
  for (const ConsentRow& version : versions) {
    others.insert(version.standing.contradicted_by().begin(),
                  version.standing.contradicted_by().end());
  }
  for (const std::string& other : others) {
    ASSIGN_OR_RETURN(const std::optional<ConsentRow> row, Newest(view, ConsentId(other)));
    AddStanding(row, &consents);
  }
  return consents;
}

absl::StatusOr<std::vector<ConsentId>> Contradicted(const StoreView& view, const ConsentId& id) {
  std::vector<ConsentId> ids;
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> own, VersionsOf(view, id));
  for (const ConsentRow& version : own) {
    for (const std::string& other : version.standing.contradicted_by()) {
      ASSIGN_OR_RETURN(const std::vector<ConsentRow> rows, VersionsOf(view, ConsentId(other)));
      for (const ConsentRow& row : rows) ids.push_back(row.id);
    }
  }
  return ids;
}

}  // namespace sluss
