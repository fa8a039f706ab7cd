#include "agency-adapters/client/edge.h"

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/client/backoff.h"
#include "agency-adapters/client/clock_file.h"
#include "agency-adapters/client/edge_metrics.h"
#include "agency-adapters/client/register_csv.h"
#include "gateway/base/hex.h"
#include "gateway/base/metrics_file.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

constexpr uint32_t kWindow = 64;
constexpr absl::Duration kLookAtRegister = absl::Seconds(5);
constexpr absl::Duration kBudgetPause = absl::Minutes(15);
constexpr absl::Duration kMetricsEvery = absl::Seconds(15);

enum class FileKind { kNative, kConsent, kWithdrawal, kClock, kReidentification };

FileKind KindOf(const std::string& name) {
  if (absl::EndsWith(name, kConsentSuffix)) return FileKind::kConsent;
  if (absl::EndsWith(name, kWithdrawSuffix)) return FileKind::kWithdrawal;
  if (absl::EndsWith(name, kClockSuffix)) return FileKind::kClock;
  if (absl::EndsWith(name, kReidentifySuffix)) return FileKind::kReidentification;
  return FileKind::kNative;
}

// Which of an error's causes lies in the record itself, so that it goes back to the agency.
bool IsRecordFault(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status) || absl::IsNotFound(status) || absl::IsAlreadyExists(status);
}

ordered_json FaultFields(const absl::Status& status) {
  return {{"code", absl::StatusCodeToString(status.code())},
          {"error", std::string(status.message())}};
}

}  // namespace

Edge::Edge(EdgeOptions options, const EdgeParts& parts, DropDir drop, NativeOut native_out,
           Inbox inbox)
    : options_(std::move(options)),
      parts_(parts),
      drop_(std::move(drop)),
      native_out_(std::move(native_out)),
      inbox_(std::move(inbox)) {}

absl::StatusOr<std::unique_ptr<Edge>> Edge::Create(EdgeOptions options, const EdgeParts& parts,
                                                   FileSystem* files) {
  const std::string state = options.state_dir;
  RETURN_IF_ERROR(files->MakeDirectory(state));
  ASSIGN_OR_RETURN(DropDir drop, DropDir::Open(files, options.drop_dir));
  ASSIGN_OR_RETURN(NativeOut native_out,
                   NativeOut::Open(files, options.native_out_dir, parts.format));
  ASSIGN_OR_RETURN(Inbox inbox, Inbox::Open(files, state + "/inbox"));
  std::unique_ptr<Edge> edge(new Edge(std::move(options), parts, std::move(drop),
                                      std::move(native_out), std::move(inbox)));
  ASSIGN_OR_RETURN(edge->outbox_, Outbox::Open(files, state + "/outbox"));
  ASSIGN_OR_RETURN(edge->consents_, ConsentBook::Open(files, state + "/consents"));
  ASSIGN_OR_RETURN(edge->age_limits_, AgeLimitStore::Open(files, state + "/age-limits"));
  ASSIGN_OR_RETURN(edge->clocks_, ClockBook::Open(files, state + "/clocks", &edge->native_out_,
                                                  parts.events, edge->options_.keep_clocks));
  ASSIGN_OR_RETURN(edge->register_, Register::Open(files, state, parts.directory()->key_set()));
  ASSIGN_OR_RETURN(edge->officers_, OfficerBook::Open(files, state + "/officers",
                                                      edge->options_.officers_dir, parts));
  const References references = {.consents = edge->consents_.get(),
                                 .outbox = edge->outbox_.get(),
                                 .inbox = &edge->inbox_,
                                 .officers = edge->officers_.get()};
  edge->sender_ =
      std::make_unique<Sender>(parts, edge->outbox_.get(), references, edge->officers_.get(),
                               &edge->native_out_, edge->age_limits_.get(), edge->clocks_.get());
  edge->receiver_ =
      std::make_unique<Receiver>(parts, &edge->inbox_, edge->register_.get(), &edge->native_out_,
                                 edge->outbox_.get(), edge->sender_.get(), edge->clocks_.get());
  edge->desk_ = std::make_unique<ConsentDesk>(parts, edge->consents_.get(), edge->outbox_.get(),
                                              edge->age_limits_.get(), &edge->native_out_,
                                              edge->drop_.evidence());
  ASSIGN_OR_RETURN(
      edge->reidentify_,
      ReidentifyDesk::Open(files, state + "/reidentifications", parts, &edge->inbox_,
                           edge->register_.get(), edge->officers_.get(), &edge->native_out_));
  return edge;
}

void Edge::Look() {
  officers_->Look();
  // Even where nothing is to be sent: who was struck off here is struck off there at once.
  if (const absl::Status told = officers_->Publish(); told != officers_told_) {
    if (!told.ok()) parts_.events->Write("officers-waiting", FaultFields(told));
    officers_told_ = told;
  }
  const absl::StatusOr<std::vector<std::string>> names = drop_.Settled();
  if (!names.ok()) parts_.events->Write("drop-failed", FaultFields(names.status()));
  if (names.ok()) {
    for (const std::string& name : *names) TakeWhenDue(name);
  }
  for (const Sender::Invalid& invalid : sender_->Flush()) {
    const absl::Status status = HandBack(invalid);
    if (!status.ok()) parts_.events->Write("waiting", FaultFields(status));
  }
  const absl::Status clocks = clocks_->Look(parts_.clock->Now());
  if (!clocks.ok()) parts_.events->Write("clocks-failed", FaultFields(clocks));
  WriteMetricsWhenDue();
}

