#include "gateway/exchange/register_consent.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/field_error.h"
#include "gateway/exchange/consent_standing.h"
#include "gateway/exchange/narrowing.h"

namespace sluss {
namespace {

constexpr int kMostContradictions = 8;
constexpr size_t kDigestBytes = 32;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

absl::Status CheckSuperseded(const v1::RegisterConsentRequest& request,
                             const v1::ConsentRecord& record, const KeyDirectory& directory,
                             const StoreView& view) {
  if (record.supersedes().empty()) {
    if (request.supersedes_proof().empty()) return absl::OkStatus();
    return Fault("supersedes_proof", "is there without `supersedes`");
  }
  ASSIGN_OR_RETURN(const ConsentId id, ParseId16<ConsentId>(record.supersedes(), "supersedes"));
  ASSIGN_OR_RETURN(const std::optional<StandingConsent> earlier, ReadConsent(view, id));
  if (!earlier.has_value() || earlier->record.depositor() != record.depositor()) {
    return Fault("supersedes", "names no consent that this agency deposited");
  }
  if (earlier->record.purpose() != record.purpose()) {
    return Fault("supersedes", "names a consent for another purpose: register this one by itself");
  }
  ASSIGN_OR_RETURN(const Point earlier_key, DepositKeyOf(*earlier, directory));
  return AtField("supersedes_proof",
                 VerifySameChild(request.record(), record, earlier->record, earlier_key, directory,
                                 request.supersedes_proof()));
}

absl::Status CheckContradicted(const v1::RegisterConsentRequest& request,
                               const v1::ConsentRecord& record, int i, const AgencyId& caller,
                               const KeyDirectory& directory, const StoreView& view) {
  ASSIGN_OR_RETURN(const ConsentId id, ParseId16<ConsentId>(record.contradicts(i), "contradicts"));
  ASSIGN_OR_RETURN(const std::optional<StandingConsent> other, ReadConsent(view, id));
  if (!other.has_value() || !NamesAgency(other->record, caller.value())) {
    return Fault("contradicts", "names no consent that names this agency");
  }
  if (other->record.purpose() != record.purpose()) {
    return Fault("contradicts", "names a consent for another purpose: both can stand");
  }
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> versions, VersionsOf(view, id));
  if (versions.back().withdrawn != absl::InfiniteFuture()) {
    return Fault("contradicts", "names a consent that was taken back: it says nothing any more");
  }
  const std::string& proof = request.contradiction_proof(i);
  if (other->record.depositor() == record.depositor()) {
    ASSIGN_OR_RETURN(const Point other_key, DepositKeyOf(*other, directory));
    return AtField("contradiction_proof", VerifySameChild(request.record(), record, other->record,
                                                          other_key, directory, proof));
  }
  if (proof.empty()) return absl::OkStatus();
  return Fault("contradiction_proof", "is there for another agency's deposit: none can be made");
}

v1::ConsentStep StepOf(v1::ConsentStepKind kind, const Recorder& recorder, const Entry& entry,
                       const AgencyId& caller) {
  v1::ConsentStep step;
  step.set_kind(kind);
  step.set_time_us(absl::ToUnixMicros(recorder.now()));
  step.set_log_index(entry.index());
  step.set_agency(caller.value());
  return step;
}

void Count(const Narrowed& narrowed, v1::ConsentStep* step) {
  step->set_stopped(narrowed.stopped_count);
  step->set_trimmed(narrowed.trimmed_count);
  step->set_recalled(narrowed.recalled_count);
}

// The versions of an earlier consent are judged by the new one too; what that did is its step.
absl::Status NarrowEarlier(Recorder& recorder, const Narrowing& narrowing, ConsentRow earlier,
                           v1::ConsentStep step, Narrowed* all) {
  Narrowed narrowed;
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> versions,
                   VersionsOf(recorder.store(), earlier.id));
  for (const ConsentRow& version : versions) {
    RETURN_IF_ERROR(NarrowCiting(recorder, narrowing, version.id, {}, &narrowed));
  }
  Count(narrowed, &step);
  *earlier.standing.add_step() = std::move(step);
  RETURN_IF_ERROR(recorder.store().UpdateConsent(earlier, narrowing.because));
  all->stopped.MergeFrom(narrowed.stopped);
  all->trimmed.MergeFrom(narrowed.trimmed);
  all->recalled.MergeFrom(narrowed.recalled);
  return absl::OkStatus();
}

