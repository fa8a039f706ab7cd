// What the catalogue says about the law itself: paragraphs with their dates, parties and tests, and
// the matrix of who may tell whom.
#ifndef SLUSS_POLICY_PARAGRAPH_CHECK_H_
#define SLUSS_POLICY_PARAGRAPH_CHECK_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/catalogue.h"
#include "policy/days.h"

namespace sluss {

// Adds faults with their places. What the arguments point to must outlive the check.
class ParagraphCheck {
 public:
  ParagraphCheck(const CatalogueNames* names, Faults* faults) : names_(names), faults_(faults) {}

  void Paragraph(const Place& place, const v1::Paragraph& paragraph);
  void Cell(const Place& place, const v1::MatrixCell& cell);
  // After the last paragraph: wordings of one paragraph lie on different days.
  void Wordings();

 private:
  using Field = google::protobuf::RepeatedPtrField<std::string>;
  struct Wording {
    std::string id, of, where;
    DayRange days;
  };

  void Words(const Place& place, const v1::Paragraph& paragraph);
  void Parties(const Place& place, absl::string_view field, const Field& parties);
  void Kinds(const Place& place, absl::string_view field, const Field& kinds);

  const CatalogueNames* names_;
  Faults* faults_;
  std::vector<Wording> wordings_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_PARAGRAPH_CHECK_H_
