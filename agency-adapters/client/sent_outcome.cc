#include "agency-adapters/client/sent_outcome.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;

constexpr char kPhoneSv[] =
    "Ring mottagaren nu (socialjouren, vid fara 112): meddelandet har inte kunnat överlämnas i "
    "tid.";
constexpr char kPhoneEn[] =
    "Phone the recipient now (social emergency service; 112 in danger): the message could not be "
    "handed over in time.";

std::string Text(const ordered_json& json) {
  return json.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false,
                   ordered_json::error_handler_t::replace) +
         "\n";
}

SentOutcome OutcomeOf(const v1::OutboxRecord& record, SentEvent event, std::string text_sv,
                      std::string text_en) {
  SentOutcome outcome;
  outcome.native_id = record.native_id();
  outcome.event = event;
  outcome.text_sv = std::move(text_sv);
  outcome.text_en = std::move(text_en);
  outcome.message_id_hex = ToHex(record.message_id());
  return outcome;
}

void AddDecision(const v1::Decision& decision, SentOutcome* outcome) {
  outcome->paragraphs = ParagraphsOf(decision);
  for (const v1::CategoryDecision& category : decision.category()) {
    (category.permitted() ? outcome->passed : outcome->withheld).push_back(category.category());
  }
}

SentEvent EventOf(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_PERMIT:
      return SentEvent::kAccepted;
    case v1::VERDICT_PARTIAL:
      return SentEvent::kPartial;
    default:
      return SentEvent::kDenied;
  }
}

std::optional<SentEvent> EventOf(v1::MessageState state) {
  switch (state) {
    case v1::ACKNOWLEDGED:
      return SentEvent::kDelivered;
    case v1::REFUSED_BY_RECIPIENT:
      return SentEvent::kRefused;
    case v1::STOPPED:
    case v1::RECALLED:
      return SentEvent::kStopped;
    case v1::DENIED:
    case v1::DENIED_AT_DELIVERY:
      return SentEvent::kDenied;
    case v1::EXPIRED_UNDELIVERED:
      return SentEvent::kExpired;
    default:
      return std::nullopt;
  }
}

ordered_json RecordJson(const v1::OutboxRecord& record) {
  return {{"message", ToHex(record.message_id())},
          {"record", record.native_id()},
          {"file", record.native_name()}};
}

std::string AssessmentText(const v1::Obligation::ProtectionAssessment& owed) {
  std::string text = "Skyddsbedömning genast";
  if (owed.assess_hours() != 0) absl::StrAppend(&text, ", senast om ", owed.assess_hours(), " h");
  absl::StrAppend(&text, "; beslut om utredning inom ", owed.decide_days(), " dagar");
  if (owed.finish_months() != 0) {
    absl::StrAppend(&text, "; utredning slutförd inom ", owed.finish_months(), " månader");
  }
  return text + ".";
}

absl::StatusOr<std::string> ObligationText(const v1::Obligation& obligation) {
  switch (obligation.kind_case()) {
    case v1::Obligation::kNotifyGuardian:
      return std::string(
          obligation.notify_guardian().unless().empty()
              ? "Vårdnadshavaren ska underrättas."
              : "Vårdnadshavaren ska underrättas om det inte innebär risk för barnet.");
    case v1::Obligation::kRetain:
      return absl::StrCat("Uppgifterna får bevaras i ", obligation.retain().days(), " dagar.");
    case v1::Obligation::kReview:
      return std::string("Utlämnandet ingår i loggranskningen.");
    case v1::Obligation::kProtectionAssessment:
      return AssessmentText(obligation.protection_assessment());
    case v1::Obligation::kFeedback:
      return absl::StrCat("Återkoppling till anmälaren på begäran inom ",
                          obligation.feedback().days(), " dagar.");
    case v1::Obligation::kAcknowledgeWithin:
      return absl::StrCat("Mottagandet ska bekräftas inom ",
                          obligation.acknowledge_within().minutes(), " minuter.");
    case v1::Obligation::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("`decision.obligation`: of a kind that is not known here");
}

}  // namespace

absl::string_view VerdictName(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_PERMIT:
      return "PERMIT";
    case v1::VERDICT_PARTIAL:
      return "PARTIAL";
    default:
      return "DENY";
  }
}

