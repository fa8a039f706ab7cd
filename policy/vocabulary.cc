#include "policy/vocabulary.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/ids.h"

namespace sluss {
namespace {

constexpr absl::string_view kAny = "ANY";
constexpr absl::string_view kUnknownName = "UNKNOWN";

// Letters, digits, '-' and '_': an id can stand in a log line and in a file name.
bool IsId(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') return false;
  }
  return !text.empty() && text.size() <= 64 && text != kAny && text != kUnknownName;
}

// The walk over all files that CheckCatalogue makes.
class CatalogueCheck {
 public:
  explicit CatalogueCheck(Faults* faults) : faults_(faults) {}

  void Names(const CatalogueFile& file);
  void Contents(const CatalogueFile& file);
  void Sizes(const CatalogueFile& file) const;

 private:
  // Remembers the id of the `index`th `field`, which must be new among its kind.
  void Declare(const Place& top, absl::string_view field, int index, absl::string_view id,
               NameTable* table);
  void Paragraph(const Place& place, const v1::Paragraph& paragraph);
  void Kind(const Place& place, const v1::AgencyKindEntry& kind);
  void AgencyMember(const std::string& where, absl::string_view member);

  Faults* faults_;
  NameTable paragraphs_{"legal basis"}, categories_{"category"}, purposes_{"purpose"},
      kinds_{"agency kind"}, roles_{"role"}, groups_{"group"};
};

void CatalogueCheck::Declare(const Place& top, absl::string_view field, int index,
                             absl::string_view id, NameTable* table) {
  const std::string where = top.At(field, index);
  if (!IsId(id)) {
    faults_->Add(where, absl::StrCat("`", id, "` is no name for a ", field,
                                     ": use at most 64 letters, digits, '-' and '_'"));
  } else if (table->Find(id).has_value()) {
    faults_->Add(where, absl::StrCat(field, " `", id, "` is declared twice"));
  }
  table->Add(id);
}

void CatalogueCheck::Names(const CatalogueFile& file) {
  const v1::Vocabulary& v = file.vocabulary;
  const Place top(&file.text, v.GetDescriptor());
  for (int i = 0; i < v.paragraph_size(); ++i) {
    Declare(top, "paragraph", i, v.paragraph(i).id(), &paragraphs_);
  }
  for (int i = 0; i < v.category_size(); ++i) {
    Declare(top, "category", i, v.category(i).id(), &categories_);
  }
  for (int i = 0; i < v.purpose_size(); ++i) {
    Declare(top, "purpose", i, v.purpose(i).id(), &purposes_);
  }
  for (int i = 0; i < v.agency_kind_size(); ++i) {
    Declare(top, "agency_kind", i, v.agency_kind(i).kind(), &kinds_);
  }
  for (int i = 0; i < v.role_size(); ++i) Declare(top, "role", i, v.role(i).id(), &roles_);
  for (int i = 0; i < v.category_group_size(); ++i) {
    Declare(top, "category_group", i, v.category_group(i).id(), &groups_);
  }
  for (int i = 0; i < v.agency_group_size(); ++i) {
    Declare(top, "agency_group", i, v.agency_group(i).id(), &groups_);
  }
}

void CatalogueCheck::Paragraph(const Place& place, const v1::Paragraph& paragraph) {
  faults_->Add(place.At("in_force"), ParseValidity(paragraph.in_force()).status());
  if (paragraph.citation().empty() || paragraph.short_citation().empty() ||
      paragraph.summary_sv().empty() || paragraph.summary_en().empty() ||
      paragraph.source().empty()) {
    faults_->Add(place.At("id"), absl::StrCat("paragraph `", paragraph.id(),
                                              "` needs citation, short_citation, summary_sv, "
                                              "summary_en and source"));
  }
  if (paragraph.standing() == v1::STANDING_UNSPECIFIED) {
    faults_->Add(place.At("standing"),
                 absl::StrCat("paragraph `", paragraph.id(),
                              "` says nothing about `standing`: VERIFIED or TO_BE_CONFIRMED"));
  }
}

void CatalogueCheck::Kind(const Place& place, const v1::AgencyKindEntry& kind) {
  if (ParseCover(kind.secrecy_cover()) == 0) {
    faults_->Add(
        place.At("secrecy_cover"),
        absl::StrCat("`", kind.secrecy_cover(), "` is no secrecy cover: STRONG, WEAK or NONE"));
  }
  for (int i = 0; i < kind.cover_basis_size(); ++i) {
    if (!paragraphs_.Find(kind.cover_basis(i)).has_value()) {
      faults_->Add(place.At("cover_basis", i), paragraphs_.Unknown(kind.cover_basis(i)));
    }
  }
}

void CatalogueCheck::AgencyMember(const std::string& where, absl::string_view member) {
  const absl::string_view kind = member.substr(0, member.find('/'));
  if (!kinds_.Find(kind).has_value()) {
    faults_->Add(where, kinds_.Unknown(kind));
  } else if (member != absl::StrCat(kind, "/*")) {
    faults_->Add(where, ParseAgencyId(member).status());
  }
}

void CatalogueCheck::Contents(const CatalogueFile& file) {
  const v1::Vocabulary& v = file.vocabulary;
  const Place top(&file.text, v.GetDescriptor());
  for (int i = 0; i < v.paragraph_size(); ++i) {
    Paragraph(top.Nested("paragraph", i), v.paragraph(i));
  }
  for (int i = 0; i < v.agency_kind_size(); ++i) {
    Kind(top.Nested("agency_kind", i), v.agency_kind(i));
  }
  for (int i = 0; i < v.purpose_size(); ++i) {
    for (int j = 0; j < v.purpose(i).needs_category_size(); ++j) {
      const std::string& name = v.purpose(i).needs_category(j);
      if (categories_.Find(name).has_value()) continue;
      faults_->Add(top.Nested("purpose", i).At("needs_category", j), categories_.Unknown(name));
    }
  }
  for (int i = 0; i < v.category_group_size(); ++i) {
    if (categories_.Find(v.category_group(i).id()).has_value()) {
      faults_->Add(top.At("category_group", i),
                   absl::StrCat("`", v.category_group(i).id(), "` is a category already"));
    }
    for (int j = 0; j < v.category_group(i).member_size(); ++j) {
      const std::string& name = v.category_group(i).member(j);
      if (categories_.Find(name).has_value()) continue;
      faults_->Add(top.Nested("category_group", i).At("member", j), categories_.Unknown(name));
    }
  }
  for (int i = 0; i < v.agency_group_size(); ++i) {
    for (int j = 0; j < v.agency_group(i).member_size(); ++j) {
      AgencyMember(top.Nested("agency_group", i).At("member", j), v.agency_group(i).member(j));
    }
  }
}

void CatalogueCheck::Sizes(const CatalogueFile& file) const {
  const auto limit = [&](const NameTable& table, absl::string_view what, size_t most) {
    if (table.size() <= most) return;
    faults_->Add(file.text.name(), absl::StrCat(table.size(), " ", what, "; the limit is ", most));
  };
  limit(categories_, "categories", kMaskSize);
  limit(purposes_, "purposes", kMaskSize);
  limit(kinds_, "agency kinds", kMaskSize);
  limit(roles_, "roles", kMaskSize - 1);
  limit(paragraphs_, "paragraphs", 10'000);
}

}  // namespace

uint8_t ParseCover(absl::string_view text) {
  if (text == "STRONG") return kCoverStrong;
  if (text == "WEAK") return kCoverWeak;
  if (text == "NONE") return kCoverNone;
  return 0;
}

void CheckCatalogue(const std::vector<CatalogueFile>& files, Faults* faults) {
  CatalogueCheck check(faults);
  for (const CatalogueFile& file : files) {
    const std::string& version = file.vocabulary.version();
    if (version.empty() || version != files.front().vocabulary.version()) {
      faults->Add(file.text.Where("version"),
                  absl::StrCat("version `", version, "`: every file of a catalogue has the same, `",
                               files.front().vocabulary.version(), "`"));
    }
    check.Names(file);
  }
  for (const CatalogueFile& file : files) check.Contents(file);
  if (!files.empty()) check.Sizes(files.front());
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
