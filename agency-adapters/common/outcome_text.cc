#include "agency-adapters/common/outcome_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agency-adapters/common/swedish_words.h"

namespace sluss {
namespace {

absl::string_view Headline(SentEvent event) {
  switch (event) {
    case SentEvent::kAccepted:
      return "Meddelandet är mottaget och på väg.";
    case SentEvent::kPartial:
      return "Meddelandet är mottaget och på väg, men inte alla delar.";
    case SentEvent::kDenied:
      return "Meddelandet får inte lämnas ut.";
    case SentEvent::kInvalid:
      return "Meddelandet kunde inte läsas.";
    case SentEvent::kDelivered:
      return "Meddelandet är levererat.";
    case SentEvent::kRefused:
      return "Mottagaren kunde inte ta emot meddelandet.";
    case SentEvent::kStopped:
      return "Meddelandet stoppades innan det levererades.";
    case SentEvent::kExpired:
      return "Meddelandet hämtades inte i tid.";
    case SentEvent::kFeedback:
      return "Mottagaren har svarat.";
    case SentEvent::kPhoneNow:
      return "Ring nu: ingen hos mottagaren tar emot just nu.";
  }
  return "";
}

std::vector<std::string> InSwedish(const std::vector<std::string>& categories) {
  std::vector<std::string> words;
  for (const std::string& category : categories) words.emplace_back(CategoryInSwedish(category));
  return words;
}

}  // namespace

absl::string_view EventName(SentEvent event) {
  switch (event) {
    case SentEvent::kAccepted:
      return "accepted";
    case SentEvent::kPartial:
      return "partial";
    case SentEvent::kDenied:
      return "denied";
    case SentEvent::kInvalid:
      return "invalid";
    case SentEvent::kDelivered:
      return "delivered";
    case SentEvent::kRefused:
      return "refused";
    case SentEvent::kStopped:
      return "stopped";
    case SentEvent::kExpired:
      return "expired";
    case SentEvent::kFeedback:
      return "feedback";
    case SentEvent::kPhoneNow:
      return "phone-now";
  }
  return "unknown";
}

std::string OutcomeText(const SentOutcome& outcome) {
  std::vector<std::string> lines = {std::string(Headline(outcome.event))};
  const auto* feedback = v1::FeedbackStatus_descriptor()->FindValueByNumber(outcome.feedback);
  if (outcome.feedback != v1::FEEDBACK_STATUS_UNSPECIFIED && feedback != nullptr) {
    lines.push_back(absl::StrCat("Besked: ", ValueInSwedish(*feedback), "."));
  }
  if (!outcome.text_sv.empty()) lines.push_back(outcome.text_sv);
  if (!outcome.paragraphs.empty()) {
    lines.push_back(absl::StrCat("Lagrum: ", absl::StrJoin(outcome.paragraphs, ", ")));
  }
  if (!outcome.passed.empty()) {
    lines.push_back(absl::StrCat("Lämnas ut: ", absl::StrJoin(InSwedish(outcome.passed), ", ")));
  }
  if (!outcome.withheld.empty()) {
    lines.push_back(
        absl::StrCat("Lämnas inte ut: ", absl::StrJoin(InSwedish(outcome.withheld), ", ")));
  }
  if (!outcome.message_id_hex.empty()) {
    lines.push_back(absl::StrCat("Meddelande: ", outcome.message_id_hex));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace sluss
