// What the entries of a log, read in order, must tell: whether the story is one that a gateway
// which keeps its own rules can have written. The tree proves that entries were not changed; this
// proves that none was left out of a gateway's count and that nothing was handed over undecided.
#ifndef SLUSS_GATEWAY_TLOG_HISTORY_H_
#define SLUSS_GATEWAY_TLOG_HISTORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/tlog/key_change.h"
#include "proto/record.pb.h"

namespace sluss {

// entry := 0x01 || AuditLeaf. INVALID_ARGUMENT when it is not one.
absl::StatusOr<v1::AuditLeaf> ParseEntry(absl::string_view entry);

// A gateway's clock may be set back by this much; more is a fault.
inline constexpr absl::Duration kMaxClockStep = absl::Minutes(5);
// A message that was permitted has an end by then: no gateway may be configured to wait longer than
// 90 days for a recipient.
inline constexpr absl::Duration kLongestUnderWay = absl::Hours(92 * 24);

// Not thread-safe.
class History {
 public:
  // The next entry. INVALID_ARGUMENT says what is wrong with it, as a clause about the entry:
  //   it is number 7 of `gateway/gw1`, where number 6 must follow
  // The entry's own bytes are never quoted. After an error the history is of no further use.
  absl::Status Add(absl::string_view entry);
  // After the last entry: DATA_LOSS names the first permission that has had no outcome for longer
  // than kLongestUnderWay.
  absl::Status Finish() const;

  // Of the entries added.
  const std::map<std::string, uint64_t>& counters() const { return counters_; }  // by gateway
  const std::map<std::string, uint64_t>& kinds() const { return kinds_; }        // how many of each
  const std::vector<KeyChange>& key_changes() const { return key_changes_; }     // in order
  uint64_t under_way() const { return open_.size(); }  // permitted, and not at an end
  absl::Time first_time() const { return absl::FromUnixMicros(first_us_); }
  absl::Time last_time() const { return absl::FromUnixMicros(latest_us_); }

 private:
  absl::Status CheckCounter(const v1::AuditLeaf& leaf);
  absl::Status CheckTime(const v1::AuditLeaf& leaf);
  absl::Status FollowMessage(const v1::AuditLeaf& leaf);
  absl::Status FollowDelivery(const v1::AuditLeaf& leaf);
  absl::Status FollowEnd(const v1::AuditLeaf& leaf);
  absl::Status FollowKeys(const v1::AuditLeaf& leaf);

  std::map<std::string, uint64_t> counters_;
  std::map<std::string, uint64_t> kinds_;
  std::vector<KeyChange> key_changes_;
  uint64_t entries_ = 0;
  int64_t first_us_ = 0;
  int64_t latest_us_ = 0;
  // Messages permitted and not yet at an end.
  struct Open {
    std::string recipient;  // as decided
    uint64_t entry = 0;     // of the decision
    int64_t time_us = 0;
    bool delivered = false;
  };
  absl::flat_hash_map<std::string, Open> open_;
  // Handed out and then at an end for the sender: the recipient may say later that it has them.
  absl::flat_hash_set<std::string> late_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_HISTORY_H_
