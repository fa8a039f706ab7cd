#include "policy/obligations.h"

#include <algorithm>
#include <map>

namespace sluss {
namespace {

void Merge(const v1::Obligation& more, v1::Obligation* merged) {
  switch (more.kind_case()) {
    case v1::Obligation::kRetain:
      merged->mutable_retain()->set_days(std::min(merged->retain().days(), more.retain().days()));
      break;
    case v1::Obligation::kProtectionAssessment:
      merged->mutable_protection_assessment()->set_decide_days(
          std::min(merged->protection_assessment().decide_days(),
                   more.protection_assessment().decide_days()));
      break;
    case v1::Obligation::kFeedback:
      merged->mutable_feedback()->set_days(
          std::min(merged->feedback().days(), more.feedback().days()));
      break;
    case v1::Obligation::kAcknowledgeWithin:
      merged->mutable_acknowledge_within()->set_minutes(
          std::min(merged->acknowledge_within().minutes(), more.acknowledge_within().minutes()));
      break;
    case v1::Obligation::kNotifyGuardian:
    case v1::Obligation::kReview:
    case v1::Obligation::KIND_NOT_SET:
      break;  // owed already
  }
}

}  // namespace

std::vector<v1::Obligation> MergeObligations(const std::vector<const v1::Rule*>& rules) {
  std::map<v1::Obligation::KindCase, v1::Obligation> merged;
  for (const v1::Rule* rule : rules) {
    for (const v1::Obligation& obligation : rule->obligation()) {
      const auto [at, first] = merged.try_emplace(obligation.kind_case(), obligation);
      if (!first) Merge(obligation, &at->second);
    }
  }
  std::vector<v1::Obligation> result;
  for (const auto& [kind, obligation] : merged) result.push_back(obligation);
  return result;
}

}  // namespace sluss
