#include "policy/mutation/mutation.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "google/protobuf/text_format.h"
#include "policy/analysis/diff.h"
#include "policy/mutation/mutants.h"
#include "policy/policy_cases.h"

namespace sluss {
namespace {

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

class Measurement {
 public:
  Measurement(const MutationInput& input, size_t which) : input_(input), which_(which) {}

  absl::StatusOr<v1::MutationCoverage> Measure() {
    const PolicySource& source = input_.policies[which_];
    ASSIGN_OR_RETURN(original_, Load(input_.policies));
    RETURN_IF_ERROR(TextFile::Parse(source.name, source.text, &policy_).status());
    OrderCases();
    for (const PolicySource* file : cases_) {
      ASSIGN_OR_RETURN(const CaseReport report, RunPolicyCases(*original_, *file));
      if (!report.failures.empty()) return absl::InvalidArgumentError(report.failures.front());
    }
    coverage_.set_policy(policy_.id());
    coverage_.set_rules(static_cast<uint32_t>(policy_.rule_size()));
    for (int rule = 0; rule < policy_.rule_size(); ++rule) RETURN_IF_ERROR(TryRule(rule));
    return std::move(coverage_);
  }

 private:
  absl::StatusOr<std::shared_ptr<const PolicySet>> Load(
      const std::vector<PolicySource>& policies) const {
    return PolicySet::Load(input_.catalogue, policies, input_.sha256);
  }

  // The policy's own cases first: they notice most.
  void OrderCases() {
    const std::string name = FileName(input_.policies[which_].name);
    const std::string own = absl::StrCat(name.substr(0, name.find('.')), ".");
    for (const PolicySource& file : input_.cases) cases_.push_back(&file);
    std::stable_partition(cases_.begin(), cases_.end(), [&](const PolicySource* file) {
      return absl::StartsWith(FileName(file->name), own);
    });
  }

  absl::Status TryRule(int rule) {
    const int survivors = coverage_.survivor_size();
    for (const Mutant& mutant : MutantsOf(policy_.rule(rule), original_->bundle().vocabulary())) {
      coverage_.set_mutants(coverage_.mutants() + 1);
      RETURN_IF_ERROR(Try(rule, mutant));
    }
    if (coverage_.survivor_size() == survivors) coverage_.set_pinned(coverage_.pinned() + 1);
    return absl::OkStatus();
  }

  absl::Status Try(int rule, const Mutant& mutant) {
    v1::Policy changed = policy_;
    if (mutant.rule.has_value()) {
      *changed.mutable_rule(rule) = *mutant.rule;
    } else {
      changed.mutable_rule()->DeleteSubrange(rule, 1);
    }
    std::vector<PolicySource> policies = input_.policies;
    google::protobuf::TextFormat::PrintToString(changed, &policies[which_].text);
    const auto set = Load(policies);
    if (!set.ok()) {
      coverage_.set_refused(coverage_.refused() + 1);
      return absl::OkStatus();
    }
    for (const PolicySource* file : cases_) {
      ASSIGN_OR_RETURN(const CaseReport report, RunPolicyCases(**set, *file));
      if (report.failures.empty()) continue;
      coverage_.set_failed(coverage_.failed() + 1);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const v1::PolicyDiff diff, DiffPolicies(*original_, **set));
    for (const v1::ChangeList* list :
         {&diff.newly_permitted(), &diff.newly_denied(), &diff.terms_changed()}) {
      if (list->change().empty()) continue;
      coverage_.add_survivor(absl::StrCat(policy_.rule(rule).id(), ": ", mutant.what,
                                          "; it would show with ",
                                          list->change(0).example().ShortDebugString()));
      return absl::OkStatus();
    }
    coverage_.set_without_effect(coverage_.without_effect() + 1);
    return absl::OkStatus();
  }

  const MutationInput& input_;
  const size_t which_;
  std::shared_ptr<const PolicySet> original_;
  v1::Policy policy_;
  std::vector<const PolicySource*> cases_;
  v1::MutationCoverage coverage_;
};

}  // namespace

absl::StatusOr<v1::MutationCoverage> MeasureMutation(const MutationInput& input, size_t which) {
  return Measurement(input, which).Measure();
}

}  // namespace sluss
