#include "agency-adapters/social-services/outcome_files.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/common/outcome_text.h"
#include "agency-adapters/social-services/sluss_part.h"
#include "nlohmann/json.hpp"

namespace sluss::fiks {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::string_view kMessageType = ".no.ks.fiks.bekymringsmelding.";

std::string Shown(const Json& json) {
  return json.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

bool IsReceived(SentEvent event) {
  return event == SentEvent::kAccepted || event == SentEvent::kPartial;
}

bool IsFailed(SentEvent event) {
  return event == SentEvent::kDenied || event == SentEvent::kInvalid ||
         event == SentEvent::kRefused || event == SentEvent::kExpired;
}

Json Status(const SentOutcome& outcome) {
  Json status = {{"id", outcome.native_id}, {"event", std::string(EventName(outcome.event))}};
  if (!outcome.message_id_hex.empty()) status["messageId"] = outcome.message_id_hex;
  status["text"] = outcome.text_sv;
  status["textEn"] = outcome.text_en;
  status["paragraphs"] = outcome.paragraphs;
  status["passed"] = outcome.passed;
  status["withheld"] = outcome.withheld;
  const absl::string_view feedback = FeedbackCode(outcome.feedback);
  if (!feedback.empty()) status["feedback"] = std::string(feedback);
  return status;
}

}  // namespace

absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome) {
  std::vector<NativeFile> files;
  const std::string& id = outcome.native_id;
  if (!IsPlainId(id)) return files;
  if (IsReceived(outcome.event)) {
    files.push_back({.name = absl::StrCat(id, kMessageType, "mottatt.v1"), .bytes = ""});
  } else if (IsFailed(outcome.event)) {
    files.push_back({.name = absl::StrCat(id, kMessageType, "feilet.v1.json"),
                     .bytes = Shown({{"melding", outcome.text_sv}})});
  }
  files.push_back({.name = absl::StrCat(id, ".", EventName(outcome.event), ".status.json"),
                   .bytes = Shown(Status(outcome))});
  return files;
}

}  // namespace sluss::fiks
