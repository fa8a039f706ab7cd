#include "gateway/openings/logged_erasures.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/tile.h"
#include "proto/record.pb.h"

namespace sluss {
namespace {

using Visit = std::function<absl::Status(uint64_t index, const v1::AuditLeaf& leaf)>;

absl::Status EachEntry(LogFiles read, uint64_t size, const Visit& visit) {
  for (uint64_t first = 0; first < size; first += kTileWidth) {
    const uint64_t width = std::min(kTileWidth, size - first);
    const uint64_t bundle = first / kTileWidth;
    absl::StatusOr<std::string> bytes = read(EntriesPath(bundle, width));
    uint64_t there = width;
    if (absl::IsNotFound(bytes.status()) && width < kTileWidth) {
      bytes = read(EntriesPath(bundle, kTileWidth));  // the log has grown since
      there = kTileWidth;
    }
    RETURN_IF_ERROR(bytes.status());
    ASSIGN_OR_RETURN(const std::vector<absl::string_view> entries,
                     ParseBundle(*bytes, there, first));
    for (uint64_t i = 0; i < width; ++i) {
      v1::AuditLeaf leaf;
      const absl::string_view entry = entries[i];
      if (entry.empty() || !leaf.ParseFromArray(entry.data() + 1, entry.size() - 1)) {
        return absl::DataLossError(absl::StrCat("entry ", first + i, " cannot be read"));
      }
      RETURN_IF_ERROR(visit(first + i, leaf));
    }
  }
  return absl::OkStatus();
}

// What is erased, as texts to compare: the same order may stand in the log more than once, whole
// or in part.
std::set<std::string> PartsOf(const JournalledErasure& erasure) {
  std::set<std::string> parts;
  const std::string procedure = ToHex(erasure.procedure);
  if (erasure.month.has_value()) {
    parts.insert(absl::StrCat(procedure, " ", OpeningMonthText(*erasure.month)));
  }
  for (const ErasedEntry& entry : erasure.entries) {
    parts.insert(absl::StrCat(procedure, " ", entry.index, ":", ToHex(entry.event.value())));
  }
  return parts;
}

}  // namespace

absl::StatusOr<std::vector<JournalledErasure>> ErasuresInLog(LogFiles read,
                                                             const VerifierKey& key) {
  ASSIGN_OR_RETURN(const VerifiedLog log, VerifyLog(read, key));
  std::vector<JournalledErasure> erasures;
  std::map<uint64_t, EventId> events;  // of the entries that were erased one by one
  RETURN_IF_ERROR(
      EachEntry(read, log.checkpoint.size, [&](uint64_t index, const v1::AuditLeaf& leaf) {
        if (leaf.kind() != v1::ERASURE) return absl::OkStatus();
        JournalledErasure erasure;
        erasure.at = absl::FromUnixMicros(leaf.time_us());
        erasure.procedure = leaf.procedure();
        for (const uint64_t about : leaf.about_index()) {
          erasure.entries.push_back({about, EventId()});
          events[about];
        }
        if (!erasure.entries.empty()) erasures.push_back(erasure);
        erasure.entries.clear();
        erasure.end = index;
        for (const std::string& text : leaf.opening_class()) {
          ASSIGN_OR_RETURN(erasure.month, ParseOpeningMonth(text));
          erasures.push_back(erasure);
        }
        return absl::OkStatus();
      }));
  if (events.empty()) return erasures;
  RETURN_IF_ERROR(
      EachEntry(read, log.checkpoint.size, [&](uint64_t index, const v1::AuditLeaf& leaf) {
        if (const auto at = events.find(index); at != events.end()) {
          at->second = EventId(leaf.event_id());
        }
        return absl::OkStatus();
      }));
  for (JournalledErasure& erasure : erasures) {
    for (ErasedEntry& entry : erasure.entries) entry.event = events[entry.index];
  }
  return erasures;
}

absl::StatusOr<size_t> AddToJournal(const std::vector<JournalledErasure>& erasures,
                                    ErasureJournal* journal) {
  ASSIGN_OR_RETURN(const std::vector<JournalledErasure> there, journal->Read());
  std::set<std::string> known;
  for (const JournalledErasure& erasure : there) known.merge(PartsOf(erasure));
  size_t added = 0;
  for (const JournalledErasure& erasure : erasures) {
    std::set<std::string> parts = PartsOf(erasure);
    if (std::includes(known.begin(), known.end(), parts.begin(), parts.end())) continue;
    RETURN_IF_ERROR(journal->Append(erasure));
    known.merge(parts);
    ++added;
  }
  return added;
}

}  // namespace sluss
