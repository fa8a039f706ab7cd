#include "gateway/openings/erasures.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/metrics_file.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr int kMostEntries = 256;  // of one order
constexpr size_t kIdBytes = 16;
constexpr size_t kSweepGroups = 16;
constexpr absl::Duration kBetweenRuns = absl::Hours(24);
// One month of a class falls due a month. More at once are a clock that went wrong, a gateway that
// stood still, or months to keep that were changed: a person looks first.
constexpr size_t kMonthsAtOnce = 2;

absl::Time DueAt(const OpeningMonth& month, const KeepMonths& keep) {
  return absl::FromCivil(month.month + 1 + keep.Of(month.opening_class), absl::UTCTimeZone());
}

Erasing NewErasing(const char* outcome) {
  Erasing erasing;
  erasing.procedure = RandomBytes(kIdBytes);
  erasing.outcome = outcome;
  return erasing;
}

}  // namespace

uint32_t KeepMonths::Of(OpeningClass opening_class) const {
  switch (opening_class) {
    case OpeningClass::kDisclosure:
      return disclosure;
    case OpeningClass::kOversight:
      return oversight;
    case OpeningClass::kOperation:
      return operation;
  }
  return disclosure;
}

absl::StatusOr<std::unique_ptr<Erasures>> Erasures::Begin(ErasuresParts parts, KeepMonths keep) {
  std::unique_ptr<Erasures> erasures(new Erasures(parts, keep));
  RETURN_IF_ERROR(erasures->Replay());
  RETURN_IF_ERROR(erasures->CheckKeys());
  return erasures;
}

absl::Status Erasures::CheckKeys() const {
  ASSIGN_OR_RETURN(const std::vector<OpeningMonthRow> months, parts_.store->OpeningMonths());
  for (const OpeningMonthRow& row : months) {
    const absl::Status key = parts_.erasing.keys->Read(row.month).status();
    if (!absl::IsNotFound(key)) {
      RETURN_IF_ERROR(key);
      continue;
    }
    const std::string month = OpeningMonthText(row.month);
    ASSIGN_OR_RETURN(const LogHead head, parts_.store->ReadHead(/*gateway=*/""));
    return absl::FailedPreconditionError(
        absl::StrCat("the key of `", month, "`, which opens ", row.openings,
                     " entries, is gone: ", key.message(),
                     "; put the directory back from its own backup, or, where there is none, run "
                     "`slussctl log lost-key --month ",
                     month, " --size ", head.size, "`, after which nobody opens them"));
  }
  return absl::OkStatus();
}

void Erasures::MustLookAgain() {
  MutexLock lock(&mutex_);
  unfinished_ = true;
}

void Erasures::Tell(const Erasing& erasing, const OpeningMonth* month) {
  if (erasing.erased == 0 && month == nullptr) return;
  parts_.events->Write("openings-erased",
                       {{"outcome", erasing.outcome},
                        {"month", month == nullptr ? "" : OpeningMonthText(*month)},
                        {"count", erasing.erased}});
}

absl::Status Erasures::Replay() {
  ASSIGN_OR_RETURN(const std::vector<JournalledErasure> journal, parts_.erasing.journal->Read());
  uint64_t erased = 0, held = 0;
  absl::Status failed;
  for (const JournalledErasure& journalled : journal) {
    Erasing erasing;
    erasing.procedure = journalled.procedure;
    erasing.outcome = kReplayed;
    RETURN_IF_ERROR(parts_.ledger
                        ->Run([&](Recorder& recorder) {
                          return EraseAgain(recorder, parts_.erasing, journalled, &erasing);
                        })
                        .status());
    if (failed.ok()) failed = erasing.refusal;
    erased += erasing.erased;
    held += erasing.held;
    Tell(erasing);
  }
  if (held > 0) parts_.events->Write("erasures-held", {{"count", held}});
  RETURN_IF_ERROR(Sweep());
  if (erased > 0) RETURN_IF_ERROR(WipeTraces());
  return failed;
}

absl::Status Erasures::Sweep() {
  bool more = true;
  while (more) {
    RETURN_IF_ERROR(parts_.ledger
                        ->Run([&](Recorder& recorder) -> absl::Status {
                          ASSIGN_OR_RETURN(more, recorder.store().SweepOpenings(kSweepGroups));
                          return absl::OkStatus();
                        })
                        .status());
  }
  return absl::OkStatus();
}

// A reader in the way is no failure: the store empties the log by itself.
absl::Status Erasures::WipeTraces() {
  const absl::Status wiped = parts_.store->WipeTraces();
  return absl::IsUnavailable(wiped) ? absl::OkStatus() : wiped;
}

