#include "agency-adapters/client/clock_book.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using nlohmann::ordered_json;

bool IsNews(const v1::StatutoryClock& clock, absl::Time now) {
  return IsOverdue(clock, now) && !clock.told_overdue();
}

const char* MarkText(v1::CorrectionKind kind) {
  switch (kind) {
    case v1::CORRECTION:
      return "corrected";
    case v1::RETRACTION:
      return "retracted";
    default:
      return "";
  }
}

std::string SwedishText(int64_t us) {
  return absl::FormatCivilTime(ToSwedishTime(absl::FromUnixMicros(us)));
}

ordered_json Line(const v1::ClockRecord& record, const v1::StatutoryClock& clock, absl::Time now) {
  const ClockWords words = WordsOf(clock.kind());
  ordered_json line = {{"message", ToHex(record.message_id())},
                       {"case", record.matched_case()},
                       {"from", record.sender()},
                       {"received", SwedishText(record.received_us())},
                       {"clock", std::string(words.code)},
                       {"what", std::string(words.text_sv)},
                       {"paragraph", std::string(words.paragraph)},
                       {"due", SwedishText(clock.due_us())},
                       {"overdue", IsOverdue(clock, now)},
                       {"marked", MarkText(record.marked())}};
  if (clock.extended_from_us() != 0) line["extendedFrom"] = SwedishText(clock.extended_from_us());
  if (!clock.category().empty()) {
    line["categories"] = std::vector<std::string>(clock.category().begin(), clock.category().end());
  }
  return line;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClockBook>> ClockBook::Open(FileSystem* files,
                                                           const std::string& path,
                                                           const NativeOut* native_out,
                                                           EventLog* events, absl::Duration keep) {
  ASSIGN_OR_RETURN(auto records, RecordDir<v1::ClockRecord>::Open(files, path));
  ASSIGN_OR_RETURN(const std::vector<v1::ClockRecord> all, records.All());
  std::unique_ptr<ClockBook> book(new ClockBook(std::move(records), native_out, events, keep));
  {
    MutexLock lock(&book->mutex_);
    for (const v1::ClockRecord& record : all) {
      book->all_.emplace(MessageId(record.message_id()), record);
    }
    book->list_is_old_ = !all.empty();  // an agency whose clocks never ran has no list
  }
  return book;
}

absl::Status ClockBook::Keep(const v1::ClockRecord& record) {
  RETURN_IF_ERROR(records_.Put(record.message_id(), record));
  all_.insert_or_assign(MessageId(record.message_id()), record);
  list_is_old_ = true;
  return absl::OkStatus();
}

absl::Status ClockBook::Start(const v1::InboxRecord& received, const std::string& matched_case,
                              const v1::Decision& decision) {
  MutexLock lock(&mutex_);
  v1::ClockRecord record = StartClocks(received, matched_case, decision);
  const auto corrected = all_.find(MessageId(received.corrects()));
  if (corrected != all_.end() && corrected->second.sender() == received.sender()) {
    KeepRetentionOnly(&record);
  }
  if (record.clock().empty()) return absl::OkStatus();
  if (all_.count(MessageId(record.message_id())) > 0) return absl::OkStatus();
  return Keep(record);
}

absl::Status ClockBook::Mark(const MessageId& id, v1::CorrectionKind kind) {
  MutexLock lock(&mutex_);
  const auto found = all_.find(id);
  if (found == all_.end() || found->second.marked() == kind) return absl::OkStatus();
  v1::ClockRecord record = found->second;
  record.set_marked(kind);
  return Keep(record);
}

absl::Status ClockBook::Tell(const MessageId& id, const CaseReport& report) {
  MutexLock lock(&mutex_);
  const auto found = all_.find(id);
  if (found == all_.end()) {
    return absl::NotFoundError("`message` names no notification here whose clocks run");
  }
  v1::ClockRecord record = found->second;
  RETURN_IF_ERROR(Apply(report, &record));
  return Keep(record);
}

absl::Status ClockBook::Answered(const MessageId& id, absl::Time at) {
  MutexLock lock(&mutex_);
  const auto found = all_.find(id);
  if (found == all_.end()) return absl::OkStatus();
  v1::ClockRecord record = found->second;
  Answer(at, &record);
  return Keep(record);
}

absl::Status ClockBook::Look(absl::Time now) {
  MutexLock lock(&mutex_);
  for (const auto& [id, known] : all_) {
    const auto is_news = [now](const v1::StatutoryClock& clock) { return IsNews(clock, now); };
    if (std::none_of(known.clock().begin(), known.clock().end(), is_news)) continue;
    v1::ClockRecord record = known;
    for (v1::StatutoryClock& clock : *record.mutable_clock()) {
      if (!IsNews(clock, now)) continue;
      clock.set_told_overdue(true);
      events_->Write("clock-overdue",
                     {{"message", IdText(id)}, {"clock", std::string(WordsOf(clock.kind()).code)}});
    }
    RETURN_IF_ERROR(Keep(record));
  }
  RETURN_IF_ERROR(ForgetEnded(now));
  return list_is_old_ ? WriteList(now) : absl::OkStatus();
}

absl::Status ClockBook::ForgetEnded(absl::Time now) {
  for (auto at = all_.begin(); at != all_.end();) {
    if (EndOf(at->second) + keep_ > now) {
      ++at;
      continue;
    }
    RETURN_IF_ERROR(records_.Remove(at->second.message_id()));
    at = all_.erase(at);
  }
  return absl::OkStatus();
}

std::map<std::string, ClockCount> ClockBook::Count(absl::Time now) {
  std::map<std::string, ClockCount> counts;
  for (const v1::ClockKind kind : AllClockKinds()) counts[std::string(WordsOf(kind).code)] = {};
  MutexLock lock(&mutex_);
  for (const auto& [id, record] : all_) {
    for (const v1::StatutoryClock& clock : record.clock()) {
      if (clock.done_us() != 0) continue;
      ClockCount& count = counts[std::string(WordsOf(clock.kind()).code)];
      ++count.running;
      if (IsOverdue(clock, now)) ++count.overdue;
    }
  }
  return counts;
}

absl::Status ClockBook::WriteList(absl::Time now) {
  ordered_json lines = ordered_json::array();
  for (const auto& [id, record] : all_) {
    for (const v1::StatutoryClock& clock : record.clock()) {
      if (clock.done_us() == 0) lines.push_back(Line(record, clock, now));
    }
  }
  RETURN_IF_ERROR(native_out_->WriteJson(
      "clocks", "open", ordered_json{{"clocks", lines}}.dump(/*indent=*/2) + "\n"));
  list_is_old_ = false;
  return absl::OkStatus();
}

}  // namespace sluss