// Whether what the record replaces is still the newest version.
absl::StatusOr<bool> ReplacesNewest(const StoreView& view, const v1::ConsentRecord& record) {
  if (record.supersedes().empty()) return true;
  ASSIGN_OR_RETURN(const std::optional<ConsentRow> earlier,
                   view.FindConsent(ConsentId(record.supersedes())));
  return earlier.has_value() && earlier->standing.superseded_by().empty();
}

absl::Status Supersede(Recorder& recorder, const Narrowing& narrowing,
                       const Registration& registration, Narrowed* narrowed) {
  const ConsentId id(registration.record.supersedes());
  ASSIGN_OR_RETURN(std::optional<ConsentRow> earlier, recorder.store().FindConsent(id));
  earlier->standing.set_superseded_by(registration.record.consent_id());
  RETURN_IF_ERROR(recorder.store().UpdateConsent(*earlier, narrowing.because));
  v1::ConsentStep step =
      StepOf(v1::CONSENT_SUPERSEDED, recorder, narrowing.because, registration.caller);
  step.set_other_consent(registration.record.consent_id());
  return NarrowEarlier(recorder, narrowing, *std::move(earlier), std::move(step), narrowed);
}

absl::Status Contradict(Recorder& recorder, const Narrowing& narrowing,
                        const Registration& registration, const ConsentId& other,
                        Narrowed* narrowed) {
  ASSIGN_OR_RETURN(std::optional<ConsentRow> row, recorder.store().FindConsent(other));
  row->standing.add_contradicted_by(registration.record.consent_id());
  RETURN_IF_ERROR(recorder.store().UpdateConsent(*row, narrowing.because));
  v1::ConsentStep step =
      StepOf(v1::CONSENT_CONTRADICTED, recorder, narrowing.because, registration.caller);
  step.set_other_consent(registration.record.consent_id());
  return NarrowEarlier(recorder, narrowing, *std::move(row), std::move(step), narrowed);
}

absl::StatusOr<ConsentRow> NewRow(Recorder& recorder, const Registration& registration,
                                  const Entry& entry) {
  const v1::ConsentRecord& record = registration.record;
  ConsentRow row;
  row.id = ConsentId(record.consent_id());
  row.record = registration.bytes;
  row.registered_event = entry.event();
  row.registered_index = entry.index();
  row.standing.set_version(1);
  row.standing.set_deposit_key(registration.deposit_key);
  *row.standing.mutable_contradicted_by() = record.contradicts();
  v1::ConsentStep step = StepOf(v1::CONSENT_REGISTERED, recorder, entry, registration.caller);
  if (!record.supersedes().empty()) {
    ASSIGN_OR_RETURN(const std::optional<ConsentRow> earlier,
                     recorder.store().FindConsent(ConsentId(record.supersedes())));
    row.standing.set_version(std::max(1u, earlier->standing.version()) + 1);
    step.set_other_consent(record.supersedes());
  }
  *row.standing.add_step() = std::move(step);
  return row;
}

LeafDraft RegistrationLeaf(const Registration& registration) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::CONSENT);
  leaf.clear.set_sender(registration.caller.value());
  leaf.clear.set_purpose(registration.record.purpose());
  leaf.clear.set_consent_id(registration.record.consent_id());
  if (!registration.record.supersedes().empty()) {
    leaf.clear.add_further_consent_id(registration.record.supersedes());
    leaf.clear.set_outcome("supersedes");
  }
  for (const std::string& other : registration.record.contradicts()) {
    leaf.clear.add_further_consent_id(other);
    leaf.clear.set_outcome("contradicts");
  }
  return leaf;
}

