#include "policy/catalogue.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "policy/paragraph_check.h"
#include "policy/vocabulary.h"

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
  explicit CatalogueCheck(Faults* faults) : faults_(faults), law_(&names_, faults) {}

  void Names(const CatalogueFile& file);
  void Contents(const CatalogueFile& file);
  void Sizes(const CatalogueFile& file) const;
  void Wordings() { law_.Wordings(); }

 private:
  // Remembers the id of the `index`th `field`, which must be new among its kind.
  void Declare(const Place& top, absl::string_view field, int index, absl::string_view id,
               NameTable* table);
  void Groups(const Place& top, const v1::Vocabulary& vocabulary);
  void Kind(const Place& place, const v1::AgencyKindEntry& kind);
  void AgencyMember(const std::string& where, absl::string_view member);

  Faults* faults_;
  CatalogueNames names_;
  ParagraphCheck law_;
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
    Declare(top, "paragraph", i, v.paragraph(i).id(), &names_.paragraphs);
  }
  for (int i = 0; i < v.category_size(); ++i) {
    Declare(top, "category", i, v.category(i).id(), &names_.categories);
  }
  for (int i = 0; i < v.purpose_size(); ++i) {
    Declare(top, "purpose", i, v.purpose(i).id(), &names_.purposes);
  }
  for (int i = 0; i < v.agency_kind_size(); ++i) {
    Declare(top, "agency_kind", i, v.agency_kind(i).kind(), &names_.kinds);
  }
  for (int i = 0; i < v.role_size(); ++i) Declare(top, "role", i, v.role(i).id(), &names_.roles);
  for (int i = 0; i < v.category_group_size(); ++i) {
    Declare(top, "category_group", i, v.category_group(i).id(), &names_.groups);
  }
  for (int i = 0; i < v.agency_group_size(); ++i) {
    Declare(top, "agency_group", i, v.agency_group(i).id(), &names_.groups);
  }
  for (int i = 0; i < v.matrix_size(); ++i) {
    Declare(top, "matrix", i, v.matrix(i).id(), &names_.cells);
  }
}

void CatalogueCheck::Kind(const Place& place, const v1::AgencyKindEntry& kind) {
  if (ParseCover(kind.secrecy_cover()) == 0) {
    faults_->Add(
        place.At("secrecy_cover"),
        absl::StrCat("`", kind.secrecy_cover(), "` is no secrecy cover: STRONG, WEAK or NONE"));
  }
  for (int i = 0; i < kind.cover_basis_size(); ++i) {
    if (!names_.paragraphs.Find(kind.cover_basis(i)).has_value()) {
      faults_->Add(place.At("cover_basis", i), names_.paragraphs.Unknown(kind.cover_basis(i)));
    }
  }
}

void CatalogueCheck::AgencyMember(const std::string& where, absl::string_view member) {
  const absl::string_view kind = member.substr(0, member.find('/'));
  if (!names_.kinds.Find(kind).has_value()) {
    faults_->Add(where, names_.kinds.Unknown(kind));
  } else if (member != absl::StrCat(kind, "/*")) {
    faults_->Add(where, ParseAgencyId(member).status());
  }
}

void CatalogueCheck::Contents(const CatalogueFile& file) {
  const v1::Vocabulary& v = file.vocabulary;
  const Place top(&file.text, v.GetDescriptor());
  for (int i = 0; i < v.paragraph_size(); ++i) {
    law_.Paragraph(top.Nested("paragraph", i), v.paragraph(i));
  }
  for (int i = 0; i < v.agency_kind_size(); ++i) {
    Kind(top.Nested("agency_kind", i), v.agency_kind(i));
  }
  for (int i = 0; i < v.purpose_size(); ++i) {
    for (int j = 0; j < v.purpose(i).needs_category_size(); ++j) {
      const std::string& name = v.purpose(i).needs_category(j);
      if (names_.categories.Find(name).has_value()) continue;
      faults_->Add(top.Nested("purpose", i).At("needs_category", j),
                   names_.categories.Unknown(name));
    }
  }
  for (int i = 0; i < v.matrix_size(); ++i) law_.Cell(top.Nested("matrix", i), v.matrix(i));
  Groups(top, v);
}

void CatalogueCheck::Groups(const Place& top, const v1::Vocabulary& v) {
  for (int i = 0; i < v.category_group_size(); ++i) {
    if (names_.categories.Find(v.category_group(i).id()).has_value()) {
      faults_->Add(top.At("category_group", i),
                   absl::StrCat("`", v.category_group(i).id(), "` is a category already"));
    }
    for (int j = 0; j < v.category_group(i).member_size(); ++j) {
      const std::string& name = v.category_group(i).member(j);
      if (names_.categories.Find(name).has_value()) continue;
      faults_->Add(top.Nested("category_group", i).At("member", j),
                   names_.categories.Unknown(name));
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
  limit(names_.categories, "categories", kMaskSize);
  limit(names_.purposes, "purposes", kMaskSize);
  limit(names_.kinds, "agency kinds", kMaskSize);
  limit(names_.roles, "roles", kMaskSize - 1);
  limit(names_.paragraphs, "paragraphs", 10'000);
}

}  // namespace

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
  check.Wordings();
  if (!files.empty()) check.Sizes(files.front());
}

}  // namespace sluss