absl::StatusOr<std::string> Edge::Metrics() {
  EdgeFigures figures;
  figures.clocks = clocks_->Count(parts_.clock->Now());
  ASSIGN_OR_RETURN(const DropDir::Depth drop, drop_.Count());
  figures.drop_waiting = drop.waiting;
  figures.rejected = drop.rejected;
  figures.outbox_waiting = outbox_->Unfinished().size();
  figures.received = receiver_->received();
  figures.quarantined = receiver_->refused();
  figures.contradictions = parts_.receipts->contradictions();
  MutexLock lock(&mutex_);
  figures.receiving = receiving_;
  return EdgeMetrics(figures);
}

void Edge::WriteMetricsWhenDue() {
  const absl::Time now = parts_.clock->Now();
  if (options_.metrics_file.empty() || !metrics_.Due(now)) return;
  metrics_.next = now + kMetricsEvery;
  const absl::StatusOr<std::string> text = Metrics();
  const absl::Status written =
      text.ok() ? WriteMetricsFile(options_.metrics_file, *text) : text.status();
  if (written.ok() != metrics_work_) {
    parts_.events->Write(written.ok() ? "metrics-resumed" : "metrics-stopped",
                         FaultFields(written));
  }
  metrics_work_ = written.ok();
}

void Edge::TakeWhenDue(const std::string& name) {
  const auto [attempt, first] = attempts_.try_emplace(name);
  if (!first && !attempt->second.Due(parts_.clock->Now())) return;
  absl::Status status = TakeRecord(name);
  if (IsRecordFault(status)) status = Reject(name, status);
  if (status.ok()) {
    attempts_.erase(attempt);
    return;
  }
  // Trouble of this machine or of the gateway: the record stays where it is.
  attempt->second.next = parts_.clock->Now() + attempt->second.backoff.Next();
  parts_.events->Write("waiting", FaultFields(status));
}

absl::Status Edge::TakeRecord(const std::string& name) {
  absl::StatusOr<std::string> bytes = drop_.Read(name, kMaxNativeBytes);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();  // taken back by the agency
  RETURN_IF_ERROR(bytes.status());
  switch (KindOf(name)) {
    case FileKind::kNative:
      return TakeNative({.name = name, .bytes = *std::move(bytes)});
    case FileKind::kConsent:
      RETURN_IF_ERROR(desk_->Register(*bytes));
      break;
    case FileKind::kWithdrawal:
      RETURN_IF_ERROR(desk_->Withdraw(*bytes));
      break;
    case FileKind::kClock:
      RETURN_IF_ERROR(TakeClock(*bytes));
      break;
    case FileKind::kReidentification:
      RETURN_IF_ERROR(reidentify_->Ask(*bytes));
      break;
  }
  ASSIGN_OR_RETURN(const std::string done_name, drop_.DoneName(name));
  return drop_.MoveToDone(name, done_name);
}

absl::Status Edge::TakeClock(const std::string& text) {
  ASSIGN_OR_RETURN(const ClockFile file, ReadClockFile(text, parts_.clock->Now()));
  return clocks_->Tell(file.message, file.report);
}

absl::Status Edge::TakeNative(const NativeFile& file) {
  ASSIGN_OR_RETURN(const std::string done_name, drop_.DoneName(file.name));
  const absl::StatusOr<Sender::Taken> result = sender_->Take(file, done_name);
  if (absl::IsAlreadyExists(result.status())) {
    parts_.events->Write("native-receipt");
    return drop_.MoveToDone(file.name, done_name);
  }
  RETURN_IF_ERROR(result.status());
  const Sender::Taken& taken = *result;
  if (!taken.duplicate) return drop_.MoveToDone(file.name, done_name);
  // Either the process ended between sealing and moving, or the file was dropped a second time.
  ASSIGN_OR_RETURN(const bool again, drop_.IsDone(taken.done_name));
  if (!again) return drop_.MoveToDone(file.name, taken.done_name);
  parts_.events->Write("sent-before", {{"message", IdText(taken.message)}});
  return drop_.MoveToDone(file.name, done_name);
}

absl::Status Edge::Reject(const std::string& name, const absl::Status& reason) {
  if (KindOf(name) == FileKind::kNative) {
    SentOutcome outcome;
    outcome.text_sv = "Posten kunde inte läsas och har inte skickats.";
    outcome.text_en = std::string(reason.message());
    const std::string key =
        absl::StrCat("rejected-", ToHex(AsStringView(Sha256({name}))).substr(0, 16));
    // A format without words for it leaves the error file, which is written in any case.
    const absl::Status told = native_out_.WriteOutcome(key, outcome);
    if (!told.ok() && !absl::IsFailedPrecondition(told)) return told;
  }
  RETURN_IF_ERROR(drop_.Reject(name, reason.message()));
  parts_.events->Write("rejected", FaultFields(reason));
  return absl::OkStatus();
}