std::vector<std::string> ParagraphsOf(const v1::Decision& decision) {
  std::vector<std::string> paragraphs;
  for (const v1::CategoryDecision& category : decision.category()) {
    for (const std::string& paragraph : category.paragraph()) {
      if (std::find(paragraphs.begin(), paragraphs.end(), paragraph) == paragraphs.end()) {
        paragraphs.push_back(paragraph);
      }
    }
  }
  return paragraphs;
}

SentOutcome AnswerOutcome(const v1::OutboxRecord& record) {
  const v1::Decision& decision = record.answer().decision();
  SentOutcome outcome =
      OutcomeOf(record, EventOf(decision.verdict()), decision.reason_sv(), decision.reason_en());
  AddDecision(decision, &outcome);
  return outcome;
}

std::string AnswerJson(const v1::OutboxRecord& record) {
  const v1::Decision& decision = record.answer().decision();
  const SentOutcome outcome = AnswerOutcome(record);
  ordered_json json = RecordJson(record);
  json["verdict"] = std::string(VerdictName(decision.verdict()));
  json["reasonCode"] = decision.reason_code();
  json["reasonSv"] = decision.reason_sv();
  json["reasonEn"] = decision.reason_en();
  json["paragraphs"] = outcome.paragraphs;
  json["passed"] = outcome.passed;
  json["withheld"] = outcome.withheld;
  json["duty"] = decision.duty();
  json["phoneNow"] = record.answer().phone_now();
  json["logIndex"] = record.answer().receipt().index();
  return Text(json);
}

std::optional<SentOutcome> EndOutcome(const v1::OutboxRecord& record, const v1::Outcome& outcome) {
  const std::optional<SentEvent> event = EventOf(outcome.state());
  if (!event.has_value()) return std::nullopt;
  return OutcomeOf(record, *event, outcome.text_sv(), outcome.text_en());
}

std::string OutcomeJson(const v1::OutboxRecord& record, const v1::Outcome& outcome) {
  ordered_json json = RecordJson(record);
  json["state"] = v1::MessageState_Name(outcome.state());
  json["reasonCode"] = outcome.reason_code();
  json["textSv"] = outcome.text_sv();
  json["textEn"] = outcome.text_en();
  return Text(json);
}

std::string ReidentifiedJson(const v1::OutboxRecord& record, const v1::Outcome& outcome) {
  const v1::Reidentified& news = outcome.reidentified();
  ordered_json json = RecordJson(record);
  json["agency"] = news.agency();
  json["purpose"] = news.purpose();
  json["legalBasis"] = news.legal_basis();
  json["time"] = absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(news.time_us()),
                                  absl::UTCTimeZone());
  json["fault"] = news.fault();
  json["textSv"] = outcome.text_sv();
  json["textEn"] = outcome.text_en();
  json["logIndex"] = news.log_index();
  return Text(json);
}

absl::string_view FeedbackTextSv(v1::FeedbackStatus status) {
  switch (status) {
    case v1::INVESTIGATION_OPENED:
      return "Socialnämnden har inlett en utredning.";
    case v1::INVESTIGATION_NOT_OPENED:
      return "Socialnämnden har inte inlett någon utredning.";
    case v1::INVESTIGATION_ALREADY_RUNNING:
      return "En utredning pågår redan.";
    default:
      return "";
  }
}

absl::string_view FeedbackTextEn(v1::FeedbackStatus status) {
  switch (status) {
    case v1::INVESTIGATION_OPENED:
      return "The social welfare board has opened an investigation.";
    case v1::INVESTIGATION_NOT_OPENED:
      return "The social welfare board has not opened an investigation.";
    case v1::INVESTIGATION_ALREADY_RUNNING:
      return "An investigation is already under way.";
    default:
      return "";
  }
}

std::string FeedbackJson(const v1::OutboxRecord& answered, const SentOutcome& feedback) {
  ordered_json json = RecordJson(answered);
  json["status"] = v1::FeedbackStatus_Name(feedback.feedback);
  json["textSv"] = feedback.text_sv;
  json["textEn"] = feedback.text_en;
  return Text(json);
}

SentOutcome PhoneOutcome(const v1::OutboxRecord& record) {
  return OutcomeOf(record, SentEvent::kPhoneNow, kPhoneSv, kPhoneEn);
}

absl::StatusOr<std::vector<std::string>> ObligationTexts(const v1::Decision& decision) {
  std::vector<std::string> texts;
  for (const v1::Obligation& obligation : decision.obligation()) {
    ASSIGN_OR_RETURN(texts.emplace_back(), ObligationText(obligation));
  }
  return texts;
}

}  // namespace sluss
