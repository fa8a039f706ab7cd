#include "policy/obligations.h"

#include <algorithm>

namespace sluss {
namespace {

constexpr char kRiskToChild[] = "RISK_TO_CHILD";

// A rule that does not say a time asks for none.
uint32_t Said(uint32_t time) { return time == 0 ? Obligations::kNone : time; }
uint32_t Unsaid(uint32_t time) { return time == Obligations::kNone ? 0 : time; }

}  // namespace

void Obligations::Merge(const Obligations& other) {
  retain_days = std::min(retain_days, other.retain_days);
  decide_days = std::min(decide_days, other.decide_days);
  assess_hours = std::min(assess_hours, other.assess_hours);
  finish_months = std::min(finish_months, other.finish_months);
  feedback_days = std::min(feedback_days, other.feedback_days);
  acknowledge_minutes = std::min(acknowledge_minutes, other.acknowledge_minutes);
  if (notice == Notice::kNone) notice = other.notice;
  review = review || other.review;
}

Obligations ObligationsOf(const v1::Rule& rule) {
  Obligations owed;
  for (const v1::Obligation& obligation : rule.obligation()) {
    switch (obligation.kind_case()) {
      case v1::Obligation::kNotifyGuardian:
        owed.notice = obligation.notify_guardian().unless().empty()
                          ? Obligations::Notice::kAlways
                          : Obligations::Notice::kUnlessRisk;
        break;
      case v1::Obligation::kRetain:
        owed.retain_days = obligation.retain().days();
        break;
      case v1::Obligation::kReview:
        owed.review = true;
        break;
      case v1::Obligation::kProtectionAssessment:
        owed.decide_days = obligation.protection_assessment().decide_days();
        owed.assess_hours = Said(obligation.protection_assessment().assess_hours());
        owed.finish_months = Said(obligation.protection_assessment().finish_months());
        break;
      case v1::Obligation::kFeedback:
        owed.feedback_days = obligation.feedback().days();
        break;
      case v1::Obligation::kAcknowledgeWithin:
        owed.acknowledge_minutes = obligation.acknowledge_within().minutes();
        break;
      case v1::Obligation::KIND_NOT_SET:
        break;  // does not load
    }
  }
  return owed;
}

std::vector<v1::Obligation> MergeObligations(const std::vector<const v1::Rule*>& rules) {
  Obligations owed;
  for (const v1::Rule* rule : rules) owed.Merge(ObligationsOf(*rule));
  return ToMessages(owed);
}

std::vector<v1::Obligation> ToMessages(const Obligations& owed) {
  std::vector<v1::Obligation> messages;
  if (owed.notice != Obligations::Notice::kNone) {
    auto* notify = messages.emplace_back().mutable_notify_guardian();
    if (owed.notice == Obligations::Notice::kUnlessRisk) notify->set_unless(kRiskToChild);
  }
  if (owed.retain_days != Obligations::kNone) {
    messages.emplace_back().mutable_retain()->set_days(owed.retain_days);
  }
  if (owed.review) messages.emplace_back().set_review(true);
  if (owed.decide_days != Obligations::kNone) {
    auto* assessment = messages.emplace_back().mutable_protection_assessment();
    assessment->set_decide_days(owed.decide_days);
    assessment->set_assess_hours(Unsaid(owed.assess_hours));
    assessment->set_finish_months(Unsaid(owed.finish_months));
  }
  if (owed.feedback_days != Obligations::kNone) {
    messages.emplace_back().mutable_feedback()->set_days(owed.feedback_days);
  }
  if (owed.acknowledge_minutes != Obligations::kNone) {
    messages.emplace_back().mutable_acknowledge_within()->set_minutes(owed.acknowledge_minutes);
  }
  return messages;
}

}  // namespace sluss
