#include "agency-adapters/child-psychiatry/outcome_writer.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agency-adapters/child-psychiatry/bundle_builder.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "agency-adapters/common/outcome_text.h"
#include "agency-adapters/common/swedish_words.h"
#include "gateway/base/status_macros.h"

namespace sluss::fhir {
namespace {

struct Answer {
  absl::string_view response;  // MessageHeader.response.code
  absl::string_view severity;  // OperationOutcome.issue
  absl::string_view issue;
};

Answer AnswerTo(SentEvent event) {
  switch (event) {
    case SentEvent::kAccepted:
      return {"ok", "information", "informational"};
    case SentEvent::kPartial:
      return {"ok", "warning", "informational"};
    case SentEvent::kDenied:
      return {"fatal-error", "error", "forbidden"};
    case SentEvent::kInvalid:
      return {"fatal-error", "error", "invalid"};
    case SentEvent::kDelivered:
      return {"ok", "information", "informational"};
    case SentEvent::kRefused:
      return {"fatal-error", "error", "processing"};
    case SentEvent::kStopped:
      return {"fatal-error", "error", "business-rule"};
    case SentEvent::kExpired:
      return {"transient-error", "error", "timeout"};
    case SentEvent::kFeedback:
      return {"ok", "information", "informational"};
    case SentEvent::kPhoneNow:
      return {"transient-error", "warning", "timeout"};
  }
  return {"fatal-error", "error", "exception"};
}

Json Issue(absl::string_view severity, absl::string_view code, absl::string_view text,
           absl::string_view diagnostics) {
  Json issue = {{"severity", std::string(severity)}, {"code", std::string(code)}};
  if (!text.empty()) issue["details"] = {{"text", std::string(text)}};
  SetText("diagnostics", diagnostics, &issue);
  return issue;
}

Json OperationOutcome(const SentOutcome& outcome, const Answer& answer) {
  std::string diagnostics = outcome.text_en;
  if (!outcome.paragraphs.empty()) {
    absl::StrAppend(&diagnostics, diagnostics.empty() ? "" : " ", "[",
                    absl::StrJoin(outcome.paragraphs, "; "), "]");
  }
  Json issues = Json::array({Issue(answer.severity, answer.issue, outcome.text_sv, diagnostics)});
  for (const std::string& category : outcome.withheld) {
    issues.push_back(Issue("warning", "suppressed",
                           absl::StrCat("Lämnades inte ut: ", CategoryInSwedish(category)),
                           category));
  }
  return {{"resourceType", "OperationOutcome"}, {"issue", std::move(issues)}};
}

}  // namespace

absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome,
                                                     const v1::MappingConfig& mapping) {
  if (!IsPlainId(outcome.native_id)) return std::vector<NativeFile>();
  const Answer answer = AnswerTo(outcome.event);
  const absl::string_view name = EventName(outcome.event);
  const std::string id =
      absl::StrCat(outcome.message_id_hex.empty() ? "answer" : outcome.message_id_hex, "-", name);
  BundleBuilder bundle(id);
  Json response = {{"identifier", outcome.native_id}, {"code", std::string(answer.response)}};
  Json header = {{"resourceType", "MessageHeader"},
                 {"eventCoding", MakeCoding(kEvent, name)},
                 {"source", {{"name", "Sluss"}, {"endpoint", Endpoint(mapping.agency())}}}};
  if (outcome.event == SentEvent::kFeedback) {
    if (!v1::FeedbackStatus_IsValid(outcome.feedback) ||
        outcome.feedback == v1::FEEDBACK_STATUS_UNSPECIFIED) {
      return absl::InvalidArgumentError("`feedback`: must be one of three");
    }
    header["focus"] =
        Json::array({bundle.Add("task", FeedbackTask(outcome.feedback, outcome.message_id_hex))});
  } else {
    response["details"] = bundle.Add("outcome", OperationOutcome(outcome, answer));
  }
  header["response"] = std::move(response);
  return std::vector<NativeFile>{{.name = absl::StrCat(outcome.native_id, ".", name, ".json"),
                                  .bytes = std::move(bundle).Finish(std::move(header))}};
}

}  // namespace sluss::fhir
