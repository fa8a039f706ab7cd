// What the exchange keeps, as values: the rows of any store.
#ifndef SLUSS_GATEWAY_EXCHANGE_ROWS_H_
#define SLUSS_GATEWAY_EXCHANGE_ROWS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/opening_class.h"
#include "proto/gateway.pb.h"
#include "proto/openings.pb.h"
#include "proto/policy_admin.pb.h"
#include "proto/review.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

enum class PseudonymState {
  kNone = 0,    // no subject, or no longer wanted
  kWanted = 1,  // waits for the hops
  kDone = 2,
};

// A notification from its decision on. The row stays for a time when the payload is erased: it
// answers repetitions and tells what became of the message.
struct MessageRow {
  MessageId id;
  AgencyId sender;
  AgencyId recipient;
  v1::MessageState state = v1::MESSAGE_STATE_UNSPECIFIED;
  DeliveryId delivery_id;  // empty where it was denied at submission
  // When something must happen if nothing else does first: phone, expire, be forgotten.
  absl::Time deadline = absl::InfiniteFuture();
  PseudonymState pseudonym = PseudonymState::kNone;
  absl::Time pseudonym_due = absl::InfinitePast();  // not asked of the key holder before
  v1::StoredMessage details;
};

// Something that waits for an agency, handed out in the order of `sequence`.
enum class ItemKind { kNotification = 1, kPseudonym = 2, kOutcome = 3, kRecall = 4 };

struct QueueItem {
  uint64_t sequence = 0;  // given by the store, growing
  AgencyId agency;        // who gets it
  DeliveryId delivery_id;
  MessageId message_id;
  ItemKind kind = ItemKind::kNotification;
  bool ready = true;         // an item that is not ready is passed over
  v1::Outcome outcome = {};  // with kOutcome
};

// What waits to be fetched.
struct QueueSummary {
  uint64_t notifications = 0;
  MessageId oldest;  // of the notifications, by their place in the queue; empty where there is none
};

// A message and its place in the order of admission.
struct AdmittedMessage {
  uint64_t place = 0;
  MessageRow row;
};

// A proposal that may still come into force.
inline bool IsOpen(v1::ProposalState state) {
  return state == v1::POLICY_PROPOSED || state == v1::POLICY_APPROVED ||
         state == v1::POLICY_SCHEDULED;
}

struct ConsentRow {
  ConsentId id;
  std::string record;  // the bytes that the depositor signed: v1::ConsentRecord
  EventId registered_event;
  uint64_t registered_index = 0;
  absl::Time withdrawn = absl::InfiniteFuture();  // InfiniteFuture: in force
  EventId withdrawn_event;
  uint64_t withdrawn_index = 0;
  v1::ConsentStanding standing;
};

// Which register of an agency's officers is in force.
struct OfficerRegisterRow {
  uint64_t version = 0;
  // SHA-256 of the register, and the public key that signed it: the same again, or another one.
  std::string digest;
  EventId event;
  uint64_t index = 0;  // of its entry
};
// Certificates by the officer's pseudonym.
using OfficerRows = std::map<std::string, v1::OfficerCertificate>;

// One entry of the log as it is appended.
struct LogEntry {
  EventId event;
  std::string leaf;  // the bytes that are hashed
};

// What opens an entry's commitments, sealed under the key of its group.
struct OpeningRow {
  uint64_t index = 0;  // of the entry
  uint64_t group = 0;
  std::string sealed;
};

// Openings of one class and month that share a key.
struct OpeningGroupRow {
  uint64_t number = 0;  // from 1
  OpeningMonth month;
  uint64_t openings = 0;  // how many it has
  std::string wrapped_key;
};

// What a transaction puts: groups that are new or have another number of openings, and openings.
struct SealedOpenings {
  std::vector<OpeningGroupRow> groups;
  std::vector<OpeningRow> openings;
};

struct KeptOpening {
  OpeningRow opening;
  OpeningGroupRow group;
};

// How many openings a class and month has.
struct OpeningMonthRow {
  OpeningMonth month;
  uint64_t openings = 0;
};

// The log's head, and this gateway's last event in it: whether a commit of unknown outcome took
// effect is read off `counter` and `last_event`.
struct LogHead {
  uint64_t size = 0;
  std::string tree;        // Appender::Save()
  std::string checkpoint;  // signed
  uint64_t counter = 0;    // of this gateway's last event; 0 = none yet
  EventId last_event;
};

// A checkpoint that others were shown. Numbers begin at 0 and have no gaps; sizes grow with them.
struct PublishedCheckpoint {
  uint64_t number = 0;
  uint64_t size = 0;
  absl::Time at;
  std::string note;  // as the log signed it
};

// What a witness said of a published checkpoint.
struct CosignatureRow {
  uint64_t number = 0;  // of the checkpoint
  std::string witness;  // its key's label
  absl::Time at;        // when it came here
  std::string line;     // verified; a line of the note
};

// What a timestamping authority said of a published checkpoint. Numbered like those.
struct TimestampRow {
  uint64_t number = 0;
  uint64_t checkpoint = 0;  // its number
  absl::Time at;            // as the authority says
  std::string note;         // the bytes that were stamped
  std::string response;     // RFC 3161 TimeStampResp, DER; verified
};

struct LogAppend {
  uint64_t first_index = 0;
  std::vector<LogEntry> entries;
  std::vector<FullTile> tiles;  // that these entries completed
  LogHead head;                 // after them
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_ROWS_H_
