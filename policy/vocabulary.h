// The names that rules and facts may use, numbered for the compiled rules.
//
// Numbers follow the canonical (sorted) order of the vocabulary, so ascending bits are sorted
// names. 0 is UNKNOWN for paragraphs and roles, the columns whose value may be absent.
#ifndef SLUSS_POLICY_VOCABULARY_H_
#define SLUSS_POLICY_VOCABULARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/days.h"
#include "policy/names.h"
#include "proto/policy.pb.h"

namespace sluss {

// Sets of categories, purposes, roles and kinds are masks.
using Mask = uint64_t;
inline constexpr size_t kMaskSize = 64;
inline constexpr Mask Bit(uint32_t number) { return Mask{1} << number; }

inline constexpr uint32_t kUnknown = 0;

// Secrecy cover of a receiver, as bits.
inline constexpr uint8_t kCoverStrong = 1, kCoverWeak = 2, kCoverNone = 4;
// 0 for a text that is none of STRONG, WEAK, NONE.
uint8_t ParseCover(absl::string_view text);

// Reads a vocabulary that is whole, in canonical order and lives as long as the index.
class VocabularyIndex {
 public:
  explicit VocabularyIndex(const v1::Vocabulary* vocabulary);

  const NameTable& kinds() const { return kinds_; }
  const NameTable& categories() const { return categories_; }
  const NameTable& purposes() const { return purposes_; }
  const NameTable& roles() const { return roles_; }            // number 0 is UNKNOWN
  const NameTable& paragraphs() const { return paragraphs_; }  // number 0 is UNKNOWN
  // Groups stand beside the names that they stand for.
  const absl::flat_hash_map<std::string, Mask>& category_groups() const { return category_groups_; }
  const absl::flat_hash_map<std::string, std::vector<std::string>>& agency_groups() const {
    return agency_groups_;
  }

  Mask all_categories() const { return all_categories_; }
  Mask all_purposes() const { return all_purposes_; }
  Mask all_roles() const { return all_roles_; }  // UNKNOWN left out

  uint8_t cover(uint32_t kind) const { return covers_[kind]; }
  const DayRange& in_force(uint32_t paragraph) const { return in_force_[paragraph]; }
  const v1::AgencyKindEntry& kind(uint32_t number) const {
    return vocabulary_->agency_kind(number);
  }
  const v1::Category& category(uint32_t number) const { return vocabulary_->category(number); }
  const v1::Purpose& purpose(uint32_t number) const { return vocabulary_->purpose(number); }
  const v1::RoleEntry& role(uint32_t number) const { return vocabulary_->role(number - 1); }
  const v1::Paragraph& paragraph(uint32_t number) const {
    return vocabulary_->paragraph(number - 1);
  }

 private:
  const v1::Vocabulary* vocabulary_;
  NameTable kinds_{"agency kind"}, categories_{"category"}, purposes_{"purpose"}, roles_{"role"},
      paragraphs_{"legal basis"};
  absl::flat_hash_map<std::string, Mask> category_groups_;
  absl::flat_hash_map<std::string, std::vector<std::string>> agency_groups_;
  Mask all_categories_ = 0, all_purposes_ = 0, all_roles_ = 0;
  std::vector<uint8_t> covers_;
  std::vector<DayRange> in_force_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_VOCABULARY_H_