absl::StatusOr<Erasures::Due> Erasures::FindDue() const {
  ASSIGN_OR_RETURN(const std::vector<OpeningMonthRow> rows, parts_.store->OpeningMonths());
  ASSIGN_OR_RETURN(const std::vector<OpeningMonth> keys, parts_.erasing.keys->List());
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, parts_.store->LegalHolds());
  std::set<OpeningMonth> months(keys.begin(), keys.end());
  for (const OpeningMonthRow& row : rows) months.insert(row.month);
  const absl::Time now = parts_.ledger->clock().Now();
  std::map<OpeningClass, std::vector<OpeningMonth>> by_class;
  for (const OpeningMonth& month : months) {
    const bool due = DueAt(month, keep_) <= now && HoldOver(holds, month) == nullptr;
    if (due) by_class[month.opening_class].push_back(month);
  }
  Due due;
  for (const auto& [opening_class, found] : by_class) {
    auto& list = found.size() > kMonthsAtOnce ? due.waiting : due.months;
    list.insert(list.end(), found.begin(), found.end());
  }
  return due;
}

absl::StatusOr<Ledger::Receipts> Erasures::EraseOneMonth(const OpeningMonth& month,
                                                         Erasing* erasing) {
  absl::StatusOr<Ledger::Receipts> receipts = parts_.ledger->Run(
      [&](Recorder& recorder) { return EraseMonth(recorder, parts_.erasing, month, erasing); });
  MustLookAgain();
  RETURN_IF_ERROR(receipts.status());
  RETURN_IF_ERROR(erasing->refusal);
  Tell(*erasing, &month);
  return receipts;
}

absl::Status Erasures::RunRetention() {
  ASSIGN_OR_RETURN(const Due due, FindDue());
  if (!due.waiting.empty()) {
    parts_.events->Write("retention-waits", {{"months", due.waiting.size()}});
  }
  for (const OpeningMonth& month : due.months) {
    Erasing erasing = NewErasing(kByRetention);
    RETURN_IF_ERROR(EraseOneMonth(month, &erasing).status());
  }
  if (due.months.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Sweep());
  return WipeTraces();
}

absl::Status Erasures::Tick() {
  const absl::Time now = parts_.ledger->clock().Now();
  bool look = false, run = false;
  {
    MutexLock lock(&mutex_);
    look = std::exchange(unfinished_, false);
    run = next_run_ <= now;
  }
  absl::Status status = look || run ? Replay() : absl::OkStatus();
  if (status.ok() && run) status = RunRetention();
  MutexLock lock(&mutex_);
  if (!status.ok()) {
    unfinished_ = true;
  } else if (run) {
    next_run_ = now + kBetweenRuns;
  }
  return status;
}

absl::Status Erasures::EraseDue(const OfficersOrder& order, v1::EraseResponse* response) {
  ASSIGN_OR_RETURN(Due due, FindDue());
  due.months.insert(due.months.end(), due.waiting.begin(), due.waiting.end());
  if (due.months.empty()) {
    return absl::NotFoundError("`due`: every month that has openings is still kept, or held");
  }
  const std::string procedure = RandomBytes(kIdBytes);
  response->set_procedure(procedure);
  for (const OpeningMonth& month : due.months) {
    Erasing erasing = NewErasing(kByOrder);
    erasing.procedure = procedure;
    erasing.order = order;
    ASSIGN_OR_RETURN(Ledger::Receipts receipts, EraseOneMonth(month, &erasing));
    if (!receipts.empty()) *response->mutable_receipt() = std::move(receipts.front());
    response->set_erased(response->erased() + erasing.erased);
    response->add_month(OpeningMonthText(month));
  }
  return Sweep();
}

absl::StatusOr<v1::EraseResponse> Erasures::Erase(absl::string_view official,
                                                  const v1::EraseRequest& request) {
  RETURN_IF_ERROR(CheckReason(request.reason_digest()));
  if (request.due() == (request.index_size() > 0) || request.index_size() > kMostEntries) {
    return absl::InvalidArgumentError(
        absl::StrCat("`index` must name 1 to ", kMostEntries, " entries, or `due` be set"));
  }
  const OfficersOrder order{std::string(official), request.reason_digest()};
  v1::EraseResponse response;
  if (request.due()) {
    RETURN_IF_ERROR(EraseDue(order, &response));
  } else {
    Erasing erasing = NewErasing(kByOrder);
    erasing.order = order;
    const std::vector<uint64_t> indexes(request.index().begin(), request.index().end());
    absl::StatusOr<Ledger::Receipts> receipts = parts_.ledger->Run([&](Recorder& recorder) {
      return EraseEntries(recorder, parts_.erasing, indexes, &erasing);
    });
    MustLookAgain();
    RETURN_IF_ERROR(receipts.status());
    RETURN_IF_ERROR(erasing.refusal);
    response.set_procedure(erasing.procedure);
    response.set_erased(erasing.erased);
    response.mutable_not_there()->Add(erasing.not_there.begin(), erasing.not_there.end());
    if (!receipts->empty()) *response.mutable_receipt() = std::move(receipts->front());
    Tell(erasing);
  }
  response.set_traces_gone(parts_.store->WipeTraces().ok());
  return response;
}

