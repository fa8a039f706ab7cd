#include "agency-adapters/client/clock_book.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using nlohmann::ordered_json;

// What a decision means that says neither: it was made by a policy of before these fields.
constexpr uint32_t kAssessHours = 24;
constexpr uint32_t kFinishMonths = 4;
constexpr v1::ClockKind kKinds[] = {v1::ASSESS_PROTECTION, v1::DECIDE_INVESTIGATION,
                                    v1::FINISH_INVESTIGATION, v1::ANSWER_REPORTER};

struct Words {
  const char* code;
  const char* text_sv;
  const char* paragraph;
};

Words WordsOf(v1::ClockKind kind) {
  switch (kind) {
    case v1::ASSESS_PROTECTION:
      return {"assess-protection", "Omedelbar skyddsbedömning", "20 kap. 1 § SoL (2025:400)"};
    case v1::DECIDE_INVESTIGATION:
      return {"decide-investigation", "Beslut om att inleda utredning eller inte",
              "20 kap. 2 § SoL (2025:400)"};
    case v1::FINISH_INVESTIGATION:
      return {"finish-investigation", "Utredningen ska vara slutförd",
              "20 kap. 3 § SoL (2025:400)"};
    case v1::ANSWER_REPORTER:
      return {"answer-reporter", "Återkoppling till anmälaren på begäran",
              "19 kap. 6 § SoL (2025:400)"};
    default:
      return {"", "", ""};
  }
}

// The end of the Swedish day that lies `days` after the day of `from`.
absl::Time EndOfDayAfter(absl::Time from, uint32_t days) {
  return StartOfSwedishDay(SwedishDay(from) + static_cast<int>(days) + 1);
}

absl::Time EndOfDayMonthsAfter(absl::Time from, uint32_t months) {
  const absl::CivilDay day = SwedishDay(from);
  const absl::CivilMonth month = absl::CivilMonth(day) + static_cast<int>(months);
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  const absl::CivilDay same(month.year(), month.month(), std::min(day.day(), last.day()));
  return StartOfSwedishDay(same + 1);
}

v1::StatutoryClock* Find(v1::ClockRecord* record, v1::ClockKind kind) {
  for (v1::StatutoryClock& clock : *record->mutable_clock()) {
    if (clock.kind() == kind) return &clock;
  }
  return nullptr;
}

// Told once, it stays so whatever the machine's clock says afterwards.
bool IsOverdue(const v1::StatutoryClock& clock, absl::Time now) {
  return clock.done_us() == 0 &&
         (clock.told_overdue() || clock.due_us() <= absl::ToUnixMicros(now));
}

bool IsNews(const v1::StatutoryClock& clock, absl::Time now) {
  return IsOverdue(clock, now) && !clock.told_overdue();
}

// When the last of the clocks stopped; InfiniteFuture while one runs.
absl::Time EndOf(const v1::ClockRecord& record) {
  int64_t end = 0;
  for (const v1::StatutoryClock& clock : record.clock()) {
    if (clock.done_us() == 0) return absl::InfiniteFuture();
    end = std::max(end, clock.done_us());
  }
  return absl::FromUnixMicros(end);
}

void Add(v1::ClockRecord* record, v1::ClockKind kind, absl::Time due) {
  if (Find(record, kind) != nullptr) return;
  v1::StatutoryClock* const clock = record->add_clock();
  clock->set_kind(kind);
  clock->set_due_us(absl::ToUnixMicros(due));
}

void Stop(v1::ClockRecord* record, v1::ClockKind kind, absl::Time at) {
  v1::StatutoryClock* const clock = Find(record, kind);
  if (clock != nullptr && clock->done_us() == 0) clock->set_done_us(absl::ToUnixMicros(at));
}

