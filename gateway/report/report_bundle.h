// The bundle that goes with a citizen's access report: for each row the entry, the field that it
// opens and its inclusion proof, so that anybody can check it offline (access_report_check.h).
//
//   proofs/report.json               which rows, what they open, which later entries belong to them
//   proofs/verifier-key              of the log, for the reader's convenience
//   proofs/checkpoint                the signed head that all proofs end in
//   proofs/entries/<N>.leaf          the bytes that the log hashes
//   proofs/entries/<N>.tlog-proof    c2sp.org/tlog-proof@v1
#ifndef SLUSS_GATEWAY_REPORT_REPORT_BUNDLE_H_
#define SLUSS_GATEWAY_REPORT_REPORT_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/report/report_rows.h"
#include "gateway/tlog/log_files.h"

namespace sluss {

struct BundleLog {
  LogFileReader* files;
  std::string checkpoint;  // the signed note that `files` was verified with
  std::string origin;
  std::string verifier_key;
};

// Writes `directory`/proofs, which must not exist yet. The errors are those of the log's files;
// UNAVAILABLE where a file cannot be written.
absl::Status WriteProofs(const std::vector<Disclosure>& disclosures, const BundleLog& log,
                         const std::string& directory);

// A whole file, UNAVAILABLE where it cannot be written. Readable by this user only: it is about a
// person.
absl::Status WriteReportFile(const std::string& path, absl::string_view bytes);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_REPORT_REPORT_BUNDLE_H_
