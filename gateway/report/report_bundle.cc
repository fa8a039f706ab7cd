#include "gateway/report/report_bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

constexpr int kAccessTag = 7;

absl::Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot make `", path, "`: ", std::generic_category().message(errno)));
}

absl::Status WriteEntry(const LogRow& row, const BundleLog& log, const std::string& entries) {
  ASSIGN_OR_RETURN(std::vector<Hash> path, log.files->ProofOf(row.index));
  const std::string name = absl::StrCat(entries, "/", row.index);
  RETURN_IF_ERROR(WriteReportFile(name + ".leaf", row.leaf));
  return WriteReportFile(name + ".tlog-proof", FormatProofFile({std::nullopt, row.index,
                                                                std::move(path), log.checkpoint}));
}

}  // namespace

absl::Status WriteReportFile(const std::string& path, absl::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = file >= 0;
  while (written && !bytes.empty()) {
    const ssize_t size = ::write(file, bytes.data(), bytes.size());
    written = size > 0;
    if (written) bytes.remove_prefix(static_cast<size_t>(size));
  }
  const int fault = errno;
  if (file >= 0 && ::close(file) != 0) written = false;
  if (written) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write `", path, "`: ", std::generic_category().message(fault)));
}

absl::Status WriteProofs(const std::vector<Disclosure>& disclosures, const BundleLog& log,
                         const std::string& directory) {
  const std::string proofs = directory + "/proofs";
  const std::string entries = proofs + "/entries";
  RETURN_IF_ERROR(MakeDirectory(proofs));
  RETURN_IF_ERROR(MakeDirectory(entries));
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Disclosure& one : disclosures) {
    RETURN_IF_ERROR(WriteEntry(one.decision, log, entries));
    nlohmann::ordered_json later = nlohmann::ordered_json::array();
    for (const LogRow& row : one.later) {
      RETURN_IF_ERROR(WriteEntry(row, log, entries));
      later.push_back(row.index);
    }
    rows.push_back(
        {{"index", one.decision.index},
         {"opened",
          {{{"tag", kAccessTag}, {"salt", ToHex(one.salt)}, {"value", ToHex(one.value)}}}},
         {"later", std::move(later)}});
  }
  const nlohmann::ordered_json report = {
      {"format", "sluss-access-report/1"}, {"log", log.origin}, {"rows", std::move(rows)}};
  RETURN_IF_ERROR(WriteReportFile(proofs + "/report.json", report.dump(1) + "\n"));
  RETURN_IF_ERROR(
      WriteReportFile(absl::StrCat(proofs, "/", kVerifierKeyPath), log.verifier_key + "\n"));
  return WriteReportFile(absl::StrCat(proofs, "/", kCheckpointPath), log.checkpoint);
}

}  // namespace sluss
