#include "agency-adapters/client/clock_rules.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"

namespace sluss {
namespace {

// What a decision means that says neither: it was made by a policy of before these fields.
constexpr uint32_t kAssessHours = 24;
constexpr uint32_t kFinishMonths = 4;

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

v1::StatutoryClock* Add(v1::ClockRecord* record, v1::ClockKind kind, absl::Time due) {
  v1::StatutoryClock* const clock = record->add_clock();
  clock->set_kind(kind);
  clock->set_due_us(absl::ToUnixMicros(due));
  return clock;
}

void AddOnce(v1::ClockRecord* record, v1::ClockKind kind, absl::Time due) {
  if (Find(record, kind) == nullptr) Add(record, kind, due);
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
    AddOnce(record, v1::ANSWER_REPORTER, EndOfDayAfter(at, record->answer_days()));
  }
}

void Open(v1::ClockRecord* record, absl::Time at) {
  Decide(record, at);
  const uint32_t months = record->finish_months() == 0 ? kFinishMonths : record->finish_months();
  AddOnce(record, v1::FINISH_INVESTIGATION, EndOfDayMonthsAfter(at, months));
}

absl::Status Extend(v1::ClockRecord* record, absl::Time until) {
  v1::StatutoryClock* const clock = Find(record, v1::DECIDE_INVESTIGATION);
  if (clock == nullptr || clock->done_us() != 0) {
    return absl::InvalidArgumentError(
        "`event`: no decision about this notification is awaited that more time could be given to");
  }
  const int64_t until_us = absl::ToUnixMicros(until);
  if (until_us == clock->due_us() && clock->extended_from_us() != 0) return absl::OkStatus();
  if (until_us <= clock->due_us()) {
    return absl::InvalidArgumentError(
        "`until`: the decision is due no earlier than this day as it is: name a later one");
  }
  if (clock->extended_from_us() == 0) clock->set_extended_from_us(clock->due_us());
  clock->set_due_us(until_us);
  clock->set_told_overdue(false);
  return absl::OkStatus();
}

// The named ones of the clock's categories are on a stopped clock of their own afterwards.
void EraseFrom(int index, const std::set<std::string>& named, absl::Time at,
               v1::ClockRecord* record) {
  std::vector<std::string> erased, left;
  for (const std::string& one : record->clock(index).category()) {
    (named.count(one) > 0 ? erased : left).push_back(one);
  }
  if (erased.empty()) return;
  v1::StatutoryClock stopped = record->clock(index);
  stopped.set_done_us(absl::ToUnixMicros(at));
  stopped.mutable_category()->Assign(erased.begin(), erased.end());
  if (left.empty()) {
    *record->mutable_clock(index) = stopped;
    return;
  }
  record->mutable_clock(index)->mutable_category()->Assign(left.begin(), left.end());
  *record->add_clock() = stopped;
}

absl::Status Erase(v1::ClockRecord* record, const CaseReport& report) {
  const std::set<std::string> named(report.categories.begin(), report.categories.end());
  std::set<std::string> known;
  const int clocks = record->clock_size();
  for (int i = 0; i < clocks; ++i) {
    const v1::StatutoryClock& clock = record->clock(i);
    if (clock.kind() != v1::ERASE_DATA) continue;
    known.insert(clock.category().begin(), clock.category().end());
    if (clock.done_us() != 0) continue;
    if (!named.empty()) {
      EraseFrom(i, named, report.at, record);
    } else if (IsOverdue(clock, report.at)) {
      record->mutable_clock(i)->set_done_us(absl::ToUnixMicros(report.at));
    }
  }
  for (const std::string& category : named) {
    if (known.count(category) > 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "`categories`: ", category, " of this notification has no day when it must be erased"));
  }
  return absl::OkStatus();
}

