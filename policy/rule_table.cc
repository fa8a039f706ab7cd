#include "policy/rule_table.h"

#include <algorithm>

namespace sluss {
namespace {

// So many rows are tested one by one as fast as they would be at once.
constexpr size_t kFewRows = 2;

constexpr uint8_t kAsSender = 1, kAsRecipient = 2;

}  // namespace

uint32_t AgencyNodes::Add(absl::string_view agency, uint32_t kind) {
  const uint32_t number = named_.Add(agency);
  if (number == kind_of_named_.size()) kind_of_named_.push_back(kind);
  return static_cast<uint32_t>(kinds_ + 1 + number);
}

std::optional<uint32_t> AgencyNodes::Find(absl::string_view agency) const {
  const std::optional<uint32_t> number = named_.Find(agency);
  if (!number.has_value()) return std::nullopt;
  return static_cast<uint32_t>(kinds_ + 1 + *number);
}

bool AgencyNodes::Covers(uint32_t outer, uint32_t inner) const {
  if (outer == kEverybody || outer == inner) return true;
  return inner > kinds_ && outer == Kind(kind_of_named_[inner - kinds_ - 1]);
}

RuleTable::RuleTable(std::vector<CompiledRule> rules, AgencyNodes nodes,
                     const v1::Vocabulary& vocabulary, const NameTable& categories)
    : rules_(std::move(rules)),
      nodes_(std::move(nodes)),
      by_kind_((nodes_.kinds() + 1) * (nodes_.kinds() + 1)),
      meets_kinds_(nodes_.named()) {
  for (const v1::Purpose& purpose : vocabulary.purpose()) {
    PurposeTraits& traits = purposes_.emplace_back();
    traits.whole = purpose.whole();
    for (const auto& name : purpose.needs_category()) traits.needs |= Bit(*categories.Find(name));
  }
  for (uint32_t number = 0; number < rules_.size(); ++number) {
    CompiledRule& rule = rules_[number];
    rule.row.basis_begin = static_cast<uint32_t>(basis_pool_.size());
    rule.row.basis_count = static_cast<uint32_t>(rule.bases.size());
    basis_pool_.insert(basis_pool_.end(), rule.bases.begin(), rule.bases.end());
    rows_.push_back(rule.row);
    obligations_.push_back(ObligationsOf(*rule.source));
    for (const uint32_t sender : rule.senders) {
      for (const uint32_t recipient : rule.recipients) {
        MakeBucket(sender, recipient)->numbers.push_back(number);
      }
    }
  }
  for (Bucket& bucket : by_kind_) Slice(&bucket);
  for (auto& [pair, bucket] : by_name_) Slice(&bucket);
}

const RuleTable::Bucket* RuleTable::FindBucket(uint32_t sender, uint32_t recipient) const {
  const size_t side = nodes_.kinds() + 1;
  if (sender < side && recipient < side) return &by_kind_[sender * side + recipient];
  if (recipient < side && (meets_kinds_[sender - side] & kAsSender) == 0) return nullptr;
  if (sender < side && (meets_kinds_[recipient - side] & kAsRecipient) == 0) return nullptr;
  const auto at = by_name_.find(uint64_t{sender} << 32 | recipient);
  return at == by_name_.end() ? nullptr : &at->second;
}

RuleTable::Bucket* RuleTable::MakeBucket(uint32_t sender, uint32_t recipient) {
  const size_t side = nodes_.kinds() + 1;
  if (sender < side && recipient < side) return &by_kind_[sender * side + recipient];
  if (recipient < side) meets_kinds_[sender - side] |= kAsSender;
  if (sender < side) meets_kinds_[recipient - side] |= kAsRecipient;
  return &by_name_[uint64_t{sender} << 32 | recipient];
}

void RuleTable::Slice(Bucket* bucket) const {
  if (bucket->numbers.size() <= kFewRows) return;
  std::span<const uint32_t> left = bucket->numbers;
  while (!left.empty()) {
    const size_t count = std::min(left.size(), RuleSlice::kMostRows);
    bucket->slices.emplace_back(left.first(count), rows_, basis_pool_);
    left = left.subspan(count);
  }
}

Answer RuleTable::Conclude(const Question& question, Mask permitted, Mask forbidden,
                           Mask duties) const {
  Answer answer;
  answer.permitted = permitted;
  answer.forbidden = forbidden;
  const PurposeTraits& purpose = purposes_[question.purpose];
  const Mask passed = permitted & ~forbidden;
  const bool all = passed == question.categories;
  if (passed == 0 || (purpose.whole && !all) || (purpose.needs & ~passed) != 0) return answer;
  answer.verdict = all ? v1::VERDICT_PERMIT : v1::VERDICT_PARTIAL;
  answer.passed = passed;
  answer.duty = (passed & duties) != 0;
  return answer;
}

Answer RuleTable::Evaluate(const Question& question) const {
  Mask permitted = 0, forbidden = 0, duties = 0;
  const auto add = [&](uint32_t number) {
    const Row& row = rows_[number];
    const Mask speaks = Speaks(row, question);
    (row.forbid ? forbidden : permitted) |= speaks;
    if (row.duty) duties |= speaks;
  };
  ForEachBucket(question, [&](const Bucket& bucket) {
    for (const RuleSlice& slice : bucket.slices) slice.ForEachMatch(slice.Look(question), add);
    if (!bucket.slices.empty()) return;
    for (const uint32_t number : bucket.numbers) {
      if (FailingColumns(number, question) == 0) add(number);
    }
  });
  return Conclude(question, permitted, forbidden, duties);
}

}  // namespace sluss