absl::StatusOr<v1::HoldResponse> Erasures::Hold(absl::string_view official,
                                                const v1::HoldRequest& request) {
  RETURN_IF_ERROR(CheckReason(request.reason_digest()));
  HoldResult result;
  ASSIGN_OR_RETURN(result.hold, CheckHold(request));
  const OfficersOrder order{std::string(official), request.reason_digest()};
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, parts_.ledger->Run([&](Recorder& recorder) {
    return PlaceHold(recorder, order, &result);
  }));
  v1::HoldResponse response;
  *response.mutable_hold() = std::move(result.hold);
  if (!receipts.empty()) *response.mutable_receipt() = std::move(receipts.front());
  return response;
}

absl::StatusOr<v1::HoldResponse> Erasures::EndHold(absl::string_view official,
                                                   const v1::EndHoldRequest& request) {
  RETURN_IF_ERROR(CheckReason(request.reason_digest()));
  const OfficersOrder order{std::string(official), request.reason_digest()};
  HoldResult result;
  ASSIGN_OR_RETURN(Ledger::Receipts receipts, parts_.ledger->Run([&](Recorder& recorder) {
    return ReleaseHold(recorder, order, request.hold(), &result);
  }));
  RETURN_IF_ERROR(result.refusal);
  v1::HoldResponse response;
  *response.mutable_hold() = std::move(result.hold);
  if (!receipts.empty()) *response.mutable_receipt() = std::move(receipts.front());
  MustLookAgain();  // what the hold kept from being erased again
  return response;
}

absl::StatusOr<v1::OpeningsStanding> Erasures::List() const {
  ASSIGN_OR_RETURN(const std::vector<OpeningMonthRow> months, parts_.store->OpeningMonths());
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, parts_.store->LegalHolds());
  ASSIGN_OR_RETURN(const Due due, FindDue());
  const absl::CivilMonth now =
      absl::ToCivilMonth(parts_.ledger->clock().Now(), absl::UTCTimeZone());
  v1::OpeningsStanding standing;
  for (const OpeningClass one : kOpeningClasses) {
    v1::OpeningsOfClass& of_class = *standing.add_of_class();
    of_class.set_opening_class(std::string(ClassName(one)));
    of_class.set_keep_months(keep_.Of(one));
    of_class.set_erased_before(MonthText(now - keep_.Of(one)));
    for (const OpeningMonthRow& row : months) {
      if (row.month.opening_class != one) continue;
      if (of_class.openings() == 0) of_class.set_oldest_month(MonthText(row.month.month));
      of_class.set_openings(of_class.openings() + row.openings);
    }
  }
  for (const OpeningMonthRow& row : months) {
    standing.add_month(OpeningMonthText(row.month));
    standing.add_openings(row.openings);
  }
  for (const OpeningMonth& month : due.waiting) {
    standing.add_waiting_month(OpeningMonthText(month));
  }
  standing.mutable_hold()->Add(holds.begin(), holds.end());
  return standing;
}

absl::StatusOr<std::string> Erasures::Metrics() const {
  ASSIGN_OR_RETURN(const v1::OpeningsStanding standing, List());
  const absl::CivilMonth now =
      absl::ToCivilMonth(parts_.ledger->clock().Now(), absl::UTCTimeZone());
  MetricsText metrics;
  metrics.Begin("sluss_openings", MetricType::kGauge, "Entries of the log that can be opened.");
  for (const v1::OpeningsOfClass& one : standing.of_class()) {
    metrics.Add(static_cast<double>(one.openings()), {{"class", one.opening_class()}});
  }
  metrics.Begin("sluss_openings_oldest_months", MetricType::kGauge,
                "How many months ago the oldest of them is.");
  for (const v1::OpeningsOfClass& one : standing.of_class()) {
    const absl::StatusOr<absl::CivilMonth> oldest = ParseMonth(one.oldest_month());
    metrics.Add(oldest.ok() ? static_cast<double>(now - *oldest) : 0,
                {{"class", one.opening_class()}});
  }
  metrics.Gauge("sluss_openings_waiting_months",
                "Months kept no longer that only an officer erases.",
                standing.waiting_month_size());
  metrics.Gauge("sluss_legal_holds", "Legal holds that stand.", standing.hold_size());
  return metrics.text();
}

}  // namespace sluss
