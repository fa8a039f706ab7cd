#include "policy/rule_table.h"

#include <algorithm>

namespace sluss {
namespace {

bool AgeMatches(const Row& row, const Question& question) {
  if (!question.age_known) return row.age_unknown;
  return row.forbid ? question.age_from < row.age_below && row.age_from < question.age_below
                    : row.age_from <= question.age_from && question.age_below <= row.age_below;
}

uint32_t Unless(bool matches, uint32_t column) { return matches ? 0 : column; }

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
      by_kind_((nodes_.kinds() + 1) * (nodes_.kinds() + 1)) {
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
    for (const uint32_t sender : rule.senders) {
      for (const uint32_t recipient : rule.recipients) {
        MutableBucket(sender, recipient)->push_back(number);
      }
    }
  }
}

const std::vector<uint32_t>* RuleTable::Bucket(uint32_t sender, uint32_t recipient) const {
  const size_t side = nodes_.kinds() + 1;
  if (sender < side && recipient < side) return &by_kind_[sender * side + recipient];
  const auto at = by_name_.find(uint64_t{sender} << 32 | recipient);
  return at == by_name_.end() ? nullptr : &at->second;
}

std::vector<uint32_t>* RuleTable::MutableBucket(uint32_t sender, uint32_t recipient) {
  const size_t side = nodes_.kinds() + 1;
  if (sender < side && recipient < side) return &by_kind_[sender * side + recipient];
  return &by_name_[uint64_t{sender} << 32 | recipient];
}

uint32_t RuleTable::FailingColumns(const Row& row, const Question& q) const {
  const auto bases = basis_pool_.begin() + row.basis_begin;
  const bool listed = std::find(bases, bases + row.basis_count, q.basis) != bases + row.basis_count;
  return Unless((row.purposes & Bit(q.purpose)) != 0, kPurposeColumn) |
         Unless(listed != row.basis_all_but, kLegalBasisColumn) |
         Unless(row.days.Contains(q.day), kDayColumn) |
         Unless((row.roles & Bit(q.role)) != 0, kSenderRoleColumn) |
         Unless(AgeMatches(row, q), kAgeColumn) |
         Unless((row.consent_states >> q.consent & 1) != 0, kConsentColumn) |
         Unless(row.protected_identity || !q.protected_identity, kProtectedIdentityColumn) |
         Unless((row.covers & q.cover) != 0, kRecipientCoverColumn) |
         Unless(row.officers <= q.officers, kOfficersColumn) |
         Unless(!row.needs_weighing || q.weighing, kWeighingColumn) |
         Unless(!row.needs_reason || q.reason, kReasonColumn);
}

Answer RuleTable::Evaluate(const Question& question) const {
  Answer answer;
  Mask duties = 0;
  ForEachOfPair(question, [&](uint32_t number) {
    const Row& row = rows_[number];
    const Mask speaks = Speaks(row, question);
    if (speaks == 0 || FailingColumns(row, question) != 0) return;
    (row.forbid ? answer.forbidden : answer.permitted) |= speaks;
    if (row.duty) duties |= speaks;
  });
  const PurposeTraits& purpose = purposes_[question.purpose];
  const Mask passed = answer.permitted & ~answer.forbidden;
  const bool all = passed == question.categories;
  if (passed == 0 || (purpose.whole && !all) || (purpose.needs & ~passed) != 0) return answer;
  answer.verdict = all ? v1::VERDICT_PERMIT : v1::VERDICT_PARTIAL;
  answer.passed = passed;
  answer.duty = (passed & duties) != 0;
  return answer;
}

}  // namespace sluss
