#include "gateway/exchange/pipeline.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/exchange/judge.h"
#include "gateway/exchange/limits.h"
#include "gateway/exchange/store.h"

namespace sluss {
namespace {

constexpr size_t kIdBytes = 16;

std::set<std::string> Permitted(const v1::Decision& decision) {
  std::set<std::string> permitted;
  if (decision.verdict() == v1::VERDICT_DENY) return permitted;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) permitted.insert(category.category());
  }
  return permitted;
}

// When the sender is told to phone if nobody has acknowledged: what the rules oblige to, or what
// the urgency asks for if that is earlier. Not urgent and nothing asked: never.
absl::Time PhoneBy(const v1::Decision& decision, v1::Urgency urgency, absl::Time now,
                   const ExchangeLimits& limits) {
  absl::Time by = absl::InfiniteFuture();
  if (urgency == v1::NOW) by = now + limits.phone_when_now;
  if (urgency == v1::TODAY) by = now + limits.phone_when_today;
  for (const v1::Obligation& obligation : decision.obligation()) {
    if (!obligation.has_acknowledge_within()) continue;
    by = std::min(by, now + absl::Minutes(obligation.acknowledge_within().minutes()));
  }
  return by;
}

MessageRow RowOf(const Verified& verified, const v1::Facts& facts, v1::Decision decision) {
  const v1::Header& header = verified.header();
  MessageRow row;
  row.id = MessageId(header.message_id());
  row.sender = AgencyId(header.sender());
  row.recipient = AgencyId(header.recipient());
  row.details.set_manifest_digest(verified.manifest_digest());
  *row.details.mutable_facts() = facts;
  for (const v1::CitedConsent& consent : verified.consents()) {
    *row.details.add_consent() = consent;
  }
  for (const v1::AttestingOfficer& officer : verified.officers()) {
    *row.details.add_officer() = officer;
  }
  row.details.set_reason_code(decision.reason_code());
  row.details.set_urgency(header.urgency());
  row.details.set_directory(header.directory());
  *row.details.mutable_decision() = std::move(decision);
  return row;
}

}  // namespace

absl::StatusOr<Submission> Submission::Receive(AgencyId caller, Route route, v1::Envelope envelope,
                                               size_t max_bytes) {
  if (envelope.ByteSizeLong() > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat("`envelope` has ", envelope.ByteSizeLong(),
                                                   " bytes, at most ", max_bytes, " are taken"));
  }
  return Submission(std::move(caller), route, std::move(envelope));
}

Submission::Submission(AgencyId caller, Route route, v1::Envelope envelope)
    : caller_(std::move(caller)), route_(route), envelope_(std::move(envelope)) {
  manifest_digest_ = std::string(AsStringView(Sha256({envelope_.manifest()})));
}

MessageId Submission::ClaimedId() const {
  v1::Manifest manifest;
  v1::Header header;
  if (!manifest.ParseFromString(envelope_.manifest())) return MessageId();
  if (!header.ParseFromString(manifest.header())) return MessageId();
  return MessageId(header.message_id());
}

Verified::Verified(CheckedEnvelope checked, std::string manifest_digest, v1::Facts facts,
                   std::vector<v1::CitedConsent> consents,
                   std::vector<v1::AttestingOfficer> officers)
    : checked_(std::move(checked)),
      manifest_digest_(std::move(manifest_digest)),
      facts_(std::move(facts)),
      consents_(std::move(consents)),
      officers_(std::move(officers)) {}

absl::StatusOr<Decided> Decided::Decide(Verified verified, const PolicySet& policy,
                                        const StoreView& view, absl::Time now,
                                        const ExchangeLimits& limits, bool attended) {
  ASSIGN_OR_RETURN(JudgedNow judged, JudgeNow(policy, now, verified.facts_, verified.consents_,
                                              verified.officers_, view, limits));
  v1::Facts facts = std::move(judged.facts);
  v1::Decision decision = std::move(judged.decision);
  LeafDraft leaf = DecisionLeaf(verified.header(), verified.manifest_digest_,
                                verified.checked_.access_ciphertext(), facts, decision);
  const std::set<std::string> permitted = Permitted(decision);
  facts.mutable_category()->Clear();
  facts.mutable_category()->Add(permitted.begin(), permitted.end());
  MessageRow row = RowOf(verified, facts, std::move(decision));
  if (permitted.empty()) {
    row.state = v1::DENIED;
    row.deadline = now + limits.retention.undelivered;
    row.details.clear_officer();
    return Decided(std::move(row), /*payload=*/"", std::move(leaf));
  }

  row.state = v1::QUEUED;
  row.delivery_id = DeliveryId(RandomBytes(kIdBytes));
  const absl::Time expires = now + limits.expire;
  const bool phone_now = row.details.urgency() == v1::NOW && !attended;
  row.details.set_phone_now(phone_now);
  leaf.clear.set_phone_now(phone_now);
  const absl::Time phone_by =
      phone_now ? absl::InfiniteFuture()  // told with the answer, and once is enough
                : PhoneBy(row.details.decision(), row.details.urgency(), now, limits);
  row.deadline = std::min(expires, phone_by);
  row.details.set_expires_us(absl::ToUnixMicros(expires));
  if (phone_by < expires) row.details.set_phone_us(absl::ToUnixMicros(phone_by));
  if (const auto& ciphertext = verified.checked_.nym_ciphertext(); ciphertext.has_value()) {
    row.pseudonym = PseudonymState::kWanted;
    row.details.set_nym_ciphertext(ciphertext->Encode());
  }
  v1::Envelope passed = verified.checked_.envelope();
  row.details.set_sealed_parts(static_cast<uint32_t>(passed.compartment_size()));
  DropCompartments(permitted, passed.mutable_compartment());
  return Decided(std::move(row), passed.SerializeAsString(), std::move(leaf));
}

Decided::Decided(MessageRow row, std::string payload, LeafDraft leaf)
    : row_(std::move(row)), payload_(std::move(payload)), leaf_(std::move(leaf)) {}

Recorded::Recorded(Decided decided, Entry entry)
    : row_(std::move(decided.row_)),
      payload_(std::move(decided.payload_)),
      entry_(std::move(entry)) {
  row_.details.set_decision_event(entry_.event().value());
  row_.details.set_decision_index(entry_.index());
  row_.details.set_latest_event(entry_.event().value());
  row_.details.set_latest_index(entry_.index());
}

bool Recorded::ready() const {
  return row_.pseudonym != PseudonymState::kWanted || row_.details.decision().duty();
}

}  // namespace sluss
