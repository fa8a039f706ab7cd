// The words of a decision in plain Swedish and English, each naming its paragraph.
#ifndef SLUSS_POLICY_SENTENCES_H_
#define SLUSS_POLICY_SENTENCES_H_

#include <string>
#include <vector>

#include "policy/rule_table.h"
#include "policy/vocabulary.h"

namespace sluss {

struct Text {
  std::string sv;
  std::string en;
};

// Why a permit does not match: one column of it.
struct Lack {
  std::string column;  // "age"
  std::string code;    // "age", "consent-expired", ...
  std::string needed;  // "below 18"
  Text clause;  // "25 kap. 12 § OSL gäller barn under 18 år; uppgiften är att barnet är 19"
};

// "consent-expired" of EXPIRED.
std::string ConsentCode(v1::ConsentState state);

// Words about one question. What the arguments point to must outlive it.
class Sentences {
 public:
  Sentences(const VocabularyIndex* names, const Question* question)
      : names_(*names), question_(*question) {}

  // What `rule` lacks in `column` for the category.
  Lack LackOf(const CompiledRule& rule, Column column, uint32_t category) const;

  // "25 kap. 12 § OSL och 10 kap. 1 § OSL", of paragraph numbers.
  Text Citations(const std::vector<uint32_t>& paragraphs) const;
  Text CategoryNames(Mask categories) const;
  Text PurposeName() const;
  // "ingen regel låter skolan lämna något till fritidsverksamheten"
  Text NoPermit() const;

 private:
  Lack AgeLack(const CompiledRule& rule) const;
  Lack ConsentLack(uint32_t category, const Text& basis) const;
  Lack RoleLack(const CompiledRule& rule, const Text& basis) const;
  Lack DayLack(const CompiledRule& rule, const Text& basis) const;
  Lack PurposeLack(const CompiledRule& rule, const Text& basis) const;
  Lack BasisLack(const CompiledRule& rule, const Text& basis) const;

  const VocabularyIndex& names_;
  const Question& question_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_SENTENCES_H_
