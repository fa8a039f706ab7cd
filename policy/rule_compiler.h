// From a rule as written to a row of numbers; whatever it says wrongly becomes a fault with its
// place.
//
// Here permits and forbids part: what UNKNOWN means in a column is decided by which values the
// compiler puts into the column's set (policy/README.md, sentence 2).
#ifndef SLUSS_POLICY_RULE_COMPILER_H_
#define SLUSS_POLICY_RULE_COMPILER_H_

#include "policy/faults.h"
#include "policy/rule_table.h"
#include "policy/vocabulary.h"
#include "proto/policy.pb.h"

namespace sluss {

// What the arguments point to must outlive the compiler. Not thread-safe.
class RuleCompiler {
 public:
  RuleCompiler(const VocabularyIndex* names, AgencyNodes* nodes, Faults* faults)
      : names_(names), nodes_(nodes), faults_(faults) {}

  // The result points to `rule`. Where faults were added it must not be used.
  CompiledRule Compile(const v1::Rule& rule, const Place& place);

 private:
  using Field = google::protobuf::RepeatedPtrField<std::string>;

  void CheckShape(const v1::Rule& rule, const Place& place);
  void CheckPermit(const v1::Rule& rule, const Place& place);
  void CheckForbid(const v1::Rule& rule, const Place& place);
  std::vector<uint32_t> Agencies(const Field& values, absl::string_view field, const Place& place);
  void AddAgency(absl::string_view value, const std::string& where, std::vector<uint32_t>* nodes);
  std::string UnknownCategory(absl::string_view name) const;
  Mask Categories(const v1::Rule& rule, const Place& place);
  Mask Purposes(const v1::Rule& rule, const Place& place);
  Mask Roles(const v1::Rule& rule, const Place& place);
  std::vector<uint32_t> Paragraphs(const Field& values, absl::string_view field,
                                   const Place& place);
  void Bases(const v1::Rule& rule, const Place& place, CompiledRule* compiled);
  void Days(const v1::Rule& rule, const Place& place, CompiledRule* compiled);
  void AgeRange(const v1::Rule& rule, const Place& place, Row* row);
  void Covers(const v1::Rule& rule, const Place& place, Row* row);
  void Consent(const v1::Rule& rule, Row* row);
  void Obligations(const v1::Rule& rule, const Place& place);
  // Whether the column is ANY, which stands alone, or with UNKNOWN where `with_unknown`.
  bool IsAny(const Field& values, absl::string_view field, const Place& place,
             bool with_unknown = false);

  const VocabularyIndex* names_;
  AgencyNodes* nodes_;
  Faults* faults_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_RULE_COMPILER_H_
