#include "gateway/policies/draft.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "gateway/policies/approval.h"
#include "policy/policy_cases.h"

namespace sluss {
namespace {

// Walls are the catalogue's, and only a newer catalogue changes them.
absl::Status CheckCatalogue(const PolicySet& base, const PolicySet& draft) {
  if (VocabularyDigest(base) == VocabularyDigest(draft)) return absl::OkStatus();
  if (draft.vocabulary_version() > base.vocabulary_version()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`catalogue` has version `", draft.vocabulary_version(),
                   "` but is not the one in force (`", base.vocabulary_version(),
                   "`): leave it out, or give a catalogue whose version sorts after that one"));
}

absl::StatusOr<uint32_t> RunCases(const PolicySet& set, const PolicyFiles& files) {
  uint32_t cases = 0;
  std::vector<std::string> failures;
  for (const v1::PolicyFile& file : files) {
    ASSIGN_OR_RETURN(const CaseReport report, RunPolicyCases(set, {file.name(), file.text()}));
    cases += static_cast<uint32_t>(report.cases);
    failures.insert(failures.end(), report.failures.begin(), report.failures.end());
  }
  if (failures.empty()) return cases;
  return absl::InvalidArgumentError(absl::StrJoin(failures, "\n"));
}

absl::Status Describe(const PolicySet& base, const DraftAnalysis& analysis, CheckedDraft* draft) {
  v1::Proposal& proposal = draft->proposal;
  ASSIGN_OR_RETURN(*proposal.mutable_diff(), analysis.diff(base, *draft->set));
  proposal.set_base_digest(base.digest());
  proposal.set_base_version(base.version());
  proposal.set_digest(draft->set->digest());
  proposal.set_version(draft->set->version());
  proposal.set_vocabulary_digest(VocabularyDigest(*draft->set));
  proposal.set_vocabulary_version(draft->set->vocabulary_version());
  proposal.set_vocabulary_changed(proposal.vocabulary_digest() != VocabularyDigest(base));
  proposal.set_approval_digest(ApprovalDigest(proposal));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedDraft> CheckDraft(const PolicySet& base,
                                        const v1::StoredPolicyVersion& base_version,
                                        const v1::ProposeRequest& request,
                                        const DraftAnalysis& analysis) {
  CheckedDraft draft;
  const PolicyFiles catalogue =
      request.catalogue().empty() ? FilesOf(base.bundle()).catalogue : request.catalogue();
  ASSIGN_OR_RETURN(
      draft.set, PolicySet::Load(SourcesOf(catalogue), SourcesOf(request.policy()), Sha256String));
  if (draft.set->digest() == base.digest()) {
    return absl::InvalidArgumentError("`policy` is what is in force already: nothing would change");
  }
  RETURN_IF_ERROR(CheckCatalogue(base, *draft.set));
  draft.version.set_bundle(draft.set->canonical_bytes());
  *draft.version.mutable_cases() = request.cases().empty() ? base_version.cases() : request.cases();
  *draft.version.mutable_invariants() =
      request.invariants().empty() ? base_version.invariants() : request.invariants();
  ASSIGN_OR_RETURN(const uint32_t cases, RunCases(*draft.set, draft.version.cases()));
  draft.proposal.set_cases(cases);
  ASSIGN_OR_RETURN(const uint32_t invariants,
                   analysis.invariants(*draft.set, SourcesOf(draft.version.invariants())));
  draft.proposal.set_invariants(invariants);
  RETURN_IF_ERROR(Describe(base, analysis, &draft));
  return draft;
}

absl::StatusOr<CheckedDraft> CheckRollback(const PolicySet& base,
                                           std::shared_ptr<const PolicySet> earlier,
                                           v1::StoredPolicyVersion version,
                                           const DraftAnalysis& analysis) {
  if (earlier->digest() == base.digest()) {
    return absl::InvalidArgumentError("`digest` is in force already: nothing would change");
  }
  CheckedDraft draft;
  draft.set = std::move(earlier);
  draft.version = std::move(version);
  draft.proposal.set_rollback(true);
  RETURN_IF_ERROR(Describe(base, analysis, &draft));
  return draft;
}

}  // namespace sluss
