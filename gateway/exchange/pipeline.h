// The order of the exchange, kept by types:
//
//   Submission -> Verified -> Decided -> Recorded
//
// Each is made only from the one before it. The store admits nothing but Recorded, so code that
// forgets to verify, to decide or to log does not compile. A denial is Decided and Recorded too.
// All are movable values; const access is thread-safe.
#ifndef SLUSS_GATEWAY_EXCHANGE_PIPELINE_H_
#define SLUSS_GATEWAY_EXCHANGE_PIPELINE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/crypto/envelope.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/exchange/entry.h"
#include "gateway/exchange/leaf.h"
#include "gateway/exchange/rows.h"
#include "policy/policy_set.h"
#include "proto/notification.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

class Recorder;
class StoreView;
struct ExchangeLimits;

// By which call it came: an answer to an earlier message comes as Feedback and nothing else does.
enum class Route { kSubmit, kFeedback };

// What an authenticated agency handed in. Nothing of it is believed yet.
class Submission {
 public:
  // INVALID_ARGUMENT when the envelope is larger than `max_bytes`.
  static absl::StatusOr<Submission> Receive(AgencyId caller, Route route, v1::Envelope envelope,
                                            size_t max_bytes);

  const AgencyId& caller() const { return caller_; }
  Route route() const { return route_; }
  const v1::Envelope& envelope() const { return envelope_; }
  // SHA-256 of the signed bytes: the same message again has the same.
  const std::string& manifest_digest() const { return manifest_digest_; }
  // The message id that it says it has; empty where it cannot be read.
  MessageId ClaimedId() const;

 private:
  friend class Verified;
  Submission(AgencyId caller, Route route, v1::Envelope envelope);

  AgencyId caller_;
  Route route_;
  v1::Envelope envelope_;
  std::string manifest_digest_;
};

// A submission whose signature, proofs, sender, clock and form hold, under one policy set's
// vocabulary.
class Verified {
 public:
  // INVALID_ARGUMENT or PERMISSION_DENIED, the text begins with the field. A consent whose proof
  // fails is no fault here: it is cited as not bound, and the policy denies. `view` finds the
  // consents, the officers and the message that is answered; `keys` those by which it was made.
  static absl::StatusOr<Verified> Verify(Submission submission, const DirectoryRing& keys,
                                         const PolicySet& policy, const StoreView& view,
                                         absl::Time now, const ExchangeLimits& limits);

  const v1::Header& header() const { return checked_.header(); }
  const CheckedEnvelope& checked() const { return checked_; }
  const std::string& manifest_digest() const { return manifest_digest_; }
  // The facts of the message itself; day and consent are added when it is decided.
  const v1::Facts& facts() const { return facts_; }
  const std::vector<v1::CitedConsent>& consents() const { return consents_; }
  // In the order of the header's attestations.
  const std::vector<v1::AttestingOfficer>& officers() const { return officers_; }

 private:
  friend class Decided;
  Verified(CheckedEnvelope checked, std::string manifest_digest, v1::Facts facts,
           std::vector<v1::CitedConsent> consents, std::vector<v1::AttestingOfficer> officers);

  CheckedEnvelope checked_;
  std::string manifest_digest_;
  v1::Facts facts_;
  std::vector<v1::CitedConsent> consents_;
  std::vector<v1::AttestingOfficer> officers_;
};

// A verified submission with its verdict: what may not pass is already dropped.
class Decided {
 public:
  // Reads consents and officers anew in `view`. Fails only where `view` does. `attended`: the
  // recipient holds a stream; where nobody does, the sender of what cannot wait is told to phone at
  // once.
  static absl::StatusOr<Decided> Decide(Verified verified, const PolicySet& policy,
                                        const StoreView& view, absl::Time now,
                                        const ExchangeLimits& limits, bool attended);

  const MessageRow& row() const { return row_; }
  const v1::Decision& decision() const { return row_.details.decision(); }
  const LeafDraft& leaf() const { return leaf_; }

 private:
  friend class Recorded;
  Decided(MessageRow row, std::string payload, LeafDraft leaf);

  MessageRow row_;
  std::string payload_;
  LeafDraft leaf_;
};

// A decided submission whose entry stands in the log of the same transaction.
class Recorded {
 public:
  const MessageRow& row() const { return row_; }
  // Serialised v1::Envelope of what passed; empty in a denial.
  const std::string& payload() const { return payload_; }
  // Whether it may be handed out without its pseudonym.
  bool ready() const;
  const Entry& entry() const { return entry_; }

 private:
  friend class Recorder;
  Recorded(Decided decided, Entry entry);

  MessageRow row_;
  std::string payload_;
  Entry entry_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_PIPELINE_H_