// The gateway will never take this message: the native file goes back to the agency.
absl::Status Edge::HandBack(const Sender::Invalid& invalid) {
  SentOutcome outcome;
  outcome.native_id = invalid.record.native_id();
  outcome.text_sv = "Slussen kunde inte ta emot meddelandet; det har inte skickats.";
  outcome.text_en = std::string(invalid.reason.message());
  outcome.message_id_hex = ToHex(invalid.record.message_id());
  const absl::Status told = native_out_.WriteOutcome(outcome.message_id_hex, outcome);
  if (!told.ok() && !absl::IsFailedPrecondition(told)) return told;
  const absl::Status moved = drop_.RejectDone(invalid.record.native_name(), outcome.text_en);
  if (!moved.ok() && !absl::IsNotFound(moved)) return moved;  // else moved before a restart
  ordered_json fields = FaultFields(invalid.reason);
  fields["message"] = outcome.message_id_hex;
  parts_.events->Write("rejected", fields);
  return sender_->Forget(MessageId(invalid.record.message_id()));
}

absl::Status Edge::Receive() {
  v1::FetchRequest request;
  request.set_window(kWindow);
  {
    MutexLock lock(&mutex_);
    receiving_ = true;
  }
  const absl::Status ended = parts_.link->Fetch(request, [&](const v1::Delivery& delivery) {
    const absl::Status status = receiver_->Handle(delivery);
    if (!status.ok()) {
      ordered_json fields = FaultFields(status);
      fields["message"] = ToHex(delivery.message_id());
      parts_.events->Write("receive-failed", fields);
    }
    MutexLock lock(&mutex_);
    last_delivery_ = parts_.clock->Now();
    return status.ok() && !stopped_;
  });
  MutexLock lock(&mutex_);
  receiving_ = false;
  return ended;
}

absl::Status Edge::Enrol() {
  if (options_.register_csv.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options_.register_csv));
  const std::string digest(AsStringView(Sha256({text})));
  if (digest == enrolled_digest_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<CsvRow> rows,
                   ReadRegisterCsv(options_.register_csv, text, SwedishDay(parts_.clock->Now())));
  ASSIGN_OR_RETURN(const EnrolmentResult result,
                   EnrolRegister(rows, parts_, register_.get(), options_.progress));
  enrolled_digest_ = digest;
  parts_.events->Write("enrolled", {{"rows", register_->size()},
                                    {"new", result.enrolled},
                                    {"updated", result.updated},
                                    {"removed", result.removed}});
  return absl::OkStatus();
}

void Edge::ReceiveLoop() {
  Backoff backoff;
  absl::Duration pause = absl::ZeroDuration();
  while (Sleep(pause)) {
    const absl::Time started = parts_.clock->Now();
    const absl::Status status = Receive();
    if (parts_.clock->Now() - started > absl::Seconds(10)) backoff.Reset();
    pause = backoff.Next();
    if (!status.ok() && !absl::IsCancelled(status)) {
      parts_.events->Write("stream-ended", FaultFields(status));
    }
  }
}

void Edge::EnrolLoop() {
  Backoff backoff;
  absl::Duration pause = absl::ZeroDuration();
  while (Sleep(pause)) {
    const absl::Status status = Enrol();
    if (status.ok()) {
      backoff.Reset();
      pause = kLookAtRegister;
      continue;
    }
    parts_.events->Write("enrolment-stopped", FaultFields(status));
    pause = absl::IsResourceExhausted(status) ? kBudgetPause : backoff.Next();
  }
}

void Edge::Run() {
  std::jthread receiving([this] { ReceiveLoop(); });
  std::jthread enrolling([this] { EnrolLoop(); });
  do {
    Look();
  } while (Sleep(options_.poll));
}

void Edge::RunOnce(absl::Duration quiet) {
  if (const absl::Status status = Enrol(); !status.ok()) {
    parts_.events->Write("enrolment-stopped", FaultFields(status));
  }
  std::jthread receiving([this] { ReceiveLoop(); });
  absl::Time busy = parts_.clock->Now();
  do {
    Look();
    MutexLock lock(&mutex_);
    if (!sender_->Idle()) busy = parts_.clock->Now();
    busy = std::max(busy, last_delivery_);
  } while (parts_.clock->Now() < busy + quiet && Sleep(options_.poll));
  Stop();
}

bool Edge::Sleep(absl::Duration duration) {
  MutexLock lock(&mutex_);
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(duration);
  while (!stopped_ && std::chrono::steady_clock::now() < until) {
    stopped_changed_.WaitFor(&mutex_, std::chrono::ceil<std::chrono::milliseconds>(
                                          until - std::chrono::steady_clock::now()));
  }
  return !stopped_;
}

void Edge::Stop() {
  {
    MutexLock lock(&mutex_);
    stopped_ = true;
  }
  stopped_changed_.NotifyAll();
  parts_.link->CancelFetch();
}

}  // namespace sluss
