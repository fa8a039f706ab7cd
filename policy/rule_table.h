// The rules compiled for speed, and the semantics itself: which rules match, what that decides.
//
// A rule becomes one row of numbers; rows are found by the pair (sender, recipient) and tested
// column by column. Nothing here allocates or knows text. Explanations are made elsewhere, by
// asking the same question for each row: which columns fail?
#ifndef SLUSS_POLICY_RULE_TABLE_H_
#define SLUSS_POLICY_RULE_TABLE_H_

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/days.h"
#include "policy/names.h"
#include "policy/vocabulary.h"
#include "proto/policy.pb.h"

namespace sluss {

// Years; kNoAge as the upper end of a range without one.
using Age = uint16_t;
inline constexpr Age kNoAge = 0xFFFF;

// Who may stand in a sender or recipient column: 0 is everybody, then the kinds, then the agencies
// that some rule names.
class AgencyNodes {
 public:
  static constexpr uint32_t kEverybody = 0;

  explicit AgencyNodes(size_t kinds) : kinds_(kinds) {}
  uint32_t Kind(uint32_t kind) const { return kind + 1; }
  uint32_t Add(absl::string_view agency, uint32_t kind);
  // The node of an agency that some rule names.
  std::optional<uint32_t> Find(absl::string_view agency) const;
  // Whether whoever is meant by `inner` is also meant by `outer`.
  bool Covers(uint32_t outer, uint32_t inner) const;
  size_t kinds() const { return kinds_; }

 private:
  size_t kinds_;
  NameTable named_{"agency"};
  std::vector<uint32_t> kind_of_named_;
};

// The columns of a rule that can fail, as bits; sender and recipient are the index. Their order is
// the order in which a denial names them.
enum Column : uint32_t {
  kPurposeColumn = 1 << 0,
  kLegalBasisColumn = 1 << 1,
  kDayColumn = 1 << 2,
  kCategoryColumn = 1 << 3,
  kSenderRoleColumn = 1 << 4,
  kAgeColumn = 1 << 5,
  kConsentColumn = 1 << 6,
  kProtectedIdentityColumn = 1 << 7,
  kRecipientCoverColumn = 1 << 8,
  kOfficersColumn = 1 << 9,
  kWeighingColumn = 1 << 10,
  kReasonColumn = 1 << 11,
};

// One rule. UNKNOWN is a value in each set that holds it, so permit and forbid are tested alike.
struct Row {
  Mask categories = 0;
  Mask purposes = 0;
  Mask roles = 0;
  DayRange days;
  uint32_t basis_begin = 0;  // the cited bases, in RuleTable's pool
  uint32_t basis_count = 0;
  Age age_from = 0;
  Age age_below = kNoAge;
  uint16_t consent_states = 0;
  uint8_t covers = 0;
  uint8_t officers = 0;
  bool forbid = false;
  bool duty = false;
  bool basis_all_but = false;  // every cited basis but those of the pool
  bool age_unknown = false;
  bool consent_bound = false;  // only the categories that the consent covers
  bool protected_identity = false;
  bool needs_reason = false;
  bool needs_weighing = false;
};

// A rule as the compiler made it, with what only loading and explaining look at.
struct CompiledRule {
  Row row;
  std::vector<uint32_t> senders;  // nodes, none covered by another
  std::vector<uint32_t> recipients;
  std::vector<uint32_t> bases;       // goes to the pool
  std::vector<uint32_t> paragraphs;  // what the rule rests on
  const v1::Rule* source = nullptr;
  std::string where;  // file:line:column
};

// Facts as numbers.
struct Question {
  std::optional<uint32_t> sender_node;  // where some rule names the agency itself
  std::optional<uint32_t> recipient_node;
  uint32_t sender_kind = 0;
  uint32_t recipient_kind = 0;
  uint32_t purpose = 0;
  uint32_t basis = kUnknown;
  uint32_t role = kUnknown;
  Mask categories = 0;
  Mask consent_categories = 0;
  Day day = 0;
  Age age_from = 0;
  Age age_below = kNoAge;
  bool age_known = false;
  v1::ConsentState consent = v1::CONSENT_STATE_UNSPECIFIED;
  uint8_t cover = 0;
  uint8_t officers = 0;
  bool reason = false;
  bool weighing = false;
  bool protected_identity = false;
};

// The decision as numbers.
struct Answer {
  v1::Verdict verdict = v1::VERDICT_DENY;
  Mask passed = 0;     // what leaves; empty in a denial
  Mask permitted = 0;  // some permit matches
  Mask forbidden = 0;  // some forbid matches
  bool duty = false;   // something passes under a statutory duty
};

// Immutable, thread-safe.
class RuleTable {
 public:
  // `rules` in canonical order, by id; sources live as long as the table.
  RuleTable(std::vector<CompiledRule> rules, AgencyNodes nodes, const v1::Vocabulary& vocabulary,
            const NameTable& categories);

  // Under a microsecond and without allocation.
  Answer Evaluate(const Question& question) const;

  // The columns in which `row` differs from the question, the category column left out.
  uint32_t FailingColumns(const Row& row, const Question& question) const;
  // The categories of the question that `row` speaks of.
  static Mask Speaks(const Row& row, const Question& question) {
    const Mask categories = row.categories & question.categories;
    return row.consent_bound ? categories & question.consent_categories : categories;
  }

  // Calls `visit(rule number)` once for each rule that names the question's sender and recipient.
  template <typename Visit>
  void ForEachOfPair(const Question& question, Visit visit) const;

  const CompiledRule& rule(uint32_t number) const { return rules_[number]; }
  const std::vector<CompiledRule>& rules() const { return rules_; }
  const AgencyNodes& nodes() const { return nodes_; }

 private:
  struct PurposeTraits {
    bool whole = false;
    Mask needs = 0;
  };

  const std::vector<uint32_t>* Bucket(uint32_t sender, uint32_t recipient) const;
  std::vector<uint32_t>* MutableBucket(uint32_t sender, uint32_t recipient);

  std::vector<CompiledRule> rules_;
  std::vector<Row> rows_;  // rules_[i].row, close together
  std::vector<uint32_t> basis_pool_;
  AgencyNodes nodes_;
  std::vector<PurposeTraits> purposes_;
  // Rule numbers by (sender, recipient): kinds and everybody in an array, named agencies in a map.
  std::vector<std::vector<uint32_t>> by_kind_;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> by_name_;
};

template <typename Visit>
void RuleTable::ForEachOfPair(const Question& question, Visit visit) const {
  const std::array<std::optional<uint32_t>, 3> senders = {
      AgencyNodes::kEverybody, nodes_.Kind(question.sender_kind), question.sender_node};
  const std::array<std::optional<uint32_t>, 3> recipients = {
      AgencyNodes::kEverybody, nodes_.Kind(question.recipient_kind), question.recipient_node};
  for (const auto& sender : senders) {
    for (const auto& recipient : recipients) {
      if (!sender.has_value() || !recipient.has_value()) continue;
      const std::vector<uint32_t>* bucket = Bucket(*sender, *recipient);
      if (bucket == nullptr) continue;
      for (const uint32_t number : *bucket) visit(number);
    }
  }
}

}  // namespace sluss

#endif  // SLUSS_POLICY_RULE_TABLE_H_
