// The rules compiled for speed, and the semantics itself: which rules match, what that decides.
//
// A rule becomes one row of numbers (rows.h); rows are found by the pair (sender, recipient). A few
// rows of a pair are tested one by one; many are kept as bit slices and tested 64 at a time
// (rule_slice.h). Nothing here knows text: words are made of an Outcome afterwards.
#ifndef SLUSS_POLICY_RULE_TABLE_H_
#define SLUSS_POLICY_RULE_TABLE_H_

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/names.h"
#include "policy/obligations.h"
#include "policy/outcome.h"
#include "policy/rows.h"
#include "policy/rule_slice.h"
#include "policy/vocabulary.h"
#include "proto/policy.pb.h"

namespace sluss {

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
  // Of a node that Find gave.
  uint32_t KindOf(uint32_t named) const { return kind_of_named_[named - kinds_ - 1]; }
  // Whether whoever is meant by `inner` is also meant by `outer`.
  bool Covers(uint32_t outer, uint32_t inner) const;
  size_t kinds() const { return kinds_; }
  // How many agencies some rule names; their nodes follow those of the kinds.
  size_t named() const { return kind_of_named_.size(); }

 private:
  size_t kinds_;
  NameTable named_{"agency"};
  std::vector<uint32_t> kind_of_named_;
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

// Immutable, thread-safe.
class RuleTable {
 public:
  // `rules` in canonical order, by id; sources live as long as the table.
  RuleTable(std::vector<CompiledRule> rules, AgencyNodes nodes, const v1::Vocabulary& vocabulary,
            const NameTable& categories);

  // What leaves, without why. Nothing is allocated.
  Answer Evaluate(const Question& question) const;
  // The same with everything that an explanation needs; replaces what `outcome` holds. Allocates
  // only where `outcome` has held less before.
  void Judge(const Question& question, Outcome* outcome) const;

  // The columns in which a rule differs from the question, the category column left out.
  uint32_t FailingColumns(uint32_t number, const Question& question) const {
    return FailingColumns(rows_[number], question);
  }
  // The same of a row of this table.
  uint32_t FailingColumns(const Row& row, const Question& question) const {
    return sluss::FailingColumns(row, BasesOf(row), question);
  }
  // The categories of the question that `row` speaks of.
  static Mask Speaks(const Row& row, const Question& question) {
    return sluss::Speaks(row, question);
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

  // The rules of one pair of nodes.
  struct Bucket {
    std::vector<uint32_t> numbers;  // ascending
    std::vector<RuleSlice> slices;  // of all of them, or none where they are few
  };

  std::span<const uint32_t> BasesOf(const Row& row) const {
    return {basis_pool_.data() + row.basis_begin, row.basis_count};
  }
  const Bucket* FindBucket(uint32_t sender, uint32_t recipient) const;
  Bucket* MakeBucket(uint32_t sender, uint32_t recipient);
  void Slice(Bucket* bucket) const;
  template <typename Visit>
  void ForEachBucket(const Question& question, Visit visit) const;
  Answer Conclude(const Question& question, Mask permitted, Mask forbidden, Mask duties) const;
  void FindMatches(const Question& question, Outcome* outcome) const;
  void FindNearest(const Question& question, Mask denied, Outcome* outcome) const;
  void DescribeNearest(const Question& question, Mask denied, const Nearest* nearest,
                       Outcome* outcome) const;
  void NameRules(Mask categories, Outcome* outcome) const;

  std::vector<CompiledRule> rules_;
  std::vector<Row> rows_;  // rules_[i].row, close together
  std::vector<Obligations> obligations_;
  std::vector<uint32_t> basis_pool_;
  AgencyNodes nodes_;
  std::vector<PurposeTraits> purposes_;
  // By (sender, recipient): kinds and everybody in an array, named agencies in a map.
  std::vector<Bucket> by_kind_;
  absl::flat_hash_map<uint64_t, Bucket> by_name_;
  // Of each named agency, whether some rule pairs it with a kind or with everybody: most have none,
  // and are looked up once instead of five times.
  std::vector<uint8_t> meets_kinds_;
};

template <typename Visit>
void RuleTable::ForEachBucket(const Question& question, Visit visit) const {
  const std::array<std::optional<uint32_t>, 3> senders = {
      AgencyNodes::kEverybody, nodes_.Kind(question.sender_kind), question.sender_node};
  const std::array<std::optional<uint32_t>, 3> recipients = {
      AgencyNodes::kEverybody, nodes_.Kind(question.recipient_kind), question.recipient_node};
  for (const auto& sender : senders) {
    for (const auto& recipient : recipients) {
      if (!sender.has_value() || !recipient.has_value()) continue;
      const Bucket* bucket = FindBucket(*sender, *recipient);
      if (bucket != nullptr && !bucket->numbers.empty()) visit(*bucket);
    }
  }
}

template <typename Visit>
void RuleTable::ForEachOfPair(const Question& question, Visit visit) const {
  ForEachBucket(question, [&](const Bucket& bucket) {
    for (const uint32_t number : bucket.numbers) visit(number);
  });
}

}  // namespace sluss

#endif  // SLUSS_POLICY_RULE_TABLE_H_
