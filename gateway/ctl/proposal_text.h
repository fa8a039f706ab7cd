// A proposal and the history of policies as a person at a terminal reads them.
#ifndef SLUSS_GATEWAY_CTL_PROPOSAL_TEXT_H_
#define SLUSS_GATEWAY_CTL_PROPOSAL_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/policy_admin.pb.h"

namespace sluss {

// Labels in English, the sentences of the difference in Swedish, or in English where `english`.
// The digest that stands there is computed from what is shown. DATA_LOSS where the gateway says
// another one, or where the difference is not of the versions that the proposal names.
absl::StatusOr<std::string> ProposalAsText(const v1::Proposal& proposal, bool english);

// One line an activation, newest first, then one a proposal.
std::string HistoryAsText(const v1::PolicyHistory& history);

// "2026-03-01 00:00:00", Swedish time.
std::string SwedishTimeText(int64_t us);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_PROPOSAL_TEXT_H_
