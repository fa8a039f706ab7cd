#include "gateway/report/report_rows.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

constexpr uint32_t kAccessTag = 7;

absl::Status Fault(uint64_t index, absl::string_view text) {
  return absl::DataLossError(absl::StrCat("entry ", index, " ", text,
                                          ": the gateway's answer is not to be trusted; keep "
                                          "it and tell the supervisory authority"));
}

absl::StatusOr<LogRow> RowAt(uint64_t index, LogFileReader* log) {
  LogRow row;
  row.index = index;
  ASSIGN_OR_RETURN(row.leaf, log->Entry(index));
  absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(row.leaf);
  if (!leaf.ok()) return absl::DataLossError(leaf.status().message());
  row.parsed = *std::move(leaf);
  return row;
}

// That the entries told are those of the period, and no more of the log is.
absl::Status CheckPeriod(const v1::ScanBegun& begun, int64_t from_us, int64_t to_us,
                         LogFileReader* log) {
  if (begun.first_index() > 0) {
    ASSIGN_OR_RETURN(const LogRow before, RowAt(begun.first_index() - 1, log));
    if (before.parsed.time_us() >= from_us) {
      return Fault(before.index, "is of the period and was not looked at");
    }
  }
  // The scan's own entry ends it where the period goes on.
  if (begun.end_index() >= log->size() || begun.end_index() >= begun.receipt().index()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const LogRow after, RowAt(begun.end_index(), log));
  if (after.parsed.time_us() >= to_us) return absl::OkStatus();
  return Fault(after.index, "is of the period and was not looked at");
}

// The log's time never goes back.
void Add(int64_t time_us, Unreached* unreached) {
  if (unreached->count++ == 0) unreached->first_us = time_us;
  unreached->last_us = time_us;
}

absl::Status CheckTold(const ScanReader& scan, const LogRow& row, Searched* searched) {
  ++searched->decisions;
  if (CommittedUnder(row.parsed, kAccessTag).empty()) {
    ++searched->without_number;
    return absl::OkStatus();
  }
  const bool compared =
      std::binary_search(scan.compared().begin(), scan.compared().end(), row.index);
  if (compared) return absl::OkStatus();
  const auto unread = scan.unread().find(row.index);
  if (unread != scan.unread().end()) {
    if (absl::EndsWith(unread->second, "keys-gone"))
      Add(row.parsed.time_us(), &searched->unreached);
    return absl::OkStatus();
  }
  return Fault(row.index, "has an encrypted number and was left out");
}

}  // namespace

absl::StatusOr<Searched> HoldAgainstLog(const ScanReader& scan, int64_t from_us, int64_t to_us,
                                        LogFileReader* log) {
  const v1::ScanBegun& begun = *scan.begun();
  if (log->size() < begun.end_index()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the log has ", log->size(), " entries and the scan looked at ",
                     begun.end_index(), ": fetch or export it anew, and run the command again"));
  }
  RETURN_IF_ERROR(CheckPeriod(begun, from_us, to_us, log));
  Searched searched;
  std::map<std::string, size_t> by_message;
  auto found = scan.found().begin();
  for (uint64_t index = begun.first_index(); index < log->size(); ++index) {
    ASSIGN_OR_RETURN(LogRow row, RowAt(index, log));
    if (row.parsed.kind() == v1::DECISION && index < begun.end_index()) {
      RETURN_IF_ERROR(CheckTold(scan, row, &searched));
    }
    if (found != scan.found().end() && found->index == index) {
      if (found->leaf != row.leaf) return Fault(index, "is told otherwise than the log has it");
      by_message[row.parsed.message_id()] = searched.disclosures.size();
      searched.disclosures.push_back({std::move(row), {}, found->value, found->salt});
      ++found;
      continue;
    }
    const auto of = by_message.find(row.parsed.message_id());
    if (row.parsed.message_id().empty() || of == by_message.end()) continue;
    searched.disclosures[of->second].later.push_back(std::move(row));
  }
  if (found != scan.found().end()) return Fault(found->index, "is not among the log's decisions");
  return searched;
}

}  // namespace sluss
