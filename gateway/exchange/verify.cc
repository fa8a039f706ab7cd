// The step Submission -> Verified: what must hold before anything is decided.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/manifest.h"
#include "gateway/crypto/reidentification.h"
#include "gateway/exchange/consent_standing.h"
#include "gateway/exchange/consent_state.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/officers.h"
#include "gateway/exchange/pipeline.h"
#include "gateway/exchange/store.h"
#include "policy/decide.h"

namespace sluss {
namespace {

constexpr int kMostConsents = 8;
constexpr int kMostCompartments = 32;
// What is kept from the citizen longer than the log can be opened was never told at all.
constexpr absl::Duration kLongestWithheld = absl::Hours(24 * 5 * 366);
// The catalogue's group of those whose investigations may be secret from whom they are about.
constexpr absl::string_view kMayWithhold = "law-enforcement";

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

absl::Status CheckSender(const v1::Header& header, const AgencyId& caller) {
  if (header.sender() == caller.value()) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("`sender` is not the agency `", caller.value(), "` that its certificate names"));
}

// Sealed messages may have waited in the sender's outbox while no gateway answered, but not longer
// than they would have waited here. Whether the sender's clock is right is seen from the moment of
// the call, by whoever takes it.
absl::Status CheckClock(const v1::Header& header, absl::Time now, const ExchangeLimits& limits) {
  const absl::Duration off = absl::FromUnixMicros(header.created_us()) - now;
  if (off <= limits.clock_skew && off >= -limits.expire) return absl::OkStatus();
  return Fault("created_us",
               absl::StrCat("is ", absl::FormatDuration(absl::Trunc(off, absl::Seconds(1))),
                            " from the gateway's clock: set the clock, or seal anew what waited "
                            "longer than ",
                            absl::FormatDuration(limits.expire)));
}

absl::Status CheckUrgency(const v1::Header& header) {
  if (!v1::Urgency_IsValid(header.urgency()) || header.urgency() == v1::URGENCY_UNSPECIFIED) {
    return Fault("urgency", "is missing");
  }
  if (header.urgency() == v1::NOW && !header.phoned_first()) {
    return Fault("urgency", "is NOW without `phoned_first`: phone first, then send");
  }
  return absl::OkStatus();
}

// OSL 18:1 and 35:1: secrecy of an investigation. Anybody else's disclosures are told at once.
absl::Status CheckWithheld(const v1::Header& header, const PolicySet& policy) {
  if (header.withhold_until_us() == 0) return absl::OkStatus();
  const std::string kind = absl::StrCat(header.sender().substr(0, header.sender().find('/')), "/*");
  const auto& groups = policy.bundle().vocabulary().agency_group();
  const bool allowed = std::any_of(groups.begin(), groups.end(), [&](const v1::Group& group) {
    const auto& members = group.member();
    return group.id() == std::string(kMayWithhold) &&
           std::find(members.begin(), members.end(), kind) != members.end();
  });
  if (!allowed) {
    return Fault("withhold_until_us",
                 "is for law enforcement only: a citizen is told of every other disclosure");
  }
  const absl::Duration length =
      absl::FromUnixMicros(header.withhold_until_us()) - absl::FromUnixMicros(header.created_us());
  if (length > absl::ZeroDuration() && length <= kLongestWithheld) return absl::OkStatus();
  return Fault("withhold_until_us", "must be after `created_us` and within five years of it");
}

absl::Status CheckCounts(const v1::Header& header, const CheckedEnvelope& checked) {
  if (checked.categories().empty()) return Fault("compartment", "is missing: nothing is told");
  if (checked.categories().size() > kMostCompartments) {
    return Fault("compartment", absl::StrCat("has more than ", kMostCompartments, " values"));
  }
  if (header.consent_id_size() > kMostConsents) {
    return Fault("consent_id", absl::StrCat("has more than ", kMostConsents, " values"));
  }
  return absl::OkStatus();
}

absl::Status CheckPurpose(const CheckedEnvelope& checked, Route route, const PolicySet& policy) {
  const auto& purposes = policy.bundle().vocabulary().purpose();
  const auto purpose = std::find_if(purposes.begin(), purposes.end(), [&](const v1::Purpose& p) {
    return p.id() == checked.header().purpose();
  });
  if (purpose == purposes.end()) return Fault("purpose", "is not a purpose of the vocabulary");
  if (purpose->id() == kReidentificationPurpose) {
    return Fault("purpose", "is asked for by the recipient, not sent");
  }
  if (purpose->reply() != (route == Route::kFeedback)) {
    return Fault("purpose", purpose->reply() ? "answers a message: it is sent as feedback"
                                             : "is no answer: it is sent as a submission");
  }
  if (purpose->no_subject() && checked.nym_ciphertext().has_value()) {
    return Fault("nym_ciphertext", "is there, but this purpose is about nobody in particular");
  }
  if (!purpose->no_subject() && !checked.nym_ciphertext().has_value()) {
    return Fault("nym_ciphertext", "is missing: this purpose is about a child");
  }
  return absl::OkStatus();
}

// Within two neighbouring age limits all is decided alike: whoever tells more tells it to the log.
absl::Status CheckAge(const v1::Header& header, const std::vector<uint32_t>& limits) {
  if (!header.has_age()) return absl::OkStatus();
  const auto above = std::upper_bound(limits.begin(), limits.end(), header.age().from());
  const uint32_t below = header.age().below();  // 0: no end
  const bool last = above == limits.end();
  // One that spans a limit was sealed when other limits were in force; the policy judges it.
  if (!last && (below == 0 || below > *above)) return absl::OkStatus();
  const uint32_t from = above == limits.begin() ? 0 : *std::prev(above);
  if (header.age().from() == from && (last || below == *above)) return absl::OkStatus();
  return Fault("age", "is narrower than the age limits of the policy: ask for them by preflight");
}

// An answer goes back along the way on which the message came, and only once it was handed out.
absl::Status CheckReply(const v1::Header& header, const StoreView& view) {
  ASSIGN_OR_RETURN(const MessageId id, ParseId16<MessageId>(header.reply_to(), "reply_to"));
  ASSIGN_OR_RETURN(const std::optional<MessageRow> answered, view.FindMessage(id));
  const bool delivered = answered.has_value() &&
                         (answered->state == v1::CLAIMED || answered->state == v1::ACKNOWLEDGED);
  if (delivered && answered->recipient.value() == header.sender() &&
      answered->sender.value() == header.recipient()) {
    return absl::OkStatus();
  }
  return Fault("reply_to", "names no message that the recipient sent and the sender received");
}

// Why the recipient has nothing that could be corrected; empty where it has or will have it.
absl::string_view NeverArrived(v1::MessageState state) {
  switch (state) {
    case v1::QUEUED:
    case v1::CLAIMED:
    case v1::ACKNOWLEDGED:
      return "";
    case v1::STOPPED:
      return "was stopped before it was handed out";
    case v1::DENIED:
    case v1::DENIED_AT_DELIVERY:
      return "was denied";
    case v1::EXPIRED_UNDELIVERED:
      return "expired before it was fetched";
    case v1::REFUSED_BY_RECIPIENT:
      return "was refused by the recipient";
    default:
      return "never reached the recipient";
  }
}

// Only what the sender itself told this recipient, for this purpose, can be corrected.
absl::Status CheckCorrection(const v1::Header& header, Route route, const StoreView& view) {
  if (header.correction() == v1::CORRECTION_KIND_UNSPECIFIED) return absl::OkStatus();
  if (route == Route::kFeedback) {
    return Fault("correction", "is there, but an answer is not corrected: answer anew");
  }
  ASSIGN_OR_RETURN(const MessageId id, ParseId16<MessageId>(header.reply_to(), "reply_to"));
  ASSIGN_OR_RETURN(const std::optional<MessageRow> earlier, view.FindMessage(id));
  if (!earlier.has_value() || earlier->sender.value() != header.sender() ||
      earlier->recipient.value() != header.recipient() ||
      earlier->details.facts().purpose() != header.purpose()) {
    return Fault("reply_to",
                 "names no message that this sender sent to this recipient for this purpose: "
                 "there is nothing to correct");
  }
  const absl::string_view why = NeverArrived(earlier->state);
  if (why.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("`reply_to` names a message that ", why,
                   ": the recipient has nothing to correct; send what is right anew"));
}

v1::Facts MessageFacts(const CheckedEnvelope& checked) {
  const v1::Header& header = checked.header();
  v1::Facts facts;
  facts.set_sender(header.sender());
  facts.set_recipient(header.recipient());
  facts.set_purpose(header.purpose());
  facts.set_legal_basis(header.legal_basis());
  facts.mutable_category()->Add(checked.categories().begin(), checked.categories().end());
  facts.set_reason(header.attestation_size() > 0);  // each has its reason, or does not parse
  for (const v1::Attestation& attestation : header.attestation()) {
    facts.add_officer_role(attestation.role());
    if (!attestation.weighing_digest().empty()) facts.set_weighing(true);
  }
  facts.set_age_from(header.age().from());
  facts.set_age_below(header.age().below());
  facts.set_protected_identity(header.protected_identity());
  return facts;
}

bool IsDuty(const PolicySet& policy, const std::string& purpose) {
  for (const v1::Rule& duty : policy.bundle().vocabulary().duty()) {
    if (std::find(duty.purpose().begin(), duty.purpose().end(), purpose) != duty.purpose().end()) {
      return true;
    }
  }
  return false;
}

// A duty report that waited sealed while no gateway answered is not lost because its officer's
// enrolment ended meanwhile.
absl::StatusOr<std::vector<v1::AttestingOfficer>> CheckOfficersOf(const CheckedEnvelope& checked,
                                                                  const DirectoryRing& keys,
                                                                  const PolicySet& policy,
                                                                  const StoreView& view,
                                                                  absl::Time now) {
  const v1::Header& header = checked.header();
  RETURN_IF_ERROR(CheckRegisterHonoured(checked.sender(), keys, view));
  std::vector<absl::Time> moments = {now};
  if (IsDuty(policy, header.purpose())) {
    moments.push_back(absl::FromUnixMicros(header.created_us()));
  }
  return CheckAttestations(checked.sender(),
                           {AttestedKind::kManifest, checked.envelope().manifest(),
                            header.attestation(), checked.envelope().officer_signature()},
                           moments, view);
}

absl::StatusOr<std::vector<v1::CitedConsent>> BindConsents(const CheckedEnvelope& checked,
                                                           const KeyDirectory& directory,
                                                           const StoreView& view) {
  std::vector<v1::CitedConsent> consents;
  for (const std::string& id : checked.header().consent_id()) {
    v1::CitedConsent& cited = consents.emplace_back();
    cited.set_consent_id(id);
    ASSIGN_OR_RETURN(const std::optional<StandingConsent> consent,
                     ReadConsent(view, ConsentId(id)));
    if (!consent.has_value()) continue;
    const absl::StatusOr<Point> deposit_key = DepositKeyOf(*consent, directory);
    cited.set_bound(deposit_key.ok() &&
                    CheckConsentProof(checked, consent->record, *deposit_key, directory).ok());
  }
  return consents;
}

}  // namespace