absl::Status Register(Recorder& recorder, const Registration& registration, const PolicySet& policy,
                      const ExchangeLimits& limits, Registered* result) {
  const v1::ConsentRecord& record = registration.record;
  ASSIGN_OR_RETURN(const Entry entry,
                   recorder.Append(RegistrationLeaf(registration), Proof::kWanted));
  ASSIGN_OR_RETURN(const ConsentRow row, NewRow(recorder, registration, entry));
  RETURN_IF_ERROR(recorder.store().PutConsent(row, entry));
  Narrowed narrowed;
  if (!record.supersedes().empty()) {
    const Narrowing narrowing{entry, "consent-superseded", policy, limits};
    RETURN_IF_ERROR(Supersede(recorder, narrowing, registration, &narrowed));
  }
  const Narrowing narrowing{entry, "consent-contradicted", policy, limits};
  for (const std::string& other : record.contradicts()) {
    RETURN_IF_ERROR(Contradict(recorder, narrowing, registration, ConsentId(other), &narrowed));
  }
  result->response.set_version(row.standing.version());
  result->response.mutable_stopped()->Swap(&narrowed.stopped);
  result->response.mutable_trimmed()->Swap(&narrowed.trimmed);
  result->response.mutable_recalled()->Swap(&narrowed.recalled);
  return absl::OkStatus();
}

void Unlink(const std::set<std::string>& ids, v1::ConsentStanding* standing) {
  std::vector<std::string> left;
  for (const std::string& other : standing->contradicted_by()) {
    if (!ids.contains(other)) left.push_back(other);
  }
  standing->mutable_contradicted_by()->Assign(left.begin(), left.end());
}

std::set<std::string> IdsOf(const std::vector<ConsentRow>& versions) {
  std::set<std::string> ids;
  for (const ConsentRow& version : versions) ids.insert(version.id.value());
  return ids;
}

bool LinkedTo(const std::vector<ConsentRow>& versions, const std::set<std::string>& others) {
  return std::any_of(versions.begin(), versions.end(), [&](const ConsentRow& row) {
    const auto& links = row.standing.contradicted_by();
    return std::any_of(links.begin(), links.end(),
                       [&](const std::string& link) { return others.contains(link); });
  });
}

bool HoldsRefusal(const ConsentRow& row) {
  const auto consent = StandingOf(row);
  if (!consent.has_value()) return true;
  const auto& grants = consent->record.grant();
  return std::any_of(grants.begin(), grants.end(),
                     [](const v1::ConsentGrant& grant) { return !grant.granted(); });
}

// The links between the two are gone in both directions.
absl::Status Resolve(Recorder& recorder, const Entry& entry, const std::vector<ConsentRow>& one,
                     const std::vector<ConsentRow>& other) {
  for (const auto& [versions, ids] :
       {std::pair(&one, IdsOf(other)), std::pair(&other, IdsOf(one))}) {
    for (ConsentRow row : *versions) {
      Unlink(ids, &row.standing);
      RETURN_IF_ERROR(recorder.store().UpdateConsent(row, entry));
    }
  }
  return absl::OkStatus();
}

LeafDraft DecisionLeafOf(const ConsentDecision& decision) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::CONSENT_DECISION);
  leaf.clear.set_consent_id(decision.stands.value());
  leaf.clear.add_further_consent_id(decision.falls.value());
  leaf.clear.set_outcome("stands");
  for (const auto& [tag, value] : {std::pair(CommitTag::kOfficer, decision.official),
                                   std::pair(CommitTag::kReasons, decision.reason_digest)}) {
    v1::OpenedField field;
    field.set_tag(static_cast<uint32_t>(tag));
    field.set_value(value);
    leaf.committed.push_back(std::move(field));
  }
  return leaf;
}

// The newest version ends, and with it whatever is told under any of them.
absl::Status Fall(Recorder& recorder, const Narrowing& narrowing,
                  const std::vector<ConsentRow>& versions, v1::ConsentStep* step) {
  ASSIGN_OR_RETURN(std::optional<ConsentRow> row, recorder.store().FindConsent(versions.back().id));
  row->withdrawn = recorder.now();
  row->withdrawn_event = narrowing.because.event();
  row->withdrawn_index = narrowing.because.index();
  RETURN_IF_ERROR(recorder.store().UpdateConsent(*row, narrowing.because));
  Narrowed narrowed;
  for (const ConsentRow& version : versions) {
    RETURN_IF_ERROR(NarrowCiting(recorder, narrowing, version.id, {.all = true}, &narrowed));
  }
  Count(narrowed, step);
  *row->standing.add_step() = *step;
  return recorder.store().UpdateConsent(*row, narrowing.because);
}

}  // namespace

