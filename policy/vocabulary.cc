#include "policy/vocabulary.h"

namespace sluss {
namespace {

constexpr absl::string_view kUnknownName = "UNKNOWN";

}  // namespace

uint8_t ParseCover(absl::string_view text) {
  if (text == "STRONG") return kCoverStrong;
  if (text == "WEAK") return kCoverWeak;
  if (text == "NONE") return kCoverNone;
  return 0;
}

VocabularyIndex::VocabularyIndex(const v1::Vocabulary* vocabulary) : vocabulary_(vocabulary) {
  for (const auto& kind : vocabulary->agency_kind()) {
    kinds_.Add(kind.kind());
    covers_.push_back(ParseCover(kind.secrecy_cover()));
  }
  for (const auto& category : vocabulary->category()) {
    all_categories_ |= Bit(categories_.Add(category.id()));
  }
  for (const auto& purpose : vocabulary->purpose()) {
    all_purposes_ |= Bit(purposes_.Add(purpose.id()));
  }
  roles_.Add(kUnknownName);
  for (const auto& role : vocabulary->role()) all_roles_ |= Bit(roles_.Add(role.id()));
  paragraphs_.Add(kUnknownName);
  in_force_.emplace_back();
  for (const auto& paragraph : vocabulary->paragraph()) {
    paragraphs_.Add(paragraph.id());
    in_force_.push_back(ParseValidity(paragraph.in_force()).value_or(DayRange{0, 0}));
  }
  for (const auto& group : vocabulary->category_group()) {
    Mask& mask = category_groups_[group.id()];
    for (const std::string& member : group.member()) mask |= Bit(*categories_.Find(member));
  }
  for (const auto& group : vocabulary->agency_group()) {
    agency_groups_[group.id()].assign(group.member().begin(), group.member().end());
  }
}

}  // namespace sluss
