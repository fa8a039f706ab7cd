#include "gateway/exchange/withdraw_consent.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/exchange/consent_standing.h"
#include "gateway/exchange/narrowing.h"

namespace sluss {
namespace {

constexpr int kMostVersionsNamed = 64;
constexpr char kConsentWithdrawn[] = "consent-withdrawn";

bool MayWithdraw(const Withdrawal& request, const std::vector<ConsentRow>& versions) {
  if (request.caller.empty()) return !versions.empty();
  return std::any_of(versions.begin(), versions.end(), [&](const ConsentRow& row) {
    const auto consent = StandingOf(row);
    return consent.has_value() && NamesAgency(consent->record, request.caller.value());
  });
}

// What a withdrawal takes from the newest version.
struct Taken {
  bool whole = false;
  std::set<std::string> party;
  std::set<std::string> category;
};

template <typename Values>
std::set<std::string> SetOf(const Values& values) {
  return {values.begin(), values.end()};
}

void Subtract(const std::set<std::string>& from, std::set<std::string>* values) {
  std::erase_if(*values, [&](const std::string& value) { return from.contains(value); });
}

Taken TakenBy(const Withdrawal& request, const StandingConsent& consent) {
  Taken taken{request.party.empty() && request.category.empty(), request.party, request.category};
  std::set<std::string> parties = PartiesLeft(consent);
  std::set<std::string> categories = CategoriesLeft(consent);
  Subtract(taken.party, &parties);
  Subtract(taken.category, &categories);
  taken.whole = taken.whole || parties.size() < 2 || categories.empty() ||
                !parties.contains(consent.record.depositor());
  return taken;
}

// A part that the consent does not have cannot be taken back.
absl::Status CheckParts(const Withdrawal& request, const StandingConsent& consent) {
  for (const std::string& party : request.party) {
    if (NamesAgency(consent.record, party)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("`party` names `", party, "`, which is no party of the consent"));
  }
  const std::set<std::string> told = SetOf(consent.record.category());
  for (const std::string& category : request.category) {
    if (told.contains(category)) continue;
    return absl::InvalidArgumentError("`category` names what the consent does not cover");
  }
  return absl::OkStatus();
}

// The step by which the same was taken back before.
std::optional<v1::ConsentStep> FindStep(const ConsentRow& row, const Withdrawal& request) {
  const bool ended = row.withdrawn != absl::InfiniteFuture();
  for (const v1::ConsentStep& step : row.standing.step()) {
    if (ended && step.log_index() == row.withdrawn_index) return step;
    if (!ended && step.kind() == v1::CONSENT_PART_WITHDRAWN &&
        SetOf(step.party()) == request.party && SetOf(step.category()) == request.category) {
      return step;
    }
  }
  if (!ended) return std::nullopt;
  v1::ConsentStep step;  // of before steps were kept
  step.set_kind(v1::CONSENT_WITHDRAWN);
  step.set_log_index(row.withdrawn_index);
  step.set_time_us(absl::ToUnixMicros(row.withdrawn));
  return step;
}

void AddPart(const std::set<std::string>& part,
             google::protobuf::RepeatedPtrField<std::string>* withdrawn) {
  std::set<std::string> all = SetOf(*withdrawn);
  all.insert(part.begin(), part.end());
  withdrawn->Assign(all.begin(), all.end());
}

// Whether something that had gone was told under what is now taken back.
bool Concerned(const MessageRow& row, const Taken& taken) {
  if (taken.whole || taken.party.contains(row.recipient.value())) return true;
  const auto& told = row.details.facts().category();
  return std::any_of(told.begin(), told.end(), [&](const std::string& category) {
    return taken.category.contains(category);
  });
}

absl::StatusOr<uint64_t> ListGone(const StoreView& store, const std::vector<ConsentRow>& versions,
                                  const Taken& taken, WithdrawnList* list) {
  std::set<MessageId> seen;
  for (const ConsentRow& version : versions) {
    RETURN_IF_ERROR(ForEachCiting(store, version.id, {v1::ACKNOWLEDGED, v1::REFUSED_BY_RECIPIENT},
                                  [&](const MessageRow& gone) {
                                    if (Concerned(gone, taken) && seen.insert(gone.id).second) {
                                      ListMessage(gone, list);
                                    }
                                    return absl::OkStatus();
                                  }));
  }
  return seen.size();
}

void SayWhatIsLeft(const ConsentRow& row, v1::WithdrawResponse* response) {
  const auto consent = StandingOf(row);
  response->set_consent_ended(row.withdrawn != absl::InfiniteFuture());
  if (!consent.has_value() || response->consent_ended()) return;
  const std::set<std::string> parties = PartiesLeft(*consent);
  const std::set<std::string> categories = CategoriesLeft(*consent);
  response->mutable_party_left()->Assign(parties.begin(), parties.end());
  response->mutable_category_left()->Assign(categories.begin(), categories.end());
}

absl::Status AnswerAgain(const Transaction& store, const std::vector<ConsentRow>& versions,
                         const v1::ConsentStep& step, Withdrawn* result) {
  result->recorded_before = step.log_index();
  const Taken taken{step.kind() != v1::CONSENT_PART_WITHDRAWN, SetOf(step.party()),
                    SetOf(step.category())};
  RETURN_IF_ERROR(
      ListGone(store, versions, taken, result->response.mutable_already_gone()).status());
  *result->response.mutable_step() = step;
  SayWhatIsLeft(versions.back(), &result->response);
  SayCounts(step, &result->response);
  return absl::OkStatus();
}

// Everything in flight under any version, and under the consents that this one contradicts.
absl::Status Narrow(Recorder& recorder, const Narrowing& narrowing,
                    const std::vector<ConsentRow>& versions, const Reach& reach, Narrowed* result) {
  for (const ConsentRow& version : versions) {
    RETURN_IF_ERROR(NarrowCiting(recorder, narrowing, version.id, reach, result));
  }
  ASSIGN_OR_RETURN(const std::vector<ConsentId> others,
                   Contradicted(recorder.store(), versions.back().id));
  for (const ConsentId& other : others) {
    RETURN_IF_ERROR(NarrowCiting(recorder, narrowing, other, {}, result));
  }
  return absl::OkStatus();
}

// All that end by it, so that the entry proves it whichever of them is asked about. The oldest of
// very many are left out: a leaf has its size.
void NameVersions(const ConsentId& asked, const std::vector<ConsentRow>& versions,
                  v1::AuditLeaf* leaf) {
  leaf->set_consent_id(asked.value());
  for (auto row = versions.rbegin(); row != versions.rend(); ++row) {
    if (leaf->further_consent_id_size() == kMostVersionsNamed) break;
    if (row->id != asked) leaf->add_further_consent_id(row->id.value());
  }
}

absl::Status TakeBack(Recorder& recorder, const Withdrawal& request, const Taken& taken,
                      const std::vector<ConsentRow>& versions, const PolicySet& policy,
                      const ExchangeLimits& limits, Withdrawn* result) {
  ConsentRow row = versions.back();
  LeafDraft leaf = WithdrawalLeaf(request);
  NameVersions(request.consent_id, versions, &leaf.clear);
  leaf.clear.mutable_party()->Assign(request.party.begin(), request.party.end());
  leaf.clear.mutable_withheld()->Assign(request.category.begin(), request.category.end());
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));