// A decision, whichever it is, presupposes the assessment and starts the week for the reporter.
void Decide(v1::ClockRecord* record, absl::Time at) {
  Stop(record, v1::ASSESS_PROTECTION, at);
  Stop(record, v1::DECIDE_INVESTIGATION, at);
  if (record->answer_days() > 0) {
    Add(record, v1::ANSWER_REPORTER, EndOfDayAfter(at, record->answer_days()));
  }
}

v1::ClockRecord Begin(const v1::InboxRecord& received, const std::string& matched_case,
                      const v1::Decision& decision) {
  v1::ClockRecord record;
  record.set_message_id(received.message_id());
  record.set_sender(received.sender());
  record.set_matched_case(matched_case);
  record.set_received_us(received.received_us());
  const absl::Time at = absl::FromUnixMicros(received.received_us());
  for (const v1::Obligation& obligation : decision.obligation()) {
    if (obligation.has_protection_assessment()) {
      const v1::Obligation::ProtectionAssessment& owed = obligation.protection_assessment();
      const uint32_t hours = owed.assess_hours() == 0 ? kAssessHours : owed.assess_hours();
      Add(&record, v1::ASSESS_PROTECTION, at + absl::Hours(hours));
      Add(&record, v1::DECIDE_INVESTIGATION, EndOfDayAfter(at, owed.decide_days()));
      record.set_finish_months(owed.finish_months());
    }
    if (obligation.has_feedback()) record.set_answer_days(obligation.feedback().days());
  }
  return record;
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
  const Words words = WordsOf(clock.kind());
  return {{"message", ToHex(record.message_id())},
          {"case", record.matched_case()},
          {"from", record.sender()},
          {"received", SwedishText(record.received_us())},
          {"clock", words.code},
          {"what", words.text_sv},
          {"paragraph", words.paragraph},
          {"due", SwedishText(clock.due_us())},
          {"overdue", IsOverdue(clock, now)},
          {"marked", MarkText(record.marked())}};
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
  const auto corrected = all_.find(MessageId(received.corrects()));
  if (corrected != all_.end() && corrected->second.sender() == received.sender()) {
    return absl::OkStatus();
  }
  const v1::ClockRecord record = Begin(received, matched_case, decision);
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

absl::Status ClockBook::Tell(const MessageId& id, CaseEvent event, absl::Time at) {
  MutexLock lock(&mutex_);
  const auto found = all_.find(id);
  if (found == all_.end()) {
    return absl::NotFoundError("`message` names no notification here whose clocks run");
  }
  v1::ClockRecord record = found->second;
  switch (event) {
    case CaseEvent::kAssessed:
      Stop(&record, v1::ASSESS_PROTECTION, at);
      break;
    case CaseEvent::kOpened:
      Decide(&record, at);
      Add(&record, v1::FINISH_INVESTIGATION,
          EndOfDayMonthsAfter(
              at, record.finish_months() == 0 ? kFinishMonths : record.finish_months()));
      break;
    case CaseEvent::kNotOpened:
    case CaseEvent::kAlreadyRunning:
      Decide(&record, at);
      break;
    case CaseEvent::kFinished:
      Stop(&record, v1::FINISH_INVESTIGATION, at);
      break;
    case CaseEvent::kNotRequested:
      Stop(&record, v1::ANSWER_REPORTER, at);
      break;
  }
  return Keep(record);
}

absl::Status ClockBook::Answered(const MessageId& id, absl::Time at) {
  MutexLock lock(&mutex_);
  const auto found = all_.find(id);
  if (found == all_.end()) return absl::OkStatus();
  v1::ClockRecord record = found->second;
  Stop(&record, v1::ANSWER_REPORTER, at);
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
                     {{"message", IdText(id)}, {"clock", WordsOf(clock.kind()).code}});
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
  for (const v1::ClockKind kind : kKinds) counts[WordsOf(kind).code] = {};
  MutexLock lock(&mutex_);
  for (const auto& [id, record] : all_) {
    for (const v1::StatutoryClock& clock : record.clock()) {
      if (clock.done_us() != 0) continue;
      ClockCount& count = counts[WordsOf(clock.kind()).code];
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