absl::Status CheckLinks(const v1::RegisterConsentRequest& request, const v1::ConsentRecord& record,
                        const AgencyId& caller, const KeyDirectory& directory,
                        const StoreView& view) {
  RETURN_IF_ERROR(CheckSuperseded(request, record, directory, view));
  const int count = record.contradicts_size();
  if (count > kMostContradictions) {
    return Fault("contradicts", absl::StrCat("has more than ", kMostContradictions, " values"));
  }
  if (request.contradiction_proof_size() != count) {
    return Fault("contradiction_proof", "must have one value for each of `contradicts`");
  }
  std::set<std::string> seen = {record.consent_id(), record.supersedes()};
  for (int i = 0; i < count; ++i) {
    if (!seen.insert(record.contradicts(i)).second) {
      return Fault("contradicts", "names a consent twice, or one that it replaces");
    }
    RETURN_IF_ERROR(CheckContradicted(request, record, i, caller, directory, view));
  }
  return absl::OkStatus();
}

absl::Status ApplyRegistration(Recorder& recorder, const Registration& registration,
                               const PolicySet& policy, const ExchangeLimits& limits,
                               Registered* result) {
  const ConsentId id(registration.record.consent_id());
  ASSIGN_OR_RETURN(const std::optional<ConsentRow> known, recorder.store().FindConsent(id));
  if (known.has_value()) {
    result->recorded_before = known->registered_index;
    result->response.set_version(std::max(1u, known->standing.version()));
    if (known->record != registration.bytes) {
      result->refusal =
          absl::AlreadyExistsError("`consent_id` was used for another consent: take a new one");
    }
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const bool open, ReplacesNewest(recorder.store(), registration.record));
  if (!open) {
    result->refusal = absl::FailedPreconditionError(
        "`supersedes` names a version that was replaced already: name the newest");
    return absl::OkStatus();
  }
  return Register(recorder, registration, policy, limits, result);
}

absl::StatusOr<ConsentDecision> ParseConsentDecision(absl::string_view official,
                                                     const v1::DecideConsentRequest& request) {
  ConsentDecision decision;
  decision.official = std::string(official);
  ASSIGN_OR_RETURN(decision.stands, ParseId16<ConsentId>(request.stands(), "stands"));
  ASSIGN_OR_RETURN(decision.falls, ParseId16<ConsentId>(request.falls(), "falls"));
  if (request.reason_digest().size() != kDigestBytes) {
    return Fault("reason_digest",
                 absl::StrCat("must be 32 bytes, not ", request.reason_digest().size()));
  }
  decision.reason_digest = request.reason_digest();
  return decision;
}

absl::Status ApplyConsentDecision(Recorder& recorder, const ConsentDecision& decision,
                                  const PolicySet& policy, const ExchangeLimits& limits,
                                  DecidedConsent* result) {
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> stands,
                   VersionsOf(recorder.store(), decision.stands));
  ASSIGN_OR_RETURN(const std::vector<ConsentRow> falls,
                   VersionsOf(recorder.store(), decision.falls));
  if (stands.empty() || falls.empty() ||
      !(LinkedTo(stands, IdsOf(falls)) || LinkedTo(falls, IdsOf(stands)))) {
    result->refusal = absl::FailedPreconditionError(
        "`stands` and `falls` are not two consents that contradict each other undecided");
    return absl::OkStatus();
  }
  if (HoldsRefusal(falls.back())) {
    result->refusal = absl::FailedPreconditionError(
        "`falls` holds a refusal, which nobody decides away: ask those who decide anew, and "
        "register what they answer");
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(DecisionLeafOf(decision), Proof::kWanted));
  RETURN_IF_ERROR(Resolve(recorder, entry, stands, falls));
  v1::ConsentStep step = StepOf(v1::CONSENT_DECIDED, recorder, entry, AgencyId());
  step.set_other_consent(decision.stands.value());
  RETURN_IF_ERROR(Fall(recorder, {entry, "consent-withdrawn", policy, limits}, falls, &step));
  ASSIGN_OR_RETURN(std::optional<ConsentRow> row, recorder.store().FindConsent(stands.back().id));
  v1::ConsentStep kept = step;
  kept.set_other_consent(decision.falls.value());
  *row->standing.add_step() = std::move(kept);
  *result->response.mutable_step() = std::move(step);
  return recorder.store().UpdateConsent(*row, entry);
}

}  // namespace sluss
