// Boxes for people: as the message v1::Box, and as clauses of a sentence in Swedish and English.
#ifndef SLUSS_POLICY_ANALYSIS_BOX_WORDS_H_
#define SLUSS_POLICY_ANALYSIS_BOX_WORDS_H_

#include <array>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/analysis/space.h"
#include "policy/policy_set.h"
#include "policy/sentences.h"
#include "proto/analysis.pb.h"

namespace sluss {

// "a, b och c"; of more than eight words the first ones and how many more there are.
Text WordList(const std::vector<Text>& words, absl::string_view last_sv, absl::string_view last_en);

// Columns that are free stay empty.
v1::Box BoxMessage(const Space& space, const AtomBox& box);

// Names in words out of the vocabularies of one or two sets, the second's first. Immutable.
class BoxWords {
 public:
  // `second` may be null. What the arguments point to must outlive it.
  BoxWords(const Space* space, const PolicySet& first, const PolicySet* second);

  // "skolan får lämna kontaktuppgifter till socialtjänsten för vård och stöd, enligt ..., om ...";
  // `may` is the verb with its negation: "får lämna", "may tell".
  Text Sentence(const AtomBox& box, const Text& may) const;
  Text Senders(const AtomSet& atoms) const;
  Text Recipients(const AtomSet& atoms) const;
  Text Categories(const AtomSet& atoms) const;
  Text Purposes(const AtomSet& atoms) const;
  // The sentence's conditions: "; under 18 år; med ett giltigt samtycke ...". Empty where all is
  // free.
  Text Conditions(const AtomBox& box) const;

  // The name of one value, or its id where neither vocabulary names it.
  Text NameOf(Axis axis, absl::string_view id) const;

 private:
  void Learn(const PolicySet& set);
  Text Agencies(const AtomSet& atoms, const Text& all) const;
  // The names of the atoms; of many, "all but" the few others.
  Text Names(Axis axis, const AtomSet& atoms, const Text& all) const;
  Text Basis(const AtomSet& atoms) const;
  Text Attestation(const AtomSet& officers, const AtomSet& roles) const;
  Text Consent(const AtomSet& atoms) const;
  Text Days(const AtomSet& atoms) const;
  Text Age(const AtomBox& box) const;

  const Space& space_;
  std::array<absl::flat_hash_map<std::string, Text>, kAxes> names_;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_BOX_WORDS_H_