  AddPart(taken.party, row.standing.mutable_withdrawn_party());
  AddPart(taken.category, row.standing.mutable_withdrawn_category());
  if (taken.whole) {
    row.withdrawn = recorder.now();
    row.withdrawn_event = entry.event();
    row.withdrawn_index = entry.index();
  }
  RETURN_IF_ERROR(recorder.store().UpdateConsent(row, entry));
  Narrowed narrowed;
  RETURN_IF_ERROR(Narrow(recorder, {entry, kConsentWithdrawn, policy, limits}, versions,
                         {taken.whole, taken.party}, &narrowed));

  v1::WithdrawResponse& response = result->response;
  ASSIGN_OR_RETURN(const uint64_t gone,
                   ListGone(recorder.store(), versions, taken, response.mutable_already_gone()));
  v1::ConsentStep step;
  step.set_kind(taken.whole ? v1::CONSENT_WITHDRAWN : v1::CONSENT_PART_WITHDRAWN);
  step.set_time_us(absl::ToUnixMicros(recorder.now()));
  step.set_log_index(entry.index());
  step.mutable_party()->Assign(request.party.begin(), request.party.end());
  step.mutable_category()->Assign(request.category.begin(), request.category.end());
  step.set_on_behalf_of(request.on_behalf_of);
  step.set_agency(request.caller.value());
  step.set_stopped(narrowed.stopped_count);
  step.set_trimmed(narrowed.trimmed_count);
  step.set_recalled(narrowed.recalled_count);
  step.set_already_gone(gone);
  *row.standing.add_step() = step;
  RETURN_IF_ERROR(recorder.store().UpdateConsent(row, entry));
  response.mutable_stopped()->Swap(&narrowed.stopped);
  response.mutable_trimmed()->Swap(&narrowed.trimmed);
  response.mutable_recalled()->Swap(&narrowed.recalled);
  *response.mutable_step() = step;
  SayWhatIsLeft(row, &response);
  SayCounts(step, &response);
  return absl::OkStatus();
}

}  // namespace

absl::Status WithdrawConsent(Recorder& recorder, const Withdrawal& request, const PolicySet& policy,
                             const ExchangeLimits& limits, Withdrawn* result) {
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> versions,
                   VersionsOf(recorder.store(), request.consent_id));
  const std::optional<StandingConsent> newest =
      versions.empty() ? std::nullopt : StandingOf(versions.back());
  if (!newest.has_value() || !MayWithdraw(request, versions)) {
    result->refusal = absl::NotFoundError("`consent_id` names no consent that names this agency");
    return absl::OkStatus();
  }
  result->refusal = CheckParts(request, *newest);
  if (!result->refusal.ok()) return absl::OkStatus();
  if (const auto step = FindStep(versions.back(), request); step.has_value()) {
    return AnswerAgain(recorder.store(), versions, *step, result);
  }
  return TakeBack(recorder, request, TakenBy(request, *newest), versions, policy, limits, result);
}

}  // namespace sluss
