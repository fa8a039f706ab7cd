// Plain Swedish for the columns of a rule and of a paragraph, as a page for a lawyer uses them.
//
// All are pure; names that the vocabulary does not know come out as they are written.
#ifndef SLUSS_POLICY_PAGE_WORDS_H_
#define SLUSS_POLICY_PAGE_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/policy.pb.h"

namespace sluss {

class PageWords {
 public:
  // `vocabulary` must outlive it.
  explicit PageWords(const v1::Vocabulary* vocabulary) : vocabulary_(*vocabulary) {}

  // "skolan", "skolan (`school/ekbacken`)", "alla myndigheter"
  std::string Agency(absl::string_view name) const;
  // "skolan, Polisen och socialtjänsten": groups taken apart, each once.
  std::string Agencies(const google::protobuf::RepeatedPtrField<std::string>& names) const;
  std::string Category(absl::string_view id) const;  // "hälsouppgifter"
  std::string Purpose(absl::string_view id) const;   // "lägesbild"
  // "12 till och med 17 år", "under 18 år; också när åldern inte är känd"
  std::string Age(const v1::Rule& rule) const;
  // "rektor eller kurator", "den som har en känd yrkesroll"
  std::string Roles(const v1::Rule& rule) const;
  // "en handläggare, som anger skäl"
  std::string Attestation(const v1::Rule& rule) const;

 private:
  const v1::Vocabulary& vocabulary_;
};

// "a, b och c"; `last` is the last joining word.
std::string Listed(const std::vector<std::string>& words, absl::string_view last = "och");
// First letter in upper case, also where it is å, ä or ö.
std::string Capitalised(absl::string_view text);
// "från och med 2025-07-01", "till och med 2025-06-30", both, or "tills vidare".
std::string ValidityWords(const v1::Validity& validity);
// A sentence. An obligation of no kind: empty.
std::string ObligationWords(const v1::Obligation& obligation);
// What is judged, after "en bedömning av": "att uppgiften behövs".
std::string TestWords(v1::HumanTest test);
// "tillåter", "förpliktar", "förbjuder", "rekommenderar"
std::string EffectWords(v1::LawEffect effect);

}  // namespace sluss

#endif  // SLUSS_POLICY_PAGE_WORDS_H_
