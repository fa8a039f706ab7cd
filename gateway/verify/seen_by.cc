#include "gateway/verify/seen_by.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/verify/report.h"

namespace sluss {
namespace {

// Which witnesses of the policy saw the note, as the end of a conclusion. PERMISSION_DENIED where
// they are no quorum.
absl::StatusOr<std::string> SeenByQuorum(const WitnessPolicy& policy, const Note& note) {
  const std::map<std::string, absl::Time> seen = policy.SeenBy(note);
  std::set<std::string> labels;
  std::vector<std::string> names;
  absl::Time earliest = absl::InfiniteFuture();
  for (const PolicyWitness& witness : policy.witnesses()) {
    const auto at = seen.find(witness.key.Label());
    if (at == seen.end()) continue;
    labels.insert(at->first);
    names.push_back(absl::StrCat("`", witness.name, "`"));
    earliest = std::min(earliest, at->second);
  }
  const std::string who = names.empty() ? "none" : absl::StrJoin(names, ", ");
  if (!policy.IsQuorum(labels)) {
    return absl::PermissionDeniedError(
        absl::StrCat("of the policy's witnesses ", who,
                     " cosigned the checkpoint, which is no quorum: ", policy.Describe()));
  }
  if (names.empty()) return std::string();
  return absl::StrCat("; a quorum (", who, ") saw it from ", SecondText(earliest),
                      " on and no other history before");
}

}  // namespace

absl::StatusOr<Witnesses> LoadWitnesses(const std::vector<std::string>& keys,
                                        const std::string& policy_file, const VerifierKey& log) {
  Witnesses witnesses;
  for (const std::string& text : keys) {
    ASSIGN_OR_RETURN(WitnessKey key, WitnessKey::Parse(text));
    witnesses.all.push_back(std::move(key));
  }
  if (policy_file.empty()) return witnesses;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(policy_file));
  absl::StatusOr<WitnessPolicy> policy = WitnessPolicy::Parse(text);
  if (!policy.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(policy_file, ": ", policy.status().message()));
  }
  const auto& logs = policy->logs();
  const bool known = std::any_of(logs.begin(), logs.end(), [&](const VerifierKey& one) {
    return one.ToString() == log.ToString();
  });
  if (!logs.empty() && !known) {
    return absl::InvalidArgumentError(
        absl::StrCat(policy_file, ": its `log` lines do not name the key ", log.Label()));
  }
  witnesses.policy = *std::move(policy);
  return witnesses;
}

absl::StatusOr<std::string> SeenBy(const Witnesses& witnesses, absl::string_view checkpoint) {
  ASSIGN_OR_RETURN(const Note note, ParseNote(checkpoint));
  std::string text;
  for (const WitnessKey& witness : witnesses.all) {
    ASSIGN_OR_RETURN(const absl::Time time, witness.Verify(note));
    absl::StrAppend(&text, "; `", witness.name(), "` saw it at ", SecondText(time),
                    " and no other history before");
  }
  if (!witnesses.policy) return text;
  ASSIGN_OR_RETURN(const std::string quorum, SeenByQuorum(*witnesses.policy, note));
  return text + quorum;
}

}  // namespace sluss