absl::StatusOr<Verified> Verified::Verify(Submission submission, const DirectoryRing& keys,
                                          const PolicySet& policy, const StoreView& view,
                                          absl::Time now, const ExchangeLimits& limits) {
  ASSIGN_OR_RETURN(const std::string named, DirectoryNamedIn(submission.envelope_.manifest()));
  ASSIGN_OR_RETURN(const KeyDirectory* const directory, keys.Find(named));
  ASSIGN_OR_RETURN(CheckedEnvelope checked,
                   CheckEnvelope(std::move(submission.envelope_), *directory));
  const v1::Header& header = checked.header();
  RETURN_IF_ERROR(CheckSender(header, submission.caller_));
  RETURN_IF_ERROR(keys.RequireAgency(header.sender(), "sender"));
  RETURN_IF_ERROR(keys.RequireAgency(header.recipient(), "recipient"));
  RETURN_IF_ERROR(CheckClock(header, now, limits));
  RETURN_IF_ERROR(CheckUrgency(header));
  RETURN_IF_ERROR(CheckWithheld(header, policy));
  RETURN_IF_ERROR(CheckCounts(header, checked));
  RETURN_IF_ERROR(CheckPurpose(checked, submission.route_, policy));
  RETURN_IF_ERROR(CheckAge(header, AgeLimits(policy, limits)));
  v1::Facts facts = MessageFacts(checked);
  v1::Facts dated = facts;
  dated.set_day(absl::FormatCivilTime(SwedishDay(now)));
  RETURN_IF_ERROR(CheckFacts(policy, dated));
  ASSIGN_OR_RETURN(std::vector<v1::AttestingOfficer> officers,
                   CheckOfficersOf(checked, keys, policy, view, now));
  if (submission.route_ == Route::kFeedback) RETURN_IF_ERROR(CheckReply(header, view));
  RETURN_IF_ERROR(CheckCorrection(header, submission.route_, view));
  ASSIGN_OR_RETURN(std::vector<v1::CitedConsent> consents, BindConsents(checked, *directory, view));
  return Verified(std::move(checked), std::move(submission.manifest_digest_), std::move(facts),
                  std::move(consents), std::move(officers));
}

}  // namespace sluss
