// What the log says of the disclosures that were found, and that nothing of the period was left out
// of the search: held against the log that the officer has, not the gateway's word.
#ifndef SLUSS_GATEWAY_REPORT_REPORT_ROWS_H_
#define SLUSS_GATEWAY_REPORT_REPORT_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/report/scan_reader.h"
#include "gateway/tlog/log_files.h"
#include "proto/record.pb.h"

namespace sluss {

// One entry of the log as it stands there.
struct LogRow {
  uint64_t index = 0;
  std::string leaf;  // the bytes that the log hashes
  v1::AuditLeaf parsed;
};

// A decision about the citizen, and what the log says of the same message afterwards.
struct Disclosure {
  LogRow decision;
  std::vector<LogRow> later;
  std::string value;  // of tag 7, and its salt
  std::string salt;

  bool WithheldAt(absl::Time now) const {
    return absl::FromUnixMicros(decision.parsed.withhold_until_us()) > now;
  }
};

// Decisions that could not be searched because somebody has not kept the keys of their time.
struct Unreached {
  uint64_t count = 0;
  int64_t first_us = 0, last_us = 0;  // of the first and the last of them
};

struct Searched {
  std::vector<Disclosure> disclosures;
  uint64_t decisions = 0;       // of the period, in the log
  uint64_t without_number = 0;  // about nobody in particular, or from before there was a domain
  Unreached unreached;
};

// `from_us` and `to_us` are those of the scan's order. FAILED_PRECONDITION where the log is shorter
// than what was scanned; DATA_LOSS names the entry that the gateway left out, told otherwise than
// the log has it, or put into another period.
absl::StatusOr<Searched> HoldAgainstLog(const ScanReader& scan, int64_t from_us, int64_t to_us,
                                        LogFileReader* log);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_REPORT_REPORT_ROWS_H_
