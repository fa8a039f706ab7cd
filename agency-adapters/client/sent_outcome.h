// What became of a sent notification, for the person who sent it: as the value that a native format
// writes, and as the JSON that every agency gets beside it.
//
//   <message>.answer.json {"message","record","file","verdict","reasonCode","reasonSv","reasonEn",
//                            "paragraphs","passed","withheld","duty","phoneNow","logIndex"}
//   <message>.outcome.json  {"message","record","file","state","reasonCode","textSv","textEn"}
//   <message>.reidentified.json, <message>.escrow-fault.json  {"message","record","file","agency",
//                            "purpose","legalBasis","time","fault","textSv","textEn","logIndex"}
//   <message of the feedback>.feedback.json  {"message","record","file","status","textSv","textEn"}
// Pure.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_SENT_OUTCOME_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_SENT_OUTCOME_H_

#include <optional>
#include <string>
#include <vector>

#include "agency-adapters/common/native_format.h"
#include "proto/agency_state.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

// "PERMIT", "PARTIAL", "DENY".
absl::string_view VerdictName(v1::Verdict verdict);

// Distinct, in the order of the decision.
std::vector<std::string> ParagraphsOf(const v1::Decision& decision);

// The gateway's answer; the record has one.
SentOutcome AnswerOutcome(const v1::OutboxRecord& record);
std::string AnswerJson(const v1::OutboxRecord& record);

// How it ended. None for a state that is no end.
std::optional<SentOutcome> EndOutcome(const v1::OutboxRecord& record, const v1::Outcome& outcome);
std::string OutcomeJson(const v1::OutboxRecord& record, const v1::Outcome& outcome);

// That the recipient had the escrowed identity opened, or found it to be none.
std::string ReidentifiedJson(const v1::OutboxRecord& record, const v1::Outcome& outcome);

// "Phone": the gateway cannot be reached, or nobody there listens.
SentOutcome PhoneOutcome(const v1::OutboxRecord& record);

// "An investigation was opened ...": the only three sentences that feedback may say.
absl::string_view FeedbackTextSv(v1::FeedbackStatus status);
absl::string_view FeedbackTextEn(v1::FeedbackStatus status);
std::string FeedbackJson(const v1::OutboxRecord& answered, const SentOutcome& feedback);

// Each obligation as a Swedish sentence. INVALID_ARGUMENT for one of a kind not known here: who
// cannot obey an obligation must not take what it came with.
absl::StatusOr<std::vector<std::string>> ObligationTexts(const v1::Decision& decision);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_SENT_OUTCOME_H_
