#include "gateway/tlog/witness_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr char kNone[] = "none";

using Words = std::vector<std::string>;

}  // namespace

class WitnessPolicyParser {
 public:
  absl::Status Take(const Words& words) {
    if (words[0] == "log") return Log(words);
    if (words[0] == "witness") return Witness(words);
    if (words[0] == "group") return Group(words);
    if (words[0] == "quorum") return Quorum(words);
    return absl::InvalidArgumentError(
        absl::StrCat("`", words[0], "` is none of `log`, `witness`, `group`, `quorum`"));
  }

  absl::StatusOr<WitnessPolicy> Finish() {
    if (policy_.quorum_.empty()) {
      return absl::InvalidArgumentError("there is no line `quorum <name>`");
    }
    return std::move(policy_);
  }

 private:
  static absl::Status Form(absl::string_view form) {
    return absl::InvalidArgumentError(absl::StrCat("write `", form, "`"));
  }

  absl::Status Log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return Form("log <verifier key> [<url>]");
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(words[1]));
    policy_.logs_.push_back(std::move(key));
    return absl::OkStatus();
  }

  absl::Status NewName(const std::string& name) {
    if (name == kNone) return absl::InvalidArgumentError("`none` names nothing else");
    if (names_.insert(name).second) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("the name `", name, "` stands twice"));
  }

  absl::Status Witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return Form("witness <name> <verifier key> [<url>]");
    RETURN_IF_ERROR(NewName(words[1]));
    ASSIGN_OR_RETURN(WitnessKey key, WitnessKey::Parse(words[2]));
    std::string url = words.size() == 4 ? words[3] : "";
    url = std::string(absl::StripSuffix(url, "/"));
    for (const PolicyWitness& other : policy_.witnesses_) {
      if (other.key.Label() != key.Label()) continue;
      return absl::InvalidArgumentError(absl::StrCat("the key of `", words[1], "` is that of `",
                                                     other.name,
                                                     "` too: one witness would count twice"));
    }
    policy_.label_of_[words[1]] = key.Label();
    policy_.witnesses_.push_back({words[1], std::move(key), std::move(url)});
    return absl::OkStatus();
  }

  absl::Status Group(const Words& words) {
    if (words.size() < 4) return Form("group <name> <k>|any|all <name>...");
    RETURN_IF_ERROR(NewName(words[1]));
    WitnessPolicy::Group group;
    for (size_t i = 3; i < words.size(); ++i) {
      if (names_.count(words[i]) == 0 || words[i] == words[1]) {
        return absl::InvalidArgumentError(
            absl::StrCat("`", words[i], "` is no witness or group of a line above"));
      }
      if (!members_.insert(words[i]).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("`", words[i], "` is a member already: it would count twice"));
      }
      group.members.push_back(words[i]);
    }
    if (words[2] == "any") {
      group.threshold = 1;
    } else if (words[2] == "all") {
      group.threshold = group.members.size();
    } else if (!absl::SimpleAtoi(words[2], &group.threshold) || group.threshold == 0 ||
               group.threshold > group.members.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", words[2], "` is not `any`, `all` or 1 to ", group.members.size()));
    }
    policy_.groups_[words[1]] = std::move(group);
    return absl::OkStatus();
  }

  absl::Status Quorum(const Words& words) {
    if (words.size() != 2) return Form("quorum <name>|none");
    if (!policy_.quorum_.empty()) return absl::InvalidArgumentError("the quorum stands twice");
    if (words[1] != kNone && names_.count(words[1]) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", words[1], "` is no witness or group of a line above"));
    }
    policy_.quorum_ = words[1];
    return absl::OkStatus();
  }

  WitnessPolicy policy_;
  std::set<std::string> names_, members_;
};

absl::StatusOr<WitnessPolicy> WitnessPolicy::Parse(absl::string_view text) {
  WitnessPolicyParser parser;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    const Words words = absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    if (const absl::Status status = parser.Take(words); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", status.message()));
    }
  }
  return parser.Finish();
}

std::string WitnessPolicy::Describe() const {
  if (quorum_ == kNone) return kNone;
  std::string text = quorum_;
  std::vector<std::string> groups;
  for (const auto& [name, group] : groups_) {
    groups.push_back(
        absl::StrCat(name, ": ", group.threshold, " of ", absl::StrJoin(group.members, ", ")));
  }
  if (!groups.empty()) absl::StrAppend(&text, " (", absl::StrJoin(groups, "; "), ")");
  return text;
}

bool WitnessPolicy::Holds(const std::string& name, const std::set<std::string>& labels) const {
  if (const auto label = label_of_.find(name); label != label_of_.end()) {
    return labels.count(label->second) > 0;
  }
  const Group& group = groups_.at(name);
  const auto holding = std::count_if(group.members.begin(), group.members.end(),
                                     [&](const std::string& one) { return Holds(one, labels); });
  return static_cast<size_t>(holding) >= group.threshold;
}

bool WitnessPolicy::IsQuorum(const std::set<std::string>& labels) const {
  return quorum_ == kNone || Holds(quorum_, labels);
}

std::map<std::string, absl::Time> WitnessPolicy::SeenBy(const Note& note) const {
  std::map<std::string, absl::Time> seen;
  for (const PolicyWitness& witness : witnesses_) {
    const absl::StatusOr<absl::Time> time = witness.key.Verify(note);
    if (time.ok()) seen[witness.key.Label()] = *time;
  }
  return seen;
}

}  // namespace sluss
