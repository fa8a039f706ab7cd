// A checked, immutable set of policies together with the vocabulary that they are written in.
//
// Promise: what loads is whole. Every name is in the vocabulary, every rule is in force on some
// day, every duty of the catalogue is permitted by some rule and forbidden by none, obligations can
// always be merged. What does not load says why, with file, line and column, and the nearest known
// name. No promise about the law: whether a rule is right is for a lawyer to say.
//
// The format is proto/policy.proto in protobuf text format; its meaning is policy/README.md.
#ifndef SLUSS_POLICY_POLICY_SET_H_
#define SLUSS_POLICY_POLICY_SET_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/policy.pb.h"

namespace sluss {

class RuleTable;
class VocabularyIndex;

// The text of one file and the name that errors show.
struct PolicySource {
  std::string name;
  std::string text;
};

// One file, or every `*.txtpb` and `*.tsv` of a directory in the order of their names,
// `*.cases.txtpb` left out. NOT_FOUND or PERMISSION_DENIED name the path; NOT_FOUND for a directory
// without any.
absl::StatusOr<std::vector<PolicySource>> ReadPolicySources(const std::string& path);

// 32 bytes of SHA-256. Given by the caller, because policy stands below the module that hashes.
using Sha256Function = std::function<std::string(absl::string_view)>;

// Immutable, hence thread-safe. Swap a shared_ptr to activate another set: no decision sees two.
class PolicySet {
 public:
  // `catalogue` holds vocabularies, walls and duties (v1::Vocabulary a file, all of one version),
  // `policies` the rules (v1::Policy a file, as a decision table where the name ends in `.tsv`).
  // INVALID_ARGUMENT has one line for each fault, with the place in the text or the table's cell.
  // RESOURCE_EXHAUSTED for more than 100,000 rules.
  static absl::StatusOr<std::shared_ptr<const PolicySet>> Load(
      std::span<const PolicySource> catalogue, std::span<const PolicySource> policies,
      const Sha256Function& sha256);

  ~PolicySet();
  PolicySet(const PolicySet&) = delete;
  PolicySet& operator=(const PolicySet&) = delete;

  // The distinct versions of the policies, sorted and joined by "+": people's name for the set.
  const std::string& version() const { return version_; }
  const std::string& vocabulary_version() const { return bundle_.vocabulary().version(); }
  // SHA-256 over canonical_bytes(): the exact name of the set.
  const std::string& digest() const { return digest_; }
  // The serialised bundle(); the same for the same rules in any order of files, rules and values.
  const std::string& canonical_bytes() const { return canonical_bytes_; }
  // Everything that was loaded in canonical order, as written: groups are not expanded here.
  const v1::PolicyBundle& bundle() const { return bundle_; }

  // Every age at which some rule begins or ends, ascending. Two ages between neighbouring limits
  // are always decided alike, so a sender tells the interval and never more.
  const std::vector<uint32_t>& age_limits() const { return age_limits_; }

  // What the decision reads: rules compiled for speed and the names they were compiled from.
  const RuleTable& table() const { return *table_; }
  const VocabularyIndex& names() const { return *names_; }

 private:
  friend class PolicyLoader;
  PolicySet();

  v1::PolicyBundle bundle_;
  std::string canonical_bytes_;
  std::string digest_;
  std::string version_;
  std::vector<uint32_t> age_limits_;
  std::unique_ptr<const VocabularyIndex> names_;
  std::unique_ptr<const RuleTable> table_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_POLICY_SET_H_
