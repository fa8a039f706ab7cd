// Offline verification of what goes with a citizen's access report.
//
// What success means: every row of the report is in the log that the key's holder signed, exactly
// as it lies in the bundle, and so is what became of it; and each row opens the encrypted number
// that its entry commits to. What it does not mean: that the number is the citizen's, or that no
// row is missing: for that stands the officer, who alone can compare, under a log that tells of the
// search.
#ifndef SLUSS_GATEWAY_VERIFY_ACCESS_REPORT_CHECK_H_
#define SLUSS_GATEWAY_VERIFY_ACCESS_REPORT_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/note.h"
#include "proto/record.pb.h"

namespace sluss {

struct VerifiedReportRow {
  uint64_t index = 0;
  v1::AuditLeaf decision;
  std::vector<v1::AuditLeaf> later;
};

struct VerifiedReport {
  Checkpoint checkpoint;
  std::string note;  // with every line
  std::vector<VerifiedReportRow> rows;
};

// One file of the bundle by its path below `proofs`. NOT_FOUND when there is none.
using ReportFiles = absl::FunctionRef<absl::StatusOr<std::string>(const std::string& path)>;

// INVALID_ARGUMENT where report.json is none. Every other error names the row and file at fault:
// "row 2, entries/17.tlog-proof: ...". DATA_LOSS: changed; PERMISSION_DENIED: of another log or
// key; NOT_FOUND: a file that was taken away.
absl::StatusOr<VerifiedReport> VerifyReport(ReportFiles read, const VerifierKey& key);

// What a reader may conclude.
std::string ReportConclusion(const VerifiedReport& report, const VerifierKey& key);

// "row 1: 2026-02-10 11:00Z  school/x -> social-services/y  PROTECTION  SOL-...  CONTACT, ..."
std::string ReportRowAsLine(size_t number, const VerifiedReportRow& row);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_ACCESS_REPORT_CHECK_H_