// Categories that may be kept equally long share a clock.
void StartRetention(const v1::Decision& decision, absl::Time at, v1::ClockRecord* record) {
  std::map<uint32_t, std::set<std::string>> by_days;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted() && category.retain_days() > 0) {
      by_days[category.retain_days()].insert(category.category());
    }
  }
  for (const auto& [days, categories] : by_days) {
    v1::StatutoryClock* const clock = Add(record, v1::ERASE_DATA, EndOfDayAfter(at, days));
    clock->mutable_category()->Add(categories.begin(), categories.end());
  }
}

}  // namespace

const std::vector<v1::ClockKind>& AllClockKinds() {
  static const auto* const kinds =
      new std::vector<v1::ClockKind>{v1::ASSESS_PROTECTION, v1::DECIDE_INVESTIGATION,
                                     v1::FINISH_INVESTIGATION, v1::ANSWER_REPORTER, v1::ERASE_DATA};
  return *kinds;
}

ClockWords WordsOf(v1::ClockKind kind) {
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
    case v1::ERASE_DATA:
      return {"erase-data", "Uppgifterna får inte bevaras längre", ""};
    default:
      return {"", "", ""};
  }
}

v1::ClockRecord StartClocks(const v1::InboxRecord& received, absl::string_view matched_case,
                            const v1::Decision& decision) {
  v1::ClockRecord record;
  record.set_message_id(received.message_id());
  record.set_sender(received.sender());
  record.set_matched_case(std::string(matched_case));
  record.set_received_us(received.received_us());
  const absl::Time at = absl::FromUnixMicros(received.received_us());
  for (const v1::Obligation& obligation : decision.obligation()) {
    if (obligation.has_protection_assessment()) {
      const v1::Obligation::ProtectionAssessment& owed = obligation.protection_assessment();
      const uint32_t hours = owed.assess_hours() == 0 ? kAssessHours : owed.assess_hours();
      AddOnce(&record, v1::ASSESS_PROTECTION, at + absl::Hours(hours));
      AddOnce(&record, v1::DECIDE_INVESTIGATION, EndOfDayAfter(at, owed.decide_days()));
      record.set_finish_months(owed.finish_months());
    }
    if (obligation.has_feedback()) record.set_answer_days(obligation.feedback().days());
  }
  StartRetention(decision, at, &record);
  return record;
}

absl::Status Apply(const CaseReport& report, v1::ClockRecord* record) {
  switch (report.event) {
    case CaseEvent::kAssessed:
      Stop(record, v1::ASSESS_PROTECTION, report.at);
      break;
    case CaseEvent::kOpened:
      Open(record, report.at);
      break;
    case CaseEvent::kNotOpened:
    case CaseEvent::kAlreadyRunning:
      Decide(record, report.at);
      break;
    case CaseEvent::kFinished:
      Stop(record, v1::FINISH_INVESTIGATION, report.at);
      break;
    case CaseEvent::kNotRequested:
      Stop(record, v1::ANSWER_REPORTER, report.at);
      break;
    case CaseEvent::kExtended:
      return Extend(record, report.until);
    case CaseEvent::kErased:
      return Erase(record, report);
  }
  return absl::OkStatus();
}

void Answer(absl::Time at, v1::ClockRecord* record) { Stop(record, v1::ANSWER_REPORTER, at); }

bool IsOverdue(const v1::StatutoryClock& clock, absl::Time now) {
  return clock.done_us() == 0 &&
         (clock.told_overdue() || clock.due_us() <= absl::ToUnixMicros(now));
}

void KeepRetentionOnly(v1::ClockRecord* record) {
  auto* const clocks = record->mutable_clock();
  clocks->erase(
      std::remove_if(clocks->begin(), clocks->end(),
                     [](const v1::StatutoryClock& one) { return one.kind() != v1::ERASE_DATA; }),
      clocks->end());
  record->clear_answer_days();
}

absl::Time EndOf(const v1::ClockRecord& record) {
  int64_t end = 0;
  for (const v1::StatutoryClock& clock : record.clock()) {
    if (clock.done_us() == 0) return absl::InfiniteFuture();
    end = std::max(end, clock.done_us());
  }
  return absl::FromUnixMicros(end);
}

}  // namespace sluss
