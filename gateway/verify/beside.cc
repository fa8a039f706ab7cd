#include "gateway/verify/beside.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/verify/log_check.h"

namespace sluss {
namespace {

// Receipts are by the log's key, or by one that followed from it, which only the log can tell.
absl::Status CheckSigners(const LogSource* source, const VerifierKey& key,
                          const KeptReceipts& receipts) {
  const absl::Status by_key = receipts.CheckSignatures(key, {});
  if (by_key.ok() || source == nullptr) return by_key;
  ASSIGN_OR_RETURN(const VerifiedLog log, VerifySource(*source, key));
  return receipts.CheckSignatures(key, log.history.key_changes());
}

}  // namespace

absl::StatusOr<Beside> LoadBeside(const BesideArguments& arguments, const VerifierKey& key,
                                  const LogSource* source) {
  Beside beside;
  if (!arguments.message.empty()) {
    ASSIGN_OR_RETURN(beside.message, MessageStory::Of(arguments.message));
  }
  if (arguments.receipts.empty()) return beside;
  absl::Time since = absl::InfinitePast();
  if (!arguments.receipts_since.empty() &&
      !absl::ParseTime("%Y-%m-%d", arguments.receipts_since, absl::UTCTimeZone(), &since,
                       /*err=*/nullptr)) {
    return absl::InvalidArgumentError("`--receipts-since`: give a day as YYYY-MM-DD");
  }
  ASSIGN_OR_RETURN(beside.receipts, LoadReceipts(arguments.receipts, since));
  RETURN_IF_ERROR(CheckSigners(source, key, *beside.receipts));
  return beside;
}

bool AskedWrongly(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::StartsWith(status.message(), "`--");
}

LogChecks ChecksOf(Beside* beside, const std::optional<Checkpoint>& seen) {
  LogChecks checks;
  if (beside->receipts) checks.seen = beside->receipts->Seen();
  if (seen) checks.seen.push_back({*seen});
  checks.on_entry = [beside](uint64_t index, absl::string_view entry) {
    if (beside->receipts) RETURN_IF_ERROR(beside->receipts->OnEntry(index, entry));
    return beside->message ? beside->message->OnEntry(index, entry) : absl::OkStatus();
  };
  return checks;
}

std::string BesideConclusion(const Beside& beside) {
  std::string text;
  if (beside.receipts) absl::StrAppend(&text, "; ", ReceiptsConclusion(*beside.receipts, true));
  if (beside.message) absl::StrAppend(&text, "; ", beside.message->Conclusion());
  return text;
}

void AddBeside(const Beside& beside, nlohmann::ordered_json* json) {
  if (beside.receipts) (*json)["receipts"] = ReceiptsJson(*beside.receipts);
  if (beside.message) (*json)["message"] = beside.message->ToJson();
}

}  // namespace sluss
