// Reviews for a person to read. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_CTL_REVIEW_TEXT_H_
#define SLUSS_GATEWAY_CTL_REVIEW_TEXT_H_

#include <string>

#include "proto/oversight.pb.h"

namespace sluss {

// "justified", "unclear", ...; empty where there is none.
std::string OutcomeWord(v1::ReviewOutcome outcome);
// Unspecified where the word is none.
v1::ReviewOutcome OutcomeOf(const std::string& word);
v1::ReviewCriterion CriterionOf(const std::string& word);
v1::ReviewStratum StratumOf(const std::string& word);

// One line.
std::string ReviewLine(const v1::Review& review, uint64_t entries, uint64_t found);
// The criteria, then each entry with its findings.
std::string ReviewAsText(const v1::ReviewPage& page);
// The yearly statement, in Swedish or in English.
std::string StatementAsText(const v1::ReviewStatement& statement, bool english);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_REVIEW_TEXT_H_
