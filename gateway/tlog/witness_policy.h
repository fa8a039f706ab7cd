// Which witnesses a reader trusts, and how many of them must have seen a checkpoint: the policy
// file of sigsum and C2SP tlog-policy, so that one file serves the gateway, sluss-verify and
// others' tools. Lines, with '#' comments:
//
//   log <verifier key> [<url>]
//   witness <name> <verifier key> [<url>]          the url is its prefix: <url>/add-checkpoint
//   group <name> <k>|any|all <name of a witness or earlier group>...
//   quorum <name>|none
//
// Names are the file's own; a witness is known by its key. Names stand before they are used, none
// is used in two groups, and the quorum stands once.
#ifndef SLUSS_GATEWAY_TLOG_WITNESS_POLICY_H_
#define SLUSS_GATEWAY_TLOG_WITNESS_POLICY_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/note.h"

namespace sluss {

struct PolicyWitness {
  std::string name;  // in the file
  WitnessKey key;
  std::string url;  // without a slash at its end; empty where none is given
};

// A value; thread-safe.
class WitnessPolicy {
 public:
  // INVALID_ARGUMENT names the line: "line 3: ...".
  static absl::StatusOr<WitnessPolicy> Parse(absl::string_view text);

  const std::vector<VerifierKey>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // "any of a, b" in the file's names.
  std::string Describe() const;

  // Whether these witnesses (labels of their keys) are enough.
  bool IsQuorum(const std::set<std::string>& labels) const;

  // When each of the policy's witnesses saw the note, by the label of its key. A line in a
  // witness's name that does not verify counts for nothing.
  std::map<std::string, absl::Time> SeenBy(const Note& note) const;

 private:
  struct Group {
    size_t threshold = 0;
    std::vector<std::string> members;
  };

  friend class WitnessPolicyParser;
  WitnessPolicy() = default;

  bool Holds(const std::string& name, const std::set<std::string>& labels) const;

  std::vector<VerifierKey> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::map<std::string, std::string> label_of_;  // by the file's name
  std::map<std::string, Group> groups_;
  std::string quorum_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_WITNESS_POLICY_H_
